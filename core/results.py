"""What a page gets to know: frozen records of NumPy and plain Python, nothing else."""

from dataclasses import dataclass

import numpy as np


# ---- Draw and reconstruct ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Reconstruction:
    """A picture squeezed through one model's code and back."""

    code: np.ndarray  # [Z] float32
    pixels: np.ndarray  # [28, 28] float32 in [0, 1], what comes back
    error: float  # mean squared error a pixel, pixels in [0, 1]
    unusual: bool  # the error is larger than on 99% of the sample digits
    neighbours: np.ndarray  # [5], sample digits with the nearest codes, nearest first
    labels: np.ndarray  # [5], what they are, 0..9
    vote: int  # the digit that most of them are


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What is usual for one model on the 5,000 sample digits."""

    scale: float  # 99% of the codes' numbers are smaller, without their sign
    usual: float  # median error
    high: float  # 99th percentile of the error


@dataclass(frozen=True, slots=True)
class Preparation:
    """How often 5-NN in a code space names a digit that stands anywhere on the pad, in any size."""

    accuracy: float  # 0..1, prepared as MNIST was
    accuracy_without: float  # 0..1, the whole pad only shrunk
    n_digits: int


@dataclass(frozen=True, slots=True, eq=False)
class ReconstructionExample:
    """The stored worked example of the first page, and what the models' answers are held against."""

    digit: int  # sample digit
    answers: dict[str, Reconstruction]  # by model
    yardsticks: dict[str, Yardstick]
    preparation: Preparation


# ---- Decoders that run in the browser ------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class DecoderWeights:
    """A decoder as plain linear layers: after each but the last the activation, then the output.

    A browser computes x = activation(weight @ x + bias) layer by layer, starting from a code [Z],
    and last tanh or sigmoid. With "tanh" pixels come in [-1, 1], and (x + 1) / 2 is the ink.
    """

    name: str
    layers: tuple[tuple[np.ndarray, np.ndarray], ...]  # weight [out, in], bias [out]; float16
    activation: str  # "relu" or "gelu" (the exact one, by the error function)
    output: str  # "tanh" or "sigmoid"


# ---- Masking lab -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class MaskedEpoch:
    """What one reading of a text of T pieces hides."""

    actions: np.ndarray  # [T] int8, core.text.masking.Action: left, masked, random, kept
    read: tuple[str, ...]  # [T], what BERT reads
    units: np.ndarray  # [T], which chosen unit (0 was chosen first), -1 where not chosen
    throws: np.ndarray  # [T], the throw in [0, 1) that decided between the three; NaN if not chosen


@dataclass(frozen=True, slots=True, eq=False)
class MaskedText:
    """A text and its masking in several epochs, without [CLS] and [SEP]."""

    tokens: tuple[str, ...]  # [T]
    written: tuple[str, ...]  # [T], what stood in the text
    words: np.ndarray  # [T], number of the word, -1 at a typed [MASK]
    starts: np.ndarray  # [T], each piece's first character in the text
    epochs: tuple[MaskedEpoch, ...]
    n_cut: int  # pieces that found no place
    cut: str  # the text from the first of them on
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart


@dataclass(frozen=True, slots=True, eq=False)
class MaskTally:
    """How often each of T pieces met each fate in `n_rolls` epochs."""

    n_rolls: int
    n_open: int  # pieces that could be chosen
    masked: np.ndarray  # [T] counts
    random: np.ndarray  # [T]
    kept: np.ndarray  # [T]
