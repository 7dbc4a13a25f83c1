"""What the page gets to know about a training that it watches."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class PictureSamples:
    """What an autoencoder makes of fixed validation digits."""

    pixels: np.ndarray  # [10, 28, 28] in [0, 1], what comes back of one digit of each class
    codes: np.ndarray  # [10, Z], theirs
    points: np.ndarray  # [N, 1..3], codes of more digits; of a longer code its two main directions
    explained: float | None  # share of the variance that the two directions show


@dataclass(frozen=True, slots=True, eq=False)
class TextSamples:
    """What a classifier says of fixed validation sentences."""

    good: np.ndarray  # [S], probability of "good"


@dataclass(frozen=True, slots=True, eq=False)
class AnswerSamples:
    """What a classifier of pictures says of those that it didn't learn from."""

    shares: np.ndarray  # [N, C], probability of each class
    maps: np.ndarray  # [N, C, H, W], logits of each place (core/models/cam.py)


@dataclass(frozen=True, slots=True, eq=False)
class WordSamples:
    """What word vectors say of a few words and of one sentence."""

    vectors: np.ndarray  # [C, D], of the words that are watched
    near: tuple[tuple[str, ...], ...]  # C times the words that point most nearly the same way
    cosines: np.ndarray  # [C, N], theirs
    pairs: np.ndarray  # [T, 2 W], what the model says of a word and a neighbour; NaN: none there
    negatives: np.ndarray  # [T, K], and of a word and one drawn at random; K = 0 where none is
    fit: np.ndarray  # [P], what it says of some pairs of the text


Samples = PictureSamples | TextSamples | AnswerSamples | WordSamples


@dataclass(frozen=True, slots=True, eq=False)
class WordFacts:
    """The text that word vectors are trained on, and what of it is looked at."""

    n_read: int  # words of the text
    n_words: int  # different ones with a vector
    least: int  # occurrences that a word needed
    watched: tuple[str, ...]  # C
    counts: tuple[int, ...]  # [C], theirs
    sentence: tuple[str, ...]  # T words
    targets: np.ndarray  # [T, 2 W], what the model should say of the pairs; NaN: none there
    negatives: tuple[tuple[str, ...], ...]  # T times K words
    together: np.ndarray  # [C, C], how often watched words are neighbours, d words apart as 1 / d
    fit: np.ndarray  # [P], what the model should say of some pairs of the text
    fit_names: tuple[tuple[str, str], ...]  # P times which ones
    # The most frequent words, how often they occur, and the chance that a negative is one.
    frequent: tuple[tuple[str, int, float], ...]
    n_tokens: int  # words of the text that have a vector


@dataclass(frozen=True, slots=True, eq=False)
class RunFacts:
    """What does not change while a model trains."""

    n_train: int
    n_validation: int
    n_parameters: int  # that learn
    n_steps: int
    steps_per_epoch: int
    digits: tuple[int, ...] = ()  # sample digits that PictureSamples shows
    spoilt: np.ndarray | None = None  # [10, 28, 28] in [0, 1], what the model sees of them
    cloud: tuple[int, int] = (0, 0)  # first sample digit of the points, and how many
    sentences: tuple[str, ...] = ()  # that TextSamples speaks of
    labels: tuple[int, ...] = ()  # theirs, 1 good, 0 bad
    words: WordFacts | None = None  # where word vectors are trained


@dataclass(frozen=True, slots=True, eq=False)
class TrainingReport:
    """How far a training is, with its whole curve so far."""

    over: bool  # nothing more will come
    state: str  # waiting starting running paused; done stopped diverged limit left lost failed
    ahead: int = 0  # runs that come first while waiting
    step: int = 0
    seconds: float = 0.0  # of training; pauses don't count
    share: float = 0.0  # of one processor core, of late
    losses: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))  # [N, 2]: step, loss
    checks: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))  # step, loss, accuracy
    test: float | None = None  # accuracy on the test data, once it is done
    facts: RunFacts | None = None
    samples: Samples | None = None
