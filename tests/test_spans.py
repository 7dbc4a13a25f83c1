"""Spans of reviews that a teacher reads, and what is learnt of its answers."""

import json
import lzma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import reviews
from core.text.reviews import Reviews, letters
from core.training import spans
from research import span_teacher
from tests import tiny_e5

TEXTS = st.lists(st.text("好坏书店房 ，。！a", min_size=1, max_size=40), min_size=1, max_size=6)


@given(TEXTS)
def test_a_span_stands_in_its_review(texts):
    given = Reviews(tuple(texts), np.zeros(len(texts), np.int64))
    for span, row in spans.parts(given, set(), spans.spans, 0):
        assert span in texts[row]
        assert span == span.strip()
        assert letters(span)


def test_spans_are_clauses_and_runs_of_clauses():
    text = "书很好看，送货也快。就是太贵！不过值得。"
    found = [
        span for span, _ in spans.parts(Reviews((text,), np.array([1])), set(), spans.spans, 0)
    ]
    assert found[:4] == ["书很好看，", "送货也快。", "就是太贵！", "不过值得。"]
    longer = found[4:]
    assert longer
    assert all(letters(span) != letters(text) for span in longer), "the review itself is no span"
    assert all(len(spans.CLAUSE.findall(span)) > 1 for span in longer)


def test_texts_of_other_parts_are_no_spans():
    given = Reviews(("很好看，物流不错，",), np.array([1]))
    assert [span for span, _ in spans.parts(given, {"很好看"}, spans.spans, 0)] == ["物流不错，"]


@given(TEXTS)
def test_a_thinned_review_is_the_review_without_some_clauses(texts):
    given = Reviews(tuple(texts), np.zeros(len(texts), np.int64))
    for thin, row in spans.parts(given, set(), spans.thinned, 1):
        clauses = iter(spans.CLAUSE.findall(texts[row]))
        left = spans.CLAUSE.findall(thin)
        assert 1 < len(left) < len(spans.CLAUSE.findall(texts[row]))
        # `in` goes on where the last one was found: the order stays.
        assert all(any(one.strip() == c.strip() for c in clauses) for one in left)


@pytest.fixture
def halves(tmp_path):
    """Six reviews to train on, both teachers' answers to them."""
    texts = ("好书 good", "坏书 bad", "好 film", "坏 film", "good 书", "bad 书")
    labels = np.array([1, 0, 1, 0, 1, 0])
    split = reviews.Split(*(Reviews(texts, labels),) * 3)
    given = (("好，", "good"), ("坏，", "bad"))
    file = tiny_e5.write(tmp_path / "e5-small-q4.bin")
    return [
        *(span_teacher.judged(file, split, given[half], half) for half in (0, 1)),
        span_teacher.judged(file, split, [*given[0], *given[1]], None),
    ]


def test_a_teacher_reads_the_half_it_was_not_taught(halves):
    assert [sorted(whole) for whole, _ in halves] == [[0, 2, 4], [1, 3, 5], []]
    parts = [sorted(parts) for _, parts in halves]
    assert parts == [["good", "好，"], ["bad", "坏，"], ["bad", "good", "坏，", "好，"]]
    assert all(0 < p < 1 for both in halves for part in both for p in part.values())


def test_each_half_has_texts_of_its_own(monkeypatch):
    monkeypatch.setattr(span_teacher, "N_SPANS", 3)
    train = Reviews(
        tuple(f"书{i}很好，送货{i}快，就是{i}贵，" for i in range(40)), np.ones(40, int)
    )
    held_out = Reviews(("书1很好",), np.ones(1, int))
    found = span_teacher.in_parts(reviews.Split(train, held_out, held_out))
    assert "书1很好，" not in found
    for half in (0, 1):
        assert len([row for row in found.values() if row % 2 == half]) > 10
    for text, row in found.items():
        assert all(clause.strip() in train.texts[row] for clause in spans.CLAUSE.findall(text))


@pytest.mark.slow
def test_the_dictionarys_words_are_common_and_no_names():
    words = span_teacher.dictionary()
    assert len(set(words)) == len(words) > 50_000
    assert {"精彩", "后悔", "不知所云"} <= set(words)
    assert not {"张爱玲", "北京", "thinkpad"} & set(words)
    read = span_teacher.words_of(Reviews(("北京很干净", "北京 thinkpad"), np.array([1, 1])))
    assert read[0] == "北京", "the reviews' own"
    assert set(read) == {*words, "北京"}


def test_a_regression_is_not_asked_about_what_it_was_taught():
    dice = np.random.default_rng(0)
    labels = dice.integers(0, 2, 100)
    telling = Reviews(tuple(f"{'坏好'[y]}书{i:03}" for i, y in enumerate(labels)), labels)
    texts = {text: row for row, text in enumerate(("好", "坏", "好，", "坏，", "书"))}
    whole, others = span_teacher.by_runs(telling, texts)
    assert ((whole > 0) == labels).all()
    assert others[0] > 1
    assert others[1] < -1
    # Here only reviews of the same fold tell: who was taught them would know all labels.
    secret = Reviews(tuple(chr(0x4E00 + i % 50) * 4 for i in range(100)), np.tile(labels[:50], 2))
    whole, _ = span_teacher.by_runs(secret, {text: i for i, text in enumerate(secret.texts)})
    assert 0.2 < ((whole > 0) == secret.labels).mean() < 0.8


def test_what_both_say_is_weighed():
    teachers = [[0.5, 0.5, 0.9, 1.0], [0.5, 0.5, 0.7, 1.0]]
    found = span_teacher.weighed(teachers, np.array([0.0, 4.0, 0.0, 0.0]))
    assert found[0] == 0.5
    assert found[1] == pytest.approx(1 / (1 + np.exp(-0.65 * 0.5 * 4)), abs=1e-4)
    assert 0.6 < found[2] < 0.82, "between both teachers, and softer"
    assert found[2] < found[3] < 1, "and never sure"


def test_labels_are_softened_and_spans_added(tmp_path):
    file = tmp_path / "spans.json.xz"
    stored = {"reviews": [0.5, 0.2], "spans": {"很好": 0.9}}
    file.write_bytes(lzma.compress(json.dumps(stored).encode()))
    given, shares = spans.load(Reviews(("好", "坏"), np.array([1, 0])), file)
    assert given.texts == ("好", "坏", "很好")
    assert given.labels.tolist() == [1, 0, 1]
    expected = [1 - spans.TRUST * 0.5, spans.TRUST * 0.2, 0.9]
    assert shares[:, 1].tolist() == pytest.approx(expected)
    assert shares.sum(1).tolist() == pytest.approx([1, 1, 1])
