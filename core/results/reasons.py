"""Records about reasons: what hiding a word costs an answer, and what other ways say of it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far one way of explaining agrees with hiding."""

    same_sign: float | None  # share of the words; None if there are none to compare
    same_strongest: int  # of the three strongest words
    of: int  # three, or the number of words where there are fewer
    spearman: float | None  # rank correlation over the words, signs counted


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """What M ways of explaining say of an answer's W words, the first of them hiding."""

    words: tuple[str, ...]  # [W], as they stand in the text
    ways: tuple[str, ...]  # [M]
    values: np.ndarray  # float32 [M, W], above 0 for the answer, below 0 against it
    agreement: tuple[Agreement, ...]  # [M], with hiding
