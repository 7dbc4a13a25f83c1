"""Digits as a pad gets them: any size, anywhere."""

import numpy as np
from PIL import Image

from core.images import drawings

PAD = 112  # pixels, side of the pad of the first page
SHORTEST, LONGEST = 20, 100  # pixels, longer side of the ink
SEED = 0


def moved_and_scaled(digits: np.ndarray, *, seed: int = SEED) -> np.ndarray:
    """Put each digit's ink on an empty pad in a random place, a random number of pixels long.

    Args:
        digits: uint8 [N, 28, 28].
        seed: of places and sizes, both uniform.

    Returns:
        uint8 [N, 112, 112].
    """
    chance = np.random.default_rng(seed)
    pads = np.zeros((len(digits), PAD, PAD), np.uint8)
    for digit, pad in zip(digits, pads, strict=True):
        rows, columns = np.flatnonzero(digit.any(1)), np.flatnonzero(digit.any(0))
        ink = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        longer = chance.integers(SHORTEST, LONGEST + 1)
        height, width = (max(1, round(side * longer / max(ink.shape))) for side in ink.shape)
        scaled = Image.fromarray(ink).resize((width, height), Image.Resampling.BICUBIC)
        top, left = chance.integers(0, PAD - height + 1), chance.integers(0, PAD - width + 1)
        pad[top : top + height, left : left + width] = np.asarray(scaled)
    return pads


def prepared(pads: np.ndarray) -> np.ndarray:
    """Prepare each pad [N, H, W] as the lab prepares a drawing: float32 [N, 28, 28] in [0, 1]."""
    return np.stack([drawings.prepare(pad) for pad in pads])
