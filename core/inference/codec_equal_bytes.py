"""What comes back of a digit by each code, if as few bytes travel?

    digit [28, 28] -> a learned code [Z], each number as 4, 6 or 8 bits -> bytes -> decoder -> digit
                   -> JPEG with tables agreed before                   -> as many bytes -> digit

What both sides know before the first digit is not counted, and is named: a network's decoder is
some hundred kilobytes. Whole files, which need nothing else, stand beside them: JPEG 2000 and WebP
in as many bytes if their headers leave room for it, PNG and zstd. A VAE's bound is a code length
too, by bits back (Hinton & van Camp 1993; Townsend et al. 2019, arXiv:1901.04866).
"""

import io
import math
from collections import Counter
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageDraw

from core import runtime, zoo
from core.errors import InputError
from core.images import coding, datasets, drawings
from core.inference import codec_lab, codec_pictures, elbo, reconstruction
from core.models import huffman, jpeg, jpeg_file
from core.results.codecs import BinaryLengths, ByCode

LEARNED = ("pca3", "pca32", "ae3-lecture", "dense32", "vae16")
BITS = (4, 6, 8)  # of each number of a code
LONGEST = 32  # numbers of the longest learned code
EQUAL = 0  # bytes: as many as the longest learned code has
BUDGETS = (EQUAL, 100, 180, 250)
WHOLE_FILES = ("jpeg2000", "webp")  # header and all; each is of any length above its shortest
FILES = ("png", "zstd", "huffman")  # lose nothing
QUALITIES = (1, 3, 6, 12, 18, 25, 36, 50, 63, 75, 84, 90, 94, 97)
N_AGREED = 500  # sample digits that JPEG's tables are made for
THRESHOLD = 0.5  # of ink: where a digit is made black and white
OUTSIDE = ("letter", "photo")
_LETTER = (((0.25, 0.85), (0.5, 0.15)), ((0.5, 0.15), (0.75, 0.85)), ((0.34, 0.6), (0.66, 0.6)))
_PIECE = (40, 16, 136, 112)  # of the photo: left, top, right, bottom
_ENDS = (0.5, 99.5)  # per cent of the sample digits' numbers that a quantiser's range holds


class _Agreed(NamedTuple):
    """JPEG's tables for one quality, known to both sides."""

    table: torch.Tensor  # [64]
    lengths: dict[tuple[int, int], dict[int, int]]  # of the codes of every symbol that may come


