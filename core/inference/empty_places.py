"""What does a decoder make of a place where no digit lies?

An autoencoder is only ever told about the codes of digits; what lies between them is nobody's
business. A VAE also decodes random points around each code, and is asked to fill the space.
"""

import numpy as np
import torch

from core import runtime, zoo
from core.errors import InputError
from core.images import coding
from core.inference import codes
from core.inference.code_space import SPACES
from core.results.images import EmptyPlace

N_TRIES = 30
INNER = (5.0, 95.0)  # percentiles of each number; outside them everything is far from everything
MAX_SEED = 9999


def find(name: str, *, seed: int) -> EmptyPlace:
    """Return the emptiest of some random places amid the codes, decoded.

    The same seed tries the same places, as shares of each space's own range, in every space.

    Args:
        name: one of `code_space.SPACES`.
        seed: 0..MAX_SEED.

    Raises:
        InputError: there is no such space, or the seed is out of range.
        AssetError: the model's file is missing or damaged.
    """
    if name not in SPACES:
        raise InputError("bad_request", field="space")
    if not 0 <= seed <= MAX_SEED:
        raise InputError("seed_range", low=0, high=MAX_SEED, got=seed)
    stem, load = SPACES[name]
    known = codes.sample_codes(stem)
    low, high = codes.percentiles(stem, *INNER)
    tries = low + (high - low) * np.random.default_rng(seed).random((N_TRIES, known.shape[1]))
    code, nearest, distance = emptiest(known, tries.astype(np.float32))
    device = runtime.device()
    pixels = coding.decode(load(), torch.tensor(code[None], device=device))[0]
    return EmptyPlace(
        code=code,
        pixels=runtime.to_numpy(pixels),
        nearest=nearest,
        distance=distance,
        spacing=spacing(stem),
    )


def emptiest(known: np.ndarray, tries: np.ndarray) -> tuple[np.ndarray, int, float]:
    """Return the one of `tries` [N, Z] farthest from all `known` codes [M, Z].

    Returns:
        The place [Z], the index of the known code nearest to it, and the distance between them.
    """
    squares = _squared_distances(tries, known)  # [N, M]
    best = int(squares.min(axis=1).argmax())
    nearest = int(squares[best].argmin())
    return tries[best], nearest, float(np.linalg.norm(tries[best] - known[nearest]))


@zoo.once
def spacing(stem: str) -> float:
    """Return the median distance of a sample digit's code to the nearest other one."""
    known = codes.sample_codes(stem)
    squares = _squared_distances(known[::5], known)  # every fifth is enough for a median
    squares[np.arange(len(squares)), np.arange(0, len(known), 5)] = np.inf
    return float(np.sqrt(np.median(squares.min(axis=1))))


def _squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    a, b = a.astype(np.float64), b.astype(np.float64)
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    return np.maximum(squares, 0)
