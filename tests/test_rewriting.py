"""Texts that BERT writes anew: what it may change, and what stays."""

import random

import pytest

from core.text.units import is_han
from research import rewriting

TEXTS = ["房间很大，早餐也不错，下次还来！", "这本书太无聊了，看了 10 页就放下了。", "好", "OK OK"]


@pytest.mark.weights
def test_only_whole_chinese_words_are_filled_in():
    given = list(enumerate(TEXTS)) * 5
    found = rewriting.rewritten(given, 0.5, 0)
    assert {row for row, _ in found} == {0, 1}, "nothing to hide in the others"
    assert len({text for _, text in found}) > 6, "each time otherwise"
    for row, text in found:
        assert len(text) == len(TEXTS[row])
        changed = [(a, b) for a, b in zip(text, TEXTS[row], strict=True) if a != b]
        assert all(is_han(a) and is_han(b) for a, b in changed)


@pytest.mark.weights
def test_the_same_dice_write_the_same():
    given = list(enumerate(TEXTS))
    assert rewriting.rewritten(given, 0.5, 3) == rewriting.rewritten(given, 0.5, 3)


@pytest.mark.weights
def test_a_word_is_hidden_as_a_whole():
    job = rewriting.hidden(7, "房间很大，早餐也不错", 1.0, random.Random(0))
    words = ["".join(job.given.tokens[i] for i in word) for word in job.words]
    assert words == ["房间", "很大", "早餐", "也", "不错"]
    assert rewriting.hidden(7, "房间很大", 0.0, random.Random(0)) is None
