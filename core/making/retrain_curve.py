"""Measure accuracy against pictures a class: `python -m core.making.retrain_curve`.

Raw pixels, a network that knows nothing, and EfficientNet-Lite0 with its last layer, last block or
all of it learning, by 2 to 40 drawings of six kinds and five seeds, as the page trains them. Takes
half an hour of one core, most of it for "all"; named ways alone are made anew:
`python -m core.making.retrain_curve pixels random`.
"""

import argparse
import json
import sys
import time
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from core import assets
from core.images import clipart
from core.inference import retrain_curve
from core.inference.retrain_curve import COUNTS, CURVE, KINDS, N_SEEDS, WAYS
from core.jobs.settings import RetrainingSettings
from core.making.efficientnet import NAME
from core.training.live_retraining import Retraining


class Remembering(Retraining):
    """A run that looks up what the frozen part of the network made of a picture before."""

    _known: ClassVar[dict[tuple[str, bytes], Tensor]] = {}

    def __init__(self, settings: RetrainingSettings) -> None:
        """As `Retraining`; what is frozen of a network by lot is another one in each run."""
        super().__init__(settings)
        self._depth = settings.depth if settings.backbone == "lite0" else None

    def _seen(self, pictures: np.ndarray) -> Tensor:
        if self._depth in (None, "all"):  # nothing is frozen
            return super()._seen(pictures)
        keys = [(self._depth, one.tobytes()) for one in pictures]
        new = [n for n, key in enumerate(keys) if key not in self._known]
        if new:
            found = super()._seen(pictures[new])
            self._known.update(zip([keys[n] for n in new], found, strict=True))
        return torch.stack([self._known[key] for key in keys])


def measured(way: str, n_learned: int, seed: int) -> tuple[float, float, int]:
    """Return the share that is right, the seconds on one core, and how many were held out."""
    began = time.process_time()
    made = Remembering if seed else Retraining  # the first is timed, and computes all anew
    kind = made(retrain_curve.settings(way, n_learned, seed))
    for _ in range(kind.n_steps):
        kind.step()
    seconds = time.process_time() - began
    right = kind.validate().accuracy
    print(f"{way} {n_learned} {seed}: {right:.3f} {seconds:.1f} s", file=sys.stderr, flush=True)
    return right, seconds, kind.facts().n_validation


def row(way: str) -> tuple[dict[str, list], int]:
    """Return what the file has of one way, and how many drawings were held out."""
    runs = [[measured(way, n, seed) for seed in range(N_SEEDS)] for n in COUNTS]
    found = {
        "right": [[round(right, 4) for right, _, _ in some] for some in runs],
        "seconds": [round(some[0][1], 1) for some in runs],
    }
    return found, runs[0][0][2]


def main() -> None:
    """Measure; write the file and its manifest entry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ways", nargs="*", metavar="WAY", help=", ".join(WAYS))
    wanted = parser.parse_args().ways or list(WAYS)
    if not set(wanted) <= set(WAYS):
        parser.error(f"a WAY is one of {', '.join(WAYS)}")
    for way in wanted:
        found, n_held = row(way)
        file = assets.FOLDER / CURVE  # read anew: another process may have written its part
        ways = json.loads(file.read_text("utf-8"))["ways"] if file.is_file() else {}
        ways[way] = found
        assets.write_json(
            CURVE,
            {"kinds": KINDS, "counts": COUNTS, "n_held": n_held, "ways": ways},
            source="trained by this project on drawings that ship with it (public domain)",
            command=retrain_curve.COMMAND,
            made_from=(f"weights/{NAME}.safetensors", clipart.LISTED, *map(clipart.sheet, KINDS)),
        )


if __name__ == "__main__":
    main()
