"""What does an encoder keep that was told the answer, and one that was not?

    picture [28, 28] -> four codes [Z] -> for each a kind and a picture back

    python -m core.inference.told   # after an exchange of weights: stores the page's opening

Four encoders of the same layers were asked for different things (core/training/told.py). What is
read off their codes here is read by the same two readers, which learned after the encoder stood
still.
"""

import argparse
import base64
import functools
import json
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file

from core import assets, runtime, zoo
from core.errors import AssetError, InputError
from core.images import coding, picture_sets
from core.inference import reconstruction
from core.models.two_ends import OBJECTIVES
from core.results.images import Kept, KindMap

PICTURES = picture_sets.NAMES
ANIMALS = picture_sets.ANIMALS
DRAWN = (picture_sets.DIGITS, ANIMALS)  # what a pen can draw
INK = 127  # of 255
N_SHOWN, N_KINDS, SIDE = picture_sets.N_SHOWN, picture_sets.N_KINDS, picture_sets.SIDE
N_NEIGHBOURS = 5
N_ROWS = 80  # rows of one picture of each kind to choose from
METHODS = ("pca", "tsne", "umap")  # that lay codes flat
STORED_METHODS = METHODS[1:]  # which take seconds
MAPS = "samples/told_maps.safetensors"
TWINS = "samples/told_near.json"
TWIN_SHIFT, TWIN_ALIKE = 2, 0.9  # pixels; share of the joint area
SILHOUETTE = 26  # pixels: the longer side of a shown animal, in the middle
OPENING = "samples/told_opening.json"
OPENING_ROW, OPENING_KIND = 23, 8  # a sample whose width of pen the told one loses
COMMAND = "python -m core.inference.told"


class Space(NamedTuple):
    """One encoder's codes of the shown pictures, and the plane on which they differ most."""

    codes: np.ndarray  # [N, Z]
    scale: float
    mean: np.ndarray  # [Z]
    axes: np.ndarray  # [2, Z]
    explained: float


def figures_file(pictures: str) -> str:
    """Return the asset with the figures of a set of pictures."""
    return f"samples/told-{pictures}.json"


def weights_file(pictures: str) -> str:
    """Return the asset with the four encoders of a set of pictures."""
    return f"weights/told-{pictures}.safetensors"


def shown(pictures: str, index: int) -> np.ndarray:
    """Return one of the shown pictures, float32 [28, 28] in [0, 1].

    Raises:
        InputError: there is no picture of that number.
    """
    if not 0 <= index < N_SHOWN:
        raise InputError("sample_range", high=N_SHOWN - 1, got=index)
    pixels = picture_sets.shown_pictures(pictures).images[index]
    return pixels.astype(np.float32) / np.float32(255)


def labels(pictures: str) -> np.ndarray:
    """Return what the shown pictures are, [1000], 0..9."""
    return picture_sets.shown_pictures(pictures).labels


def row(pictures: str, number: int) -> list[int]:
    """Return the `number`-th shown picture of each kind.

    Raises:
        InputError: there are not so many.
    """
    if not 0 <= number < N_ROWS:
        raise InputError("sample_range", high=N_ROWS - 1, got=number)
    known = labels(pictures)
    return [int(np.flatnonzero(known == kind)[number]) for kind in range(N_KINDS)]


def compare(pictures: str, seen: np.ndarray, *, without: int | None = None) -> tuple[Kept, ...]:
    """Let the four encoders of a set of pictures look at one.

    Args:
        pictures: one of `PICTURES`.
        seen: float32 [28, 28] in [0, 1].
        without: shown picture that may not be a neighbour: the picture itself, if it is one.

    Raises:
        InputError: the picture has another shape or leaves [0, 1].
        AssetError: a file is missing or damaged.
    """
    if seen.shape != (SIDE, SIDE) or not np.all((seen >= 0) & (seen <= 1)):  # NaN fails, too
        raise InputError("drawing_shape", got=f"{seen.dtype} {list(seen.shape)}")
    return tuple(_kept(pictures, one, seen.astype(np.float32), without) for one in OBJECTIVES)


def _kept(pictures: str, objective: str, seen: np.ndarray, without: int | None) -> Kept:
    model, space = zoo.told(pictures)[objective], spaces(pictures)[objective]
    pixels = torch.tensor(seen[None], device=runtime.device())
    code = coding.encode(model.autoencoder, pixels)
    with torch.inference_mode():
        kinds = runtime.to_numpy(model.head(code).softmax(1)[0])
    back = runtime.to_numpy(coding.decode(model.autoencoder, code)[0])
    numbers = runtime.to_numpy(code[0])
    away = np.square(space.codes - numbers).sum(1)
    if without is not None:
        away[without] = np.inf
    nearest = np.argsort(away, kind="stable")[:N_NEIGHBOURS]
    return Kept(
        objective=objective,
        code=numbers,
        scale=space.scale,
        kinds=kinds,
        pixels=back,
        error=float(np.square(back - seen).mean()),
        neighbours=nearest,
        labels=labels(pictures)[nearest],
        place=(numbers - space.mean) @ space.axes.T,
    )


@functools.cache
def spaces(pictures: str) -> dict[str, Space]:
    """Return objective -> the codes of the shown pictures."""
    images = picture_sets.shown_pictures(pictures).images
    pixels = torch.tensor(images, device=runtime.device()).float() / 255
    return {
        objective: _space(runtime.to_numpy(coding.encode(model.autoencoder, pixels)))
        for objective, model in zoo.told(pictures).items()
    }


