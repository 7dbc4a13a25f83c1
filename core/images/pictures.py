"""A picture file of any kind -> the square that an image network sees.

    file -> upright, on white -> the largest square in its middle -> uint8 [SIDE, SIDE, 3]

As in training on ImageNet: what stands at the ends of a long picture is cut off. Of an animation
the first frame is taken.
"""

import io
import struct

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InputError
from core.images.photos import FORMATS, MAX_MEGAPIXELS, eight_bits

SIDE = 224  # pixels
SMALLEST = 16  # pixels of the shorter side


def square(data: bytes) -> np.ndarray:
    """Return what a network sees of a picture, uint8 [SIDE, SIDE, 3].

    Transparent places are white; CMYK and 16 bits become RGB of 8 bits.

    Args:
        data: the bytes of a PNG, JPEG, WebP, GIF or BMP file.

    Raises:
        InputError: not a picture, a damaged one, too many pixels, or too few.
    """
    try:
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        # The header is read, the pixels are not: nothing large has been decoded yet.
        width, height = picture.size
        if width * height > MAX_MEGAPIXELS * 1e6:
            got = f"{width * height / 1e6:.0f}"
            raise InputError("image_too_large", limit=MAX_MEGAPIXELS, got=got)
        if min(width, height) < SMALLEST:
            raise InputError("picture_tiny", low=SMALLEST, got=f"{width} x {height}")
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # JPEG: decodes at 1/2, 1/4, 1/8
        if picture.mode.startswith("I"):
            picture = eight_bits(picture)
        if picture.has_transparency_data:
            drawn = picture.convert("RGBA")
            picture = Image.new("RGBA", drawn.size, "white")
            picture.alpha_composite(drawn)
        picture = ImageOps.exif_transpose(picture).convert("RGB")
        picture = ImageOps.fit(picture, (SIDE, SIDE), Image.Resampling.BICUBIC)
        return np.asarray(picture)
    except Image.DecompressionBombError as error:
        raise InputError("image_too_large", limit=MAX_MEGAPIXELS, got="> 178") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        # What Pillow's decoders raise on damaged files, SyntaxError among them.
        raise InputError("image_unreadable", formats=", ".join(FORMATS)) from error


def moves(data: bytes) -> bool:
    """Say whether a picture's file has more than one frame; False where it is no picture."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            return bool(getattr(picture, "is_animated", False))
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, struct.error):
        return False


def as_jpeg(pixels: np.ndarray) -> bytes:
    """Return a square as a small file, some 15 kB."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=88)
    return file.getvalue()


def enlarged(pixels: np.ndarray) -> np.ndarray:
    """Return a thumbnail [S, S, 3] as a square of SIDE."""
    picture = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(picture)
