"""What programs ask: arguments, answers, the words of Gradio's clients, limits."""

import base64
import inspect
import io
import json
import math
from typing import get_args, get_type_hints

import numpy as np
import pytest
from PIL import Image
from torch import nn, tensor

import app
from core.api import arguments, attention, images, language, words
from core.errors import InputError
from core.inference import any_code, convolution, elbo, latent_walk, measuring, reconstruction
from core.results.plain import plain, schema
from demos import api

DIGIT = np.zeros((28, 28), np.float32)
DIGIT[6:22, 12:16] = 1

KINDS = {"string": str, "boolean": bool, "array": list, "object": dict, "null": type(None)}


def fits(value: object, kind: dict) -> bool:
    """Say whether a value is of a JSON Schema, as far as ours go."""
    if "anyOf" in kind:
        return any(fits(value, one) for one in kind["anyOf"])
    if not kind:
        return True
    if kind["type"] in ("integer", "number"):
        wanted = int if kind["type"] == "integer" else (int, float)
        return isinstance(value, wanted) and not isinstance(value, bool)
    if not isinstance(value, KINDS[kind["type"]]):
        return False
    if kind["type"] == "array":
        places = kind.get("prefixItems") or [kind["items"]] * len(value)
        return len(places) == len(value) and all(map(fits, value, places))
    if "properties" in kind:
        names = set(kind["required"]) == set(value) == set(kind["properties"])
        return names and all(fits(value[name], one) for name, one in kind["properties"].items())
    return kind["type"] != "object" or all(
        fits(one, kind["additionalProperties"]) for one in value.values()
    )


# ---- Arguments and answers -----------------------------------------------------------------------


@pytest.mark.parametrize("function", api.FUNCTIONS, ids=lambda one: one.__name__)
def test_every_argument_is_described_and_has_a_kind(function):
    described = inspect.getdoc(function).partition("Args:")[2]
    for name, parameter in arguments.public(function).items():
        assert f"    {name}: " in described
        assert schema(get_type_hints(function)[name])
        assert parameter.default is inspect.Parameter.empty or json.dumps(parameter.default)
    assert schema(get_type_hints(function)["return"])["type"] == "object"


def test_the_models_that_are_named_are_those_that_there_are():
    assert get_args(images.Reconstructing) == reconstruction.MODELS
    assert get_args(images.Coding) == any_code.MODELS
    assert get_args(images.Walking) == tuple(latent_walk.MODELS)
    assert get_args(images.Bounding) == tuple(elbo.MODELS)
    assert get_args(images.Activation) == tuple(convolution.ACTIVATIONS)


def called(part: object) -> str:
    """Return the same name for a part of a test in each process."""
    return getattr(part, "__name__", str(part)[:40])


