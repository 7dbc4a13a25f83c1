"""What must a browser know to decode a point by itself, 30 times a second?"""

import torch
from torch import nn

from core import runtime
from core.models.autoencoder import MLPAutoencoder
from core.models.vae import VAE
from core.results.images import DecoderWeights


def export(model: MLPAutoencoder | VAE, name: str = "") -> DecoderWeights:
    """Return a decoder's weights in half precision, batch norm folded into the layers before it.

    Half of the bytes, and the pixels differ by less than .01.
    """
    layers: list[tuple[torch.Tensor, torch.Tensor]] = []
    for layer in model.decoder:
        if isinstance(layer, nn.Linear):
            layers.append((layer.weight.double(), layer.bias.double()))
        elif isinstance(layer, nn.BatchNorm1d):
            layers[-1] = folded(*layers[-1], layer)
    return DecoderWeights(
        name=name,
        layers=tuple(
            (runtime.to_numpy(weight.half()), runtime.to_numpy(bias.half()))
            for weight, bias in layers
        ),
        activation="gelu" if isinstance(model, VAE) else model.config.activation,
        output="sigmoid" if isinstance(model, VAE) else "tanh",
    )


def folded(
    weight: torch.Tensor, bias: torch.Tensor, norm: nn.BatchNorm1d
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the linear layer that does what `weight`, `bias` and then `norm` do (in eval mode).

    gamma * (W x + b - mean) / deviation + beta is again linear in x.
    """
    mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
    scale = norm.weight.double() / (variance.double() + norm.eps).sqrt()
    return scale[:, None] * weight, scale * (bias - mean.double()) + norm.bias.double()
