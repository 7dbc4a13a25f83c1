"""A drawing or a photo of one -> [28, 28] floats in [0, 1], prepared as MNIST was.

    file -> from_file -> white ink on black [H, W] uint8 -> prepare -> [28, 28] float32

MNIST's digits (LeCun, Bottou, Bengio & Haffner 1998, section III.A) were scaled with anti-aliasing
to fit a box of 20 x 20 pixels and placed so that their centre of mass is the centre of a field of
28 x 28. A network that has only seen such digits reads a drawing well only after the same steps.
"""

import io
import struct

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import InputError

FIELD, BOX = 28, 20  # pixels: side of the result, longer side of the ink in it
INK = 8  # of 255: what is no brighter does not count as drawn
MOSTLY_INK = 0.95  # a drawing with more of its area covered has no shape to read
MAX_SIDE = 4096  # pixels, of a drawing
MAX_MEGAPIXELS = 40  # of an uploaded file: phones make 12 to 50
WORKING_SIDE = 400  # pixels: an upload is made this small before its ink is sought
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MIN_CONTRAST = 20.0  # of 255, between paper and ink
USUAL_STROKE, THIN_STROKE = 0.12, 0.085  # of the ink's longer side: MNIST's median, 5th percentile
SPECK = 0.02  # of the heaviest stroke: lighter separate pieces are dust


def prepare(image: np.ndarray) -> np.ndarray:
    """Crop to the ink, scale to a 20-pixel box, put the centre of mass in the middle.

    Neither where the drawing stands on its canvas nor preparing it again changes the result.

    Args:
        image: white ink on black, greyscale uint8, [H, W].

    Returns:
        [28, 28] float32 in [0, 1]; its values are multiples of 1/255 and the largest is 1.

    Raises:
        InputError: not such an image, nothing is drawn, or everything is covered.
    """
    if image.ndim != 2 or image.dtype != np.uint8 or min(image.shape) < 1:
        raise InputError("drawing_shape", got=f"{image.dtype} {list(image.shape)}")
    if max(image.shape) > MAX_SIDE:
        raise InputError("drawing_too_large", limit=MAX_SIDE, got=max(image.shape))
    ink = image > INK
    if not ink.any():
        raise InputError("blank_drawing")
    if ink.mean() > MOSTLY_INK:
        raise InputError("all_ink")

    boxed = _to_box(np.where(ink, image, np.uint8(0)))
    height, width = boxed.shape
    mass = boxed.astype(np.float64)
    row = mass.sum(1) @ np.arange(height) / mass.sum()
    column = mass.sum(0) @ np.arange(width) / mass.sum()
    # A lopsided drawing stays whole: its box is kept inside the field.
    top = min(max(round(FIELD / 2 - row), 0), FIELD - height)
    left = min(max(round(FIELD / 2 - column), 0), FIELD - width)
    field = np.zeros((FIELD, FIELD), np.float32)
    field[top : top + height, left : left + width] = boxed
    return field / np.float32(255)


