"""What somebody may choose before a training that is watched, and between which limits.

Learning rates of 0 and of a million are allowed: what happens then is a lesson.
"""

import math
from dataclasses import dataclass

import numpy as np

from core.errors import InputError

ACTIVATIONS = ("relu", "gelu")
MIN_CODE, MAX_CODE = 1, 32
MIN_RATE, MAX_RATE = 0.0, 1e6
MIN_BATCH, MAX_BATCH = 4, 512
MIN_EPOCHS, MAX_EPOCHS = 1, 100
MIN_NOISE, MAX_NOISE = 0.0, 1.0
MIN_LABELS, MAX_LABELS = 20, 20_000
MAX_LAYERS = 6  # of the bundled BERT
MAX_SEED = 9999
LANGUAGES = ("en", "zh")
# The last layer, the last block with it, the whole network.
DEPTHS = ("layer", "block", "all")
# Under the new last layer: no network, one that knows nothing, those that know ImageNet.
BACKBONES = ("pixels", "random", "lite0", "resnet18", "resnet101")
WITHOUT_BLOCKS = ("pixels", "random")  # of these only the last layer learns
VECTORS = ("random", "tuned", "frozen")
# Of word vectors: two that guess word by word, two that count first.
METHODS = ("skipgram", "cbow", "glove", "ppmi")
MIN_DIMS, MAX_DIMS = 2, 100
MIN_WINDOW, MAX_WINDOW = 1, 10  # words to both sides
MIN_NEGATIVE, MAX_NEGATIVE = 1, 20
MIN_THRESHOLD, MAX_THRESHOLD = 0.0, 1.0  # of subsampling; 0: every word stays
MAX_CHARACTERS = 200_000  # of a text that somebody pastes
MAX_WATCHED = 24  # words


@dataclass(frozen=True, slots=True)
class AutoencoderSettings:
    """The lecture's MLP autoencoder; by default as the lecture trains it."""

    code_size: int = 3
    activation: str = "relu"
    learning_rate: float = 1e-3
    batch_size: int = 64
    epochs: int = 30
    noise: float = 0.0  # deviation of what is added to the ink (0..1) of each pixel it gets to see
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: a setting is.
        """
        within("train_code", self.code_size, MIN_CODE, MAX_CODE)
        within("train_noise", self.noise, MIN_NOISE, MAX_NOISE)
        _check_common(self)
        if self.activation not in ACTIVATIONS:
            raise InputError("bad_request", field="activation")


@dataclass(frozen=True, slots=True)
class TextCNNSettings:
    """A TextCNN; by default as core/training/textcnn.py trains it, on fewer sentences."""

    language: str = "en"
    vectors: str = "tuned"  # what the word vectors start from, one of VECTORS
    n_labels: int = 2_000  # sentences to learn from; 0 for all that ship
    learning_rate: float = 1e-3  # at its height: it rises first, then falls to 0
    batch_size: int = 50
    epochs: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: a setting is.
        """
        _check_text(self)
        if self.vectors not in VECTORS:
            raise InputError("bad_request", field="vectors")


@dataclass(frozen=True, slots=True)
class FineTuningSettings:
    """The bundled BERT; by default its last two layers learn, which takes a minute."""

    language: str = "en"
    n_layers: int | None = 2  # of the last layers that learn; 0: only the head; None: everything
    low_rank: bool = False  # instead, only low-rank changes of all layers learn
    n_labels: int = 500
    learning_rate: float = 1e-4  # of the pre-trained part, at its height; the head's is 30 times it
    batch_size: int = 32
    epochs: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: a setting is.
        """
        _check_text(self)
        if self.n_layers is not None:
            within("train_layers", self.n_layers, 0, MAX_LAYERS)


@dataclass(frozen=True, slots=True, eq=False)
class RetrainingSettings:
    """A pre-trained image network that learns classes of somebody's own."""

    pictures: np.ndarray  # uint8 [N, S, S, 3], to learn from
    labels: np.ndarray  # int64 [N], 0..C-1
    held: np.ndarray  # uint8 [H, S, S, 3], never learned from
    held_labels: np.ndarray  # int64 [H]
    n_classes: int
    depth: str = "layer"  # what learns, one of DEPTHS
    seed: int = 0
    backbone: str = "lite0"  # one of BACKBONES
    weights: str = ""  # the folder of a ResNet's

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: a setting is.
        """
        within("seed_range", self.seed, 0, MAX_SEED)
        if self.depth not in DEPTHS:
            raise InputError("bad_request", field="depth")
        if self.backbone not in BACKBONES:
            raise InputError("bad_request", field="backbone")
        if self.backbone in WITHOUT_BLOCKS and self.depth != "layer":
            raise InputError("bad_request", field="depth")


@dataclass(frozen=True, slots=True)
class WordVectorSettings:
    """Word vectors from a text that ships, or one that somebody pasted."""

    language: str = "en"  # of the text that ships
    text: str | None = None  # instead of it
    method: str = "skipgram"  # one of METHODS
    n_dims: int = 50
    window: int = 5
    n_negative: int = 5
    threshold: float = 1e-3  # of subsampling
    epochs: int = 20  # times through the text, or through all pairs
    watched: tuple[str, ...] = ()  # words to look at; those that have no vector are left out
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what is out of range.

        Raises:
            InputError: a setting is.
        """
        if self.language not in LANGUAGES:
            raise InputError("bad_request", field="language")
        if self.method not in METHODS:
            raise InputError("bad_request", field="method")
        if self.text is not None:
            within("word2vec_text", len(self.text), 1, MAX_CHARACTERS)
        within("word2vec_dims", self.n_dims, MIN_DIMS, MAX_DIMS)
        within("word2vec_window", self.window, MIN_WINDOW, MAX_WINDOW)
        within("word2vec_negative", self.n_negative, MIN_NEGATIVE, MAX_NEGATIVE)
        within("word2vec_threshold", self.threshold, MIN_THRESHOLD, MAX_THRESHOLD)
        within("word2vec_watched", len(self.watched), 0, MAX_WATCHED)
        within("train_epochs", self.epochs, MIN_EPOCHS, MAX_EPOCHS)
        within("seed_range", self.seed, 0, MAX_SEED)


Settings = (
    AutoencoderSettings
    | TextCNNSettings
    | FineTuningSettings
    | RetrainingSettings
    | WordVectorSettings
)


def _check_text(settings: TextCNNSettings | FineTuningSettings) -> None:
    if settings.language not in LANGUAGES:
        raise InputError("bad_request", field="language")
    if settings.n_labels:
        within("train_labels", settings.n_labels, MIN_LABELS, MAX_LABELS)
    _check_common(settings)


def _check_common(settings: AutoencoderSettings | TextCNNSettings | FineTuningSettings) -> None:
    within("train_rate", settings.learning_rate, MIN_RATE, MAX_RATE)
    within("train_batch", settings.batch_size, MIN_BATCH, MAX_BATCH)
    within("train_epochs", settings.epochs, MIN_EPOCHS, MAX_EPOCHS)
    within("seed_range", settings.seed, 0, MAX_SEED)


def within(key: str, got: float, low: float, high: float) -> None:
    """Raise unless a setting is a number between its limits.

    Raises:
        InputError: it is not; `key` is its sentence.
    """
    if not (math.isfinite(got) and low <= got <= high):
        raise InputError(key, low=low, high=high, got=got)
