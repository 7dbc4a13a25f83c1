"""Next sentence: the batch answers as each pair alone, costs are real costs, handlers hold."""

import json
import math

import numpy as np
import pytest
import torch

from core import assets, texts
from core.bert import berts
from core.bert.berts import Reader
from core.errors import AssetError
from core.inference import (
    next_sentence,
    next_sentence_scores,
    next_sentence_weights,
    trials,
)
from core.models.bert import BertConfig, BertForPreTraining
from core.text import pairs, pieces
from core.training.initialising import initialise
from demos.next_sentence import tab as page

A = "My grandmother bakes bread every Saturday morning."
CANDIDATES = (
    "She gets up at five and lights the old oven in the kitchen.",
    "Penguins cannot fly.",
    "By eight o'clock the whole house smells of warm bread, of butter and of breakfast.",
)


def tiny(**changes: object) -> Reader:
    config = BertConfig(30522, width=16, n_layers=2, n_heads=2, n_feed_forward=32)
    model = BertForPreTraining(config).double().eval()
    initialise(model, torch.Generator().manual_seed(1))
    model.cls["seq_relationship"].weight.data *= 200
    model.requires_grad_(False)
    tokens = pieces.token_names("en")
    reader = Reader("en", model, pieces.library_tokenizer("en"), tokens, True, True)
    return reader._replace(**changes)


@pytest.fixture
def reader(monkeypatch) -> Reader:
    made = tiny()
    monkeypatch.setattr(berts, "ready", lambda name: made)
    return made


def difference(reader: Reader, first: str, second: str) -> float:
    """Return the logit difference of a pair, computed alone and without a mask."""
    vocabulary = pieces.vocabulary("en")
    a, b = (pieces.read(text, "en").ids.tolist() for text in (first, second))
    ids = torch.tensor([[vocabulary["[CLS]"], *a, vocabulary["[SEP]"], *b, vocabulary["[SEP]"]]])
    segments = torch.tensor([[0] * (len(a) + 2) + [1] * (len(b) + 1)])
    logits = reader.model(ids, segments, positions=torch.zeros_like(ids).bool()).nsp_logits
    return float(logits[0, 0] - logits[0, 1])


def test_a_batch_answers_as_each_pair_alone(reader):
    judged = next_sentence.judge(A, CANDIDATES, "en")
    expected = [1 / (1 + math.exp(-difference(reader, A, b))) for b in CANDIDATES]
    assert [c.probability for c in judged.candidates] == pytest.approx(expected, rel=1e-6)
    assert len({round(p, 4) for p in expected}) == len(CANDIDATES)
    assert judged.looks_like == "en"


def test_a_words_cost_is_what_reading_it_masked_changes(reader):
    seen = next_sentence_weights.weigh(A, CANDIDATES[1], "en")
    costs = next_sentence_weights.costs(A, CANDIDATES[1], "en")
    assert seen.difference == pytest.approx(difference(reader, A, CANDIDATES[1]), rel=1e-6)
    assert seen.turned_difference == pytest.approx(difference(reader, CANDIDATES[1], A), rel=1e-6)
    assert seen.hidden_difference == pytest.approx(seen.difference, rel=1e-6)
    for word in ("grandmother", "bakes", "."):
        n_pieces = len(pieces.read(word, "en").tokens)
        masked = A.replace(word, " ".join(["[MASK]"] * n_pieces))
        cost = seen.difference - difference(reader, masked, CANDIDATES[1])
        at = seen.tokens.index(pieces.read(word, "en").tokens[0])
        assert costs[at] == pytest.approx(cost, abs=1e-6)
        assert list(seen.words).count(seen.words[at]) == n_pieces, "a word is hidden whole"
    assert seen.words[0] == -1
    assert costs[0] == 0


def test_portions_hide_every_word_once_and_none_takes_long(reader, monkeypatch):
    seen = next_sentence_weights.weigh(A, CANDIDATES[1], "en")
    whole = next_sentence_weights.costs(A, CANDIDATES[1], "en")
    for n_tokens in (1, 2 * len(seen.tokens), 10_000):  # a word at a time, two, all
        monkeypatch.setattr(next_sentence_weights, "MAX_TOKENS", n_tokens)
        portion = next_sentence_weights.hide(A, CANDIDATES[1], "en", 1)
        assert portion.begin == 1
        room = max(1, n_tokens // len(seen.tokens))
        assert len(portion.differences) == min(room, seen.n_words - 1)
        parts = next_sentence_weights.costs(A, CANDIDATES[1], "en")
        np.testing.assert_allclose(parts, whole, atol=1e-6)


def test_hiding_a_word_is_reading_a_mask(reader):
    seen = next_sentence_weights.weigh(A, CANDIDATES[1], "en", hidden=[2])
    assert seen.tokens[2] == "grandmother"
    masked = difference(reader, A.replace("grandmother", "[MASK]"), CANDIDATES[1])
    assert seen.hidden_difference == pytest.approx(masked, rel=1e-6)
    assert seen.hidden_difference != pytest.approx(seen.difference, rel=1e-3)


def test_the_frame_is_marked(reader):
    seen = next_sentence_weights.weigh("a [SEP] b", "<b>bread</b>", "en")
    framing = [t for t, s in zip(seen.tokens, seen.special, strict=True) if s]
    assert framing == ["[CLS]", "[SEP]", "[SEP]"]
    assert set(seen.segments) == {0, 1}
    assert len(seen.tokens) == len(seen.joined) == len(seen.words)
    assert [word < 0 for word in seen.words] == list(seen.special)


def test_what_finds_no_place_is_cut_from_the_longer_sentence(reader):
    judged = next_sentence.judge("cat " * 600, ["Dogs bark.", "dog " * 600], "en")
    short, long = judged.candidates
    assert (short.cut_first.n_pieces, short.cut_second.n_pieces) == (600 - 506, 0)
    assert short.n_tokens == long.n_tokens == 512
    assert abs(long.cut_first.n_pieces - long.cut_second.n_pieces) <= 1
    assert long.cut_second.text.startswith("dog")
    assert pairs.shares([3, 4], 100) == [3, 4]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (("", ["b"]), "text_empty"),
        ((A, ["b", "  "]), "text_empty"),
        ((A, []), "nsp_candidates"),
        ((A, ["b"] * 9), "nsp_candidates"),
        ((A, ["b" * 6000]), "text_too_long"),
    ],
)
def test_bad_sentences_are_refused(reader, given, key):
    with pytest.raises(next_sentence.InputError) as refused:
        next_sentence.judge(*given, "en")
    assert refused.value.key == key


