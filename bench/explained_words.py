"""What each word of a text does to the answer, by the pages and by a reference.

The reference shares nothing with the pages but how words are cut: core/models/bert.py itself reads
one text at a time, with the word's pieces replaced by [MASK], or with the word gone.
"""

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from bench import held_out, ranking
from bench.figures import BenchError
from core import zoo
from core.inference import next_sentence_weights, reasons, sentiment, sentiment_bert
from core.models.bert import BertForPreTraining
from core.text import pieces, reviews

N_TEXTS = 100
N_SLOW = 20  # of those texts, for integrated gradients and leaving out: some seconds each
LONGEST = {"en": 200, "zh": 60}  # characters of a text: each of its words is hidden by itself


class Explained(NamedTuple):
    """One text's W words, by the pages and by the reference."""

    coloured: np.ndarray  # [W], what the page colours
    gradient: np.ndarray  # [W], gradient x input
    hidden: np.ndarray  # [W], by the reference
    integrated: np.ndarray | None  # [W], where it was asked for
    left_out: np.ndarray | None  # [W], by the reference; likewise


@torch.inference_mode()
def _explained(
    asked: reasons.Explained,
    costs: np.ndarray,
    score: Callable[[list[int], Sequence[int]], float],
    *,
    slow: bool,
) -> Explained:
    """Hold what the page colours and estimates of a text's words against the reference.

    Args:
        asked: the text as the page explains it, T tokens.
        costs: what the page colours, [T].
        score: the reference; reads some tokens, and where in the text they stood.
        slow: also what takes long.
    """
    ids, numbers = asked.ids.tolist(), asked.words.tolist()
    whole, everywhere = score(ids, range(len(ids))), range(len(ids))
    n_words = max(numbers) + 1
    masked = [
        [asked.mask_id if n == word else i for i, n in zip(ids, numbers, strict=True)]
        for word in range(n_words)
    ]
    stay = [[k for k, n in enumerate(numbers) if n != word] for word in range(n_words)]
    with torch.inference_mode(False):  # gradients are asked for
        gradient = reasons.by_gradient(asked)
        integrated = reasons.integrated(asked) if slow else None
    return Explained(
        coloured=np.array([costs[numbers.index(word)] for word in range(n_words)]),
        gradient=gradient,
        hidden=np.array([whole - score(row, everywhere) for row in masked]),
        integrated=integrated,
        left_out=np.array([whole - score([ids[k] for k in at], at) for at in stay])
        if slow
        else None,
    )


@functools.cache
def pairs(language: str) -> list[tuple[str, str]]:
    """Return held-out pairs: a sentence and the next one, a sentence and a stranger, in turn.

    Raises:
        BenchError: the corpus isn't there.
    """
    asked = ranking.cases(held_out.corpus(language), pieces.token_names(language))
    joined = "" if language == "zh" else " "  # held-out Chinese comes with spaces between
    both = (
        (case.first, case.candidates[0 if i % 2 else 1 + ranking.N_OWN])
        for i, case in enumerate(asked)
    )
    told = (tuple(one.replace(" ", joined) for one in pair) for pair in both)
    short = (pair for pair in told if len("".join(pair)) <= LONGEST[language])
    found = list(itertools.islice(short, N_TEXTS))
    if len(found) < N_TEXTS:
        raise BenchError(f"{len(found)} short pairs of {N_TEXTS}")
    return found


def explained(task: str, language: str, *, slow: bool) -> list[Explained]:
    """Return `N_TEXTS` texts, explained by the page and by the reference; `N_SLOW` if `slow`."""
    n = N_SLOW if slow else N_TEXTS
    if task == "nsp":
        return [_pair(first, second, language, slow=slow) for first, second in pairs(language)[:n]]
    return [_review(text, language, slow=slow) for text in short_reviews(language)[:n]]


@functools.cache
def short_reviews(language: str) -> list[str]:
    """Return labelled sentences that no model learnt from."""
    kept = (text for text in reviews.load(language).test.texts if len(text) <= LONGEST[language])
    return list(itertools.islice(kept, N_TEXTS))


def _pair(first: str, second: str, language: str, *, slow: bool) -> Explained:
    asked = next_sentence_weights.explained(first, second, language)
    model: BertForPreTraining = zoo.bert(language)

    def score(row: list[int], places: Sequence[int]) -> float:
        kinds = torch.from_numpy(asked.segments[list(places)])[None]
        logits = model.cls["seq_relationship"](model.bert(torch.tensor([row]), kinds).pooled)[0]
        return float(logits[0] - logits[1])

    costs = next_sentence_weights.costs(first, second, language)
    return _explained(asked, costs, score, slow=slow)


def _review(text: str, language: str, *, slow: bool) -> Explained:
    model = zoo.sentiment_bert(language)

    def score(row: list[int], _places: Sequence[int]) -> float:
        logits = model(torch.tensor([row]))[0]
        return float(logits[sentiment.GOOD] - logits[sentiment.BAD])

    costs = np.array([0, *sentiment_bert.judge(text, language).costs, 0])  # the frame has none
    return _explained(sentiment_bert.explained(text, language), costs, score, slow=slow)
