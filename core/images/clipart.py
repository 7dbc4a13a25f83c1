"""The drawings that ship: nine kinds of things, as thumbnails on white, for retraining.

From Debian's package openclipart-png (public domain); core/making/clipart.py chose and cut them.
Which file each one was stands in assets/samples/clipart.json.
"""

import functools
import json
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from PIL import Image

from core import assets

SIDE, N_COLUMNS = 128, 10  # pixels of a thumbnail, thumbnails in a row of a sheet
LISTED = "samples/clipart.json"
KINDS = (
    "animals",
    "buildings",
    "computers",
    "food",
    "music",
    "people",
    "plants",
    "tools",
    "vehicles",
)

_lock = threading.Lock()


class Drawings(NamedTuple):
    """All of one kind, in an order drawn by lot once."""

    pixels: np.ndarray  # uint8 [N, SIDE, SIDE, 3], read-only
    files: tuple[str, ...]  # which file of the package each one was


def sheet(kind: str) -> str:
    """Return the asset with a kind's thumbnails, `N_COLUMNS` in a row."""
    return f"samples/clipart-{kind}.webp"


def files() -> Mapping[str, tuple[str, ...]]:
    """Return kind -> the package's files, in the order of the sheet.

    Raises:
        AssetError: the list is missing or damaged.
    """
    listed = json.loads(assets.locate(LISTED).read_text(encoding="utf-8"))
    return MappingProxyType({kind: tuple(names) for kind, names in listed.items()})


def drawings(kind: str) -> Drawings:
    """Return the drawings of one of `KINDS`.

    Raises:
        AssetError: the sheet or the list is missing or damaged.
    """
    with _lock:
        return _read(kind)


@functools.cache
def _read(kind: str) -> Drawings:
    names = files()[kind]
    with Image.open(assets.locate(sheet(kind))) as picture:
        tiles = np.asarray(picture.convert("RGB"))
    n_rows = len(tiles) // SIDE
    tiles = tiles.reshape(n_rows, SIDE, N_COLUMNS, SIDE, 3).swapaxes(1, 2)
    pixels = np.ascontiguousarray(tiles.reshape(-1, SIDE, SIDE, 3)[: len(names)])
    pixels.flags.writeable = False
    return Drawings(pixels, names)
