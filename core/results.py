"""What a page gets to know: frozen records of NumPy and plain Python, nothing else."""

from dataclasses import dataclass

import numpy as np

# ---- Draw and reconstruct ----------------------------------------------------------------------


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


# ---- Decoders that run in the browser ----------------------------------------------------------


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


# ---- Masking lab -------------------------------------------------------------------------------


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


# ---- Code space --------------------------------------------------------------------------------


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


# ---- Latent walk -------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class MaskedAnswer:
    """What BERT says at one chosen token."""

    at: int  # which piece
    top: tuple[tuple[str, float], ...]  # the likeliest tokens and their probabilities
    probability: float  # of the original token
    rank: int  # of the original token, 1 is the likeliest


@dataclass(frozen=True, slots=True)
class MaskedAnswers:
    """BERT's answers to one masking."""

    answers: tuple[MaskedAnswer, ...]
    n_right: int  # first answers that are the original
    loss: float  # nats a chosen token


# ---- Input, piece by piece -----------------------------------------------------------------------

Step = tuple[tuple[str, str], ...]  # (before, after) of each run of characters, in order


@dataclass(frozen=True, slots=True)
class SentenceSteps:
    """What happened to one sentence before it was pieces."""

    cleaned: Step
    spaced: Step  # Chinese characters between blanks
    lowered: Step  # lower case, without accents
    words: tuple[tuple[str, tuple[str, ...]], ...]  # each word and its pieces
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart


@dataclass(frozen=True, slots=True)
class CutSentence:
    """What of a sentence found no place."""

    n_pieces: int
    text: str


@dataclass(frozen=True, slots=True)
class InputPieces:
    """What BERT reads: T tokens with [CLS] and [SEP]."""

    sentences: tuple[SentenceSteps, ...]  # one or two
    tokens: tuple[str, ...]  # [T]
    ids: tuple[int, ...]  # [T]
    segments: tuple[int, ...]  # [T], 0 for sentence A, 1 for B
    cuts: tuple[CutSentence, ...]  # one for each sentence


@dataclass(frozen=True, slots=True)
class MatchedWord:
    """A word taken apart: each look into the vocabulary, longest first."""

    word: str
    attempts: tuple[tuple[str, bool], ...]  # (piece, whether the vocabulary has it)
    pieces: tuple[str, ...]
    longest: int  # characters; a longer word is [UNK] at once


@dataclass(frozen=True, slots=True)
class VocabularyHits:
    """What a search found."""

    n_found: int
    shown: tuple[tuple[str, int], ...]  # the first few: token, id


@dataclass(frozen=True, slots=True)
class VocabularyFacts:
    """What a vocabulary is made of."""

    n_tokens: int
    n_continuing: int  # ## pieces
    n_special: int
    n_unused: int  # [unused0] ...: places left free for later
    n_chinese: int  # single Chinese characters


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingSum:
    """What enters BERT's first layer at one token; all [D] float32."""

    word: np.ndarray
    position: np.ndarray
    segment: np.ndarray
    summed: np.ndarray
    normalised: np.ndarray  # after LayerNorm


@dataclass(frozen=True, slots=True)
class OtherPieces:
    """A text cut by another model's tokenizer."""

    name: str
    kind: str  # "bpe" or "sentencepiece"
    readable: bool = True  # False: the files are damaged
    tokens: tuple[str, ...] = ()  # the first few
    n_tokens: int = 0
    n_vocabulary: int = 0
