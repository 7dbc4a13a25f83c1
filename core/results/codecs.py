"""What the page about codes gets to know."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class LosslessCode:
    """A message, its Huffman code, and how long others write it."""

    message: tuple[int, ...]  # [N] symbols: bytes, or code points
    symbols: tuple[int, ...]  # [S], the rarest first
    counts: tuple[int, ...]  # [2S - 1] of the tree's nodes: leaves, then merges
    merges: tuple[tuple[int, int], ...]  # [S - 1] pairs of nodes
    codes: tuple[str, ...]  # [S] canonical codes, texts of 0 and 1
    entropy: float  # bits a symbol
    average: float  # bits a symbol of the Huffman code
    sizes: dict[str, int]  # bits of the whole message by each code, in the order to be shown
    width: int  # of a picture, whose rows are the message; else its length in bytes


@dataclass(frozen=True, slots=True, eq=False)
class JpegPicture:
    """A picture as JPEG gives it back."""

    file: bytes  # baseline JFIF, written by us
    pixels: np.ndarray  # uint8 [H, W] or [H, W, 3]
    mse: float  # squared error a value, pixels in [0, 1]
    n_kept: int  # amounts of waves that are not 0
    n_amounts: int  # of how many
    table: np.ndarray  # [8, 8] of light


@dataclass(frozen=True, slots=True, eq=False)
class JpegBlock:
    """One 8 x 8 block of light on its way."""

    pixels: np.ndarray  # [8, 8] 0..255
    amounts: np.ndarray  # [8, 8] of the waves, before division
    kept: np.ndarray  # [8, 8] whole numbers, after it
    back: np.ndarray  # [8, 8] 0..255


@dataclass(frozen=True, slots=True, eq=False)
class OtherCodec:
    """The same picture by a library's codec."""

    name: str
    kind: str  # what a browser calls the file: image/...
    n_bytes: int
    mse: float  # squared error a value, pixels in [0, 1]
    shown: bytes  # a PNG of what comes back: not every browser knows every codec


@dataclass(frozen=True, slots=True, eq=False)
class WaveletPicture:
    """A picture as means and details, and what comes back of the largest of them."""

    pyramid: np.ndarray  # [H, W] in [0, 1], 0.5 for a detail of 0
    pixels: np.ndarray  # uint8 [H, W]
    mse: float  # squared error a pixel, pixels in [0, 1]
    n_kept: int  # numbers that are not 0
    n_all: int


@dataclass(frozen=True, slots=True, eq=False)
class ByCode:
    """A digit by one code."""

    name: str
    n_bytes: int  # that travel for this digit
    mse: float  # squared error a pixel, pixels in [0, 1]
    pixels: np.ndarray  # [28, 28] in [0, 1], what comes back
    decoder_bytes: int  # that the receiver needs before the first digit; 0 where it is a standard's


@dataclass(frozen=True, slots=True, eq=False)
class BinaryLengths:
    """How many bits a black and white digit takes."""

    ink: np.ndarray  # [28, 28], 0 or 1
    vae16: float  # its bound, which bits back reaches on average
    bernoulli: float  # each pixel by how often it has ink
    zlib: int
    png: int
    huffman: int  # with its table; at least a bit a pixel
