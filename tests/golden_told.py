"""Write golden_told.json anew, after weights were trained anew: `python -m tests.golden_told`.

For each set of pictures and each objective: the first four numbers of the code of the first shown
picture, what the probe calls it, and the ink of four pixels of what comes back.
"""

import json
from pathlib import Path

import torch

from core import zoo
from core.images import coding, picture_sets
from core.models.two_ends import OBJECTIVES

PIXELS = ((14, 14), (10, 12), (18, 15), (7, 20))
FILE = Path(__file__).with_suffix(".json")


def slice_of(pictures: str, objective: str) -> dict[str, object]:
    """Return what one network makes of the picture, rounded to six decimals."""
    model = zoo.told(pictures)[objective]
    seen = torch.tensor(picture_sets.shown_pictures(pictures).images[:1]).float() / 255
    code = coding.encode(model.autoencoder, seen)
    ink = coding.decode(model.autoencoder, code)[0]
    return {
        "code": [round(float(number), 6) for number in code[0, :4]],
        "kind": int(model.head(code).argmax()),
        "ink": [round(float(ink[at]), 6) for at in PIXELS],
    }


if __name__ == "__main__":
    found = {
        name: {objective: slice_of(name, objective) for objective in OBJECTIVES}
        for name in picture_sets.NAMES
    }
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
