"""Records about an LSTM that reads a sentence: what happens at each word, and what it answers."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What one direction does at each of N words, in the order of the text.

    Its H cells stand in the order of their weight in its answer: what the first ones show speaks
    for bad, what the last ones show for good.
    """

    input_gate: np.ndarray  # float32 [N, H] in 0..1, how much of the candidate comes in
    forget_gate: np.ndarray  # float32 [N, H] in 0..1, how much of the cell stays
    candidate: np.ndarray  # float32 [N, H] in -1..1
    output_gate: np.ndarray  # float32 [N, H] in 0..1, how much of the cell is shown
    cell: np.ndarray  # float32 [N, H], after the word
    hidden: np.ndarray  # float32 [N, H] in -1..1, after the word
    good: np.ndarray  # float32 [N], P(good) of what it has read, the word included


@dataclass(frozen=True, slots=True)
class Answers:
    """What the LSTMs with one kind of word vectors say of a text, by direction."""

    start: str  # "random", "pretrained" or "tuned"
    good: dict[str, float]  # direction -> probability
    test_accuracy: dict[str, float]  # direction -> on sentences that nothing was trained on
    unknown: tuple[bool, ...]  # [T], words that it has no vector of


@dataclass(frozen=True, slots=True, eq=False)
class ReadSentence:
    """A text of T words of which N are read, the others being crossed out."""

    tokens: tuple[str, ...]  # [T], as they are looked up
    starts: tuple[int, ...]  # [T], first character of each word
    ends: tuple[int, ...]  # [T]
    left: tuple[int, ...]  # [N], the words that are read, rising
    n_cut: int  # words at the end that are never read
    n_mapped: int  # traditional characters that are read as simplified ones
    looks_like: str | None  # language of most letters
    start: str  # whose steps these are
    steps: dict[str, Steps]  # "forwards", "backwards"
    costs: dict[str, np.ndarray]  # direction -> float32 [N], log-odds - those without the word
    answers: tuple[Answers, ...]  # of each kind of word vectors


@dataclass(frozen=True, slots=True, eq=False)
class SharedWord:
    """A word that two sentences share, and how alike its vectors are in them."""

    word: str
    places: tuple[int, int]  # which word it is of each sentence
    cosines: dict[str, float]  # "vector", "forwards", "backwards", "both" -> cosine


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """Two sentences, and the words that stand in both."""

    tokens: tuple[tuple[str, ...], tuple[str, ...]]  # [T] of each
    shared: tuple[SharedWord, ...]
    states: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]  # direction -> float32 [T, H]
