"""How good a code is: three figures, each the same for every image model.

Error in squared pixels of [0, 1]; what 5-NN can tell from the code; the evidence lower bound in
nats. bench/images.py prints them beside their peers.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from core import runtime
from core.images import coding
from core.models.vae import VAE, ConvVAE, elbo

CHUNK = 1_000  # digits at a time, so that distances to 50,000 fit into memory


def as_pixels(images: Tensor) -> Tensor:
    """Return images as floats in [0, 1], whether they came as bytes or already so."""
    return images.float() / 255 if images.dtype == torch.uint8 else images


@torch.inference_mode()
def reconstruction_mse(model: coding.ImageModel, images: Tensor) -> float:
    """Return the mean squared error a pixel, pixels in [0, 1], of images [N, 28, 28].

    A VAE decodes the mean of its code, not a sample.
    """
    total = 0.0
    for chunk in images.split(CHUNK):
        pixels = as_pixels(chunk)
        back = coding.decode(model, coding.encode(model, pixels))
        total += float((back - pixels).square().sum(dtype=torch.float64))
    return total / images.numel()


@torch.inference_mode()
def codes_of(model: coding.ImageModel, images: Tensor) -> Tensor:
    """Return the codes [N, Z] of images [N, 28, 28]."""
    return torch.cat([coding.encode(model, as_pixels(chunk)) for chunk in images.split(CHUNK)])


@torch.inference_mode()
def knn_accuracy(
    codes: Tensor, labels: Tensor, test_codes: Tensor, test_labels: Tensor, k: int = 5
) -> float:
    """Return how often the majority of a code's k nearest neighbours has its label.

    Args:
        codes: of the neighbours, [N, Z]; distances are Euclidean.
        labels: of the neighbours, [N], 0..9.
        test_codes: [M, Z].
        test_labels: [M].
        k: how many neighbours vote; of labels with equally many votes the smallest wins.
    """
    labels, test_labels = labels.long(), test_labels.long()
    right = 0
    for chunk, truth in zip(test_codes.split(CHUNK), test_labels.split(CHUNK), strict=True):
        nearest = torch.cdist(chunk, codes).topk(k, largest=False).indices  # [B, k]
        votes = F.one_hot(labels[nearest], num_classes=10).sum(1)  # [B, 10]
        right += int((votes.argmax(1) == truth).sum())
    return right / len(test_codes)


@torch.inference_mode()
def elbo_binarised(
    model: VAE | ConvVAE, images: Tensor, *, seed: int = 0, n_samples: int = 1
) -> float:
    """Return the mean evidence lower bound in nats, under dynamic binarisation.

    Each grey pixel is the probability of ink, of which one black-and-white digit is drawn; z is
    sampled once. Over 10,000 digits the chance in it is about .1 nats.

    Args:
        model: in eval mode.
        images: [N, 28, 28].
        seed: of the binarisation and of z.
        n_samples: draws of both to average over.
    """
    generator = runtime.generator(seed, images.device)
    total = 0.0
    for _ in range(n_samples):
        for chunk in images.split(CHUNK):
            ink = torch.bernoulli(as_pixels(chunk), generator=generator)
            x = coding.as_input(model, ink)
            total += float(elbo(model(x, generator=generator), x).sum(dtype=torch.float64))
    return total / (len(images) * n_samples)
