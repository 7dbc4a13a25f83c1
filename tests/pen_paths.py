"""Digits as the paths of a pen: several ways to write each, and a hand of its own for each seed."""

import numpy as np

# Points in a box of 100 x 100, y downwards. A curve runs smoothly through its points; "/" begins
# another one where the last ended, with a corner, and ";" lifts the pen.
WAYS = {
    0: (
        "52,1 26,12 12,48 24,88 50,99 76,88 88,50 76,12 50,1",
        "62,6 32,8 13,46 28,92 56,98 82,74 86,34 66,7 46,3",
    ),
    1: ("50,0 50,100", "30,22 53,0 / 53,0 52,100", "62,0 42,100"),
    2: (
        "15,28 26,6 52,0 78,12 78,36 54,64 12,98 / 12,98 88,96",
        "18,22 40,2 70,6 80,28 62,60 32,84 14,92 14,80 30,78 54,92 90,94",
        "14,16 48,0 80,20 68,50 16,96 / 16,96 52,91 90,98",
    ),
    3: (
        "18,12 45,0 75,12 72,36 42,46 / 42,46 76,56 82,80 55,100 16,88",
        "16,4 80,4 / 80,4 46,42 / 46,42 78,56 80,82 50,100 14,88",
    ),
    4: (
        "30,2 14,58 / 14,58 86,56 ; 66,24 62,100",
        "22,4 20,48 / 20,48 76,50 ; 76,2 72,100",
        "60,2 10,64 / 10,64 90,62 ; 66,36 60,100",
    ),
    5: (
        "80,3 28,5 / 28,5 24,44 / 24,44 52,36 80,54 78,84 48,100 14,90",
        "28,6 22,46 / 22,46 54,40 80,58 74,88 44,100 12,90 ; 27,6 84,2",
    ),
    6: (
        "70,2 36,24 16,62 26,92 54,100 78,82 70,58 44,54 20,72",
        "58,0 28,36 20,72 34,96 62,96 76,76 62,58 36,62 21,78",
    ),
    7: ("12,4 86,2 / 86,2 42,100", "12,10 50,5 86,4 / 86,4 58,46 46,100"),
    8: (
        "74,14 48,0 24,16 34,38 66,58 78,82 50,100 22,82 34,58 66,36 74,14",
        "50,46 24,28 34,6 52,0 72,8 74,28 50,46 22,66 24,90 50,100 78,88 76,64 50,46",
    ),
    9: (
        "76,20 50,2 22,20 28,46 56,48 76,20 / 76,20 72,60 64,100",
        "78,14 48,2 22,22 32,44 60,42 78,14 / 78,14 80,54 64,90 28,96",
    ),
}


def strokes(digit: int, chance: np.random.Generator, *, turn: float = 4.0) -> list[np.ndarray]:
    """Write a digit: for each stroke the points of the pen's tip, [N, 2], x and y.

    Args:
        digit: 0 to 9.
        chance: chooses the way to write it, shifts its points, slants, stretches and turns it.
        turn: degrees, the most that it is turned.

    Returns:
        Strokes around the origin; the digit is 1 high, and some .4 to .8 wide.
    """
    way = WAYS[digit][chance.integers(len(WAYS[digit]))]
    width, slant = chance.uniform(0.52, 0.78), chance.normal(0, 0.06)
    angle = np.radians(chance.uniform(-turn, turn))
    cos, sin = np.cos(angle), np.sin(angle)
    shape = np.array([[cos, -sin], [sin, cos]]) @ np.array([[width, -slant], [0, 1]])
    written = []
    for stroke in way.split(";"):
        curves, end = [], None
        for part in stroke.split("/"):
            points = np.array([pair.split(",") for pair in part.split()], float) / 100 - 0.5
            points += chance.normal(0, 0.012, points.shape)
            if end is not None:
                points[0] = end
            end = points[-1]
            curves.append(_smooth(points))
        written.append(np.concatenate(curves) @ shape.T)
    return written


def _smooth(points: np.ndarray) -> np.ndarray:
    """Run a Catmull-Rom spline through points [K, 2]: [N, 2]."""
    if len(points) < 3:
        return points[0] + np.linspace(0, 1, 24)[:, None] * (points[-1] - points[0])
    around = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0, 1, 12, endpoint=False)[:, None]
    pieces = [
        b
        + t / 2 * (c - a)
        + t**2 * (a - 2.5 * b + 2 * c - d / 2)
        + t**3 / 2 * (3 * b - a - 3 * c + d)
        for a, b, c, d in zip(around, around[1:], around[2:], around[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])
