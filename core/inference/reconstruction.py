"""What is left of a digit after it was squeezed through a few numbers?

    drawing [H, W] -> what the networks see [28, 28] -> code [Z] -> reconstruction [28, 28]

Eight models answer, two rows of four: few numbers (PCA 3, the lecture's autoencoder 3, the same
trained well 3, a VAE 16) and 32 numbers (PCA, the lecture's convolutions, the same trained well,
convolutions with a dense code). PCA stands first in each row: whoever loses to it has learned
nothing that a hyperplane doesn't know.

A code is also asked for its meaning: which digit do the five nearest of 5,000 other codes say?
"""

import base64
import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from core import assets, runtime, zoo
from core.errors import InputError
from core.images import coding, datasets, drawings, photos
from core.inference import codes
from core.results.images import Photo, Preparation, Reconstruction, ReconstructionExample, Yardstick

# As they stand on the page: codes of three or sixteen numbers, then of 32.
ROWS = (("pca3", "ae3-lecture", "ae3", "vae16"), ("pca32", "conv-lecture", "conv", "dense32"))
MODELS = ROWS[0] + ROWS[1]
PAD, PEN = drawings.PAD, drawings.PEN
N_NEIGHBOURS = 5
AGREEING = 0.7  # of the models: where fewer agree, a photo's digit is doubtful
MIN_BOX = 0.02  # of a photo: least side of a box on it
EXAMPLE = "samples/first_reconstruction.json"


class Neighbourhood(NamedTuple):
    """A model's codes of all sample digits, to look up the nearest."""

    codes: np.ndarray  # [N, Z]
    squares: np.ndarray  # [N], squared length of each code


def see(drawing: np.ndarray, *, prepared: bool = True) -> np.ndarray:
    """Return what the networks get to see of a drawing, float32 [28, 28] in [0, 1].

    Args:
        drawing: white ink on black, greyscale uint8 [H, W].
        prepared: crop, scale and centre as MNIST was; False only shrinks the whole pad.

    Raises:
        InputError: nothing is drawn, or (prepared only) no shape can be read.
    """
    if prepared:
        return drawings.prepare(drawing)
    if not drawing.any():
        raise InputError("blank_drawing")
    field = Image.fromarray(drawing).resize((drawings.FIELD, drawings.FIELD), Image.Resampling.BOX)
    return np.asarray(field, np.float32) / np.float32(255)


def read_photo(data: bytes, box: photos.Box | None = None) -> tuple[np.ndarray, Photo]:
    """Find the digit on an uploaded picture.

    Args:
        data: the bytes of a picture file.
        box: look only here: left, top, right, bottom in shares of the upright picture.

    Returns:
        What the networks see of it, float32 [28, 28] in [0, 1]; the picture with its ink.

    Raises:
        InputError: the box is empty or outside; not a picture, a damaged one, too large, or nothing
            on it.
    """
    if box is not None:
        left, top, right, bottom = box
        if not (0 <= left <= right - MIN_BOX and 0 <= top <= bottom - MIN_BOX):
            raise InputError("photo_box")
        if max(right, bottom) > 1:
            raise InputError("photo_box")
    photo = photos.read(data, box)
    return drawings.prepare(photo.ink), photo


def sample(index: int) -> np.ndarray:
    """Return one of the shipped digits, float32 [28, 28] in [0, 1].

    Raises:
        InputError: there is no digit of that number.
    """
    if not 0 <= index < datasets.N_SAMPLES:
        raise InputError("sample_range", high=datasets.N_SAMPLES - 1, got=index)
    return datasets.sample_digits().images[index].astype(np.float32) / np.float32(255)


def reconstruct(name: str, seen: np.ndarray, *, without: int | None = None) -> Reconstruction:
    """Squeeze a picture through one model's code and back, and let the code's neighbours vote.

    Args:
        name: one of `MODELS`.
        seen: float32 [28, 28] in [0, 1].
        without: sample digit that may not be a neighbour: the picture itself, if it is one.

    Raises:
        InputError: the picture has another shape or leaves [0, 1].
        AssetError: the model's file, or the sample, is missing or damaged.
    """
    side = drawings.FIELD
    if seen.shape != (side, side) or not np.all((seen >= 0) & (seen <= 1)):  # NaN fails, too
        raise InputError("drawing_shape", got=f"{seen.dtype} {list(seen.shape)}")
    return answer(name, seen.astype(np.float32), without, yardsticks()[name])


