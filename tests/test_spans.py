"""Spans of reviews that a teacher reads, and what is learnt of its answers."""

import json
import lzma

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import reviews
from core.reviews import Reviews, letters
from core.training import span_teacher, spans
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
    return [span_teacher.judged(file, split, given[half], half) for half in (0, 1)]


def test_a_teacher_reads_the_half_it_was_not_taught(halves):
    assert [sorted(whole) for whole, _ in halves] == [[0, 2, 4], [1, 3, 5]]
    assert [sorted(parts) for _, parts in halves] == [["good", "好，"], ["bad", "坏，"]]
    assert all(0 < p < 1 for both in halves for part in both for p in part.values())


def test_each_half_has_texts_of_its_own(monkeypatch):
    monkeypatch.setattr(span_teacher, "N_SPANS", 3)
    train = Reviews(
        tuple(f"书{i}很好，送货{i}快，就是{i}贵，" for i in range(40)), np.ones(40, int)
    )
    held_out = Reviews(("书1很好",), np.ones(1, int))
    split = reviews.Split(train, held_out, held_out)
    halves = [span_teacher.to_read(split, half) for half in (0, 1)]
    assert set(halves[0]).isdisjoint(halves[1])
    for half, texts in enumerate(halves):
        assert len(texts) > 10, "three spans and thinned reviews"
        assert all(
            int(text[text.index("书") + 1 :].split("很")[0]) % 2 == half
            for text in texts
            if text.startswith("书")
        )
        assert "书1很好，" not in texts


def test_labels_are_softened_and_spans_added(tmp_path):
    file = tmp_path / "spans.json.xz"
    stored = {"reviews": [0.2, 0.2], "spans": {"很好": 0.9}}
    file.write_bytes(lzma.compress(json.dumps(stored).encode()))
    given, shares = spans.load(Reviews(("好", "坏"), np.array([1, 0])), file)
    assert given.texts == ("好", "坏", "很好")
    assert given.labels.tolist() == [1, 0, 1]
    expected = [1 - spans.TRUST * 0.8, spans.TRUST * 0.2, 0.9]
    assert shares[:, 1].tolist() == pytest.approx(expected)
    assert shares.sum(1).tolist() == pytest.approx([1, 1, 1])
