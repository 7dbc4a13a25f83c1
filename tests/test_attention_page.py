"""The handlers of the attention page: each once well, once badly, and what goes over the wire."""

import base64
import gzip
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import numpy as np
import pytest
from torch.testing import assert_close

from core.bert import other_models
from core.bert.kept import Kept
from core.errors import InputError
from core.inference import attention, head_patterns, measuring, readings
from demos.attention import tab as page
from demos.common import wire
from tests import long_work, tiny_models

READ = {
    "model": "tiny",
    "text": "the playful cat sat on a [MASK].",
    "second": "it sleeps!",
    "keep": "head",
    "at": None,
    "off": [],
}
ASKED = READ | {"question": "mask", "target": None}
N_TOKENS = 15


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """A tiny BERT for the name "tiny"."""
    real, reader = readings.model_called, tiny_models.reader()
    monkeypatch.setattr(
        readings, "model_called", lambda name: reader if name == "tiny" else real(name)
    )
    is_open = readings.is_open
    monkeypatch.setattr(readings, "is_open", lambda name: name == "tiny" or is_open(name))
    allowed = page.readers.source
    monkeypatch.setattr(
        page.readers, "source", lambda name: name if name == "tiny" else allowed(name)
    )


def shares(packed: str) -> np.ndarray:
    """Unpack `wire.shares` as the browser does."""
    low, high = np.frombuffer(base64.b64decode(packed), np.uint8).reshape(2, -1).astype(int)
    return (low + 256 * high) / 10_000


def halves(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), "<f2").astype(float)


def measured(request: dict) -> list[dict]:
    return list(long_work.reports(page.measure, page.follow_measuring, request))


def test_attention_arrives():
    answer = page.read_attention(READ | {"layers": []})
    assert json.loads(json.dumps(answer)) is not None  # nothing of NumPy is left
    assert (answer["n_layers"], answer["n_heads"], answer["layers"]) == (3, 4, [0, 1, 2])
    assert len(answer["read"]["tokens"]) == len(answer["read"]["words"]) == N_TOKENS
    assert {name for name, why in answer["can"].items() if why} == {"own"}  # no labels
    seen = attention.show(**{k: READ[k] for k in ("model", "text", "second")}).attention
    arrived = shares(answer["attention"]).reshape(seen.shape)
    assert np.abs(arrived - seen).max() <= 0.00005 + 1e-9
    some = page.read_attention(READ | {"layers": [2, 1, 2]})
    assert some["layers"] == [1, 2]
    assert_close(shares(some["attention"]), arrived[1:].ravel())


def test_a_sentence_is_read_once_for_all_that_is_asked_of_it(monkeypatch):
    read = attention.attend
    counted = mock.Mock(side_effect=lambda *given: time.sleep(0.1) or read(*given))
    monkeypatch.setattr(attention, "attend", counted)
    new = READ | {"text": "a cat sat on the mat, and nobody had asked of it before"}
    with ThreadPoolExecutor() as visitors:
        asked = [
            visitors.submit(page.read_attention, new | {"layers": [1]}),
            visitors.submit(page.read_attention, new | {"layers": []}),
            visitors.submit(page.score_heads, new),
            visitors.submit(page.roll_out, new),
        ]
        assert all(one.result() for one in asked)
    assert counted.call_count == 1
    for other in ({"off": [1]}, {"at": 1}, {"second": ""}, {"text": "a cat"}):
        page.read_attention(new | other | {"layers": []})
    assert counted.call_count == 5


def test_wire_of_shares_is_right_to_four_decimals_and_small():
    dice = np.random.default_rng(0)
    layer = dice.dirichlet(np.full(128, 0.05), size=(12, 128))
    packed = wire.shares(layer)
    assert np.abs(shares(packed) - layer.ravel()).max() <= 0.00005 + 1e-9
    assert_close(
        shares(wire.shares(np.array([0.0, 1.0, 0.0255, 0.0256]))),
        np.array([0.0, 1.0, 0.0255, 0.0256]),
    )
    assert len(gzip.compress(packed.encode(), 5)) < 300_000


def test_queries_and_keys_arrive():
    answer = page.read_head(READ | {"layer": 1, "head": 2})
    queries, keys = (halves(answer[name]).reshape(N_TOKENS, -1) for name in ("queries", "keys"))
    scores = np.exp(queries @ keys.T / answer["width"] ** 0.5)
    whole = page.read_attention(READ | {"layers": [1]})["attention"]
    expected = shares(whole).reshape(4, N_TOKENS, N_TOKENS)[2]
    assert_close(scores / scores.sum(-1, keepdims=True), expected, atol=0.01, rtol=0)


