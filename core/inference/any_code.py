"""Which code has a picture, and which picture has a code, in each model?

picture [28, 28] -> code [Z] -> picture [28, 28]
"""

from collections.abc import Sequence

import numpy as np
import torch

from core import runtime
from core.errors import InputError
from core.images import coding, drawings
from core.inference import codes

MODELS = tuple(codes.MODELS)
MAX_NUMBER = 1e6  # of a code; those of the sample digits stay below 100


def encode(name: str, seen: np.ndarray) -> np.ndarray:
    """Return a picture's code, float32 [Z]; a VAE's is the mean.

    Args:
        name: one of `MODELS`.
        seen: float32 [28, 28] in [0, 1].

    Raises:
        InputError: no such model, or the picture has another shape or leaves [0, 1].
        AssetError: the model's file is missing or damaged.
    """
    side = drawings.FIELD
    if seen.shape != (side, side) or not np.all((seen >= 0) & (seen <= 1)):  # NaN fails, too
        raise InputError("drawing_shape", got=f"{seen.dtype} {list(seen.shape)}")
    image = torch.tensor(seen[None], dtype=torch.float32, device=runtime.device())
    return runtime.to_numpy(coding.encode(_model(name), image)[0])


def decode(name: str, code: Sequence[float]) -> np.ndarray:
    """Return what a code decodes to, float32 [28, 28] in [0, 1].

    Args:
        name: one of `MODELS`.
        code: as many numbers as the model's codes have.

    Raises:
        InputError: no such model, or the code has another length or is no code's size.
        AssetError: the model's file is missing or damaged.
    """
    model, blank = _model(name), torch.zeros(1, drawings.FIELD, drawings.FIELD)
    size = coding.encode(model, blank.to(runtime.device())).shape[1]
    if len(code) != size:
        raise InputError("code_length", model=name, size=size, got=len(code))
    if not all(abs(number) <= MAX_NUMBER for number in code):  # NaN fails, too
        raise InputError("code_number", limit=f"{MAX_NUMBER:,.0f}")
    asked = torch.tensor([code], dtype=torch.float32, device=runtime.device())
    return runtime.to_numpy(coding.decode(model, asked)[0])


def _model(name: str) -> coding.ImageModel:
    if name not in MODELS:
        raise InputError("argument_choice", name="model", list=", ".join(MODELS), got=name[:40])
    return codes.MODELS[name]()
