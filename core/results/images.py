"""What the pages about images get to know."""

from dataclasses import dataclass

import numpy as np

# ---- Draw and reconstruct -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Reconstruction:
    """A picture squeezed through one model's code and back."""

    code: np.ndarray  # [Z] float32
    pixels: np.ndarray  # [28, 28] float32 in [0, 1], what comes back
    error: float  # mean squared error a pixel, pixels in [0, 1]
    unusual: bool  # `Yardstick`: the error is high, or the nearest codes are far away
    neighbours: np.ndarray  # [5], sample digits with the nearest codes, nearest first
    labels: np.ndarray  # [5], what they are, 0..9
    vote: int  # the digit that most of them are


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What one encoder keeps of a picture, told the answer or not."""

    objective: str  # what the encoder was trained for
    code: np.ndarray  # [Z] float32
    scale: float  # 99% of the shown pictures' numbers are smaller, without their sign
    kinds: np.ndarray  # [10] probabilities of each kind, by a linear probe of the code
    pixels: np.ndarray  # [28, 28] float32 in [0, 1], by a decoder trained afterwards
    error: float  # mean squared error a pixel, pixels in [0, 1]
    neighbours: np.ndarray  # [5], shown pictures with the nearest codes, nearest first
    labels: np.ndarray  # [5], what they are, 0..9
    place: np.ndarray  # [2] on the encoder's `KindMap`


@dataclass(frozen=True, slots=True, eq=False)
class KindMap:
    """The codes of the shown pictures by one encoder, laid flat."""

    objective: str
    points: np.ndarray  # [N, 2] float32
    explained: float | None  # share of the variance that PCA's two directions show; None: no PCA


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A picture and the ink found on it."""

    picture: np.ndarray  # uint8 [H, W, 3], upright, small
    found: np.ndarray  # bool [H, W], what was taken for the digit's ink
    ink: np.ndarray  # uint8 [H', W'], white ink on black, as thick as MNIST's
    doubt: str | None  # why it may be something else: "several", "faint" or "cut"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What is usual for one model on the 5,000 sample digits."""

    scale: float  # 99% of the codes' numbers are smaller, without their sign
    usual: float  # median error
    high: float  # 99th percentile of the error
    far: float  # 95th percentile of a code's distance to the fifth nearest other code


@dataclass(frozen=True, slots=True)
class Preparation:
    """How often 5-NN in a code space names a digit that stands anywhere on the pad, in any size."""

    accuracy: float  # 0..1, prepared as MNIST was
    accuracy_without: float  # 0..1, the whole pad only shrunk
    n_digits: int


@dataclass(frozen=True, slots=True, eq=False)
class ReconstructionExample:
    """The stored worked example of the first page, and what the answers are held against."""

    digit: int  # sample digit
    row: tuple[int, ...]  # ten sample digits to choose from, 0..9
    answers: dict[str, Reconstruction]  # by model
    yardsticks: dict[str, Yardstick]
    preparation: Preparation


# ---- Decoders that run in the browser -----------------------------------------------------------


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


# ---- Code space ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class CodeSpace:
    """All sample digits in a space of three numbers, and what decodes any place of it."""

    codes: np.ndarray  # [5000, 3] float32
    low: np.ndarray  # [3], 1st percentile of each number
    high: np.ndarray  # [3], 99th percentile
    decoder: DecoderWeights
    score: dict[str, float]  # from the manifest, on digits never trained on


@dataclass(frozen=True, slots=True, eq=False)
class TimeLapse:
    """The same digits at M moments of training."""

    codes: np.ndarray  # [M, 2000, Z] float16, the first sample digits
    epochs: np.ndarray  # [M] float32, epochs passed; fractions of one at first
    validation_mse: np.ndarray  # [M] float32, pixels in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class EmptyPlace:
    """A place in a code space where no sample digit lies."""

    code: np.ndarray  # [Z]
    pixels: np.ndarray  # [28, 28] float32 in [0, 1], what the decoder makes of it
    nearest: int  # the sample digit whose code is nearest
    distance: float  # to that code, in the space's own units
    spacing: float  # median distance of a sample digit to its nearest neighbour, same units


@dataclass(frozen=True, slots=True, eq=False)
class CodedDigit:
    """A sample digit with its code and what comes back of it."""

    code: np.ndarray  # [Z]
    pixels: np.ndarray  # [28, 28] float32 in [0, 1], the reconstruction
    error: float  # mean squared error a pixel, pixels in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class CodeMap:
    """Many numbers a digit, drawn with two."""

    points: np.ndarray  # [N, 2] float32
    kept: float  # 0..1, of each digit's 10 nearest by the code, how many are so on the map
    scale: float  # 99% of the codes' numbers are smaller, without their sign
    score: dict[str, float]  # the model's, from the manifest


@dataclass(frozen=True, slots=True, eq=False)
class UmapProgress:
    """How far a live UMAP has come."""

    state: str  # "waiting", "starting", "graph", "layout", "done" or "stopped"
    ahead: int = 0  # maps of others to be made first
    epoch: int = 0  # passes over the graph's edges made so far
    n_epochs: int = 0
    first: bool = False  # the first since the lab started: numba compiles
    seconds: float = 0.0  # since the work on it began
    stages: np.ndarray | None = None  # when done: [S, N, 2] float32, the map as it formed
    kept: float = 0.0  # when done, as in CodeMap

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "stopped")


# ---- Latent walk --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class LatentPlane:
    """All sample digits on the plane of a VAE with two numbers, beside the prior N(0, I)."""

    beta: int
    codes: np.ndarray  # [5000, 2] float32, the means of q(z|x)
    mean_kl: float  # nats a digit
    within: tuple[float, ...]  # 0..1, shares of the codes inside 1, 2 and 3 sigma of the prior
    radius: float  # root mean square of a code's numbers; draws from the prior have 1
    deviation: float  # median standard deviation of q(z|x)
    error: float  # mean squared error a pixel when means are decoded, pixels in [0, 1]
    decoder: DecoderWeights
    score: dict[str, float]  # from the manifest


@dataclass(frozen=True, slots=True, eq=False)
class LatentWalk:
    """Places on the path between two codes."""

    codes: np.ndarray  # [steps, Z] float32
    frames: np.ndarray  # [steps, 28, 28] float32 in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class PriorDraws:
    """Random codes and what they decode to."""

    codes: np.ndarray  # [N, Z] float32
    pixels: np.ndarray  # [N, 28, 28] float32 in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class ElboSplit:
    """A digit's evidence lower bound and its two sides, in nats, means over draws."""

    elbo: float  # -reconstruction - kl
    standard_error: float  # of the elbo
    reconstruction: float  # -log p(x|z)
    kl: float  # KL(q(z|x) || p(z))
    kl_per_dimension: np.ndarray  # [Z]
    ink: np.ndarray  # [28, 28], 0 or 1, the first of the black-and-white digits drawn
