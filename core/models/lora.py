"""Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).

    W [N, M] -> W + B A,   B [N, R], A [R, M]

What fine-tuning changes in a matrix can be written with few numbers: the pre-trained W stays as it
is, only A and B learn (section 4.1), and what must be kept of a task is a hundredth of the model.
Once learned, B A is added to W, and the model is as fast as before. Trained by
core/training/fine_tuning.py.
"""

import math

import torch
from torch import Generator, Tensor, nn
from torch.nn.utils import parametrize

Changes = dict[str, Tensor]  # "name of a matrix" + ".a" or ".b" -> A or B


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


def changes(body: nn.Module) -> Changes:
    """Return what was learned: A and B of each matrix that `adapt` gave them."""
    found = {}
    for name, layer in body.named_modules():
        if isinstance(layer, nn.Linear) and parametrize.is_parametrized(layer, "weight"):
            (change,) = layer.parametrizations["weight"]
            found[f"{name}.weight.a"], found[f"{name}.weight.b"] = change.a, change.b
    return found


@torch.no_grad()
def add(body: nn.Module, learned: Changes) -> None:
    """Add B A to the matrices of a body that was not adapted.

    Raises:
        KeyError: it has no such matrix, or A comes without B.
    """
    weights = dict(body.named_parameters())
    for name in {key.rpartition(".")[0] for key in learned}:
        weights[name] += learned[f"{name}.b"].float() @ learned[f"{name}.a"].float()
