"""Class activation maps (Zhou et al. 2016, arXiv:1512.04150).

    map [B, D, H, W], weight [C, D] -> maps [B, C, H, W]

B pictures, D features, C classes, H x W places. Where a network ends in a mean over all places and
one linear layer, mean and layer may change places: each place then has logits of its own, and their
mean is the answer. So the map is no guess at what the answer hangs on, but its sum, part by part.
"""

import torch
from torch import Tensor


def class_activation_maps(seen: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return each place's own logits, [B, C, H, W]; their mean over all places is the answer's.

    Args:
        seen: the last map [B, D, H, W], before the mean.
        weight: of the last layer, [C, D].
        bias: of the last layer, [C]; every place gets it whole.
    """
    return torch.einsum("bdhw,cd->bchw", seen, weight) + bias[:, None, None]
