"""How would a score change if word vectors did?

    word vectors e [1, T, D] -> score -> its gradient g(e) [1, T, D]
    gradient x input:      sum_d e_d g_d(e)                                [T]
    integrated gradients:  sum_d (e - b)_d int_0^1 g_d(b + a (e - b)) da   [T]

Gradient x input: Shrikumar et al. 2016 (arXiv:1605.01713). Integrated gradients from a baseline b:
Sundararajan et al. 2017 (arXiv:1703.01365), equation 1; they add up to what the score changes from
b to e (completeness, proposition 1), and the integral is refined until they do.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import runtime

STEPS = (16, 32, 64, 128)  # points of the integral: more until the sum is right
CLOSE = 0.01  # of the whole change, or of one nat where that is less
MAX_TOKENS = 2048  # of a batch: gradients keep every layer's numbers

Score = Callable[[Tensor], Tensor]  # word vectors [B, T, D] -> [B]


class Integral(NamedTuple):
    """How far an integral has come."""

    done: int  # points, of sum(STEPS) at most
    found: np.ndarray | None = None  # `shares`, once they are known
    gap: float = 0.0  # the score of the words - of the baseline
    off_by: float = 0.0  # sum of `shares` - `gap`
    n_steps: int = 0  # points of the last integral

    @property
    def shares(self) -> np.ndarray:
        """Integrated gradients, [T].

        Raises:
            ValueError: the integral isn't done.
        """
        if self.found is None:
            raise ValueError("The integral isn't done.")
        return self.found


def times_input(score: Score, words: Tensor) -> np.ndarray:
    """Return gradient x input, [T], of word vectors [1, T, D]."""
    return runtime.to_numpy((slopes(score, words) * words).sum(-1)[0])


def slopes(score: Score, words: Tensor) -> Tensor:
    """Return each score's gradient of its word vectors, [B, T, D]."""
    words = words.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(words).sum(), words)
    return gradient


def integrate(score: Score, words: Tensor, baseline: Tensor) -> Iterator[Integral]:
    """Integrate the gradient from a baseline to word vectors, both [1, T, D]; tell how far it is.

    The last one has the result.
    """
    with torch.inference_mode():
        gap = float(score(words)) - float(score(baseline))
    done = 0
    for n_steps in STEPS:
        places, weights = _gauss_legendre(n_steps)
        total = torch.zeros_like(words)
        for some in np.array_split(np.arange(n_steps), -(-n_steps * words.shape[1] // MAX_TOKENS)):
            at = torch.tensor(places[some], dtype=words.dtype, device=words.device)
            weight = torch.tensor(weights[some], dtype=words.dtype, device=words.device)
            points = baseline + at[:, None, None] * (words - baseline)
            total += (weight[:, None, None] * slopes(score, points)).sum(0)
            done += len(some)
            yield Integral(done)
        shares = runtime.to_numpy((total * (words - baseline)).sum(-1)[0])
        off_by = float(shares.sum()) - gap
        if abs(off_by) <= CLOSE * max(1.0, abs(gap)):
            break
    yield Integral(done, shares, gap, off_by, n_steps)


def _gauss_legendre(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places in 0..1 and weights that integrate polynomials to degree 2n - 1 exactly."""
    places, weights = np.polynomial.legendre.leggauss(n)
    return (places + 1) / 2, weights / 2
