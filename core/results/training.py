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


Samples = PictureSamples | TextSamples | AnswerSamples


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