def test_scores_arrive():
    answer = page.score_heads(READ)
    assert json.loads(json.dumps(answer)) is not None
    assert list(answer["patterns"]) == list(head_patterns.PATTERNS)
    assert np.array(answer["entropy"]).shape == (3, 4)
    assert np.array(answer["flow"]["shares"]).sum(-1) == pytest.approx(1, abs=1e-5)
    alone = page.score_heads(READ | {"second": "  ", "text": "a cat"})
    assert alone["flow"] is None
    assert alone["patterns"]["other"] == [[None] * 4] * 3
    assert {i for row in answer["strongest"] for i in row} <= set(range(-1, 8))


def test_rollout_arrives():
    answer = page.roll_out(READ)
    for name in ("rollout", "raw"):
        rows = shares(answer[name]).reshape(3, N_TOKENS, N_TOKENS).sum(-1)
        assert_close(rows, np.ones_like(rows), atol=0.00005 * N_TOKENS, rtol=0)


@pytest.mark.parametrize("question", page.questions.KINDS)
def test_ablation_arrives(question):
    answer = page.switch_off(ASKED | {"question": question, "off": [0, 7, 11]})
    assert json.loads(json.dumps(answer)) is not None
    assert answer["n_off"] == 3
    assert answer["before"]["rank"] == 1
    assert answer["before"]["target"] == answer["after"]["target"]
    assert answer["before"]["log_probability"] != answer["after"]["log_probability"]
    hidden = page.switch_off(ASKED | {"question": question, "at": 4})
    assert hidden["at"] == (4 if question == "mask" else 0)


def test_swap_arrives():
    answer = page.compare_texts(
        READ | {"other_text": "the playful dog sat on a [MASK].", "other_second": "it sleeps!"}
    )
    assert json.loads(json.dumps(answer)) is not None
    by_word = np.frombuffer(base64.b64decode(answer["by_word"]), "<f4").reshape(3, 4, -1)
    assert by_word.shape[-1] == len(answer["pairs"]) == len(answer["changed"])
    assert_close(by_word.mean(-1), np.array(answer["divergence"], np.float32), atol=1e-5, rtol=0)
    assert sum(answer["changed"]) == 1


@pytest.mark.parametrize("task", page.TASKS)
def test_long_measurements_arrive(task):
    reports = measured(ASKED | {"task": task, "job": "a", "each": True})
    assert json.loads(json.dumps(reports)) is not None
    assert {report["state"] for report in reports[:-1]} <= {"waiting", "busy"}
    assert reports[-1]["state"] == "done"
    result = reports[-1]["result"]
    expected = {
        "effects": {"at", "before", "change", "kept", "first"},
        "pruning": {"at", "before", "steps", "n_kept", "every"},
        "sources": {
            *("at", "prediction", "hidden", "attention", "rollout", "gradient", "integrated"),
            *("words", "gap", "off_by", "n_steps", "compared", "same_sign", "same_strongest"),
            *("spearman", "kendall"),
        },
    }
    assert set(result) == expected[task]


@pytest.fixture
def endless(monkeypatch):
    """Let effects be measured for ever."""

    def measure(*_: object, **__: object):
        for done in itertools.count():
            time.sleep(0.01)
            yield page.HeadProgress(done, 10**9)

    monkeypatch.setattr(page.head_effects, "measure", measure)


EFFECTS = ASKED | {"task": "effects"}


def test_measurements_wait_in_line_and_are_stopped(endless):
    begun = {
        job: long_work.reports(page.measure, page.follow_measuring, EFFECTS | {"job": job})
        for job in ("b", "c", "d", "e")
    }
    assert next(begun["d"])["ahead"] == 1
    assert next(begun["e"])["ahead"] == 2
    assert page.measure(EFFECTS | {"job": "b"})["error"]["key"] == "job_taken"
    for job in ("d", "b", "c", "e"):  # a waiting one too
        assert page.stop_measuring({"job": job}) == {}
        assert [report["state"] for report in begun[job]][-1] == "stopped"
    assert page.stop_measuring({"job": "unknown"}) == {}
    assert page.follow_measuring({"job": "unknown"})["error"]["key"] == "job_gone"
    assert measuring._line.find("b") is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": ""}, "text_empty"),
        ({"text": "word " * 10_000}, "text_too_long"),
        ({"text": None}, "bad_request"),
        ({"model": 3}, "bad_request"),
        ({"model": ""}, "model_name"),
        ({"model": "/etc"}, "model_name"),
        ({"model": "assets/weights"}, "model_name"),
        ({"keep": "middle"}, "bad_request"),
        ({"at": "3"}, "bad_request"),
        ({"at": 99}, "attention_at"),
        ({"off": [True]}, "bad_request"),
        ({"off": [12]}, "attention_heads"),
        ({"off": [0] * 5000}, "bad_request"),
    ],
)
def test_handlers_refuse(change, key):
    bad = ASKED | {"layers": [], "layer": 0, "head": 0, "task": "effects", "job": "d"} | change
    for handler in (page.read_attention, page.read_head, page.score_heads, page.roll_out):
        assert handler(bad)["error"]["key"] == key
    assert page.switch_off(bad)["error"]["key"] == key
    assert measured(bad)[-1]["error"]["key"] == key


