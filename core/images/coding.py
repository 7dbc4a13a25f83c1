"""The same question to every image model: pictures -> code -> pictures.

Each paper has its own idea of a pixel: the autoencoders want [-1, 1], the VAE probabilities, PCA
takes what comes; some want rows of 784 numbers, some pictures. Here pixels are always [B, 28, 28]
in [0, 1], and codes [B, Z].
"""

import torch
from torch import Tensor, nn

from core.models.autoencoder import ConvAutoencoder, DenseConvAutoencoder, MLPAutoencoder
from core.models.pca import PCA
from core.models.vae import VAE, ConvVAE

ImageModel = MLPAutoencoder | ConvAutoencoder | DenseConvAutoencoder | VAE | ConvVAE | PCA


def as_input(model: nn.Module, images: Tensor) -> Tensor:
    """Return pixels [B, 28, 28] in [0, 1] in the shape and range that the model was made for."""
    match model:
        case MLPAutoencoder():
            return images.flatten(1) * 2 - 1
        case ConvAutoencoder() | DenseConvAutoencoder():
            return images.unsqueeze(1) * 2 - 1
        case VAE() | PCA():
            return images.flatten(1)
        case ConvVAE():
            return images.unsqueeze(1)
    raise TypeError(f"{type(model).__name__} is no image model.")


@torch.inference_mode()
def encode(model: ImageModel, images: Tensor) -> Tensor:
    """Return the codes [B, Z] of pixels [B, 28, 28] in [0, 1]; a VAE's code is its mean."""
    code = model.encode(as_input(model, images))
    return code[0] if isinstance(code, tuple) else code


@torch.inference_mode()
def decode(model: ImageModel, codes: Tensor) -> Tensor:
    """Return the pixels [B, 28, 28] in [0, 1] of codes [B, Z]."""
    pixels = model.decode(codes)
    match model:
        case VAE() | ConvVAE():
            pixels = pixels.sigmoid()
        case PCA():
            pixels = pixels.clamp(0, 1)  # the plane leaves the range of ink a little
        case _:
            pixels = (pixels + 1) / 2
    return pixels.reshape(-1, 28, 28)
