"""A model's weights in a quarter of their bytes: eight bits a number, one scale a row.

    W [N, M]  ->  rows int8 [N, M], scale float32 [N, 1],   W ~ scale * rows

A row's scale is its largest size / 127, so that each number comes back to within scale / 2: a row
is a word's vector, or all that one unit of a layer weighs. Vectors (biases, norms) are stored as
halves. Nothing is computed in eight bits: a file is unpacked once, to float32.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ".scale"  # after a matrix's name: what its rows of whole numbers are multiplied by
LARGEST = 127  # -128 is not used, so that a row may be turned round


def pack(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what to store of a state dict: int8 matrices [N, M] with scales [N, 1], halves."""
    packed = {}
    for name, value in weights.items():
        if value.ndim != 2:
            packed[name] = value.half()
            continue
        scale = value.float().abs().amax(1, keepdim=True) / LARGEST
        rows = (value.float() / scale.where(scale > 0, 1)).round()
        packed[name] = rows.clamp(-LARGEST, LARGEST).to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def unpack(packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state dict, float32; a matrix's numbers to within half of their row's scale.

    Raises:
        ValueError: not such a file: rows or a scale are missing, have another shape or type, or
            aren't finite.
    """
    found = {}
    for name, value in packed.items():
        if name.endswith(SCALE):
            if name.removesuffix(SCALE) not in packed:
                raise ValueError(f"{name} without its rows")
            continue
        scale = packed.get(name + SCALE)
        if (scale is None) is (value.dtype == torch.int8):
            has = "without" if scale is None else "with"
            raise ValueError(f"{name}: {value.dtype} {has} scales")
        if scale is None:
            found[name] = value.float()
        elif value.ndim != 2 or scale.shape != (len(value), 1) or not scale.is_floating_point():
            raise ValueError(f"{name} {list(value.shape)} with scales {list(scale.shape)}")
        else:
            found[name] = value.float().mul_(scale.float())
        if not found[name].isfinite().all():
            raise ValueError(f"{name} is not finite")
    return found