@pytest.mark.parametrize(
    ("handler", "change", "key"),
    [
        ("read_attention", {"layers": [3]}, "bad_request"),
        ("read_attention", {"layers": None}, "bad_request"),
        ("read_head", {"layer": 3, "head": 0}, "attention_layer"),
        ("read_head", {"layer": 0, "head": -1}, "attention_head"),
        ("switch_off", {"question": "why"}, "bad_request"),
        ("switch_off", {"target": "unheard"}, "attention_target"),
        ("switch_off", {"question": "next", "second": ""}, "attention_no_second"),
        ("switch_off", {"text": "a cat"}, "attention_no_mask"),
        ("compare_texts", {"other_text": "", "other_second": ""}, "text_empty"),
        ("compare_texts", {"other_text": "a dog"}, "bad_request"),
        ("stop_measuring", {"job": 3}, "bad_request"),
    ],
)
def test_each_handler_refuses(handler, change, key):
    answer = getattr(page, handler)(ASKED | change)
    assert answer["error"]["key"] == key
    assert answer["error"]["zh"] != answer["error"]["en"]


@pytest.mark.parametrize(
    "change", [{"task": "all"}, {"job": ""}, {"job": "x" * 99}, {"task": "pruning", "each": 1}]
)
def test_measure_refuses(change):
    reports = measured(ASKED | {"task": "effects", "job": "e", "each": True} | change)
    assert [report["error"]["key"] for report in reports] == ["bad_request"]


# ---- Models that aren't BERT ---------------------------------------------------------------------


@pytest.fixture(scope="module", params=list(other_models.FRAMES))
def other(request, tmp_path_factory):
    """A folder with a tiny model of another kind."""
    return request.param, tiny_models.other(
        request.param, tmp_path_factory.mktemp(f"tiny-{request.param}")
    )


@pytest.mark.parity
def test_other_models_show_what_transformers_computes(other):
    import torch
    import transformers

    kind, folder = other
    text, second = "The cat 😀 sat on the <b>mat</b>", "" if kind == "gpt2" else "the dog [SEP]"
    seen = attention.show(str(folder), text, second)
    assert seen.read.kind == kind
    reading = readings.read(str(folder), text, second)
    theirs = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    expected = theirs(input_ids=reading.ids, output_attentions=True).attentions
    assert_close(seen.attention, torch.cat(expected).detach().numpy())
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    if kind != "gpt2":  # "[SEP]" and "<b>" apart, the frame is the tokenizer's own
        plain = readings.read(str(folder), "the cat", "the dog")
        assert plain.ids[0].tolist() == tokenizer("the cat", "the dog").input_ids
    else:
        assert (
            readings.read(str(folder), "the cat").ids[0].tolist() == tokenizer("the cat").input_ids
        )
    assert reading.read.special.sum() == {"roberta": 4, "gpt2": 0}[kind]


def listed(folder, monkeypatch) -> str:
    """Put a folder among those that may be opened, and return its name."""
    monkeypatch.setenv("LATENT_LAB_MODELS", str(folder.parent))
    return f"data/models/{folder.name}"


def opened(name: str) -> list[dict]:
    request = {"job": "o", "name": name}
    return list(long_work.reports(page.load_model, page.follow_loading, request))


