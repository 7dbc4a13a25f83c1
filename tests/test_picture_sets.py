"""Clothes and animals: which part is for whom, and a pickle that may hold arrays only."""

import gzip
import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from core.errors import AssetError
from core.images import picture_sets
from core.images.picture_sets import FASHION, INSIDE, WHEEL, Pictures
from core.making import pictures as making


@pytest.fixture
def _fresh(monkeypatch, tmp_path):
    cached = (picture_sets._clothes, picture_sets._animals, picture_sets._animal_parts)
    for one in cached:
        one.cache_clear()
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    monkeypatch.setattr(picture_sets, "DEBIAN", tmp_path / "no package")
    yield
    for one in cached:
        one.cache_clear()


def write_clothes(folder, n):
    folder.mkdir(parents=True)
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 0, :2] = np.stack([np.arange(n) // 256, np.arange(n) % 256], 1)
    for stem, header, content in (
        ("images-idx3", 16, images),
        ("labels-idx1", 8, np.arange(n, dtype=np.uint8) % 10),
    ):
        for part in ("train", "t10k"):
            file = folder / f"{part}-{stem}-ubyte.gz"
            file.write_bytes(gzip.compress(bytes(header) + content.tobytes(), 1))


def numbers(pictures: Pictures) -> np.ndarray:
    """Which picture each is, as `write_clothes` wrote it into two pixels."""
    return pictures.images[:, 0, 0].astype(int) * 256 + pictures.images[:, 0, 1]


def old_pickle(array: np.ndarray) -> bytes:
    """A pickle as NumPy 1 wrote it."""
    return pickle.dumps(array, protocol=3).replace(b"numpy._core", b"numpy.core")


def write_wheel(file, images: bytes, labels: bytes):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(INSIDE.format("data"), gzip.compress(images))
        archive.writestr(INSIDE.format("label"), gzip.compress(labels))


def animals(n=6_000):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (n, 28, 28)).astype(np.uint8)
    images[-500:] = images[:500]  # drawn twice
    labels = np.arange(n) % 10
    labels[-500:] = labels[:500]
    return images, labels


# ---- What ships ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", picture_sets.NAMES)
def test_a_thousand_are_shown_and_read_only(name):
    images, labels = picture_sets.shown_pictures(name)
    assert images.shape == (1000, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    if name != picture_sets.DIGITS:
        assert np.bincount(labels).tolist() == [100] * 10
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


@pytest.mark.parametrize("name", ["clothes", "animals"])
def test_shown_pictures_are_whole_tiles_and_all_different(name):
    images = picture_sets.shown_pictures(name).images.astype(float)
    assert len(np.unique(images.reshape(1000, -1), axis=0)) == 1000
    # a picture cut in the wrong place would have ink at its rim as often as in its middle
    assert images[:, :, [0, -1]].mean() < 0.4 * images[:, 10:18, 10:18].mean()


def test_as_many_of_each_kind_are_chosen_and_shuffled():
    labels = np.repeat(np.arange(10, dtype=np.uint8), 150)
    images = np.arange(1500)[:, None, None] * np.ones((1, 28, 28), int)
    found = making.chosen(Pictures(images, labels))
    assert np.bincount(found.labels).tolist() == [100] * 10
    assert (np.diff(found.labels.astype(int)) < 0).any()
    assert labels[found.images[:, 0, 0]].tolist() == found.labels.tolist()


# ---- Clothes -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_fresh")
def test_clothes_are_split_as_the_digits_are(tmp_path):
    write_clothes(tmp_path / FASHION, 60_000)
    unseen = numbers(picture_sets.unseen_pictures("clothes"))
    training = numbers(picture_sets.training_pictures("clothes"))
    assert unseen.tolist() == list(range(10_000))
    assert training.tolist() == list(range(10_000, 55_000))
    assert picture_sets.test_pictures("clothes").labels[:3].tolist() == [0, 1, 2]


@pytest.mark.usefixtures("_fresh")
def test_debians_package_is_found_where_it_lies(tmp_path, monkeypatch):
    write_clothes(tmp_path / "package", 100)
    monkeypatch.setattr(picture_sets, "DEBIAN", tmp_path / "package")
    assert len(picture_sets.test_pictures("clothes").labels) == 100


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize("damage", ["missing", "cut", "no zip"])
def test_clothes_that_cannot_be_read_say_what_to_install(tmp_path, damage):
    if damage != "missing":
        write_clothes(tmp_path / FASHION, 50)
        file = tmp_path / FASHION / "t10k-images-idx3-ubyte.gz"
        file.write_bytes(b"not zipped" if damage == "no zip" else file.read_bytes()[:-60])
    with pytest.raises(AssetError, match="dataset-fashion-mnist") as caught:
        picture_sets.test_pictures("clothes")
    assert caught.value.key == "clothes_missing"


# ---- Animals -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_fresh")
def test_no_animal_is_in_two_parts_even_where_it_was_drawn_twice(tmp_path):
    images, labels = animals()
    write_wheel(tmp_path / WHEEL, old_pickle(images), old_pickle(labels))
    parts = [
        read("animals")
        for read in (
            picture_sets.training_pictures,
            picture_sets.test_pictures,
            picture_sets.unseen_pictures,
        )
    ]
    assert [len(part.labels) for part in parts] == [3_000, 1_000, 1_500]
    kind_of = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    seen = [image.tobytes() for part in parts for image in part.images]
    assert len(set(seen)) == len(seen) == 5_500
    for part in parts:
        told = [kind_of[image.tobytes()] for image in part.images]
        assert told == part.labels.tolist()


class Evil:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Evil()),
        pickle.dumps([1, 2]),
        pickle.dumps(np.array([Evil()], dtype=object)),
        pickle.dumps(np.array(["text"])),
        pickle.dumps(np.float64(1)),
        pickle.dumps(np.arange(9))[:-20],
        b"",
        b"no pickle",
    ],
    ids=["call", "list", "objects", "texts", "scalar", "cut", "empty", "text"],
)
def test_a_pickle_of_anything_else_is_refused_and_nothing_is_called(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError):
        picture_sets.arrays_only(content)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("protocol", [3, 4])
def test_arrays_of_either_numpy_are_read(protocol):
    array = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(
        picture_sets.arrays_only(pickle.dumps(array, protocol=protocol)), array
    )
    np.testing.assert_array_equal(picture_sets.arrays_only(old_pickle(array)), array)


@pytest.mark.usefixtures("_fresh")
@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (pickle.dumps(Evil()), old_pickle(np.arange(3))),
        (old_pickle(np.zeros((4, 28, 28), np.uint8)), old_pickle(np.arange(3))),
        (old_pickle(np.zeros((3, 27, 28), np.uint8)), old_pickle(np.arange(3))),
        (None, None),
    ],
    ids=["call", "one label short", "other size", "no wheel"],
)
def test_a_wheel_that_is_another_says_how_to_get_the_right_one(tmp_path, images, labels):
    if images:
        write_wheel(tmp_path / WHEEL, images, labels)
    with pytest.raises(AssetError, match=r"animal-shape-mnist==0\.39") as caught:
        picture_sets.training_pictures("animals")
    assert caught.value.key == "animals_missing"


def test_the_file_inside_may_be_damaged(tmp_path):
    content = io.BytesIO(gzip.compress(old_pickle(np.arange(100)))[:-30])
    with gzip.open(content) as file, pytest.raises(picture_sets.DAMAGED):
        file.read()
