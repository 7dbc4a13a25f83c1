"""What stands under a new last layer: a network that knows ImageNet, and two that know nothing.

    pictures [B, 3, S, S] in [0, 1] -> `as_input` -> `before`, `after` -> map [B, D, H, W]

A ResNet's weights come from a folder (core/images/image_models.py says which); the others are here.
"""

import copy
from collections.abc import Callable
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from core import zoo
from core.images import image_models
from core.jobs.settings import RetrainingSettings
from core.making import shipping
from core.models import efficientnet, resnet
from core.models.efficientnet import EfficientNet
from core.models.resnet import ResNet

RAW_SIDE = 32  # pixels of what is read without a network


class Pixels(nn.Module):
    """No network at all: a small picture, its numbers in a row."""

    def __init__(self) -> None:
        """Give it the parts that a network has."""
        super().__init__()
        self.stem, self.head, self.blocks = nn.Identity(), nn.Identity(), nn.ModuleList()
        self.classifier = nn.Linear(3 * RAW_SIDE**2, 1)

    def before(self, x: Tensor, _n_blocks: int) -> Tensor:
        """Return pictures as one place with many numbers, [B, 3 * RAW_SIDE^2, 1, 1]."""
        return F.adaptive_avg_pool2d(x, RAW_SIDE).flatten(1)[..., None, None]

    def after(self, x: Tensor, _n_blocks: int) -> Tensor:
        """Return the same."""
        return x


class Backbone(NamedTuple):
    """A network and how it wants its pictures."""

    model: EfficientNet | ResNet | Pixels
    as_input: Callable[[Tensor], Tensor]
    untaught: bool = False  # its batch norms know no picture yet


def backbone(settings: RetrainingSettings) -> Backbone:
    """Return the network that is asked for, a copy of one's own.

    Raises:
        AssetError: the weights that ship are missing or damaged.
        InputError: those of a folder are not there, or don't fit.
    """
    match settings.backbone:
        case "pixels":
            return Backbone(Pixels(), efficientnet.as_input)
        case "random":
            model = shipping.seeded(EfficientNet, settings.seed)
            return Backbone(model, efficientnet.as_input, untaught=True)
        case "lite0":
            return Backbone(copy.deepcopy(zoo.efficientnet()), efficientnet.as_input)
    return Backbone(image_models.opened(settings.backbone, settings.weights), resnet.as_input)
