"""Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).

    W [N, M] -> W + B A,   B [N, R], A [R, M]

What fine-tuning changes in a matrix can be written with few numbers: the pre-trained W stays as it
is, only A and B learn (section 4.1), a hundredth of the model. Once learned, B A can be added to W
(`torch.nn.utils.parametrize.remove_parametrizations`), and the model is as fast as before. Trained
by core/training/fine_tuning.py.
"""

import math

import torch
from torch import Generator, Tensor, nn
from torch.nn.utils import parametrize


class LowRankChange(nn.Module):
    """What is added to one matrix; nothing at first, since B begins at 0."""

    def __init__(self, n_outputs: int, n_inputs: int, rank: int, generator: Generator) -> None:
        """Draw A, so that A x is about as long as x."""
        super().__init__()
        a = torch.randn(rank, n_inputs, generator=generator) / math.sqrt(n_inputs)
        self.a = nn.Parameter(a)
        self.b = nn.Parameter(torch.zeros(n_outputs, rank))

    def forward(self, weight: Tensor) -> Tensor:
        """Return W + B A [N, M] (equation 3)."""
        return weight + self.b @ self.a


def adapt(body: nn.Module, rank: int, generator: Generator) -> list[nn.Parameter]:
    """Give each matrix of the linear layers a change and freeze all else; returns what learns."""
    body.requires_grad_(False)
    learning = []
    for layer in list(body.modules()):
        if isinstance(layer, nn.Linear):
            change = LowRankChange(*layer.weight.shape, rank, generator)
            parametrize.register_parametrization(layer, "weight", change)
            learning += [change.a, change.b]
    return learning
