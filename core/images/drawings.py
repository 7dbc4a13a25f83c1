"""A drawing -> [28, 28] floats in [0, 1], prepared as MNIST was.

    white ink on black [H, W] uint8 -> prepare -> [28, 28] float32

MNIST's digits (LeCun, Bottou, Bengio & Haffner 1998, section III.A) were scaled with anti-aliasing
to fit a box of 20 x 20 pixels and placed so that their centre of mass is the centre of a field of
28 x 28. A network that has only seen such digits reads a drawing well only after the same steps.
"""

import numpy as np
from PIL import Image

from core.errors import InputError

# What the pages draw on: its side, and how wide the pen is there. Strokes of 3.4 of MNIST's pixels.
PAD, PEN = 112, 13.44  # pixels
FIELD, BOX = 28, 20  # pixels: side of the result, longer side of the ink in it
INK = 8  # of 255: what is no brighter does not count as drawn
MOSTLY_INK = 0.95  # a drawing with more of its area covered has no shape to read
MAX_SIDE = 4096  # pixels, of a drawing


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
