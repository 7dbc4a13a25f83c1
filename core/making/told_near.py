"""Look for near-twins across the split of the animals: `python -m core.making.told_near`.

The package's silhouettes may be copies of fewer shapes, moved and bent a little; exact copies are
kept to one part (core/images/picture_sets.py). A near-twin of a test animal is a training animal
that has `ALIKE` of their joint area in common, once it is moved by up to `SHIFT` pixels or
mirrored. What the encoders get right is told apart by whether there is one. Takes half a minute.
"""

import argparse

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core import assets, zoo
from core.images import picture_sets
from core.images.picture_sets import ANIMALS, SIDE
from core.inference import told
from core.training.told import codes_of, pixels_of, shipped_probe

SHIFT, ALIKE = told.TWIN_SHIFT, told.TWIN_ALIKE
INK = 127  # of 255: where a silhouette is


def nearest(test: np.ndarray, training: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each test picture the largest share that a training one has in common, and which.

    Args:
        test: uint8 [M, 28, 28].
        training: uint8 [N, 28, 28].

    Returns:
        Shares of the joint area, float32 [M]; places in `training`, int64 [M].
    """
    known = torch.tensor(training > INK).flatten(1).float()
    best, which = torch.zeros(len(test)), torch.zeros(len(test), dtype=torch.int64)
    for moved in _moved(torch.tensor(test > INK).float()):
        flat = moved.flatten(1)
        common = flat @ known.T
        shares = common / (flat.sum(1)[:, None] + known.sum(1) - common).clamp(min=1)
        share, place = shares.max(1)
        better = share > best
        best, which = torch.where(better, share, best), torch.where(better, place, which)
    return best.numpy(), which.numpy()


def _moved(masks: Tensor) -> list[Tensor]:
    """Return pictures [M, S, S] moved by up to SHIFT pixels each way, and mirrored."""
    found = []
    for seen in (masks, masks.flip(2)):
        framed = F.pad(seen, (SHIFT,) * 4)
        for down in range(2 * SHIFT + 1):
            for across in range(2 * SHIFT + 1):
                found.append(framed[:, down : down + SIDE, across : across + SIDE])
    return found


def main() -> None:
    """Measure; write the file and its manifest entry."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    training, test = (
        read(ANIMALS) for read in (picture_sets.training_pictures, picture_sets.test_pictures)
    )
    shares, which = nearest(test.images, training.images)
    near = shares >= ALIKE
    x, right = pixels_of(test), {}
    for objective, model in zoo.told(ANIMALS).items():
        kinds = shipped_probe(model).kinds(codes_of(model, x)).numpy()
        hits = kinds == test.labels
        right[objective] = {
            "near": round(float(hits[near].mean()), 4),
            "others": round(float(hits[~near].mean()), 4),
        }
    assets.write_json(
        told.TWINS,
        {
            "n_training": len(training.labels),
            "n_test": len(near),
            "n_near": int(near.sum()),
            "same_kind": round(float((training.labels[which] == test.labels)[near].mean()), 4),
            "right": right,
        },
        source="test and training silhouettes of animal-shape-mnist 0.39 (MIT), compared",
        command="python -m core.making.told_near",
        made_from=["weights/told-animals.safetensors"],
    )


if __name__ == "__main__":
    main()
