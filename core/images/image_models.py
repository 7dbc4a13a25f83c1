"""Image networks that don't ship: ResNets as torchvision trained them, in a folder of one's own.

A folder has `model.safetensors` with the names of torchvision's weights; "timm/resnet18.tv_in1k" on
the hub is such a one. Nothing that could run a program is opened.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from safetensors import SafetensorError
from safetensors.torch import load_file

from core.errors import InputError
from core.models import resnet
from core.models.resnet import ResNet

WEIGHTS = "model.safetensors"
# The name in a folder for models, and on the hub: no other is fetched or opened.
HUB: Mapping[str, str] = MappingProxyType({name: f"timm/{name}.tv_in1k" for name in resnet.CONFIGS})


def opened(name: str, folder: str) -> ResNet:
    """Return a ResNet with the weights of a folder.

    Args:
        name: one of `HUB`.
        folder: where its `WEIGHTS` lie.

    Raises:
        InputError: there are none, they are damaged, or of another network.
    """
    config = resnet.CONFIGS[name]
    try:
        weights = load_file(Path(folder) / WEIGHTS)
        model = ResNet(config)
        model.load_state_dict(resnet.renamed(weights, config), strict=True)
    except FileNotFoundError as error:
        raise InputError("retrain_no_weights", name=name) from error
    except (SafetensorError, OSError, RuntimeError) as error:
        raise InputError("retrain_weights", name=name) from error
    return model.eval().requires_grad_(False)
