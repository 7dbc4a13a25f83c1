"""What fine-tuning changed, in bytes: a model that is stored as its difference from another.

    W' [N, M] = W + scale [N, 1] * change int8 [N, M]

A fine-tuned BERT differs from the one that it began as by a few hundredths of each matrix's length,
so that eight bits per number, scaled row by row, give each matrix back to two thousandths of its
length or better. Words that never occurred while it learnt have not changed at all. Vectors, and
what the other model lacks, are stored as they are.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

SCALE = ".scale"  # after a matrix's name: what its rows of whole numbers are multiplied by
LARGEST = 127


def pack(base: Mapping[str, Tensor], changed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what to store of `changed`, a state dict: int8 matrices with their scales, halves."""
    packed = {}
    for name, value in changed.items():
        if value.ndim < 2 or name not in base:
            packed[name] = value.half()
            continue
        change = value.float() - base[name].float()  # [N, M]
        scale = change.abs().amax(1, keepdim=True) / LARGEST  # [N, 1]
        packed[name] = (change / scale.where(scale > 0, 1)).round().to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def unpack(base: Mapping[str, Tensor], packed: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state dict that was packed, float32.

    Raises:
        KeyError: `base` lacks a matrix whose change is stored.
    """
    return {
        name: base[name].float() + packed[name + SCALE] * value
        if name + SCALE in packed
        else value.float()
        for name, value in packed.items()
        if not name.endswith(SCALE)
    }
