"""Which digits the lab shows and learns from."""

import gzip
import os
import struct

import numpy as np
import pytest

from core.errors import AssetError
from core.images import datasets
from core.making import samples

FILES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")


@pytest.fixture
def _fresh(monkeypatch, tmp_path):
    datasets._mnist.cache_clear()
    monkeypatch.setattr(datasets, "CACHE", tmp_path / "cache")
    yield
    datasets._mnist.cache_clear()


def write_mnist(folder, n=5):
    """A data set in MNIST's format: image i holds its own number in its first pixel."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        images = np.zeros((n, 28, 28), np.uint8)
        images[:, 0, 0] = np.arange(n)
        labels = (np.arange(n) % 10).astype(np.uint8)
        for stem, head, content in (
            (f"{part}-images-idx3", struct.pack(">IIII", 2051, n, 28, 28), images),
            (f"{part}-labels-idx1", struct.pack(">II", 2049, n), labels),
        ):
            with gzip.open(raw / f"{stem}-ubyte.gz", "wb", compresslevel=1) as file:
                file.write(head + content.tobytes())


def test_the_sample_is_5000_digits_500_of_each_and_read_only():
    digits = datasets.sample_digits()
    assert digits.images.shape == (5000, 28, 28)
    assert digits.images.dtype == digits.labels.dtype == np.uint8
    assert np.bincount(digits.labels).tolist() == [500] * 10
    assert digits.images is datasets.sample_digits().images
    with pytest.raises(ValueError, match="read-only"):
        digits.images[0] = 0


def test_tiles_of_the_picture_are_whole_digits():
    # MNIST keeps a rim of 4 pixels almost free of ink; tiles cut wrongly would not
    images = datasets.sample_digits().images.astype(float)
    rim = images[:, :3].mean() + images[:, -3:].mean()
    assert rim < 0.1 * images[:, 10:18].mean()


def test_training_never_sees_the_first_10000(monkeypatch):
    numbers = np.arange(60_000)  # stand for the digits
    digits = datasets.Digits(numbers, numbers % 10)
    monkeypatch.setattr(datasets, "_mnist", lambda *, train: digits if train else None)
    assert datasets.training_digits().images.tolist() == list(range(10_000, 55_000))
    assert datasets.validation_digits().images.tolist() == list(range(55_000, 60_000))
    assert datasets.reference_digits().images.tolist() == list(range(10_000, 60_000))
    assert datasets.training_digits().labels[:3].tolist() == [0, 1, 2]


@pytest.mark.usefixtures("_fresh")
def test_zipped_files_are_read_from_a_folder_that_is_left_as_it_was(monkeypatch, tmp_path):
    write_mnist(tmp_path)
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    digits = datasets.test_digits()
    assert digits.images[:, 0, 0].tolist() == [0, 1, 2, 3, 4]
    assert digits.labels.tolist() == [0, 1, 2, 3, 4]
    assert sorted(os.listdir(tmp_path / "MNIST" / "raw")) == sorted(
        f"{name}-ubyte.gz" for name in FILES
    )


@pytest.mark.usefixtures("_fresh")
def test_where_mnist_cannot_be_had_the_error_says_where_to_put_it(monkeypatch, tmp_path):
    from torchvision.datasets import MNIST

    monkeypatch.setattr(MNIST, "mirrors", [])
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    with pytest.raises(AssetError, match="LATENT_LAB_DATA") as caught:
        datasets.training_digits()
    assert caught.value.key == "mnist_missing"


def test_the_sample_takes_500_of_each_label_and_shuffles_them_together():
    digits = [np.full((510, 28, 28), label, np.uint8) for label in range(10)]
    images, labels = samples.choose(digits, seed=1)
    assert (images[:, 0, 0] == labels).all()
    assert np.bincount(labels).tolist() == [500] * 10
    assert len(set(labels[:30])) > 5
    assert not np.array_equal(labels, samples.choose(digits, seed=2)[1])
