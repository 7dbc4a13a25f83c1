"""How a digit is written, whatever digit it is: its slant and the width of the pen.

Both are read off the ink alone, for many digits at once.
"""

import numpy as np

INK = 0.5  # from here on a pixel counts as ink


def slant(images: np.ndarray) -> np.ndarray:
    """Return by how many pixels a digit leans to the right for each pixel upwards, [N].

    The slope of the regression line of x on y, weighted by ink: the covariance of both over the
    variance of y (the shear that preparing MNIST by moments would take away).

    Args:
        images: ink in [0, 1], [N, H, W]; none is empty.
    """
    height, width = images.shape[1:]
    up, right = np.mgrid[height:0:-1, 0:width].astype(float)
    total = images.sum((1, 2))
    mean_up, mean_right = ((images * axis).sum((1, 2)) / total for axis in (up, right))
    above = up - mean_up[:, None, None]
    beside = right - mean_right[:, None, None]
    variance = (images * above**2).sum((1, 2))
    return (images * above * beside).sum((1, 2)) / np.maximum(variance, 1e-9)


def pen_width(images: np.ndarray) -> np.ndarray:
    """Return the width of the strokes in pixels, [N]: twice the ink over the length of its edge.

    A stroke of width w and length l has ink wl and an edge of about 2l. The edge is counted in
    sides of pixels, so slanted strokes come out a little thinner than they are.

    Args:
        images: ink in [0, 1], [N, H, W]; none is empty.
    """
    ink = np.pad(images >= INK, ((0, 0), (1, 1), (1, 1)))
    edge = (ink[:, 1:] != ink[:, :-1]).sum((1, 2)) + (ink[:, :, 1:] != ink[:, :, :-1]).sum((1, 2))
    return 2 * ink.sum((1, 2)) / np.maximum(edge, 1)
