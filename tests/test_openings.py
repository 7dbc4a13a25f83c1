"""What pages open with is stored: what the models say, as long as those weights ship."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import assets, texts
from core.inference import attention, next_sentence, openings
from demos.attention import tab as attention_page
from demos.next_sentence import tab as pairs_page

pytestmark = pytest.mark.weights

READ = {"second": "", "keep": "head", "at": None, "off": []}


@pytest.mark.slow
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_stored_attention_is_the_models(language):
    text = openings.example(language)
    stored, seen = openings.attended(text, language), attention.show(language, text)
    assert stored is not None, "the example is another by now: python -m core.making.openings"
    np.testing.assert_allclose(stored.attention, seen.attention, atol=1e-5)
    assert stored.can == seen.can
    for name in seen.read.__slots__:
        mine, models = getattr(stored.read, name), getattr(seen.read, name)
        assert type(mine) is type(models), name
        np.testing.assert_array_equal(mine, models, name)


@pytest.mark.slow
@pytest.mark.parametrize("language", texts.LANGUAGES)
@settings(max_examples=20)
@given(data=st.data())
def test_the_stored_answers_on_pairs_are_the_models(language, data):
    sentences = openings.sentences(language)
    first = data.draw(st.sampled_from(sentences))
    candidates = data.draw(st.lists(st.sampled_from(sentences), min_size=1, max_size=5))
    stored = openings.follows(first, candidates, language)
    assert stored is not None, "a story is another by now: python -m core.making.openings"
    judged = next_sentence.judge(first, candidates, language)
    for mine, models in zip(stored.candidates, judged.candidates, strict=True):
        assert mine.probability == pytest.approx(models.probability, abs=1e-5)
        assert (mine.n_tokens, mine.cut_first) == (models.n_tokens, models.cut_first)
    assert stored.looks_like == judged.looks_like
    assert (stored.unknown, stored.specials) == (judged.unknown, judged.specials)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_whatever_else_is_read_is_for_the_model(language):
    text, (first, second, *_) = openings.example(language), openings.sentences(language)
    assert openings.attended(text + "!", language) is None
    assert openings.attended(text, "some/model") is None
    assert openings.follows(first, [second, "?"], language) is None
    assert openings.follows("?", [second], language) is None
    assert openings.follows(first, [], language) is None
    assert openings.follows(first, [second] * 9, language) is None
    assert openings.follows(first, [second], "some/model") is None


@pytest.mark.parametrize(
    "change", [{"second": "It sleeps."}, {"at": 2}, {"off": [3]}, {"text": "the cat sat."}]
)
def test_a_change_is_not_answered_by_what_is_stored(monkeypatch, change):
    request = READ | {"model": "en", "text": openings.example("en")}
    asked = []
    monkeypatch.setattr(
        attention,
        "show",
        lambda **read: asked.append(read) or openings.attended(request["text"], "en"),
    )
    attention_page.score_heads(request)
    assert asked == []
    attention_page.score_heads(request | change)
    assert len(asked) == 1


def test_what_is_typed_never_waits_for_the_stored_file(monkeypatch):
    monkeypatch.setattr(assets, "manifest", lambda: {}["a damaged one"])
    assert openings.attended("the dog slept.", "en") is None
    assert openings.follows("It rained.", ["We got wet."], "en") is None


def test_other_weights_make_stored_answers_void(monkeypatch):
    entries = json.loads(json.dumps(dict(assets.manifest())))
    entries["weights/bert-en/model.safetensors"]["sha256"] = "another"
    monkeypatch.setattr(assets, "manifest", lambda: entries)
    first, second, *_ = openings.sentences("zh")
    assert openings.follows(first, [second], "zh") is None
    assert openings.attended(openings.example("en"), "en") is None
    answer = pairs_page.judge_candidates({"first": first, "candidates": [second], "model": "zh"})
    assert 0 < answer["candidates"][0]["probability"] < 1