def _to_box(image: np.ndarray) -> np.ndarray:
    """Crop to the ink and scale it to a longer side of 20 pixels, brightest 255: uint8.

    A faint tip can fall below `INK` when it is averaged into one pixel. The ink would then be
    shorter than 20 pixels, and grow if it were prepared again, so such tips are cut off first.
    """
    while True:
        rows, columns = _extent(image)
        image = image[rows, columns]
        longer = max(image.shape)
        height, width = (max(1, round(side * BOX / longer)) for side in image.shape)
        # In floats, since rounding would lose the lines of a thin pen before they are brightened.
        scaled = np.asarray(
            Image.fromarray(image.astype(np.float32)).resize(
                (width, height), Image.Resampling.BILINEAR
            )
        )
        boxed = np.rint(scaled * (255 / scaled.max())).astype(np.uint8)
        boxed[boxed <= INK] = 0
        rows, columns = _extent(boxed)
        axis = 0 if height == BOX else 1
        kept = (rows, columns)[axis]
        if kept == slice(0, BOX):
            return boxed[rows, columns]
        before = max(1, kept.start * longer // BOX) if kept.start > 0 else 0
        after = max(1, (BOX - kept.stop) * longer // BOX) if kept.stop < BOX else 0
        image = np.take(image, range(before, longer - after), axis)


def _extent(image: np.ndarray) -> tuple[slice, slice]:
    """Return the rows and columns from the first to the last that are not all black."""
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    return (
        slice(int(rows[0]), int(rows[-1]) + 1),
        slice(int(columns[0]), int(columns[-1]) + 1),
    )


def from_file(data: bytes) -> np.ndarray:
    """Read an uploaded picture of a drawing: a scan, a photo of paper, a file from a paint program.

    The paper's brightness is fitted as a smooth surface, so that a shadow across a photo is not
    taken for ink; whether the ink is darker or lighter than the paper is found out. The lines of a
    fine pen are thickened to what is usual in MNIST. Where a file is transparent, white paper is
    put behind it (black, if the ink itself is white).

    Args:
        data: the bytes of a PNG, JPEG, WebP, GIF or BMP file.

    Returns:
        White ink on black, uint8 [H, W], some 400 pixels long at most: fit for `prepare`.

    Raises:
        InputError: not a picture, a damaged one, too many pixels, or nothing drawn on it.
    """
    picture = _decode(data)
    if picture.mode != "RGBA":
        return _ink_on_paper(np.asarray(picture.convert("L"), np.float64))
    try:
        return _ink_on_paper(_on_paper(picture, 255))
    except InputError:
        return _ink_on_paper(_on_paper(picture, 0))


def _decode(data: bytes) -> Image.Image:
    """Decode to mode L, RGB or RGBA, at most 400 pixels long, upright."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        # The header is read, the pixels are not: nothing large has been decoded yet.
        megapixels = picture.width * picture.height / 1e6
        if megapixels > MAX_MEGAPIXELS:
            raise InputError("image_too_large", limit=MAX_MEGAPIXELS, got=f"{megapixels:.0f}")
        picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))  # JPEG: decodes at 1/2, 1/4, 1/8
        if picture.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip
            picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
        elif picture.has_transparency_data:
            picture = picture.convert("RGBA")
        else:
            picture = picture.convert("L" if picture.mode in ("1", "L") else "RGB")
        picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
        return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise InputError("image_too_large", limit=MAX_MEGAPIXELS, got="> 178") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        # What Pillow's decoders raise on damaged files, SyntaxError among them.
        raise InputError("image_unreadable", formats=", ".join(FORMATS)) from error


def _on_paper(picture: Image.Image, brightness: int) -> np.ndarray:
    """Put paper of one brightness behind a transparent picture: greyscale, [H, W]."""
    paper = Image.new("RGBA", picture.size, (brightness, brightness, brightness, 255))
    return np.asarray(Image.alpha_composite(paper, picture).convert("L"), np.float64)


def _ink_on_paper(grey: np.ndarray) -> np.ndarray:
    """Subtract the paper, [H, W] in 0..255, and keep what stands out: white ink, uint8."""
    difference = grey - _paper(grey)
    # The ink is the side that stands out more; the few strongest pixels say by how much.
    strongest = max(1, grey.size // 2000)
    ordered = np.sort(difference, axis=None)
    darker, lighter = -ordered[:strongest].mean(), ordered[-strongest:].mean()
    contrast = max(darker, lighter)
    if contrast < MIN_CONTRAST:
        raise InputError("blank_drawing")
    strength = (difference if lighter > darker else -difference) / contrast
    # A soft threshold: grain of the paper (below 0.3) goes, smooth edges of strokes stay.
    ink = np.rint(np.clip((strength - 0.3) / (0.7 - 0.3), 0, 1) * 255).astype(np.uint8)
    return _thickened(_without_specks(ink))


def _paper(grey: np.ndarray) -> np.ndarray:
    """Fit the brightness of the paper as a quadratic surface, [H, W].

    It starts from the border, where few people draw, and takes in ever more of the picture that
    agrees with the surface.
    """
    height, width = grey.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], -1)  # [H, W, 6]
    border = np.maximum(abs(x), abs(y)) >= 0.85
    level = np.median(grey[border])
    paper = border & (abs(grey - level) <= max(MIN_CONTRAST, 1.5 * grey[border].std()))
    surface = np.full_like(grey, level)
    step = max(1, min(height, width) // 64)  # every so many pixels are enough for a fit
    coarse = (slice(None, None, step), slice(None, None, step))
    for _ in range(4):
        chosen = paper[coarse]
        if chosen.sum() < 50:
            break
        weights, *_ = np.linalg.lstsq(terms[coarse][chosen], grey[coarse][chosen], rcond=None)
        surface = terms @ weights
        paper = abs(grey - surface) <= MIN_CONTRAST
    return surface


def _without_specks(ink: np.ndarray) -> np.ndarray:
    """Clear the separate pieces that weigh next to nothing beside the heaviest."""
    from scipy import ndimage  # late: only uploads need it

    pieces, _ = ndimage.label(ink, structure=np.ones((3, 3)))
    mass = np.bincount(pieces.ravel(), weights=ink.ravel())
    return np.where((mass >= SPECK * mass.max())[pieces], ink, np.uint8(0))


def _thickened(ink: np.ndarray) -> np.ndarray:
    """Widen strokes that are thinner than 95% of MNIST's digits have them."""
    from scipy import ndimage

    solid = ink > 127
    if not solid.any():
        return ink
    extent = max(part.stop - part.start for part in _extent(solid))
    # In a band w pixels wide the mean distance to its outside is (w + 2) / 4.
    stroke = 4 * ndimage.distance_transform_edt(np.pad(solid, 1))[1:-1, 1:-1][solid].mean() - 2
    if stroke >= THIN_STROKE * extent:
        return ink
    more = (USUAL_STROKE * extent - stroke) / (2 * (1 - USUAL_STROKE))  # pixels on each side
    margin = int(more) + 2
    solid, ink = np.pad(solid, margin), np.pad(ink, margin)
    distance = ndimage.distance_transform_edt(~solid)  # to the nearest ink
    wider = np.rint(np.clip(more + 1 - distance, 0, 1) * 255).astype(np.uint8)  # a smooth edge
    return np.maximum(ink, wider)
