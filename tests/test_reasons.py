"""What is coloured as a reason has the sign and order that hiding the word has.

The reference goes another way than the pages: core/models/bert.py itself, one text at a time, each
word cut out of the text by its letters and [MASK] put in its place.
"""

import itertools
import re

import numpy as np
import pytest
import torch

from core import texts, zoo
from core.inference import (
    agreement,
    gradients,
    hiding,
    next_sentence_weights,
    reasons,
    sentiment,
    sentiment_bert,
    sentiment_examples,
)
from core.models.bert import BertConfig
from core.text import pieces, words
from tests import tiny_models

SAME_SIGN = 0.95  # a word whose cost is nearly 0 may fall either way in float32


# ---- Hiding, for any model -----------------------------------------------------------------------


def test_words_are_numbered_and_long_texts_hide_several_together():
    a, b = np.array([0, 0, 1, -1, -1, 2]), np.array([0, 1, 1, 2])
    (one, other), together = hiding.number([a, b], limit=20)
    assert one.tolist() == [0, 0, 1, 2, 3, 4]
    assert other.tolist() == [5, 6, 6, 7]
    assert together == 1
    (one, other), together = hiding.number([a, b], limit=4)
    assert one.tolist() == [0, 0, 0, 1, 1, 2]
    assert other.tolist() == [3, 3, 3, 4], "never across the end of a sentence"
    assert together == 2
    framed = hiding.framed([a, b], limit=20)
    assert framed.words.tolist() == [-1, 0, 0, 1, 2, 3, 4, -1, 5, 6, 6, 7, -1]
    assert hiding.number([a, np.array([], int)], limit=9)[0][1].tolist() == []


def test_hiding_covers_whole_words_and_only_them():
    ids, words_of = np.array([1, 5, 6, 7, 2]), np.array([-1, 0, 0, 1, -1])
    rows = [row.tolist() for row in hiding.without_each(ids, words_of, 99)]
    assert rows == [[1, 5, 6, 7, 2], [1, 99, 99, 7, 2], [1, 5, 6, 99, 2]]
    assert [k.tolist() for k in hiding.left_out(words_of)] == [[0, 3, 4], [0, 1, 2, 4]]
    costs = hiding.costs(np.array([2.0, 1.5, 3.0]))
    assert costs.tolist() == [0.5, -1.0]
    assert hiding.at_tokens(costs, words_of).tolist() == [0, 0.5, 0.5, -1, 0]


def test_a_text_of_any_length_is_read_in_bounded_time():
    for n_tokens in (10, 128, 512):
        for config in (BertConfig(), BertConfig(width=768, n_layers=12)):
            limit = hiding.at_most(n_tokens, config)
            work = limit * n_tokens * config.n_layers * config.width**2
            assert limit >= hiding.MIN_WORDS
            assert work <= hiding.MAX_WORK or limit == hiding.MIN_WORDS
    assert hiding.at_most(60, BertConfig()) >= 60, "an ordinary pair is hidden word by word"


def test_of_a_linear_score_all_ways_say_the_same():
    dice = torch.Generator().manual_seed(5)
    slope = torch.randn(7, 4, generator=dice, dtype=torch.float64)
    vectors, baseline = (
        torch.randn(1, 7, 4, generator=dice, dtype=torch.float64) for _ in range(2)
    )

    def score(e: torch.Tensor) -> torch.Tensor:
        return (e * slope).sum((-1, -2))

    *_, integral = gradients.integrate(score, vectors, baseline)
    expected = ((vectors - baseline)[0] * slope).sum(-1).numpy()
    np.testing.assert_allclose(integral.shares, expected, atol=1e-9)
    assert integral.off_by == pytest.approx(0, abs=1e-9)
    shrunk = gradients.times_input(score, vectors)
    np.testing.assert_allclose(shrunk, (vectors[0] * slope).sum(-1).numpy(), atol=1e-9)


def test_agreement_counts_signs_the_strongest_and_ranks():
    one, other = np.array([3.0, -2.0, 1.0, 0.1]), np.array([-3.0, -2.0, 1.0, 0.5])
    found = reasons.reasons(("a", "b", "c", "d"), ("hidden", "other"), np.stack([one, other]))
    same, held = found.agreement
    assert (same.same_sign, same.same_strongest, same.of) == (1, 3, 3)
    assert same.spearman == pytest.approx(1)
    assert (held.same_sign, held.same_strongest) == (0.75, 3)
    assert agreement.same_sign(np.zeros(3), one[:3]) is None
    few = reasons.reasons(("a",), ("hidden", "other"), np.array([[1.0], [2.0]])).agreement[1]
    assert (few.of, few.spearman) == (1, None)


def test_comparing_is_reading_one_text_after_another():
    reader = tiny_models.reader()
    model, dice = reader.model, np.random.default_rng(4)
    ids, segments = dice.integers(5, 20, 9), np.array([0] * 5 + [1] * 4)
    numbers = np.array([-1, 0, 0, 1, -1, 2, 3, 3, -1])

    def difference(rows, kinds) -> np.ndarray:
        found = []
        for row, kind in zip(rows, kinds, strict=True):
            read = model.bert(torch.from_numpy(row)[None], torch.from_numpy(kind)[None])
            logits = model.cls["seq_relationship"](read.pooled)[0]
            found.append(float(logits[0] - logits[1]))
        return np.array(found)

    def score(read) -> torch.Tensor:
        logits = model.cls["seq_relationship"](read.pooled)
        return logits[:, 0] - logits[:, 1]

    asked = reasons.Explained(
        model.bert, ids, segments, numbers, tuple("abcd"), 4, difference, score
    )
    found = reasons.compare(asked)
    kept = numbers != 1
    whole, without = difference([ids, ids[kept]], [segments, segments[kept]])
    assert found.values[1, 1] == pytest.approx(whole - without, abs=1e-6)
    masked = np.where(numbers == 3, 4, ids)
    assert found.values[0, 3] == pytest.approx(
        whole - difference([masked], [segments])[0], abs=1e-6
    )
    all_hidden = np.where(numbers >= 0, 4, ids)
    gap = whole - difference([all_hidden], [segments])[0]
    assert found.values[3].sum() == pytest.approx(gap, abs=2 * gradients.CLOSE)


