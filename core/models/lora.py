"""Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685).

    x [*, M] -> W x + b + B (A x) [*, N],   W [N, M], A [R, M], B [N, R]

What fine-tuning changes in a matrix can be written with few numbers: the pre-trained W stays as it
is, only A and B learn (section 4.1). In our BERTs, whose matrices are small, these are some 3 to 5
per cent of the model at R = 16; in the GPT-3 of the paper, down to a ten-thousandth. W needs no
gradient, so a step is faster, too. Once learned, B A can be added to W, and the model is as fast as
before. Trained by core/training/fine_tuning.py.
"""

import math

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn


class LowRankLinear(nn.Linear):
    """A linear layer that stays, and a change beside it: nothing at first, since B begins at 0."""

    def __init__(self, layer: nn.Linear, rank: int, generator: Generator) -> None:
        """Take over a layer and freeze it; each number of A is drawn from normal(0, 1/M).

        So A x is about sqrt(R / M) times as long as x.
        """
        super().__init__(layer.in_features, layer.out_features, device="meta")
        layer.requires_grad_(False)
        self.weight, self.bias = layer.weight, layer.bias
        a = torch.randn(rank, layer.in_features, generator=generator)
        self.a = nn.Parameter(a / math.sqrt(layer.in_features))
        self.b = nn.Parameter(torch.zeros(layer.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """Return [*, N] of x [*, M] (equation 3)."""
        return super().forward(x) + F.linear(F.linear(x, self.a), self.b)

    def merged(self) -> nn.Linear:
        """Return one plain layer that answers the same."""
        layer = nn.Linear(self.in_features, self.out_features, self.bias is not None)
        with torch.no_grad():
            layer.weight.copy_(self.weight + self.b @ self.a)
            if self.bias is not None:
                layer.bias.copy_(self.bias)
        return layer.to(self.weight.device)


def adapt(body: nn.Module, rank: int, generator: Generator) -> list[nn.Parameter]:
    """Give each linear layer a change and freeze all else; returns what learns."""
    body.requires_grad_(False)
    learning = []
    for parent in list(body.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is nn.Linear:
                adapted = LowRankLinear(layer, rank, generator)
                setattr(parent, name, adapted)
                learning += [adapted.a, adapted.b]
    return learning


def merge(body: nn.Module) -> None:
    """Add all changes to their matrices: a plain model again."""
    for parent in list(body.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, LowRankLinear):
                setattr(parent, name, layer.merged())
