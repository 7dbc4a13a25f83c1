"""Records about good and bad sentences: what each model says, which words made it say so."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one model says of a text."""

    model: str  # a start of a TextCNN, "bow" or "bert"
    good: float  # probability
    test_accuracy: float  # of the model, on sentences that nothing was trained on


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """Which n-gram won each filter's maximum, F filters of each of W widths side by side."""

    sizes: np.ndarray  # int64 [F * W], units of the n-gram
    begins: np.ndarray  # int64 [F * W], number of its first unit
    met: np.ndarray  # float32 [F * W], the maximum after the activation
    towards_good: np.ndarray  # float32 [F * W], maximum x weight: what it adds to the log-odds
    costs: np.ndarray  # float32 [F * W], log-odds - those of the text without this n-gram; NaN for
    # filters that add little
    bias: float  # what the last layer adds by itself


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A text, its units and what the small models say of it."""

    tokens: tuple[str, ...]  # [T]
    starts: tuple[int, ...]  # [T], first character of each unit
    ends: tuple[int, ...]  # [T]
    unknown: tuple[bool, ...]  # [T], not in the vocabulary
    n_cut: int  # units at the end that were not read
    looks_like: str | None  # language of most letters
    verdicts: tuple[Verdict, ...]
    filters: Filters  # of the model that was asked for
    costs: np.ndarray  # float32 [T], its log-odds - those of the text without the unit
    bag: np.ndarray  # float32 [T], the same for the bag of units


@dataclass(frozen=True, slots=True, eq=False)
class JudgedByBert:
    """What the fine-tuned BERT says of a text, and what hiding its words costs."""

    tokens: tuple[str, ...]  # [T]
    starts: tuple[int, ...]  # [T]
    ends: tuple[int, ...]  # [T]
    n_cut: int
    verdict: Verdict
    words: tuple[int, ...]  # [T], number of the word that is hidden as a whole
    together: int  # so many neighbouring words of a long text count as one
    costs: np.ndarray  # float32 [T], log-odds - those with the piece's word hidden


@dataclass(frozen=True, slots=True)
class NGram:
    """Words of the training texts that excite a filter."""

    text: str
    met: float  # the filter's value after the activation
