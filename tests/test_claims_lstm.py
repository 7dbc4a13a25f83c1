"""What the page LSTM says is what the shipped models do, and what the manifest says of them."""

import re

import numpy as np
import pytest
import torch

from core import texts, zoo
from core.inference import lstm
from core.models.lstm import FORWARDS
from core.text import reviews
from core.text.vectors import vectors
from tests.claims import said, says

pytestmark = pytest.mark.weights

LANGUAGES = ("en", "zh")


def example(number: int, language: str) -> str:
    return texts.text(f"lstm.example.{number}", language)


def moves(text: str, language: str, start: str = "tuned") -> dict[str, float]:
    """Return by how much P(good) of the one that reads forwards moves at each word."""
    found = lstm.read(text, language, start)
    return dict(zip(found.tokens, np.diff(found.steps[FORWARDS].good, prepend=0.5), strict=True))


def test_the_answer_so_far_turns_where_the_page_says():
    says(
        "lstm.notice.1",
        "falls at “slow” and rises at “wonderful”",
        "“干净”时上升",
    )
    english, chinese = moves(example(1, "en"), "en"), moves(example(1, "zh"), "zh")
    assert english["slow"] < 0 < english["wonderful"]
    assert chinese["好"] > 0
    assert chinese["干净"] > 0
    assert chinese["太"] + chinese["差"] < 0


def test_forget_gates_are_mostly_open():
    says("lstm.notice.2", "Forget gates are mostly open", "遗忘门多半开着")
    for language in LANGUAGES:
        for text in reviews.shipped(language).test.texts[:40]:
            gates = [one.forget_gate for one in lstm.read(text, language, "tuned").steps.values()]
            assert np.concatenate(gates, 1).mean() > 0.5


def test_random_vectors_know_no_word_that_no_training_sentence_has():
    says("lstm.notice.3", "Pre-trained vectors know words that no training sentence has", "也认识")
    for language in LANGUAGES:
        numbers = {start: zoo.lstm(language, start).numbers for start in lstm.STARTS}
        more = len(numbers["pretrained"]) - len(numbers["random"])
        assert more > 10_000


def test_the_rare_example_has_words_that_random_vectors_lack():
    for language in LANGUAGES:
        random, pretrained, _ = lstm.read(example(4, language), language, "tuned").answers
        assert sum(random.unknown) > sum(pretrained.unknown)


def test_scores_say_how_many_sentences_they_are_of():
    for language, n in (("en", r"1,090"), ("zh", r"1,770")):
        for sentence in said(f"lstm.scores.{language}").values():
            assert re.search(n, sentence)
    assert len(reviews.load("zh").test.texts) == 1770


def test_good_lies_close_to_bad():
    says("lstm.predict.1.answer", "GloVe puts them close together", "放得很近")
    listed = vectors("en")
    good, bad = (listed.units[listed.numbers[word]] for word in ("good", "bad"))
    assert good @ bad > 0.7


def test_the_foot_counts_the_cells():
    for sentence in said("lstm.foot").values():
        assert re.search(r"\b64\b|64 ", sentence)
    for language in LANGUAGES:
        for start in lstm.STARTS:
            model = zoo.lstm(language, start).model
            assert model.config.n_cells == 64
            assert torch.is_tensor(model.forwards.bias)
