"""The masking lab: the dice on the page are those of pre-training, and its handlers hold."""

import numpy as np
import pytest
import torch

from core import texts, zoo
from core.bert import berts
from core.bert.berts import Reader
from core.errors import InputError
from core.inference import masked_answers, masking
from core.models.bert import BertConfig, BertForPreTraining
from core.text import pieces, words
from core.text.masking import KEEP_RATE, RANDOM_RATE, Action
from demos.masking import tab as page

TEXT = "The pianist rehearsed a breathtakingly melancholic nocturne before the audience arrived."
CHINESE = "小明硕士毕业于中国科学院计算所，后在日本京都大学深造。"
ASKED = {"unit": "token", "dynamic": True, "seed": 3, "n_epochs": 4}


@pytest.mark.parametrize("unit", page.UNITS)
def test_throws_explain_what_became_of_each_token(unit):
    masked = masking.mask(TEXT * 4, "en", **{**ASKED, "unit": unit, "n_epochs": 8})
    seen = set()
    for epoch in masked.epochs:
        chosen = epoch.units >= 0
        assert np.isnan(epoch.throws[~chosen]).all()
        expected = np.full(len(chosen), Action.LEFT)
        expected[chosen] = Action.MASKED
        expected[epoch.throws < KEEP_RATE + RANDOM_RATE] = Action.RANDOM
        expected[epoch.throws < KEEP_RATE] = Action.KEPT
        assert np.array_equal(expected, epoch.actions)
        for token, read, action in zip(masked.tokens, epoch.read, epoch.actions, strict=True):
            if action == Action.MASKED:
                assert read == "[MASK]"
            elif action != Action.RANDOM:
                assert read == token
        seen |= set(epoch.actions.tolist())
    assert seen == {0, 1, 2, 3}


def test_a_seed_repeats_static_repeats_and_dynamic_differs():
    def actions(**changes: object) -> list[list[int]]:
        return [e.actions.tolist() for e in masking.mask(TEXT, "en", **ASKED | changes).epochs]

    assert actions() == actions()
    assert actions() != actions(seed=4)
    static = actions(dynamic=False)
    assert all(epoch == static[0] for epoch in static)
    assert len({tuple(epoch) for epoch in actions()}) > 1


@pytest.mark.parametrize("unit", ["word", "span"])
def test_whole_words_are_never_split(unit):
    masked = masking.mask(CHINESE, "zh", **{**ASKED, "unit": unit, "n_epochs": 8})
    for epoch in masked.epochs:
        for word in set(masked.words.tolist()):
            chosen = epoch.units[masked.words == word] >= 0
            assert chosen.all() or not chosen.any()


def test_edited_words_are_masked_as_they_were_edited():
    one_word = masking.mask("南京市长江大桥", "zh", **ASKED | {"unit": "word"}, cuts=[])
    assert set(one_word.words.tolist()) == {0}
    assert all(len(set((e.units >= 0).tolist())) == 1 for e in one_word.epochs)
    other = masking.mask("南京市长江大桥", "zh", **ASKED, cuts=[2, 5])
    assert other.words.tolist() == [0, 0, 1, 1, 1, 2, 2]


def test_a_typed_mask_is_never_chosen():
    tally = masking.tally("a [MASK] b", "en", unit="token", dynamic=True, seed=0)
    assert tally.n_open == 2
    assert (tally.masked + tally.random + tally.kept)[1] == 0


@pytest.mark.parametrize("unit", page.UNITS)
def test_a_thousand_dynamic_rolls_hit_the_rates(unit):
    tally = masking.tally(TEXT, "en", unit=unit, dynamic=True, seed=1)
    chosen = tally.masked + tally.random + tally.kept
    assert chosen.sum() / (tally.n_open * tally.n_rolls) == pytest.approx(0.15, abs=0.02)
    assert tally.masked.sum() / chosen.sum() == pytest.approx(0.8, abs=0.03)
    assert tally.random.sum() / chosen.sum() == pytest.approx(0.1, abs=0.03)
    assert (chosen > 0).all()


def test_a_thousand_static_rolls_are_one():
    tally = masking.tally(TEXT, "en", unit="token", dynamic=False, seed=1)
    assert set((tally.masked + tally.random + tally.kept).tolist()) == {0, tally.n_rolls}