def _space(codes: np.ndarray) -> Space:
    mean = codes.mean(0)
    _, spread, axes = np.linalg.svd((codes - mean).astype(np.float64), full_matrices=False)
    # An axis may point either way: its largest number is to be positive.
    signs = np.sign(axes[np.arange(2), np.abs(axes[:2]).argmax(1)])
    return Space(
        codes=codes,
        scale=float(np.quantile(np.abs(codes), 0.99)),
        mean=mean,
        axes=(axes[:2] * signs[:, None]).astype(np.float32),
        explained=float(np.square(spread[:2]).sum() / np.square(spread).sum()),
    )


def maps(pictures: str, method: str = METHODS[0]) -> tuple[KindMap, ...]:
    """Lay the shown pictures flat by each encoder.

    Args:
        pictures: one of `PICTURES`.
        method: one of `METHODS`; t-SNE's and UMAP's maps are stored.

    Raises:
        InputError: there is no such method.
        AssetError: a file is missing or damaged.
    """
    if method not in METHODS:
        raise InputError("bad_request", field="method")
    if method in STORED_METHODS:
        kept = load_file(assets.locate(MAPS))
        return tuple(
            KindMap(one, kept[map_name(pictures, one, method)].astype(np.float32), None)
            for one in OBJECTIVES
        )
    return tuple(
        KindMap(objective, (space.codes - space.mean) @ space.axes.T, space.explained)
        for objective, space in spaces(pictures).items()
    )


def map_name(pictures: str, objective: str, method: str) -> str:
    """Return under which name a map is stored in `MAPS`."""
    return f"{pictures}.{objective}.{method}"


def twins() -> dict:
    """Return how many test animals have a near-twin to learn from (core/making/told_near.py).

    Raises:
        AssetError: the file is missing or damaged.
    """
    return _json(TWINS, "python -m core.making.told_near")


def see(pictures: str, ink: np.ndarray) -> np.ndarray:
    """Return what the encoders of a set get to see of a drawing, float32 [28, 28] in [0, 1].

    A digit is prepared as MNIST was. An animal is filled, as a silhouette is, scaled to as many
    pixels as the shown ones, and put in the middle. Clothes are grey photos: no pen draws those.

    Args:
        pictures: one of `DRAWN`.
        ink: uint8 [H, W], 255 for full ink.

    Raises:
        InputError: nothing is drawn, or what is drawn is nothing of this set.
    """
    if pictures not in DRAWN:
        raise InputError("told_no_drawing")
    if pictures == picture_sets.DIGITS:
        return reconstruction.see(ink)
    from scipy import ndimage  # of use here alone

    solid = ndimage.binary_fill_holes(ink > INK)
    if not solid.any():
        raise InputError("blank_drawing")
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    shape = Image.fromarray(255 * solid[np.ix_(_span(rows), _span(columns))].astype(np.uint8))
    scale = SILHOUETTE / max(shape.size)
    width, height = (max(1, round(scale * side)) for side in shape.size)
    field = Image.new("L", (SIDE, SIDE))
    small = shape.resize((width, height), Image.Resampling.BOX)
    field.paste(small, ((SIDE - width) // 2, (SIDE - height) // 2))
    return np.asarray(field, np.float32) / np.float32(255)


def _span(places: np.ndarray) -> np.ndarray:
    return np.arange(places[0], places[-1] + 1)


def figures(pictures: str) -> dict:
    """Return what was measured on test pictures, as core/making/told.py lays it out.

    Raises:
        AssetError: the file is missing or damaged.
    """
    return _json(figures_file(pictures), f"python -m core.making.told {pictures}")


def opening() -> dict:
    """Return the stored opening of the page; no model is woken.

    {"digit": int, "row": [10 ints], "kept": [...]} with a `Kept` as lists of numbers, its pixels as
    base64 of bytes.

    Raises:
        AssetError: the file is missing or damaged.
    """
    return _json(OPENING, COMMAND)


def _json(file: str, command: str) -> dict:
    try:
        return json.loads(assets.locate(file).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=file, command=command) from error


def opening_answers() -> tuple[Kept, ...]:
    """Return the stored answers."""
    return tuple(
        Kept(
            objective=one["objective"],
            code=np.array(one["code"], np.float32),
            scale=one["scale"],
            kinds=np.array(one["kinds"], np.float32),
            pixels=_unpacked(one["pixels"]),
            error=one["error"],
            neighbours=np.array(one["neighbours"]),
            labels=np.array(one["labels"]),
            place=np.array(one["place"], np.float32),
        )
        for one in opening()["kept"]
    )


def _unpacked(text: str) -> np.ndarray:
    """Return a picture [28, 28] in [0, 1] of base64 of its bytes."""
    pixels = np.frombuffer(base64.b64decode(text), np.uint8)
    return pixels.reshape(SIDE, SIDE).astype(np.float32) / np.float32(255)


def write() -> None:
    """Ask the four about the digit with which the page opens, and store their answers."""
    pictures = picture_sets.DIGITS
    chosen = row(pictures, OPENING_ROW)
    digit = chosen[OPENING_KIND]
    found = {
        "digit": digit,
        "row": chosen,
        "kept": [
            {
                "objective": one.objective,
                "code": _rounded(one.code),
                "scale": round(one.scale, 4),
                "kinds": _rounded(one.kinds),
                "pixels": base64.b64encode(np.rint(255 * one.pixels).astype(np.uint8)).decode(),
                "error": round(one.error, 5),
                "neighbours": one.neighbours.tolist(),
                "labels": one.labels.tolist(),
                "place": _rounded(one.place),
            }
            for one in compare(pictures, shown(pictures, digit), without=digit)
        ],
    }
    assets.write_json(
        OPENING,
        found,
        source="what the shipped encoders answer for the digit with which the page opens",
        command=COMMAND,
        made_from=[*picture_sets.files(pictures), weights_file(pictures)],
    )


def _rounded(numbers: np.ndarray) -> list[float]:
    return [round(float(number), 4) for number in numbers]


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    write()
