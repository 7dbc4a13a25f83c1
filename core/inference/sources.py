"""Which words does an answer come from? Attention and gradients need not agree.

    word vectors e [1, T, D] -> log p(target) -> its gradient [T, D]
    gradient x input:      sum_d e_d g_d(e)                                [T]
    integrated gradients:  sum_d (e - b)_d int_0^1 g_d(b + a (e - b)) da   [T]

Gradient x input: Shrikumar et al. 2016 (arXiv:1605.01713). Integrated gradients: Sundararajan et
al. 2017 (arXiv:1703.01365), equation 1; from a baseline b, here the text with every word hidden, so
that what the words get adds up to what knowing them changes (completeness, proposition 1). That
attention ranks words otherwise than gradients do is what Jain & Wallace 2019 (arXiv:1902.10186)
found: attention is not explanation.
"""

from collections.abc import Collection, Iterator
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from core import runtime
from core.inference import attention, questions, readings, rollout
from core.inference.questions import Question
from core.results.attention import Attention, HeadProgress, Sources
from core.text.tokenizer import MASK

STEPS = (16, 32, 64, 128)  # points of the integral: more until the sum is right
CLOSE = 0.01  # of the whole change, or nats where that is less than one
MAX_TOKENS = 2048  # of a batch: gradients keep every layer's numbers


def trace(asked: Question, *, off: Collection[int] = ()) -> Iterator[HeadProgress]:
    """Trace an answer back to the tokens by four measures; report while integrating.

    Args:
        asked: the question; the answer that it follows is explained.
        off: heads to switch off, layer * H + head.

    Raises:
        InputError: no such head.
    """
    read = asked.reading.read
    mask = readings.head_mask(asked.reading, off)
    yield HeadProgress(0, sum(STEPS))
    seen = attention.attend(asked.reading, off)
    rolled = rollout.roll(Attention(read, asked.reading.can, seen))
    words = _words(asked, asked.reading.ids)
    _, gradient = _gradients(asked, mask, words)
    start = _words(asked, _all_hidden(asked))
    gap = float(_score(asked, mask, words) - _score(asked, mask, start))
    done = 0
    for n_steps in STEPS:
        places, weights = _gauss_legendre(n_steps)
        total = torch.zeros_like(words)
        for some in np.array_split(np.arange(n_steps), _n_batches(n_steps, words.shape[1])):
            at_place = torch.tensor(places[some], dtype=words.dtype, device=words.device)
            weight = torch.tensor(weights[some], dtype=words.dtype, device=words.device)
            points = start + at_place[:, None, None] * (words - start)
            slopes = _gradients(asked, mask, points)[1]
            total += (weight[:, None, None] * slopes).sum(0)
            done += len(some)
            yield HeadProgress(done, sum(STEPS))
        integrated = runtime.to_numpy((total * (words - start)).sum(-1)[0])
        off_by = float(integrated.sum()) - gap
        if abs(off_by) <= CLOSE * max(1.0, abs(gap)):
            break
    with torch.inference_mode():
        hidden = _encode(asked, mask, words)
        said = questions.prediction(asked, questions.answers(asked, hidden)[0])
    measures = (
        rolled.raw[-1, asked.at],
        rolled.rollout[-1, asked.at],
        runtime.to_numpy((gradient * words).sum(-1)[0]),
        integrated,
    )
    compared = np.flatnonzero(~read.special & (np.arange(len(read.tokens)) != asked.at))
    result = Sources(
        asked.at,
        said,
        *measures,
        gap=gap,
        off_by=off_by,
        n_steps=n_steps,
        compared=compared,
        **_agreement([np.abs(measure[compared]) for measure in measures]),
    )
    yield HeadProgress(sum(STEPS), sum(STEPS), result)


def _words(asked: Question, ids: Tensor) -> Tensor:
    """Return word vectors [1, T, D], before positions and segments are added."""
    with torch.no_grad():
        return asked.reading.reader.model.bert.embeddings.word_embeddings(ids)


def _all_hidden(asked: Question) -> Tensor:
    """Return the same text with [MASK] for every ordinary token, [1, T]."""
    ids = asked.reading.ids.clone()
    ordinary = torch.from_numpy(~asked.reading.read.special).to(ids.device)
    ids[0, ordinary] = asked.reading.reader.tokenizer.token_to_id(MASK)
    return ids


def _encode(asked: Question, mask: Tensor | None, words: Tensor) -> Tensor:
    segments = asked.reading.segments.expand(len(words), -1)
    bert = asked.reading.reader.model.bert
    return bert(None, segments, embeddings=words, head_mask=mask).hidden


def _gradients(asked: Question, mask: Tensor | None, words: Tensor) -> tuple[Tensor, Tensor]:
    """Return the target's log-probability [B] and its gradient of the word vectors [B, T, D]."""
    words = words.detach().requires_grad_()
    scores = questions.answers(asked, _encode(asked, mask, words))[:, asked.target]
    (gradient,) = torch.autograd.grad(scores.sum(), words)
    return scores.detach(), gradient


@torch.inference_mode()
def _score(asked: Question, mask: Tensor | None, words: Tensor) -> float:
    return float(questions.answers(asked, _encode(asked, mask, words))[0, asked.target])


def _gauss_legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places in 0..1 and weights that integrate polynomials to degree 2n - 1 exactly."""
    places, weights = np.polynomial.legendre.leggauss(n)
    return (places + 1) / 2, weights / 2


def _n_batches(n_steps: int, n_tokens: int) -> int:
    return -(-n_steps * n_tokens // MAX_TOKENS)


def _agreement(measures: list[np.ndarray]) -> dict[str, np.ndarray]:
    """Return both rank correlations of each two measures; NaN where ranks say nothing."""
    from scipy.stats import kendalltau, spearmanr  # late: a second to import

    found = {name: np.eye(len(measures)) for name in ("spearman", "kendall")}
    for i, j in combinations(range(len(measures)), 2):
        a, b = measures[i], measures[j]
        telling = len(a) > 2 and np.ptp(a) > 0 and np.ptp(b) > 0
        for name, correlate in (("spearman", spearmanr), ("kendall", kendalltau)):
            value = float(correlate(a, b).statistic) if telling else np.nan
            found[name][i, j] = found[name][j, i] = value
    return found
