"""What is usual for a sample digit, and how much hangs on preparing it?

Measured once on the shipped models and stored beside the worked example of the first page, so
that a drawing's error and code can be shown on a fixed scale: `python -m core.inference.yardsticks`
writes assets/samples/first_reconstruction.json anew (half a minute).
"""

import argparse
import base64
import dataclasses

import numpy as np
import torch
from PIL import Image

from core import assets, runtime
from core.images import coding, datasets
from core.inference import reconstruction
from core.inference.codes import CHUNK
from core.inference.reconstruction import EXAMPLE, MODELS
from core.results.images import Preparation, Reconstruction, Yardstick

COMMAND = "python -m core.inference.yardsticks"
FIRST_DIGIT, FIRST_OF_KIND = 3, 53  # the page opens on this kind of sample digit, its how-many-th
IN_ROW = 1  # how-many-th digit of each kind stands in the first row to choose from
HIGH = 0.99  # an error above this share of the sample digits' errors is unlike a digit's
FAR = 0.95  # a code farther from the others than this share of the sample digits' codes is, too
PAD, SHORTEST, LONGEST = 112, 30, 90  # pixels: the pad, and how long a digit may be on it


def measure_yardstick(name: str) -> Yardstick:
    """Pass all sample digits through one of `MODELS` and note what is usual."""
    codes = reconstruction.neighbourhood(name).codes
    pixels = datasets.sample_digits().images.astype(np.float32) / np.float32(255)
    errors, distances = [], []
    for start in range(0, len(codes), CHUNK):
        part = slice(start, start + CHUNK)
        asked = torch.tensor(codes[part], device=runtime.device())
        back = runtime.to_numpy(coding.decode(reconstruction.model_of(name), asked))
        errors.append(np.square(back - pixels[part]).mean((1, 2)))
        _, away = reconstruction.nearest_samples(name, codes[part], range(len(codes))[part])
        distances.append(away[:, -1])
    all_errors = np.concatenate(errors)
    return Yardstick(
        scale=round(float(np.quantile(np.abs(codes), 0.99)), 3),
        usual=round(float(np.median(all_errors)), 5),
        high=round(float(np.quantile(all_errors, HIGH)), 5),
        far=round(float(np.quantile(np.concatenate(distances), FAR)), 3),
    )


def measure_preparation(name: str = "ae3", *, n_digits: int = 1_000, seed: int = 0) -> Preparation:
    """Ask how much of 5-NN's accuracy hangs on the preparation.

    Sample digits are put on a pad in a random place and size, then shown to one model with and
    without preparation; the neighbours are the other sample digits.

    Args:
        name: one of `MODELS`.
        n_digits: how many digits to ask for.
        seed: of places and sizes.
    """
    chance, digits = np.random.default_rng(seed), datasets.sample_digits()
    pads = [_somewhere(ink, chance) for ink in digits.images[:n_digits]]
    accuracy = {}
    for prepared in (True, False):
        seen = np.stack([reconstruction.see(pad, prepared=prepared) for pad in pads])
        pictures = torch.tensor(seen, device=runtime.device())
        codes = runtime.to_numpy(coding.encode(reconstruction.model_of(name), pictures))
        nearest, _ = reconstruction.nearest_samples(name, codes, range(n_digits))
        votes = np.array([reconstruction.majority(digits.labels[row]) for row in nearest])
        accuracy[prepared] = round(float(np.mean(votes == digits.labels[:n_digits])), 3)
    return Preparation(accuracy[True], accuracy[False], n_digits)


def _somewhere(ink: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Put a digit's ink on an empty pad, in any place and of any size allowed."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    crop = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = chance.integers(SHORTEST, LONGEST + 1)
    height, width = (max(1, round(n * longer / max(crop.shape))) for n in crop.shape)
    top, left = chance.integers(0, PAD - height + 1), chance.integers(0, PAD - width + 1)
    pad = np.zeros((PAD, PAD), np.uint8)
    scaled = Image.fromarray(crop).resize((width, height), Image.Resampling.BICUBIC)
    pad[top : top + height, left : left + width] = np.asarray(scaled)
    return pad


def write_example() -> None:
    """Ask all models for the worked example, measure the yardsticks, store both."""
    labels = datasets.sample_digits().labels
    digit = int(np.flatnonzero(labels == FIRST_DIGIT)[FIRST_OF_KIND])
    seen = reconstruction.sample(digit)
    marks = {name: measure_yardstick(name) for name in MODELS}
    stored = {
        "digit": digit,
        "row": [int(np.flatnonzero(labels == kind)[IN_ROW]) for kind in range(10)],
        "answers": {
            name: _plain(reconstruction.answer(name, seen, digit, marks[name])) for name in MODELS
        },
        "yardsticks": {name: dataclasses.asdict(mark) for name, mark in marks.items()},
        "preparation": dataclasses.asdict(measure_preparation()),
    }
    assets.write_json(
        EXAMPLE,
        stored,
        source="what the shipped models answer for one sample digit, and what is usual for them",
        command=COMMAND,
        made_from=[*datasets.SAMPLE_FILES, *(reconstruction.file_of(name) for name in MODELS)],
    )


def _plain(answer: Reconstruction) -> dict[str, object]:
    pixels = np.rint(answer.pixels * 255).astype(np.uint8)
    return {
        "code": [round(float(number), 4) for number in answer.code],
        "pixels": base64.b64encode(pixels.tobytes()).decode(),
        "error": round(answer.error, 5),
        "unusual": answer.unusual,
        "neighbours": answer.neighbours.tolist(),
        "labels": answer.labels.tolist(),
        "vote": answer.vote,
    }


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    write_example()
