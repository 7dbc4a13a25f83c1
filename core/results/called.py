"""What a program gets where a page gets something else: an answer that stands by itself."""

from dataclasses import dataclass

import numpy as np

from core.results.attention import ReadTokens
from core.results.sentiment import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Reconstructed:
    """A digit squeezed through one model's code and back."""

    model: str
    seen: np.ndarray  # [28, 28] float32 in [0, 1], what the model got to see
    code: np.ndarray  # [Z] float32
    pixels: np.ndarray  # [28, 28] float32 in [0, 1], what comes back
    error: float  # mean squared error a pixel, pixels in [0, 1]
    unusual: bool  # the error is high, or the nearest codes are far away
    neighbours: np.ndarray  # [5], sample digits with the nearest codes, nearest first
    labels: np.ndarray  # [5], what they are, 0..9
    vote: int  # the digit that most of them are


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A picture's code."""

    model: str
    code: np.ndarray  # [Z] float32; a VAE's is the mean


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What a code decodes to."""

    model: str
    pixels: np.ndarray  # [28, 28] float32 in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class HeadAttention:
    """What one head looks at, or what all heads of a layer look at on average."""

    read: ReadTokens
    n_layers: int
    n_heads: int
    layer: int  # from 0
    head: int | None  # from 0; None: the mean of the layer's heads
    attention: np.ndarray  # [T, T] float32, row i: what token i looks at; rows sum to 1


@dataclass(frozen=True, slots=True)
class FoundNGram:
    """An n-gram of a text that won some filters' maxima."""

    text: str
    first: int  # number of its first unit
    n_units: int
    n_filters: int  # filters whose maximum it is, of those that add most
    towards_good: float  # what they add to the log-odds of good
    cost: float  # log-odds - those of the text without it: above 0 it speaks for good


@dataclass(frozen=True, slots=True, eq=False)
class Sentiment:
    """A text and what the models say of it."""

    tokens: tuple[str, ...]  # [T]
    costs: np.ndarray  # float32 [T], log-odds of the TextCNN - those without the unit
    unknown: tuple[bool, ...]  # [T], not in the vocabulary
    n_cut: int  # units at the end that were not read
    verdicts: tuple[Verdict, ...]  # of the TextCNNs, the bag of units and the fine-tuned BERT
    ngrams: tuple[FoundNGram, ...]  # by what they cost, the largest first


@dataclass(frozen=True, slots=True, eq=False)
class Convolved:
    """What a convolution makes of a picture."""

    output: np.ndarray  # [H, W] float32