def test_what_finds_no_place_is_cut_and_named():
    masked = masking.mask("cat " * 599 + "dog", "en", **ASKED)
    assert len(masked.tokens) == 510
    assert masked.n_cut == 90
    assert masked.cut.endswith("cat dog")
    assert masked.cut.count("cat") == 89


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"seed": -1}, "masking_seed"),
        ({"seed": 10**9}, "masking_seed"),
        ({"n_epochs": 0}, "masking_epochs"),
        ({"n_epochs": 9}, "masking_epochs"),
    ],
)
def test_numbers_out_of_range_are_refused(change, key):
    with pytest.raises(InputError) as error:
        masking.mask(TEXT, "en", **ASKED | change)
    assert error.value.key == key


def test_words_of_the_chinese_examples_are_those_of_jieba():
    for number in range(1, 5):
        marked = texts.text(f"masking.example.{number}", "zh")
        text = marked.replace("|", "")
        ends = np.cumsum([len(word) for word in marked.split("|")])
        assert tuple(ends[:-1].tolist()) == words.boundaries(text)
        assert "[UNK]" not in pieces.read(text, "zh").tokens


REQUEST = {
    "text": TEXT,
    "language": "en",
    "unit": "token",
    "dynamic": True,
    "seed": 3,
    "epochs": 4,
    "cuts": None,
}


def test_handlers_answer():
    answer = page.mask_text(REQUEST)
    assert len(answer["epochs"]) == 4
    for die in answer["epochs"][0]["chosen"]:
        assert 0 <= die["throw"] < 1
        assert answer["tokens"][die["at"]]
    counted = page.count_rolls(REQUEST)
    assert len(counted["masked"]) == len(answer["tokens"])
    assert page.wake_words({}) == {}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": "  "}, "text_empty"),
        ({"text": "a" * 10_000}, "text_too_long"),
        ({"text": None}, "bad_request"),
        ({"language": "fr"}, "bad_request"),
        ({"unit": ["token"]}, "bad_request"),
        ({"dynamic": "yes"}, "bad_request"),
        ({"seed": float("nan")}, "bad_request"),
        ({"seed": -1}, "masking_seed"),
        ({"epochs": 99}, "masking_epochs"),
        ({"cuts": [1, "2"]}, "bad_request"),
        ({"cuts": [0] * 6000}, "bad_request"),
    ],
)
def test_handlers_refuse(change, key):
    assert page.mask_text(REQUEST | change)["error"]["key"] == key
    if "epochs" not in change:
        assert page.count_rolls(REQUEST | change)["error"]["key"] == key


def test_half_a_surrogate_pair_is_survived():
    assert "error" not in page.mask_text(REQUEST | {"text": "cat \ud83d sat"})


ANSWERED = {"unit": "word", "dynamic": True, "seed": 3}


def test_bert_answers_exactly_this_masking(monkeypatch):
    config = BertConfig(30522, width=8, n_layers=1, n_heads=2, n_feed_forward=16)
    model = BertForPreTraining(config).eval().requires_grad_(False)
    names = pieces.token_names("en")
    reader = Reader("en", model, pieces.library_tokenizer("en"), names, has_mlm=True, has_nsp=True)
    monkeypatch.setattr(masked_answers.berts, "reader", lambda language: reader)
    heard = masked_answers.answer(TEXT, "en", **ANSWERED, epoch=2)
    masked = masking.mask(TEXT, "en", **ANSWERED, n_epochs=3)
    epoch, vocabulary = masked.epochs[2], pieces.vocabulary("en")
    assert [one.at for one in heard.answers] == np.flatnonzero(epoch.units >= 0).tolist()
    ids = torch.tensor([[101, *(vocabulary[token] for token in epoch.read), 102]])
    probabilities = model(ids).mlm_logits[0].softmax(-1)
    losses = []
    for one in heard.answers:
        own = probabilities[one.at + 1, vocabulary[masked.tokens[one.at]]]
        assert one.probability == pytest.approx(float(own), rel=1e-3)
        assert one.rank == int((probabilities[one.at + 1] > own).sum()) + 1
        assert [p for _, p in one.top] == sorted((p for _, p in one.top), reverse=True)
        losses.append(-float(own.log()))
    assert heard.loss == pytest.approx(np.mean(losses), rel=1e-3)
    answer = page.answer_blanks({**REQUEST, "epoch": 0})
    assert len(answer["answers"]) == len(page.mask_text(REQUEST)["epochs"][0]["chosen"])
    assert page.answer_blanks({**REQUEST, "epoch": 99})["error"]["key"] == "masking_epochs"


def test_missing_weights_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(berts, "_bundled", berts._bundled.__wrapped__)
    monkeypatch.setattr(zoo, "bert", zoo.bert.__wrapped__)
    monkeypatch.setattr(zoo.assets, "FOLDER", tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    assert page.answer_blanks({**REQUEST, "epoch": 0})["error"]["key"] == "asset_missing"
