"""How many pictures of a class does it take, and does it matter what learns?

Six kinds of the drawings that ship. A seed draws 40 of each kind to learn from, of which a run
takes the first few; all others are held out, the same ones for every run of the seed.
"""

import json
from dataclasses import dataclass

import numpy as np

from core import assets
from core.errors import AssetError, InputError
from core.images import clipart, pictures
from core.jobs.settings import MAX_SEED, RetrainingSettings, within

KINDS = ("animals", "buildings", "food", "plants", "tools", "vehicles")
COUNTS = (2, 5, 10, 20, 40)  # drawings of a kind to learn from
# What is read, and what learns of it: the backbone and the depth of core/jobs/settings.py.
WAYS = {
    "pixels": ("pixels", "layer"),
    "random": ("random", "layer"),
    "layer": ("lite0", "layer"),
    "block": ("lite0", "block"),
    "all": ("lite0", "all"),
}
N_SEEDS = 5
CURVE = "samples/retrain_curve.json"
COMMAND = "python -m core.making.retrain_curve"


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What was measured beforehand."""

    # One of WAYS -> for each of COUNTS, of each seed the share that is right of those held out;
    # none where it has not been measured.
    right: dict[str, list[list[float]]]
    seconds: dict[str, list[float | None]]  # one of WAYS -> of one processor core, a run
    n_held: int


def settings(way: str, n_learned: int, seed: int) -> RetrainingSettings:
    """Return one run of the curve.

    Args:
        way: one of `WAYS`.
        n_learned: one of `COUNTS`.
        seed: which drawings are learned from; below `N_SEEDS` are those of the stored curve.

    Raises:
        InputError: one of these is out of range.
        AssetError: the drawings are missing or damaged.
    """
    if way not in WAYS:
        raise InputError("bad_request", field="way")
    if n_learned not in COUNTS:
        raise InputError("bad_request", field="n_learned")
    within("seed_range", seed, 0, MAX_SEED)
    dice = np.random.default_rng(seed)
    learned, labels, held, held_labels = [], [], [], []
    for label, kind in enumerate(KINDS):
        pixels = clipart.drawings(kind).pixels
        order = dice.permutation(len(pixels))
        learned += [pictures.enlarged(pixels[row]) for row in order[:n_learned]]
        labels += [label] * n_learned
        rest = order[COUNTS[-1] :]
        held += [pictures.enlarged(pixels[row]) for row in rest]
        held_labels += [label] * len(rest)
    backbone, depth = WAYS[way]
    return RetrainingSettings(
        pictures=np.stack(learned),
        labels=np.array(labels),
        held=np.stack(held),
        held_labels=np.array(held_labels),
        n_classes=len(KINDS),
        depth=depth,
        seed=seed,
        backbone=backbone,
    )


def stored() -> Curve:
    """Return the curve that ships.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        kept = json.loads(assets.locate(CURVE).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=CURVE, command=COMMAND) from error
    ways = kept["ways"]
    return Curve(
        right={way: ways[way]["right"] for way in WAYS},
        seconds={way: ways[way]["seconds"] for way in WAYS},
        n_held=kept["n_held"],
    )
