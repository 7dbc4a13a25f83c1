"""Make the runs that the page opens with: `python -m core.making.retrain_example`.

Three kinds of drawings, ten of each to learn from, ten held out: the last layer, the last block and
everything, and the last layer with a coloured background. Takes two minutes.
"""

import json
import time
from dataclasses import asdict

import numpy as np

from core import assets
from core.images import clipart
from core.inference import retrain
from core.inference.train import thinned
from core.jobs.live import Checked, Run, Stepped
from core.jobs.settings import RetrainingSettings
from core.making.efficientnet import NAME
from core.training.live_retraining import Retraining

KINDS = ("buildings", "food", "vehicles")
N_LEARNED, N_PICTURES = 10, 20  # of each kind, and in all
RUNS = {
    "layer": ("layer", False),
    "block": ("block", False),
    "all": ("all", False),
    "background": ("layer", True),
}


def wanted(depth: str, background: bool) -> RetrainingSettings:
    """Return the settings of a run on the first drawings of the kinds."""
    drawn = [[retrain.drawing(kind, row) for row in range(N_PICTURES)] for kind in KINDS]
    return retrain.settings(drawn, n_learned=N_LEARNED, depth=depth, background=background)


def watched(settings: RetrainingSettings) -> dict[str, object]:
    """Train; return what there was to see, as core/inference/retrain.py reads it."""
    began = time.process_time()  # on one core: how long it takes where nobody else is at work
    kind = Retraining(settings)
    losses, checks = [], []
    for event in Run(kind).events():
        if isinstance(event, Stepped):
            losses.append(event)
        elif isinstance(event, Checked):
            checks.append([event.step, *(round(x, 4) for x in event.score)])
    seconds = time.process_time() - began
    found = kind.samples()
    return {
        "seconds": round(seconds, 1),
        "step": len(losses),
        "losses": thinned(np.array(losses)).round(4).tolist(),
        "checks": checks,
        "facts": asdict(kind.facts()),
        "samples": {
            "shares": np.round(found.shares.astype(float), 3).tolist(),
            "maps": np.round(found.maps.astype(float), 1).tolist(),
        },
    }


def main() -> None:
    """Train; write the file and its manifest entry."""
    Retraining(wanted("all", False)).step()  # whatever is slow but once
    runs = {}
    for name, (depth, background) in RUNS.items():
        runs[name] = watched(wanted(depth, background))
        print(name, runs[name]["checks"][-1], runs[name]["seconds"], flush=True)
    found = {"kinds": KINDS, "n_learned": N_LEARNED, "n_pictures": N_PICTURES, "runs": runs}
    text = json.dumps(found, separators=(",", ":")) + "\n"
    (assets.FOLDER / retrain.EXAMPLES).write_text(text, encoding="utf-8")
    assets.register(
        retrain.EXAMPLES,
        licence="Apache-2.0",
        source="trained by this project on drawings that ship with it (public domain)",
        paper="",
        command="python -m core.making.retrain_example",
        made_from=(f"weights/{NAME}.safetensors", clipart.LISTED, *map(clipart.sheet, KINDS)),
    )


if __name__ == "__main__":
    main()
