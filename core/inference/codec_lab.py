"""How short can a message be written so that nothing is lost?

    text or digit -> symbols [N] -> Huffman's code, and the lengths that others reach

Symbols are bytes (of UTF-8, or grey values) or characters. Beside the code's own bits stands what
the receiver has to know before the first of them; zlib, zstd and PNG count with all they need.
"""

import io
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from PIL import Image

from core.errors import InputError
from core.inference import reconstruction
from core.models import arithmetic, huffman
from core.results.codecs import LosslessCode

UNITS = ("bytes", "characters")
MAX_TEXT = 20_000  # characters
SYMBOL_BITS = {"bytes": 8, "characters": 21}  # a code point has 21
DIGIT = 511  # sample digit that stands for a picture
SIDE = 96  # pixels of a picture's longer side: each is a symbol
_ZSTD_LEVEL = 19  # the strongest that needs no more memory than usual


def code_text(text: str, unit: str) -> LosslessCode:
    """Return a text's Huffman code and what others make of its UTF-8 bytes.

    Args:
        text: of any language.
        unit: one of `UNITS`: what counts as a symbol.

    Raises:
        InputError: the text is empty or longer than `MAX_TEXT`, or there is no such unit.
    """
    if unit not in UNITS:
        raise InputError("bad_request", field="unit")
    if not text:
        raise InputError("codec_empty")
    if len(text) > MAX_TEXT:
        raise InputError("codec_too_long", limit=MAX_TEXT, got=len(text))
    data = text.encode()
    symbols = list(data) if unit == "bytes" else [ord(character) for character in text]
    return _coded(symbols, SYMBOL_BITS[unit], data, width=len(data))


def code_digit(index: int) -> LosslessCode:
    """Return the same of a sample digit's 784 grey values, row by row.

    Raises:
        InputError: there is no digit of that number.
        AssetError: the digits' file is missing or damaged.
    """
    return code_grey(np.rint(255 * reconstruction.sample(index)).astype(np.uint8))


def code_drawing(ink: np.ndarray) -> LosslessCode:
    """Return the same of a drawing as the networks see it, 28 x 28 pixels.

    Args:
        ink: uint8 [PAD, PAD], 255 for full ink.

    Raises:
        InputError: nothing is drawn.
    """
    return code_grey(np.rint(255 * reconstruction.see(ink)).astype(np.uint8))


def code_picture(pixels: np.ndarray) -> LosslessCode:
    """Return the same of a picture's grey values, uint8 [H, W] or [H, W, 3], made small."""
    picture = Image.fromarray(pixels).convert("L")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return code_grey(np.asarray(picture))


def code_grey(grey: np.ndarray) -> LosslessCode:
    """Return the code of grey values, uint8 [H, W], row by row."""
    data = grey.tobytes()
    return _coded(list(data), SYMBOL_BITS["bytes"], data, width=grey.shape[1])


def library_bits(data: bytes, width: int) -> dict[str, int]:
    """Return how many bits zlib, zstd and PNG need for the same bytes, at their best.

    Args:
        data: H * `width` bytes.
        width: of the grey picture that PNG takes them for.
    """
    import zstandard  # of use here alone

    picture = Image.frombytes("L", (width, len(data) // width), data)
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return {
        "zlib": 8 * len(zlib.compress(data, 9)),
        "zstd": 8 * len(zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(data)),
        "png": 8 * file.tell(),
    }


def _coded(symbols: Sequence[int], symbol_bits: int, data: bytes, width: int) -> LosslessCode:
    counts = Counter(symbols)
    tree = huffman.tree(counts)
    lengths = huffman.lengths(tree)
    codes = huffman.canonical(lengths)
    bits = sum(n * lengths[symbol] for symbol, n in counts.items())
    table = huffman.table_bits(lengths, symbol_bits)
    runs = huffman.run_lengths(symbols)
    sizes = {
        "plain": 8 * len(data),
        "runs": len(runs) * (symbol_bits + 8),
        "arithmetic": len(arithmetic.encode(symbols, counts)),
        "huffman": bits,
        "packed": bits + table,
        **library_bits(data, width),
    }
    return LosslessCode(
        message=tuple(symbols),
        symbols=tree.symbols,
        counts=tree.counts,
        merges=tree.merges,
        codes=tuple(codes[symbol] for symbol in tree.symbols),
        entropy=huffman.entropy(counts),
        average=huffman.average_length(counts, lengths),
        sizes=sizes,
        width=width,
    )