def test_other_models_say_what_they_cannot(other, monkeypatch):
    kind, folder = other
    name = listed(folder, monkeypatch)
    assert opened(name)[-1]["state"] == "done"
    request = ASKED | {"model": name, "second": "", "layers": [], "layer": 0, "head": 0}
    answer = page.read_attention(request)
    can = answer["can"]
    for name in ("neuron", "heads", "mask", "next"):
        assert can[name]["key"] == "attention_only_bert"
        assert can[name]["en"] != can[name]["zh"]
    assert (can["pair"] is None) == (kind != "gpt2")
    assert page.read_head(request)["error"]["key"] == "attention_only_bert"
    assert page.switch_off(request)["error"]["key"] == "attention_only_bert"
    for change in ({"at": 1}, {"off": [0]}):
        assert page.read_attention(request | change)["error"]["key"] == "attention_only_bert"
    assert "error" not in page.score_heads(request)
    assert "error" not in page.roll_out(request)
    swapped = request | {"other_text": "the playful dog sat on a mat.", "other_second": ""}
    assert "error" not in page.compare_texts(swapped)
    pair = page.read_attention(request | {"second": "the dog"})
    assert pair.get("error", {}).get("key") == ("attention_no_pair" if kind == "gpt2" else None)


def test_words_of_byte_pieces_and_long_texts(other):
    _, folder = other
    read = readings.read(str(folder), "sleeps sleeps " * 40, keep="tail").read
    assert len(read.tokens) == 24
    assert read.left_out[0].n_cut > 0
    ordinary = [w for w, s in zip(read.words, read.special, strict=True) if not s]
    assert ordinary == sorted(ordinary)
    assert set(np.diff(read.words)) <= {0, 1}


def test_pickled_and_damaged_folders_are_refused(other, tmp_path):
    _, folder = other
    for name in ("config.json", "tokenizer_config.json", "vocab.json", "merges.txt"):
        if (folder / name).is_file():
            (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    for content, key in ((None, "checkpoint_pickled"), (b"no tensors", "checkpoint_damaged")):
        if content:
            (tmp_path / "model.safetensors").write_bytes(content)
        with pytest.raises(InputError) as error:
            attention.show(str(tmp_path), "the cat")
        assert error.value.key == key


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"weights": "nan"}, "checkpoint_not_finite"),
        ({"weights": "fewer"}, "checkpoint_lacks"),
        ({"vocab_size": 200, "weights": "shorter"}, "checkpoint_rows"),
        ({"num_attention_heads": 5, "n_head": 5}, "checkpoint_damaged"),
        ({"words": "vocab.json"}, "checkpoint_json"),
        ({"words": "merges.txt"}, "checkpoint_damaged"),
        ({"words": "tokenizer.json"}, "checkpoint_json"),
    ],
)
def test_other_models_that_would_answer_noise_are_refused(other, tmp_path, change, key):
    import torch
    import transformers
    from safetensors.torch import load_file, save_file

    _, folder = other
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    settings = json.loads((tmp_path / "config.json").read_text())
    how, words = change.get("weights"), change.get("words")
    told = {k: v for k, v in change.items() if k in settings and k not in ("weights", "words")}
    (tmp_path / "config.json").write_text(json.dumps(settings | told))
    weights = load_file(tmp_path / "model.safetensors")
    layer = next(name for name in weights if ".1." in name and name.endswith("weight"))
    table = next(n for n in weights if n.endswith(("word_embeddings.weight", "wte.weight")))
    if how == "nan":
        weights[layer][0] = torch.nan
    elif how == "fewer":
        del weights[layer]
    elif how == "shorter":
        weights[table] = weights[table][:200].clone()
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    if words:
        if words == "tokenizer.json":
            transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(tmp_path)
        file = tmp_path / words
        file.write_bytes(file.read_bytes()[: -2 if words == "merges.txt" else -9])
    with pytest.raises(InputError) as error:
        attention.show(str(tmp_path), "the cat")
    assert error.value.key == key
    assert error.value.sentence("zh") != str(error.value)


def test_other_models_are_opened_in_the_line_and_not_by_a_reading(other, monkeypatch):
    kind, folder = other
    name = listed(folder, monkeypatch)
    monkeypatch.setattr(other_models, "_OTHERS", Kept(other_models._load, other_models.N_KEPT))
    request = READ | {"model": name, "text": "the cat", "second": "", "layers": []}
    assert page.read_attention(request)["error"]["key"] == "model_not_loaded"
    assert opened(name)[-1]["state"] == "done"
    assert page.read_attention(request)["read"]["kind"] == kind
    assert page.load_model({"job": "a", "name": "../x"})["error"]["key"] == "model_name"
    assert page.load_model({"job": "", "name": name})["error"]["key"] == "bad_request"
    assert page.stop_loading({"job": "unknown"}) == {}
