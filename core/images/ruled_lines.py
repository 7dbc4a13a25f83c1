"""Which of a photo's pixels are lines printed on its paper, ruled or a grid?

A line is sought as rows of pixels that stand out almost from one side of the picture to the other,
on sheets that lie a few degrees askew (a Hough transform of a few slopes, Duda & Hart 1972). Three
parallel ones are a ruling; a stroke of a pen is shorter, alone, or thicker.
"""

import numpy as np

STEEPEST, STEP = 8.0, 0.25  # degrees from level or upright; between two slopes that are tried
LONG = 0.7  # of the picture's width: so much of a line stands out
N_LINES = 3  # parallel ones at least
THICKEST = 0.02  # of the picture's shorter side


def removed(standing_out: np.ndarray, least: float) -> np.ndarray:
    """Take level and upright printed lines away; strokes that cross them stay.

    Args:
        standing_out: by how much each pixel differs from its paper, [H, W], at least 0.
        least: from where a pixel counts as standing out.

    Returns:
        The same without the lines, [H, W].
    """
    return _without_level(_without_level(standing_out, least).T, least).T


def _without_level(standing_out: np.ndarray, least: float) -> np.ndarray:
    from scipy import ndimage  # late: only uploads need it

    height, width = standing_out.shape
    slope = _slope(standing_out, least)
    if slope is None:
        return standing_out
    # Each column is shifted so that the lines lie level.
    shift = np.rint(slope * (np.arange(width) - width / 2)).astype(int)
    rows = np.arange(height)[:, None]
    level = np.take_along_axis(standing_out, (rows + shift).clip(0, height - 1), 0)
    # A stroke covers less than 60% of a line: the rest says how dark the line itself is.
    profile = np.partition(level, int(0.4 * width), 1)[:, int(0.4 * width)]  # [H]
    lines = _bands(profile, 0.7 * least)
    thickest = max((bottom - top for top, bottom in lines), default=0)
    if len(lines) < N_LINES or thickest > THICKEST * min(height, width) + 3:
        return standing_out
    band = np.zeros(height, bool)
    for top, bottom in lines:
        band[max(0, top - 1) : bottom + 1] = True
    profile = ndimage.maximum_filter1d(profile, 3)  # a line wavers by a pixel
    # What is taller than a line is a stroke across it; what is darker, a stroke along it.
    tall = ndimage.grey_opening(level, (thickest + 3, 1))
    kept = np.where(band[:, None], np.maximum(tall, level - 1.3 * profile[:, None]), level)
    kept = np.where(band[:, None], ndimage.grey_closing(kept, (thickest + 2, 3)), kept)
    back = rows - shift
    inside = (back >= 0) & (back < height)
    back = np.take_along_axis(kept, back.clip(0, height - 1), 0)
    return np.where(inside, back, standing_out).clip(0)


def _slope(standing_out: np.ndarray, least: float) -> float | None:
    """Return the slope that most long lines share, or None where there are too few."""
    height, width = (side // 2 for side in standing_out.shape)
    half = standing_out[: 2 * height, : 2 * width].reshape(height, 2, width, 2).max((1, 3))
    mask = half > least
    mask[1:] |= half[:-1] > least  # so thick that a quarter of a degree makes no gap
    best, most = None, 0.0
    for angle in np.arange(-STEEPEST, STEEPEST + STEP / 2, STEP):
        share = _shares(mask, angle)
        share = np.where(share > LONG, share, 0)
        n_lines = int(((share[1:] > 0) & (share[:-1] == 0)).sum())
        if n_lines >= N_LINES and np.square(share).sum() > most:
            best, most = angle, float(np.square(share).sum())
    if best is None:
        return None
    # Of all slopes near it, the true one makes the sharpest lines.
    whole = standing_out > least
    finer = best + np.linspace(-1.5 * STEP, 1.5 * STEP, 13)
    sharp = [float(np.square(_shares(whole, angle)).sum()) for angle in finer]
    return float(np.tan(np.radians(finer[int(np.argmax(sharp))])))


def _shares(mask: np.ndarray, angle: float) -> np.ndarray:
    """Return how much of each row is set, [H], once lines of this angle lie level."""
    height, width = mask.shape
    y, x = np.nonzero(mask)
    row = np.rint(y - np.tan(np.radians(angle)) * (x - width / 2)).astype(int)
    return np.bincount(row[(row >= 0) & (row < height)], minlength=height) / width


def _bands(profile: np.ndarray, least: float) -> list[tuple[int, int]]:
    """Return the first row of each line and the one behind its last."""
    edges = np.flatnonzero(np.diff(np.pad(profile > least, 1).astype(np.int8)))
    return [(int(top), int(bottom)) for top, bottom in edges.reshape(-1, 2)]
