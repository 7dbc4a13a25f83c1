"""What the convolution page gets from the server: a sentence as numbers, and real filters."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class SentenceMatrix:
    """T tokens as a picture of C channels, D numbers wide."""

    tokens: tuple[str, ...]  # [T]
    vectors: np.ndarray  # [C, T, D] float32, each row of length 1
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart


@dataclass(frozen=True, slots=True, eq=False)
class LayerFilters:
    """A trained layer's numbers."""

    weight: np.ndarray  # [O, I, H, W] float32
    bias: np.ndarray  # [O] float32
    stride: int
    padding: int
