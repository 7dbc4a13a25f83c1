"""Batch norm is a help while training; afterwards it is a part of the layer before it.

gamma * (W x + b - mean) / deviation + beta is linear in x once mean and deviation stand still,
so a network can be trained with batch norm and shipped without: the same answers from the
lecture's layers alone.
"""

import torch
from torch import nn

from core.models.autoencoder import ConvAutoencoder, ConvAutoencoderConfig


@torch.no_grad()
def without_batch_norm(trained: ConvAutoencoder) -> ConvAutoencoder:
    """Return a network of the lecture's layers that answers as `trained` does in eval mode."""
    config = trained.config
    plain = ConvAutoencoder(ConvAutoencoderConfig(config.n_first, config.n_second))
    plain = plain.to(next(trained.parameters()))  # device and precision
    for source, target in ((trained.encoder, plain.encoder), (trained.decoder, plain.decoder)):
        empty = [layer for layer in target if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]
        for layer in source:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                last = empty.pop(0)
                last.load_state_dict(layer.state_dict())
            elif isinstance(layer, nn.BatchNorm2d):
                scale = layer.weight / (layer.running_var + layer.eps).sqrt()  # [channels out]
                outputs = 1 if isinstance(last, nn.ConvTranspose2d) else 0  # axis of the weight
                shape = [1, 1, 1, 1]
                shape[outputs] = -1
                last.weight.mul_(scale.view(shape))
                last.bias.sub_(layer.running_mean).mul_(scale).add_(layer.bias)
    return plain.eval()
