"""ResNet (He, Zhang, Ren & Sun 2015, "Deep Residual Learning for Image Recognition").

    x [B, 3, 224, 224] -> stem [B, 64, 56, 56] -> 4 stages of blocks -> map [B, D, 7, 7]
                       -> mean over places: features [B, D] -> logits [B, C]

B batch, D = 512 or 2048 features, C classes. Each block adds what it computes to what came in, so
that a hundred layers still learn: what a block need not change goes through it unchanged
(arXiv:1512.03385). The 101 layers of the lecture have "bottlenecks": narrow, filter, widen again.
The stride of such a block stands in its 3 x 3 filter, as in torchvision, whose weights fit in by
`renamed`; the paper has it in the first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 224  # pixels of the picture that it was trained on
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's red, green and blue
STEM, WIDTHS = 64, (64, 128, 256, 512)
WIDER = 4  # times as many channels leave a bottleneck as are filtered in it


@dataclass(frozen=True, slots=True)
class ResNetConfig:
    """The sizes of a network; table 1 of the paper."""

    n_blocks: tuple[int, int, int, int] = (2, 2, 2, 2)
    bottleneck: bool = False
    n_classes: int = 1000


CONFIGS = {
    "resnet18": ResNetConfig(),
    "resnet101": ResNetConfig((3, 4, 23, 3), bottleneck=True),
}


class Block(nn.Module):
    """Convolutions with batch norm; what came in is added at the end (figures 2 and 5)."""

    def __init__(self, n_in: int, width: int, stride: int, *, bottleneck: bool) -> None:
        """Build the layers; where shapes differ, a 1 x 1 convolution fits what came in."""
        super().__init__()
        n_out = width * WIDER if bottleneck else width
        kernels = (1, 3, 1) if bottleneck else (3, 3)
        widths = (n_in, width, width, n_out) if bottleneck else (n_in, width, n_out)
        self.n_convolutions = len(kernels)
        for number, kernel in enumerate(kernels):
            strided = stride if number == len(kernels) - 2 else 1
            step = nn.Conv2d(
                widths[number], widths[number + 1], kernel, strided, kernel // 2, bias=False
            )
            self.add_module(f"conv{number + 1}", step)
            self.add_module(f"bn{number + 1}", nn.BatchNorm2d(widths[number + 1]))
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or n_in != n_out:
            fitted = nn.Conv2d(n_in, n_out, 1, stride, bias=False)
            self.downsample = nn.Sequential(fitted, nn.BatchNorm2d(n_out))

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, n_out, ceil(H / stride), ceil(W / stride)]."""
        changed = x
        for number in range(1, self.n_convolutions + 1):
            changed = self.get_submodule(f"conv{number}")(changed)
            changed = self.get_submodule(f"bn{number}")(changed)
            if number < self.n_convolutions:
                changed = F.relu(changed)
        return F.relu(self.downsample(x) + changed)


class ResNet(nn.Module):
    """Stem, blocks, the mean over all places, one linear layer."""

    def __init__(self, config: ResNetConfig | None = None) -> None:
        """Build the layers, by default those of ResNet-18."""
        super().__init__()
        config = config or ResNetConfig()
        self.config = config
        first = nn.Conv2d(3, STEM, 7, 2, 3, bias=False)
        self.stem = nn.Sequential(first, nn.BatchNorm2d(STEM), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        width, blocks = STEM, []
        for stage, n_blocks in enumerate(config.n_blocks):
            for number in range(n_blocks):
                stride = 2 if stage and not number else 1
                blocks.append(Block(width, WIDTHS[stage], stride, bottleneck=config.bottleneck))
                width = WIDTHS[stage] * (WIDER if config.bottleneck else 1)
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Identity()  # nothing stands between the last block and the mean
        self.classifier = nn.Linear(width, config.n_classes)

    def before(self, x: Tensor, n_blocks: int) -> Tensor:
        """Return what the first `n_blocks` blocks make of pictures [B, 3, H, W], `as_input`."""
        x = self.stem(x)
        for block in self.blocks[:n_blocks]:
            x = block(x)
        return x

    def after(self, x: Tensor, n_blocks: int) -> Tensor:
        """Return the map [B, D, H, W] of what `before` returned for as many blocks."""
        for block in self.blocks[n_blocks:]:
            x = block(x)
        return x

    def forward(self, x: Tensor) -> Tensor:
        """Return logits [B, C] of pictures [B, 3, H, W] that `as_input` returned."""
        return self.classifier(self.after(self.before(x, 0), 0).mean((2, 3)))


def as_input(pixels: Tensor) -> Tensor:
    """Return pixels [B, 3, H, W] in [0, 1] as the network wants them."""
    mean, deviation = (torch.tensor(x, device=pixels.device) for x in (MEAN, DEVIATION))
    return (pixels - mean[:, None, None]) / deviation[:, None, None]


def renamed(weights: Mapping[str, Tensor], config: ResNetConfig) -> dict[str, Tensor]:
    """Return torchvision's weights, by its names, under the names that they have here."""
    starts = [sum(config.n_blocks[:stage]) for stage in range(len(config.n_blocks))]

    def ours(name: str) -> str:
        found = re.match(r"layer([1-4])\.(\d+)\.", name)
        if found:
            place = starts[int(found[1]) - 1] + int(found[2])
            return f"blocks.{place}.{name[found.end() :]}"
        for theirs, own in (("conv1.", "stem.0."), ("bn1.", "stem.1."), ("fc.", "classifier.")):
            if name.startswith(theirs):
                return own + name.removeprefix(theirs)
        return name

    return {ours(name): numbers for name, numbers in weights.items()}