def through_all(pixels: np.ndarray, *, bits: int, n_bytes: int = EQUAL) -> list[ByCode]:
    """Return a digit by each learned code, by JPEG, JPEG 2000 and WebP in no more bytes, and whole.

    Args:
        pixels: float32 [28, 28] in [0, 1].
        bits: one of `BITS`, of each number of a learned code.
        n_bytes: one of `BUDGETS` for those that can be of any length; `EQUAL`: as many as the
            longest learned code has. Which can't be so short is as short as it can be.

    Raises:
        InputError: there is no such number of bits or bytes, or the picture has another shape or
            range.
        AssetError: a model's file, or the sample, is missing or damaged.
    """
    _check(pixels, bits)
    learned = [through_code(name, pixels, bits) for name in LEARNED]
    most = budget(bits, n_bytes)
    grey = np.rint(255 * pixels).astype(np.uint8)
    nearest = [codec_pictures.other(grey, name, most) for name in WHOLE_FILES]
    whole = codec_lab.library_bits(grey.tobytes(), grey.shape[1])
    whole["huffman"] = 8 * len(huffman.pack(grey.tobytes()))
    return [
        *learned,
        through_jpeg(grey, most),
        *(ByCode(one.name, one.n_bytes, one.mse, opened(one.shown), 0) for one in nearest),
        *(ByCode(name, whole[name] // 8, 0.0, pixels, 0) for name in FILES),
    ]


def budget(bits: int, n_bytes: int = EQUAL) -> int:
    """Return in how many bytes JPEG, JPEG 2000 and WebP have to do, of `through_all`'s arguments.

    Raises:
        InputError: there is no such number of bits or bytes.
    """
    if bits not in BITS:
        raise InputError("bad_request", field="bits")
    if n_bytes not in BUDGETS:
        raise InputError("bad_request", field="bytes")
    return n_bytes or math.ceil(LONGEST * bits / 8)


def outside(what: str) -> np.ndarray:
    """Return a picture that no network has learned from, float32 [28, 28] in [0, 1].

    Args:
        what: one of `OUTSIDE`: the letter A as a pen draws it, or a piece of a photo.

    Raises:
        InputError: it is none of these.
        AssetError: the photo isn't there.
    """
    if what == "letter":
        pad = Image.new("L", (drawings.PAD, drawings.PAD))
        pen = ImageDraw.Draw(pad)
        for stroke in _LETTER:
            pen.line(
                [(x * drawings.PAD, y * drawings.PAD) for x, y in stroke], 255, round(drawings.PEN)
            )
        return drawings.prepare(np.asarray(pad))
    if what == "photo":
        grey = Image.fromarray(codec_pictures.picture("temple")).convert("L")
        return np.asarray(grey.resize((28, 28), box=_PIECE), np.float32) / np.float32(255)
    raise InputError("bad_request", field="what")


def opened(png: bytes) -> np.ndarray:
    """Return the grey values of a PNG in [0, 1]."""
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("L"), np.float32) / np.float32(255)


# ---- Learned codes -----------------------------------------------------------------------------


def through_code(name: str, pixels: np.ndarray, bits: int) -> ByCode:
    """Return what comes back of a digit from its code of whole numbers of so many bits."""
    levels, back = quantised(name, pixels[None], bits)
    n_bytes = math.ceil(levels.shape[1] * bits / 8)
    error = float(np.square(back[0] - pixels).mean())
    return ByCode(name, n_bytes, error, back[0], decoder_bytes(name))


def quantised(name: str, pixels: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes as whole numbers and what comes back of them.

    Args:
        name: one of `LEARNED`.
        pixels: float32 [B, 28, 28] in [0, 1].
        bits: of each number.

    Returns:
        [B, Z] in 0..2^bits - 1, and [B, 28, 28] in [0, 1].
    """
    model = reconstruction.model_of(name)
    low, high = _range(name)
    code = runtime.to_numpy(coding.encode(model, torch.tensor(pixels, device=runtime.device())))
    step = (high - low) / (2**bits - 1)
    levels = np.rint((code - low) / step).clip(0, 2**bits - 1)
    rounded = torch.tensor((low + levels * step).astype(np.float32), device=runtime.device())
    return levels.astype(np.int64), runtime.to_numpy(coding.decode(model, rounded))


@zoo.once
def _range(name: str) -> np.ndarray:
    """Return the range of each number of a code, [2, Z]: wider than nearly all sample digits'."""
    return np.percentile(reconstruction.neighbourhood(name).codes, _ENDS, axis=0)


def decoder_bytes(name: str) -> int:
    """Return how many bytes the receiver needs before the first digit, at two a number."""
    model = reconstruction.model_of(name)
    if hasattr(model, "components"):  # PCA decodes by what it encodes with
        return 2 * sum(part.numel() for part in model.buffers())
    decoder = getattr(model, "decoder", model)
    return 2 * sum(part.numel() for part in decoder.parameters())


def break_even(ours: ByCode, theirs: ByCode) -> int | None:
    """Return from how many pictures on a code with a decoder is shorter; None: never."""
    saved = theirs.n_bytes - ours.n_bytes
    return math.ceil(ours.decoder_bytes / saved) if saved > 0 else None


# ---- JPEG with tables that both sides know -----------------------------------------------------


def through_jpeg(grey: np.ndarray, most: int) -> ByCode:
    """Return the best that JPEG gives back in at most `most` bytes of codes, or its shortest."""
    low, high = 0, len(QUALITIES) - 1
    n_bytes, back = agreed_jpeg(grey, QUALITIES[low])
    while low < high:
        middle = (low + high + 1) // 2
        tried = agreed_jpeg(grey, QUALITIES[middle])
        if tried[0] <= most:
            low, (n_bytes, back) = middle, tried
        else:
            high = middle - 1
    error = codec_pictures.squared_error(back, grey)
    return ByCode("jpeg", n_bytes, error, back / np.float32(255), 0)


def agreed_jpeg(grey: np.ndarray, quality: int) -> tuple[int, np.ndarray]:
    """Return the bytes of a picture's codes, without header and tables, and what comes back.

    Args:
        grey: uint8 [H, W].
        quality: one of `QUALITIES`.
    """
    agreed = _agreed(quality)
    coded = jpeg.code(torch.from_numpy(np.array(grey)), (agreed.table,))
    bits = sum(
        agreed.lengths[piece.table][piece.symbol] + len(piece.bits)
        for piece in jpeg_file.pieces(coded)
    )
    return math.ceil(bits / 8), runtime.to_numpy(jpeg.restore(coded))


@zoo.once
def _agreed(quality: int) -> _Agreed:
    """Return codes made for sample digits, in which every symbol has one."""
    table = jpeg.table(jpeg.LIGHT, quality)
    counts = {
        (0, 0): Counter(range(12)),
        (1, 0): Counter(16 * zeros + size for zeros in range(16) for size in range(1, 11)),
    }
    counts[1, 0].update((0x00, 0xF0))
    for digit in datasets.sample_digits().images[:N_AGREED]:
        for piece in jpeg_file.pieces(jpeg.code(torch.from_numpy(np.array(digit)), (table,))):
            counts[piece.table][piece.symbol] += 1
    return _Agreed(table, {key: jpeg_file.code_lengths(one) for key, one in counts.items()})


# ---- Black and white: a bound as a code length -------------------------------------------------


def binary_lengths(pixels: np.ndarray, *, seed: int = 1) -> BinaryLengths:
    """Return how many bits a digit made black and white takes, by each code.

    Args:
        pixels: float32 [28, 28] in [0, 1], with ink.
        seed: of the samples of z.

    Raises:
        InputError: the picture has another shape or range, or no ink.
    """
    _check(pixels, BITS[0])
    ink = (pixels > THRESHOLD).astype(np.float32)
    if not ink.any():
        raise InputError("walk_no_ink")
    shares = _ink_shares()
    bernoulli = -np.log2(np.where(ink > 0, shares, 1 - shares)).sum()
    whole = codec_lab.library_bits(np.packbits(ink.astype(bool)).tobytes(), 14)
    return BinaryLengths(
        ink=ink,
        vae16=-elbo.split_by(zoo.vae16(), ink, seed=seed).elbo / math.log(2),
        bernoulli=float(bernoulli),
        zlib=whole["zlib"],
        png=8 * len(codec_pictures.png(ink > 0, level=9)),
        huffman=8 * len(huffman.pack([int(one) for one in ink.ravel()])),
    )


@zoo.once
def _ink_shares() -> np.ndarray:
    """Return how often each pixel of sample digits has ink, [28, 28], never 0 or 1 (Laplace)."""
    digits = datasets.sample_digits().images > 255 * THRESHOLD
    return (digits.sum(0) + 1) / (len(digits) + 2)


def _check(pixels: np.ndarray, bits: int) -> None:
    if bits not in BITS:
        raise InputError("bad_request", field="bits")
    if pixels.shape != (28, 28) or not np.all((pixels >= 0) & (pixels <= 1)):  # NaN fails, too
        raise InputError("drawing_shape", got=f"{pixels.dtype} {list(pixels.shape)}")
