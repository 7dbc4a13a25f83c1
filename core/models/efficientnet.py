"""EfficientNet-Lite0 (Tan & Le 2019, "EfficientNet", arXiv:1905.11946; lite: without its gates).

    x [B, 3, 224, 224] -> stem [B, 32, 112, 112] -> 16 blocks -> [B, 320, 7, 7]
                       -> map [B, D, 7, 7] -> mean over places: features [B, D] -> logits [B, C]

B batch, D = 1280 features, C classes. Each block widens its input, looks at every channel by itself
with a small filter, and narrows it again: "inverted bottleneck" (Sandler et al. 2018, MobileNetV2,
arXiv:1801.04381), which needs a ninth of the products of a full convolution. Of the paper's network
the lite one leaves out squeeze-and-excitation, and takes ReLU6 for Swish: both are slow on phones.
Trained by Google on ImageNet's 1.28 million photos; core/making/efficientnet.py reads the weights.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 224  # pixels of the picture that it was trained on
MEAN, DEVIATION = 127 / 255, 128 / 255  # of its pixels in [0, 1], in all three colours
EPSILON = 1e-3  # of batch norm, as in the original; PyTorch's own default is a hundredth of it


class Stage(NamedTuple):
    """Blocks of one width (table 1 of the paper): the first one has the stride."""

    n_blocks: int
    kernel: int
    stride: int
    expansion: int  # times as many channels inside a block as come in
    width: int  # channels that go out


LITE0 = (
    Stage(1, 3, 1, 1, 16),
    Stage(2, 3, 2, 6, 24),
    Stage(2, 5, 2, 6, 40),
    Stage(3, 3, 2, 6, 80),
    Stage(3, 5, 1, 6, 112),
    Stage(4, 5, 2, 6, 192),
    Stage(1, 3, 1, 6, 320),
)


@dataclass(frozen=True, slots=True)
class EfficientNetConfig:
    """The sizes of a network."""

    stem: int = 32
    stages: tuple[Stage, ...] = LITE0
    n_features: int = 1280
    n_classes: int = 1000


class EfficientNetOutput(NamedTuple):
    """The answer, and what it was computed from."""

    logits: Tensor  # [B, C]
    features: Tensor  # [B, D], the mean of `map` over all places
    map: Tensor  # [B, D, H, W], >= 0: what is seen where


class Convolution(nn.Module):
    """A convolution, batch norm, and mostly ReLU6: min(max(x, 0), 6)."""

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
        active: bool = True,
    ) -> None:
        """Build the layers; with `active` false the sum goes out as it is."""
        super().__init__()
        self.conv = nn.Conv2d(n_in, n_out, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(n_out, eps=EPSILON, momentum=0.01)
        self.active = active

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, n_out, ceil(H / stride), ceil(W / stride)]."""
        x = self.norm(self.conv(same_padding(x, self.conv.kernel_size[0], self.conv.stride[0])))
        return F.relu6(x) if self.active else x


def same_padding(x: Tensor, kernel: int, stride: int) -> Tensor:
    """Put zeros around [B, C, H, W] as TensorFlow does, where the weights were trained.

    An odd number of rows goes below: with stride 2 and an even side the filters stand half a pixel
    further left and up than with PyTorch's `padding=kernel // 2`, and see other pixels.
    """
    height, width = (max(kernel - (n - 1) % stride - 1, 0) for n in x.shape[-2:])
    if not height and not width:
        return x
    return F.pad(x, (width // 2, width - width // 2, height // 2, height - height // 2))


class Block(nn.Module):
    """Widen, filter each channel by itself, narrow; what came in is added if it still fits."""

    def __init__(self, n_in: int, stage: Stage, stride: int) -> None:
        """Build the layers; an expansion of 1 has nothing to widen."""
        super().__init__()
        inside = n_in * stage.expansion
        self.expand = Convolution(n_in, inside) if stage.expansion > 1 else nn.Identity()
        self.filter = Convolution(inside, inside, kernel=stage.kernel, stride=stride, groups=inside)
        self.project = Convolution(inside, stage.width, active=False)
        self.residual = stride == 1 and n_in == stage.width

    def forward(self, x: Tensor) -> Tensor:
        """Return [B, width, ceil(H / stride), ceil(W / stride)]."""
        narrow = self.project(self.filter(self.expand(x)))
        return x + narrow if self.residual else narrow


class EfficientNet(nn.Module):
    """Stem, blocks, a last convolution, the mean over all places, one linear layer."""

    def __init__(self, config: EfficientNetConfig | None = None) -> None:
        """Build the layers, by default those of Lite0."""
        super().__init__()
        config = config or EfficientNetConfig()
        self.config = config
        self.stem = Convolution(3, config.stem, kernel=3, stride=2)
        width, blocks = config.stem, []
        for stage in config.stages:
            for number in range(stage.n_blocks):
                blocks.append(Block(width, stage, stage.stride if number == 0 else 1))
                width = stage.width
        self.blocks = nn.ModuleList(blocks)
        self.head = Convolution(width, config.n_features)
        self.classifier = nn.Linear(config.n_features, config.n_classes)

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
        return self.head(x)

    def forward(self, x: Tensor) -> EfficientNetOutput:
        """Classify pictures [B, 3, H, W] that `as_input` returned.

        Raises:
            ValueError: they have another number of colours, or a side under 32 pixels.
        """
        if x.ndim != 4 or x.shape[1] != 3 or min(x.shape[2:]) < 32:
            raise ValueError(f"Pictures are [B, 3, H, W] of 32 pixels or more, not {[*x.shape]}.")
        seen = self.after(self.before(x, 0), 0)
        features = seen.mean((2, 3))
        return EfficientNetOutput(self.classifier(features), features, seen)


def as_input(pixels: Tensor) -> Tensor:
    """Return pixels in [0, 1] as the network wants them, of any shape."""
    return (pixels - MEAN) / DEVIATION
