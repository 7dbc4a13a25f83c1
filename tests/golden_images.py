"""Write golden_images.json anew, after weights were trained anew: `python -m tests.golden_images`.

For each shipped image model: the first four numbers of the code of sample digit 0, and the ink of
four pixels of its reconstruction.
"""

import json
from pathlib import Path

import torch

from core import runtime
from core.images import coding, datasets
from core.inference.codes import MODELS

PIXELS = ((14, 14), (10, 12), (18, 15), (7, 20))
FILE = Path(__file__).with_suffix(".json")


def slice_of(name: str) -> dict[str, list[float]]:
    """Return what one model makes of the digit, rounded to six decimals."""
    model = MODELS[name]()
    digit = torch.tensor(datasets.sample_digits().images[:1], device=runtime.device())
    code = coding.encode(model, digit.float() / 255)
    ink = coding.decode(model, code)[0]
    return {
        "code": [round(float(number), 6) for number in code[0, :4]],
        "ink": [round(float(ink[at]), 6) for at in PIXELS],
    }


if __name__ == "__main__":
    lines = (f'  "{name}": {json.dumps(slice_of(name))}' for name in MODELS)
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