WRONG = [
    (images.encode, {}, "argument_missing"),
    (images.encode, {"digit": 3, "colour": 1}, "argument_unknown"),
    (images.encode, [3, "vae16", 1], "argument_many"),
    (images.encode, {"digit": True}, "argument_kind"),
    (images.encode, {"digit": 1.5}, "argument_kind"),
    (images.encode, {"digit": None}, "argument_kind"),
    (images.encode, {"digit": [[0, "1"]]}, "argument_kind"),
    (images.encode, {"digit": math.nan}, "argument_kind"),
    (images.encode, {"digit": 2**60}, "argument_kind"),
    (images.encode, {"digit": 10**400}, "argument_kind"),
    (images.encode, {"digit": 3, "model": "vae17"}, "argument_kind"),
    (images.encode, {"digit": 3, "model": ["vae16"]}, "argument_kind"),
    (images.encode, {"digit": 5000}, "sample_range"),
    (images.encode, {"digit": json.loads("[" * 900 + "]" * 900)}, "argument_kind"),
    (images.encode, {"digit": "?"}, "digit_base64"),
    (images.encode, {"digit": "锁"}, "digit_base64"),
    (images.encode, {"digit": base64.b64encode(b"no picture").decode()}, "image_unreadable"),
    (images.encode, {"digit": []}, "digit_rows"),
    (images.encode, {"digit": [[0.0] * 28] * 27 + [[0.0]]}, "digit_rows"),
    (images.encode, {"digit": [[255] * 28] * 28}, "digit_ink"),
    (images.decode, {"code": [1.0]}, "code_length"),
    (images.decode, {"code": [1.0, 1e30]}, "code_number"),
    (images.interpolate, {"start": 1, "end": 2, "steps": 1}, "walk_steps"),
    (images.interpolate, {"start": 1, "end": 2, "beta": 3}, "vae2_beta"),
    (images.split_elbo, {"digit": 1, "seed": -1}, "seed_range"),
    (images.convolve, {"picture": [], "kernel": [[1]]}, "grid_size"),
    (images.convolve, {"picture": [[1, 2], [3]], "kernel": [[1]]}, "grid_rows"),
    (images.convolve, {"picture": [[1]], "kernel": [[1, 2]]}, "convolution_kernel"),
    (images.convolve, {"picture": [[1]], "kernel": [[1]], "stride": 0}, "argument_range"),
    (language.tokenize, {"text": " "}, "text_empty"),
    (language.tokenize, {"text": "a " * 5000}, "text_too_long"),
    (language.mask, {"text": "a", "n_epochs": 9}, "masking_epochs"),
    (language.fill_mask, {"text": "nothing hidden"}, "no_blank"),
    (language.fill_mask, {"text": "a", "model": "../secret"}, "model_name"),
    (language.fill_mask, {"text": "a", "hidden": [0] * 6000}, "argument_long"),
    (language.follows, {"first": "a", "candidates": []}, "nsp_candidates"),
    (language.follows, {"first": "a", "candidates": ["b"] * 9}, "nsp_candidates"),
    (language.follows, {"first": "a", "candidates": ["b", " "]}, "text_empty"),
    (words.similar_words, {"words": []}, "words_empty"),
    (words.similar_words, {"words": ["dog"] * 30}, "words_many"),
    (words.similar_words, {"words": ["dog"], "n": 0}, "argument_range"),
    (words.similar_words, {"words": "dog"}, "argument_kind"),
    (words.similar_words, {"words": ["dog", "狗"]}, "words_unknown"),
    (words.word_analogy, {"a": "man", "b": "king", "c": ""}, "words_empty"),
    (words.word_analogy, {"a": "man", "b": "king", "c": "qxzzyv"}, "words_unknown"),
    (words.word_in_context, {"sentences": [], "word": "cat"}, "text_empty"),
    (words.word_in_context, {"sentences": ["a cat"], "word": "cat"}, "context_few"),
    (words.word_in_context, {"sentences": ["a cat", "a dog"], "word": "cat"}, "context_missing"),
    (attention.attention, {"text": "a", "off": [0] * 2000}, "argument_long"),
    (attention.attention, {"text": "a", "layer": 99}, "attention_layer"),
    (attention.attention, {"text": "a", "head": -1}, "attention_head"),
    (attention.head_effects, {"text": "a"}, "attention_no_mask"),
    (attention.head_effects, {"text": "a [MASK]", "off": [999]}, "attention_heads"),
]


@pytest.mark.weights
@pytest.mark.parametrize(("function", "given", "key"), WRONG, ids=called)
def test_what_cannot_be_used_is_said_in_words(small, function, given, key):
    answer = api.offered(function)
    with pytest.raises(InputError) as refused:
        answer(**given) if isinstance(given, dict) else answer(*given)
    assert refused.value.key == key
    assert refused.value.sentence("zh") != refused.value.sentence("en")