def answer(name: str, seen: np.ndarray, without: int | None, usual: Yardstick) -> Reconstruction:
    """Do what `reconstruct` does, on a checked picture and with a yardstick given."""
    model = model_of(name)
    code = coding.encode(model, torch.tensor(seen[None], device=runtime.device()))
    back = runtime.to_numpy(coding.decode(model, code)[0])
    numbers = runtime.to_numpy(code)
    (nearest,), (distance,) = nearest_samples(name, numbers, [without])
    labels = datasets.sample_digits().labels[nearest]
    error = float(np.square(back - seen).mean())
    return Reconstruction(
        code=numbers[0],
        pixels=back,
        error=error,
        unusual=error > usual.high or float(distance[-1]) > usual.far,
        neighbours=nearest,
        labels=labels,
        vote=majority(labels),
    )


def nearest_samples(
    name: str, asked: np.ndarray, without: Sequence[int | None]
) -> tuple[np.ndarray, np.ndarray]:
    """Find the sample digits whose codes lie nearest.

    Args:
        name: one of `MODELS`.
        asked: codes [B, Z].
        without: for each, a sample digit that may not be among them, or None.

    Returns:
        The sample digits [B, 5], nearest first, and how far their codes are [B, 5].
    """
    around = neighbourhood(name)
    # |a - b|^2 = |a|^2 + |b|^2 - 2ab: one product of matrices
    squares = np.square(asked).sum(1)[:, None] + around.squares - 2 * (asked @ around.codes.T)
    for row, index in zip(squares, without, strict=True):
        if index is not None:
            row[index] = np.inf
    nearest = np.argpartition(squares, N_NEIGHBOURS, axis=1)[:, :N_NEIGHBOURS]
    order = np.take_along_axis(squares, nearest, axis=1).argsort(axis=1)
    nearest = np.take_along_axis(nearest, order, axis=1)
    return nearest, np.sqrt(np.take_along_axis(squares, nearest, axis=1).clip(0))


def majority(labels: np.ndarray) -> int:
    """Return the label that most of [K] have; of equally many, the one that comes first."""
    votes = np.bincount(labels, minlength=10)
    return int(next(label for label in labels if votes[label] == votes.max()))


@zoo.once
def model_of(name: str) -> coding.ImageModel:
    """Return one of `MODELS`."""
    return zoo.pca().first(3) if name == "pca3" else codes.MODELS[name]()


def file_of(name: str) -> str:
    """Return which asset one of `MODELS` is."""
    return f"weights/{'pca32' if name == 'pca3' else name}.safetensors"


@zoo.once
def neighbourhood(name: str) -> Neighbourhood:
    """Return one model's codes of all sample digits."""
    # PCA's first three numbers are the same, whether 3 or 32 are kept.
    found = codes.sample_codes("pca32")[:, :3] if name == "pca3" else codes.sample_codes(name)
    return Neighbourhood(found, np.square(found).sum(1))


# ---- The stored example: the first view needs no model -----------------------------------------


def example() -> ReconstructionExample:
    """Return the worked example that the page opens on, and what is usual for each model.

    Raises:
        AssetError: the stored example is missing or damaged.
    """
    path = assets.locate(EXAMPLE)
    return _read(path, path.stat().st_mtime_ns)


def yardsticks() -> dict[str, Yardstick]:
    """Return for each model what is usual on the 5,000 sample digits; `Raises` as `example`."""
    return example().yardsticks


def scores() -> tuple[str, dict[str, float]]:
    """Return which figure the manifest has for each weight file, and file -> figure.

    It is "test_mse", or "validation_mse" while a file has not been tried on the test digits.
    """
    entries = assets.manifest()
    found = {
        name: entries[f"weights/{name}.safetensors"].get("score", {})
        for name in MODELS
        if f"weights/{name}.safetensors" in entries
    }
    tested = all("test_mse" in score for score in found.values())
    figure = "test_mse" if tested else "validation_mse"
    return figure, {name: score[figure] for name, score in found.items() if figure in score}


@functools.lru_cache(maxsize=2)
def _read(path: Path, _modified_ns: int) -> ReconstructionExample:
    stored = json.loads(path.read_text(encoding="utf-8"))
    side = drawings.FIELD
    answers = {}
    for name, answer in stored["answers"].items():
        pixels = np.frombuffer(base64.b64decode(answer["pixels"]), np.uint8).reshape(side, side)
        answers[name] = Reconstruction(
            code=np.array(answer["code"], np.float32),
            pixels=pixels.astype(np.float32) / np.float32(255),
            error=answer["error"],
            unusual=answer["unusual"],
            neighbours=np.array(answer["neighbours"]),
            labels=np.array(answer["labels"]),
            vote=answer["vote"],
        )
    return ReconstructionExample(
        digit=stored["digit"],
        row=tuple(stored["row"]),
        answers=answers,
        yardsticks={name: Yardstick(**values) for name, values in stored["yardsticks"].items()},
        preparation=Preparation(**stored["preparation"]),
    )