# ---- What the pages colour -----------------------------------------------------------------------


def written(text: str, language: str) -> list[tuple[int, int]]:
    """Return where each word of a text is written, found without the pages' code."""
    if language == "zh":
        cuts = [0, *words.boundaries(text), len(text)]
        return [(a, b) for a, b in itertools.pairwise(cuts) if text[a:b].strip()]
    return [match.span() for match in re.finditer(r"[A-Za-z0-9]+|[^\w\s]", text)]


def masked(text: str, span: tuple[int, int], language: str) -> str:
    n_pieces = len(pieces.read(text[slice(*span)], language).tokens)
    return f"{text[: span[0]]} {' '.join(['[MASK]'] * n_pieces)} {text[span[1] :]}"


def ids_of(text: str, language: str) -> list[int]:
    return pieces.read(text, language).ids.tolist()


@torch.inference_mode()
def follows(a: str, b: str, language: str) -> float:
    """Return "follows" - "random" by the model itself, a pair at a time."""
    vocabulary = pieces.vocabulary(language)
    first = [vocabulary["[CLS]"], *ids_of(a, language), vocabulary["[SEP]"]]
    second = [*ids_of(b, language), vocabulary["[SEP]"]]
    segments = torch.tensor([[0] * len(first) + [1] * len(second)])
    logits = zoo.bert(language)(
        torch.tensor([first + second]), segments, positions=torch.zeros_like(segments).bool()
    ).nsp_logits[0]
    return float(logits[0] - logits[1])


@torch.inference_mode()
def praise(text: str, language: str) -> float:
    """Return the log-odds of good by the model itself, a text at a time."""
    vocabulary = pieces.vocabulary(language)
    row = [vocabulary["[CLS]"], *ids_of(text, language), vocabulary["[SEP]"]]
    logits = zoo.sentiment_bert(language)(torch.tensor([row]))[0]
    return float(logits[1] - logits[0])


def held(coloured: np.ndarray, measured: np.ndarray) -> None:
    """Fail where signs or order of what is coloured are not those that were measured."""
    assert agreement.same_sign(coloured, measured) >= SAME_SIGN
    assert agreement.strongest(coloured) == agreement.strongest(measured)
    assert agreement.ranks([coloured, measured])["spearman"][0, 1] > 0.99


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("story", [1, 4])
def test_a_pairs_colours_are_what_hiding_each_word_does(language, story):
    a, b = texts.text(f"next_sentence.story.{story}", language).split("|")[:2]
    seen = next_sentence_weights.weigh(a, b, language)
    costs = next_sentence_weights.costs(a, b, language)
    coloured = [costs[seen.words.index(word)] for word in range(seen.n_words)]
    whole = follows(a, b, language)
    measured = [
        whole - follows(masked(a, one, language), b, language) for one in written(a, language)
    ]
    measured += [
        whole - follows(a, masked(b, one, language), language) for one in written(b, language)
    ]
    held(np.array(coloured), np.array(measured))


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_reviews_colours_are_what_hiding_each_word_does(language):
    for text in sentiment_examples.sentences(language)[:2]:
        seen = sentiment_bert.judge(text, language)
        coloured = [seen.costs[seen.words.index(word)] for word in range(max(seen.words) + 1)]
        whole = praise(text, language)
        measured = [
            whole - praise(masked(text, one, language), language) for one in written(text, language)
        ]
        held(np.array(coloured), np.array(measured))


@pytest.mark.weights
@pytest.mark.parametrize(
    ("text", "language", "praising", "blaming"),
    [
        ("I loved this film.", "en", "loved", None),
        ("The actors are wonderful, but the story is a mess.", "en", "wonderful", "mess"),
        ("我非常喜欢这本书。", "zh", "喜", None),
        ("酒店很干净，但是服务太差了。", "zh", "净", "差"),
    ],
)
def test_clear_words_are_coloured_towards_what_they_say(text, language, praising, blaming):
    seen = sentiment_bert.judge(text, language)
    assert seen.costs[seen.tokens.index(praising)] > 0.2
    if blaming:
        assert seen.costs[seen.tokens.index(blaming)] < -0.2


@pytest.mark.weights
@pytest.mark.parametrize("kind", ["pieces", "characters", "words"])
def test_a_small_models_colours_are_what_crossing_out_does(kind):
    language = {"pieces": "en"}.get(kind, "zh")
    for text in sentiment_examples.sentences(language)[:2]:
        seen = sentiment.judge(text, kind, "tuned")
        model = zoo.textcnn(kind, "tuned").model

        def odds(tokens, model=model) -> float:
            with torch.inference_mode():
                logits = model(sentiment.numbered(tokens, kind)).logits[0]
            return float(logits[1] - logits[0])

        whole = odds(seen.tokens)
        measured = [
            whole - odds(seen.tokens[:k] + seen.tokens[k + 1 :]) for k in range(len(seen.tokens))
        ]
        held(seen.costs, np.array(measured))