def file_of(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray((pixels * 255).astype(np.uint8)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_a_digit_comes_in_three_ways():
    np.testing.assert_array_equal(images.seen(7), reconstruction.sample(7))
    np.testing.assert_array_equal(images.seen(DIGIT.tolist()), DIGIT)
    photo = np.kron(DIGIT, np.ones((5, 5), np.float32))
    found = images.seen(file_of(photo))
    np.testing.assert_array_equal(images.seen(f"data:image/png;base64,{file_of(photo)}"), found)
    assert found.shape == (28, 28)
    assert found.max() == 1


GOOD = [
    (images.reconstruct, {"digit": 7, "model": "ae3"}),
    (images.encode, {"digit": DIGIT.tolist()}),
    (images.decode, {"code": [0, 1]}),
    (images.interpolate, {"start": 1, "end": 2, "steps": 3}),
    (images.split_elbo, {"digit": 3}),
    (images.convolve, {"picture": [[1, 2], [3, 4]], "kernel": [[1, -1]], "activation": "relu"}),
    (language.tokenize, {"text": "a cat", "second": "b"}),
    (language.mask, {"text": "the cat sat on the mat", "n_epochs": 2}),
    (language.fill_mask, {"text": "a [MASK]", "hidden": [0]}),
    (language.fill_mask, {"text": "首[MASK]"}),
    (language.follows, {"first": "a", "candidates": ["b", "c"]}),
    (attention.attention, {"text": "a cat", "layer": 1}),
    (attention.attention, {"text": "a cat", "layer": 1, "head": 1, "off": [0]}),
    (attention.head_effects, {"text": "a [MASK]"}),
    (words.similar_words, {"words": ["國家"], "n": 3}),
    (words.word_analogy, {"a": "man", "b": "king", "c": "woman"}),
    (words.word_in_context, {"sentences": ["a cat", "the cat sat"], "word": "cat"}),
]


@pytest.mark.weights
@pytest.mark.parametrize(("function", "given"), GOOD, ids=called)
def test_an_answer_is_what_its_schema_says(small, function, given):
    answer = json.loads(json.dumps(api.offered(function)(**given), allow_nan=False))
    assert fits(answer, schema(get_type_hints(function)["return"]))


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("text", ["a fine film, never dull", "难看，一点也不好"])
def test_sentiment_tells_each_ngram_once_and_what_it_costs(text):
    found = language.sentiment(text)
    assert fits(plain(found), schema(type(found)))
    places = [(one.first, one.n_units) for one in found.ngrams]
    assert len(places) == len(set(places)) > 2
    costs = [one.cost for one in found.ngrams]
    assert costs == sorted(costs, reverse=True)
    assert all(one.text in text for one in found.ngrams)
    assert {one.model for one in found.verdicts} >= {"tuned", "bow", "bert"}


@pytest.mark.weights
@pytest.mark.parametrize("name", any_code.MODELS)
def test_every_code_decodes(name):
    code = images.encode(7, name).code
    pixels = images.decode(code.tolist(), name).pixels
    assert np.square(pixels - images.seen(7)).mean() < np.square(1 - images.seen(7)).mean() / 4


@pytest.mark.parametrize("activation", ["none", "relu", "gelu", "mish", "sigmoid", "tanh"])
def test_a_convolution_is_that_of_torch(activation):
    layer = nn.Conv2d(1, 1, (2, 3), stride=2, padding=1, dilation=2)
    picture = np.random.default_rng(0).normal(size=(9, 8)).tolist()
    kernel, bias = layer.weight[0, 0].tolist(), layer.bias.item()
    found = images.convolve(picture, kernel, 2, 1, 2, bias, activation)
    names = {"none": "Identity", "relu": "ReLU", "gelu": "GELU", "mish": "Mish"}
    after = getattr(nn, names.get(activation, activation.title()))()
    expected = after(layer(tensor(picture)[None]))[0]
    np.testing.assert_allclose(found.output, expected.detach().numpy(), atol=1e-6)


def test_one_head_and_the_mean_of_a_layer(small):
    heads = [attention.attention("a cat sat", layer=1, head=h) for h in range(2)]
    assert heads[0].n_heads == 2
    mean = attention.attention("a cat sat", layer=1)
    np.testing.assert_allclose(mean.attention, (heads[0].attention + heads[1].attention) / 2)
    np.testing.assert_allclose(mean.attention.sum(-1), 1, atol=1e-5)


def test_who_has_gone_gets_no_measurement(small):
    with pytest.raises(InputError) as refused:
        attention.head_effects("a [MASK]", wanted=lambda: False, visitor="gone")
    assert refused.value.key == "job_gone"


def test_a_full_line_is_told_to_programs_too(small, monkeypatch):
    def full(*_: object) -> None:
        raise InputError("measuring_busy", limit=12)

    monkeypatch.setattr(measuring, "begin", full)
    with pytest.raises(InputError, match="12 measurements"):
        attention.head_effects("a [MASK]")


# ---- Who may ask what ----------------------------------------------------------------------------


def test_all_functions_are_listed_and_nothing_else():
    info = app.build_app().get_api_info()
    assert set(info["named_endpoints"]) == {f"/{one.__name__}" for one in api.FUNCTIONS}
    assert info["unnamed_endpoints"] == {}
    for function in api.FUNCTIONS:
        listed, hints = info["named_endpoints"][f"/{function.__name__}"], get_type_hints(function)
        named = {one["parameter_name"]: one["type"] for one in listed["parameters"]}
        assert named == {name: schema(hints[name]) for name in arguments.public(function)}
        assert {"visitor", "wanted"}.isdisjoint(named)
        (answer,) = listed["returns"]
        assert answer["type"] == schema(hints["return"])
        assert set(answer["type"]["properties"]) == set(hints["return"].__dataclass_fields__)


def test_the_page_does_not_carry_them():
    config = app.build_app().config
    components = {one["id"]: one for one in config["components"]}
    shown = [components[number] for number in config["page"][""]["components"]]
    assert "api" not in {one["type"] for one in shown}
