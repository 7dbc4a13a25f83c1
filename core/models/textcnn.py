"""TextCNN (Kim 2014, "Convolutional Neural Networks for Sentence Classification", arXiv:1408.5882).

    ids [B, T] -> word vectors [B, T, D] -> per width w: filters along the text [B, F, T - w + 1]
               -> the largest of each filter [B, F] -> side by side [B, F * W] -> logits [B, C]

B texts, T tokens, D width of a word vector, F filters a width, W widths, C classes. Each filter
looks for one phrase of w words, wherever it stands: a window of w word vectors is multiplied by the
filter, and of all windows only the best counts. Trained by core/training/textcnn.py.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

TIE = 1e-5  # a phrase that stands twice is met as well twice, but for rounding


@dataclass(frozen=True, slots=True)
class TextCNNConfig:
    """The sizes of a TextCNN; filters by default as in the paper's section 3.1."""

    n_vocabulary: int
    width: int
    n_filters: int = 100  # of each width
    filter_widths: tuple[int, ...] = (3, 4, 5)  # in tokens
    n_classes: int = 2
    padding_id: int = 0  # what fills up shorter texts; its vector is 0 and stays so
    dropout: float = 0.5  # of the F * W numbers, in training (section 2.1)
    word_dropout: float = 0.0  # of the word vectors' numbers, before the filters see them


class TextCNNOutput(NamedTuple):
    """The answer, and which words gave it."""

    logits: Tensor  # [B, C]
    maxima: Tensor  # [B, F * W], how well each filter was met; filters of one width side by side
    windows: Tensor  # int64 [B, F * W], the token with which that filter's best window begins


class Mish(nn.Module):
    """x * tanh(softplus(x)): smooth, and a little below zero left of it (arXiv:1908.08681)."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation of `x`, of any shape."""
        return x * torch.tanh(F.softplus(x))


class Filters(nn.Conv2d):
    """The filters of one width: [F, 1, w, D], as wide as a word vector.

    They can only move along the text: Conv1d with the same weights computes the same, in a third of
    the time.
    """

    def forward(self, words: Tensor) -> Tensor:
        """Return how well each window of words [B, T, D] meets each filter, [B, F, T - w + 1]."""
        return F.conv1d(words.mT, self.weight[:, 0].mT, self.bias)


class TextCNN(nn.Module):
    """Filters of several widths over word vectors, the maximum over time, one linear layer."""

    def __init__(
        self, config: TextCNNConfig, vectors: Tensor | None = None, *, frozen: bool = False
    ) -> None:
        """Build the layers.

        Args:
            config: their sizes.
            vectors: word vectors [V, D] to start from; None for random ones.
            frozen: leave the word vectors as they are in training.
        """
        super().__init__()
        self.config = config
        padding = config.padding_id
        self.embedding = nn.Embedding(config.n_vocabulary, config.width, padding_idx=padding)
        if vectors is not None:
            # `self.embedding.from_pretrained(...)`, as one often reads, makes another Embedding and
            # leaves this one random: it is a class method. The vectors must go into this one.
            with torch.no_grad():
                self.embedding.weight.copy_(vectors)
                self.embedding.weight[padding] = 0
        self.embedding.weight.requires_grad_(not frozen)
        # A plain list would hide its layers from parameters(), to() and state_dict(): no optimiser
        # would train them, no file would hold them. A ModuleList registers them.
        self.convolutions = nn.ModuleList(
            Filters(1, config.n_filters, (width, config.width)) for width in config.filter_widths
        )
        self.word_dropout = nn.Dropout(config.word_dropout)
        self.activation = Mish()
        self.dropout = nn.Dropout(config.dropout)
        self.linear = nn.Linear(config.n_filters * len(config.filter_widths), config.n_classes)

    def forward(self, ids: Tensor) -> TextCNNOutput:
        """Classify texts [B, T], padded at the end; how far they are padded changes nothing."""
        words = self.word_dropout(self.embedding(ids))
        return self.read(words, (ids != self.config.padding_id).sum(1))

    def read(self, words: Tensor, lengths: Tensor) -> TextCNNOutput:
        """Classify word vectors [B, T, D] of texts with `lengths` [B] tokens."""
        missing = max(self.config.filter_widths) - words.shape[1]
        if missing > 0:  # the widest filter needs something to lie on
            words = F.pad(words, (0, 0, 0, missing))
        maxima, windows = [], []
        for width, convolution in zip(self.config.filter_widths, self.convolutions, strict=True):
            met = self.activation(convolution(words))  # [B, F, T - width + 1]
            starts = torch.arange(met.shape[2], device=met.device)
            within = starts <= (lengths - width).clamp(min=0)[:, None]  # [B, T - width + 1]
            met = met.masked_fill(~within[:, None], -torch.inf)
            best = met.amax(2, keepdim=True)  # [B, F, 1]
            maxima.append(best.squeeze(2))
            windows.append((met >= best - TIE).int().argmax(2))  # of equals the first
        features = torch.cat(maxima, 1)  # [B, F * W]
        return TextCNNOutput(self.linear(self.dropout(features)), features, torch.cat(windows, 1))
