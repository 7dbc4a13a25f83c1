"""Do other ways of explaining say what hiding a word says?

    hidden       score - score with [MASK] in the place of the word (core/inference/hiding.py)
    left_out     score - score of the text without the word
    gradient     gradient x input of the word's vectors
    integrated   integrated gradients from the same text with all words hidden

The first two happen; the others estimate. A gradient tells of the smallest change, hiding a word is
a large one, and a network is not linear: so each is held against hiding.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.inference import agreement, gradients, hiding
from core.models.bert import Bert, BertOutput
from core.results.reasons import Agreement, Reasons

WAYS = ("hidden", "left_out", "gradient", "integrated")


class Explained(NamedTuple):
    """A text in front of a BERT, and the one number that is explained."""

    bert: Bert
    ids: np.ndarray  # int64 [T]
    segments: np.ndarray  # int64 [T]
    words: np.ndarray  # int64 [T], as core/inference/hiding.py numbers them
    spelt: tuple[str, ...]  # [W], how the words are written
    mask_id: int
    scores: Callable[[Sequence[np.ndarray], Sequence[np.ndarray]], np.ndarray]  # ids, segments
    score: Callable[[BertOutput], Tensor]  # the same number [B] of what the body has read


def compare(asked: Explained) -> Reasons:
    """Explain an answer in all `WAYS`, and hold each against hiding."""
    rows = hiding.without_each(asked.ids, asked.words, asked.mask_id)
    kept = hiding.left_out(asked.words)
    everything = [*rows, *(asked.ids[k] for k in kept)]
    segments = [asked.segments] * len(rows) + [asked.segments[k] for k in kept]
    scores = asked.scores(everything, segments)
    values = np.stack(
        [
            hiding.costs(scores[: len(rows)]),
            scores[0] - scores[len(rows) :],
            by_gradient(asked),
            integrated(asked),
        ]
    ).astype(np.float32)
    return reasons(asked.spelt, WAYS, values)


def reasons(words: Sequence[str], ways: Sequence[str], values: np.ndarray) -> Reasons:
    """Hold each way's values [M, W] against the first one's."""
    correlations = agreement.ranks(list(values))["spearman"][0]
    return Reasons(
        words=tuple(words),
        ways=tuple(ways),
        values=values,
        agreement=tuple(
            Agreement(
                same_sign=agreement.same_sign(values[0], one),
                same_strongest=agreement.same_strongest(values[0], one),
                of=min(agreement.N_STRONGEST, len(words)),
                spearman=None if np.isnan(rho) else float(rho),
            )
            for one, rho in zip(values, correlations, strict=True)
        ),
    )


def of_words(of_tokens: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Add the tokens' values [T] up to their words' [W]."""
    there = words >= 0
    return np.bincount(words[there], of_tokens[there])


def by_gradient(asked: Explained) -> np.ndarray:
    """Return gradient x input of each word, [W]."""
    return of_words(gradients.times_input(*_differentiable(asked, asked.ids)), asked.words)


def integrated(asked: Explained) -> np.ndarray:
    """Return integrated gradients of each word, [W], from the text with all words hidden."""
    hidden = np.where(asked.words >= 0, asked.mask_id, asked.ids)
    (score, words), (_, baseline) = (_differentiable(asked, ids) for ids in (asked.ids, hidden))
    *_, integral = gradients.integrate(score, words, baseline)
    return of_words(integral.shares, asked.words)


def _differentiable(asked: Explained, ids: np.ndarray) -> tuple[gradients.Score, Tensor]:
    """Return the score as a function of word vectors, and the vectors of some ids, [1, T, D]."""
    table = asked.bert.embeddings.word_embeddings
    device = table.weight.device
    segments = torch.from_numpy(asked.segments)[None].to(device)

    def score(vectors: Tensor) -> Tensor:
        kinds = segments.expand(len(vectors), -1)
        return asked.score(asked.bert(None, kinds, embeddings=vectors))

    with torch.no_grad():
        return score, table(torch.from_numpy(ids)[None].to(device))