def test_a_model_without_the_head_is_refused(monkeypatch):
    made = tiny(has_nsp=False)
    monkeypatch.setattr(berts, "ready", lambda name: made)
    asked = {"first": A, "candidates": ["b"], "model": "en"}
    assert page.judge_candidates(asked)["error"]["key"] == "nsp_no_head"
    assert page.weigh_words({"first": A, "second": "b", "model": "en", "hidden": []})["error"]
    monkeypatch.setattr(berts, "ready", lambda name: None)
    later = page.judge_candidates(asked | {"model": "owner/name"})
    assert later["error"]["key"] == "model_not_loaded"


def test_handlers_answer_and_refuse(reader):
    asked = {"first": A, "candidates": list(CANDIDATES), "model": "en"}
    answer = page.judge_candidates(asked)
    assert len(answer["candidates"]) == len(CANDIDATES)
    json.dumps(answer)
    assert page.judge_candidates(asked | {"first": 3})["error"]["key"] == "bad_request"
    assert page.judge_candidates(asked | {"candidates": "b"})["error"]["key"] == "bad_request"
    assert page.judge_candidates(asked | {"candidates": [None]})["error"]["key"] == "bad_request"
    assert page.judge_candidates(asked | {"model": "/etc"})["error"]["key"] == "model_name"
    weigh = {"first": A, "second": CANDIDATES[0], "model": "en", "hidden": [1]}
    json.dumps(page.weigh_words(weigh))
    portion = page.hide_words(weigh | {"begin": 0})
    assert len(portion["differences"]) > 1
    json.dumps(portion, allow_nan=False)
    for begin in (-1, 99, 10**400):
        assert page.hide_words(weigh | {"begin": begin})["error"]["key"]
    compared = page.compare_reasons(weigh)
    assert len(compared["values"]) == len(compared["ways"]) == len(compared["agreement"])
    assert page.compare_reasons(weigh | {"second": " "})["error"]["key"] == "text_empty"
    json.dumps(compared, allow_nan=False)
    for hidden in ([0], [99], [-1]):
        assert page.weigh_words(weigh | {"hidden": hidden})["error"]["key"] == "nsp_hidden"
    for show in (page.show_scores, page.show_lapse):
        assert show({"language": "fr"})["error"]["key"] == "bad_request"


def test_stories_are_whole_and_known_to_the_vocabulary():
    for language in texts.LANGUAGES:
        seen = []
        for k in range(1, 5):
            sentences = texts.text(f"next_sentence.story.{k}", language).split("|")
            assert 4 <= len(sentences) <= 6
            assert all("[UNK]" not in pieces.read(s, language).tokens for s in sentences)
            seen += sentences
        assert len(set(seen)) == len(seen), "a sentence's place must be clear from its words"


def test_interval_holds_the_share_in_19_of_20_counts():
    dice = np.random.default_rng(0)
    counts = dice.binomial(200, 0.8, 2000) / 200
    intervals = [next_sentence_scores.interval(share, 200) for share in counts]
    held = [low <= 0.8 <= high for low, high in intervals]
    assert np.mean(held) == pytest.approx(0.95, abs=0.02)
    assert next_sentence_scores.interval(1.0, 50)[1] == pytest.approx(1)


def test_scores_come_from_the_manifest_and_say_if_it_has_none(monkeypatch):
    known = {"nsp_acc": 0.75, "n_pairs": 400}
    entries = {"weights/bert-en/model.safetensors": {"score": known}}
    monkeypatch.setattr(assets, "manifest", lambda: entries)
    score = next_sentence_scores.score("en")
    assert (score.accuracy, score.n_pairs) == (0.75, 400)
    assert score.low < 0.75 < score.high
    del known["n_pairs"]
    with pytest.raises(AssetError, match="bert_score en"):
        next_sentence_scores.score("en")


def test_the_trial_is_read_or_said_to_be_missing(stored_trial):
    assert page.show_trial({}) == {"trial": None}
    stored_trial("nsp", "with", "without")
    trial = page.show_trial({})["trial"]
    assert [name for name, _ in trial["runs"]] == ["with", "without"]
    assert trials.stored("transfer") is None, "each kind has a file of its own"
    json.dumps(trial)
