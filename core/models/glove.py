"""GloVe: word vectors from counts of neighbours (Pennington et al. 2014, doi:10.3115/v1/D14-1162).

    sentences -> X [V, V], how often two words stand near each other
    pairs i, j [B] -> w_i . c_j + b_i + d_j  [B], which is to be log X_ij

V words, D dimensions, B pairs. One weighted least-squares problem for the whole text: only pairs
that occur count, rare ones little, frequent ones no more than 1. Each word has two vectors, which
play the same part; their sum is kept (section 4.2). core/training/fast_words.py takes the same
steps, one pair after the other, as machine code.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

FIRST_SQUARES = 1.0  # what AdaGrad's sums of squares begin at, as in the authors' program


@dataclass(frozen=True, slots=True)
class GloVeConfig:
    """How large it is, and how pairs are weighted (section 3, equation 9)."""

    n_words: int
    n_dims: int = 50
    most: float = 100.0  # counts from which on a pair weighs 1; a small text needs a smaller one
    power: float = 0.75


class Gradients(NamedTuple):
    """Of the summed loss, for the rows that a pair touches; rows may be touched twice."""

    words: Tensor  # [B, D]
    contexts: Tensor  # [B, D]
    bias: Tensor  # [B], the same for both biases


def cooccurrences(sentences: Iterable[Sequence[int]], window: int) -> dict[tuple[int, int], float]:
    """Count neighbours within a window to both sides: d words apart count 1 / d (section 4.2).

    Returns:
        (i, j) -> X_ij > 0; X is symmetric.
    """
    counts: dict[tuple[int, int], float] = {}
    for sentence in sentences:
        for at, word in enumerate(sentence):
            for distance, other in enumerate(sentence[at + 1 : at + 1 + window], start=1):
                for pair in ((word, other), (other, word)):
                    counts[pair] = counts.get(pair, 0.0) + 1 / distance
    return counts


def weight(x: Tensor, most: float = 100.0, power: float = 0.75) -> Tensor:
    """Return f(X) = (X / most)^power, at most 1 (equation 9)."""
    return (x / most).clamp(max=1) ** power


class GloVe(nn.Module):
    """Two vectors and two biases a word, and AdaGrad's memory of each (Duchi et al. 2011)."""

    def __init__(self, config: GloVeConfig, generator: Generator | None = None) -> None:
        """Begin with short vectors and biases."""
        super().__init__()
        self.config = config
        shape = 2, config.n_words, config.n_dims + 1
        first = (torch.rand(shape, generator=generator) - 0.5) / config.n_dims
        self.words = nn.Parameter(first[0, :, :-1].clone())
        self.contexts = nn.Parameter(first[1, :, :-1].clone())
        self.words_bias = nn.Parameter(first[0, :, -1].clone())
        self.contexts_bias = nn.Parameter(first[1, :, -1].clone())
        self.squares = {
            name: torch.full_like(value, FIRST_SQUARES) for name, value in self.named_parameters()
        }

    def forward(self, i: Tensor, j: Tensor) -> Tensor:
        """Return what stands for log X of each pair, [B]."""
        products = (self.words[i] * self.contexts[j]).sum(1)
        return products + self.words_bias[i] + self.contexts_bias[j]

    def loss(self, i: Tensor, j: Tensor, x: Tensor) -> Tensor:
        """Return each pair's weighted squared error, [B] (equation 8); `x` is X_ij > 0."""
        return weight(x, self.config.most, self.config.power) * (self(i, j) - x.log()) ** 2

    @torch.no_grad()
    def gradients(self, i: Tensor, j: Tensor, x: Tensor) -> Gradients:
        """Return what autograd would find, written out."""
        error = 2 * weight(x, self.config.most, self.config.power) * (self(i, j) - x.log())
        return Gradients(error[:, None] * self.contexts[j], error[:, None] * self.words[i], error)

    @torch.no_grad()
    def learn(self, i: Tensor, j: Tensor, x: Tensor, rate: float) -> Tensor:
        """Take one step of AdaGrad; return the losses before it, [B].

        A number's step is its gradient over the root of the sum of all its squared gradients: what
        is rarely touched moves further.
        """
        losses, found = self.loss(i, j, x), self.gradients(i, j, x)
        for name, rows, gradient in (
            ("words", i, found.words),
            ("contexts", j, found.contexts),
            ("words_bias", i, found.bias),
            ("contexts_bias", j, found.bias),
        ):
            table = getattr(self, name)
            whole = torch.zeros_like(table).index_add_(0, rows, gradient)
            self.squares[name] += whole**2
            table -= rate * whole / self.squares[name].sqrt()
        return losses

    @torch.no_grad()
    def vectors(self) -> Tensor:
        """Return the vectors that are kept, [V, D]."""
        return self.words + self.contexts
