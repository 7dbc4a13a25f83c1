"""Move, turn, scale and shear a whole batch of digits at once."""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

MAX_TURN = 8.0  # degrees
MAX_SCALE = 0.08  # of the size
MAX_SHIFT = 0.04  # of half the side: about half a pixel, since MNIST is centred anyway
MAX_SHEAR = 0.08


def random_affine(images: Tensor, generator: Generator) -> Tensor:
    """Return images [B, 28, 28], each under an affine map of its own; their range is kept.

    One `grid_sample` for the batch: digit by digit, this would take longer than the training step.
    """
    n, device = len(images), images.device
    turn, scale_x, scale_y, shear, shift_x, shift_y = (
        torch.rand(6, n, generator=generator, device=device) * 2 - 1
    )
    turn = turn * (MAX_TURN * torch.pi / 180)
    scale_x, scale_y = 1 + MAX_SCALE * scale_x, 1 + MAX_SCALE * scale_y
    shear = MAX_SHEAR * shear
    cos, sin = turn.cos(), turn.sin()
    maps = torch.stack(  # rotation x shear x scale, and a shift: [B, 2, 3]
        [
            torch.stack([cos * scale_x, (cos * shear - sin) * scale_y, MAX_SHIFT * shift_x], -1),
            torch.stack([sin * scale_x, (sin * shear + cos) * scale_y, MAX_SHIFT * shift_y], -1),
        ],
        dim=1,
    )
    batch = images.unsqueeze(1)
    grid = F.affine_grid(maps, list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, align_corners=False).squeeze(1)
