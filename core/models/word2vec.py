"""Word vectors learned by guessing (Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546).

    skip-gram   the word in the middle [B, 1]  -> its vector [B, D]       guesses one neighbour
    CBOW        its neighbours [B, C]          -> their mean vector [B, D] guesses the middle
    both        vector h [B, D], candidates [B, 1 + K] -> logits u.h [B, 1 + K]

B examples, V words, D dimensions, C neighbours within the window, K negatives. The first candidate
is the word that stands in the text, the others are drawn at random: telling them apart by K + 1
yes-or-no questions costs K + 1 rows of a table, where a softmax would cost all V (1310.4546,
section 2.2). Each word has two vectors: one as what is given (`given`), one as what is guessed
(`guessed`); the first is kept. core/training/fast_words.py takes the same steps, one example after
the other, as machine code.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

PADDING = -1  # in place of a neighbour that isn't there
NOISE_POWER = 0.75  # of a word's count, for how often it is drawn as a negative


@dataclass(frozen=True, slots=True)
class Word2VecConfig:
    """How large it is; the defaults are those of the page."""

    n_words: int
    n_dims: int = 50


class Gradients(NamedTuple):
    """Of the summed loss, for the rows that an example touches; rows may be touched twice."""

    given: Tensor  # [B, C, D], zero where there is padding
    guessed: Tensor  # [B, 1 + K, D]


class Word2Vec(nn.Module):
    """Two vectors a word."""

    def __init__(self, config: Word2VecConfig, generator: Generator | None = None) -> None:
        """Begin with short vectors for what is given, and zeros for what is guessed."""
        super().__init__()
        self.config = config
        rows = torch.rand(config.n_words, config.n_dims, generator=generator)
        self.given = nn.Parameter((rows - 0.5) / config.n_dims)
        self.guessed = nn.Parameter(torch.zeros(config.n_words, config.n_dims))

    def hidden(self, given: Tensor) -> Tensor:
        """Return the mean vector [B, D] of the words that are there of [B, C]."""
        there = (given != PADDING).to(self.given.dtype)  # [B, C]
        rows = self.given[given.clamp(min=0)] * there[..., None]  # [B, C, D]
        return rows.sum(1) / there.sum(1, keepdim=True)

    def forward(self, given: Tensor, candidates: Tensor) -> Tensor:
        """Return logits [B, 1 + K]: does this candidate stand there?"""
        return (self.guessed[candidates] @ self.hidden(given)[..., None])[..., 0]

    def loss(self, given: Tensor, candidates: Tensor) -> Tensor:
        """Return the loss of each example in nats, [B] (1310.4546, equation 4, its sign turned)."""
        return negative_sampling_loss(self(given, candidates))

    @torch.no_grad()
    def gradients(self, given: Tensor, candidates: Tensor) -> Gradients:
        """Return what autograd would find, written out.

        The error of a yes-or-no question is sigmoid(logit) minus the answer; it moves the candidate
        along h, and h along the candidate.
        """
        h = self.hidden(given)
        error = (self.guessed[candidates] @ h[..., None])[..., 0].sigmoid()
        error[:, 0] -= 1
        there = (given != PADDING).to(h.dtype)
        back = (error[:, None] @ self.guessed[candidates])[:, 0]  # [B, D]
        share = there / there.sum(1, keepdim=True)
        return Gradients(share[..., None] * back[:, None], error[..., None] * h[:, None])

    @torch.no_grad()
    def learn(self, given: Tensor, candidates: Tensor, rate: float) -> Tensor:
        """Take one step of stochastic gradient descent; return the losses before it, [B]."""
        losses = self.loss(given, candidates)
        found = self.gradients(given, candidates)
        n_dims = self.config.n_dims
        rows = given.clamp(min=0).reshape(-1)  # padding has a gradient of zero
        self.given.index_add_(0, rows, found.given.reshape(-1, n_dims), alpha=-rate)
        rows = candidates.reshape(-1)
        self.guessed.index_add_(0, rows, found.guessed.reshape(-1, n_dims), alpha=-rate)
        return losses


def negative_sampling_loss(logits: Tensor) -> Tensor:
    """Return -log sigmoid(first) - sum of log sigmoid(-others), [B] of [B, 1 + K]."""
    return -F.logsigmoid(logits[:, 0]) - F.logsigmoid(-logits[:, 1:]).sum(1)


def noise(counts: Tensor) -> Tensor:
    """Return how probable each word is as a negative, [V] (1310.4546, section 2.2)."""
    weights = counts.double() ** NOISE_POWER
    return weights / weights.sum()


def kept_share(counts: Tensor, threshold: float) -> Tensor:
    """Return the probability with which each occurrence of a word stays in the text, [V].

    sqrt(threshold / share of the word in the text), at most 1 (1310.4546, equation 5). A threshold
    of 0 keeps everything.
    """
    share = counts.double() / counts.sum()
    if not threshold:
        return torch.ones_like(share)
    return (threshold / share.clamp(min=1e-30)).sqrt().clamp(max=1)


def windows(sentence: Tensor, reaches: Tensor, window: int) -> Tensor:
    """Return the neighbours of each word of a sentence.

    Args:
        sentence: words, int64 [T].
        reaches: how far each one looks to both sides, 1..window, int64 [T]; drawn anew each time,
            so that near words are neighbours more often than far ones.
        window: the longest reach.

    Returns:
        int64 [T, 2 * window], in the order of the text, PADDING where nothing is.
    """
    offsets = torch.cat([torch.arange(-window, 0), torch.arange(1, window + 1)])
    places = torch.arange(len(sentence))[:, None] + offsets  # [T, 2 * window]
    outside = (places < 0) | (places >= len(sentence)) | (offsets.abs() > reaches[:, None])
    found = sentence[places.clamp(0, len(sentence) - 1)]
    return found.masked_fill(outside, PADDING)


def nearest(vectors: Tensor, word: int, n: int) -> tuple[Tensor, Tensor]:
    """Return the n words whose vectors point most nearly the same way, and the cosines, [n].

    Args:
        vectors: [V, D].
        word: whose neighbours; it is not among them.
        n: how many.
    """
    directions = F.normalize(vectors, dim=1)
    cosines = directions @ directions[word]
    cosines[word] = -torch.inf
    found = cosines.topk(n)
    return found.indices, found.values
