"""What does a digit cost a VAE, and for what?

    log p(x) >= ELBO = E[log p(x|z)] - KL(q(z|x) || p(z))     (Kingma & Welling 2013, eq. 3)

The first term pays for the pixels that come back wrong, the second for the code: how much it says
about this digit that the prior didn't know. Both in nats. As in training, the pixels are Bernoulli:
each grey pixel is the probability of ink, of which a black-and-white digit is drawn.
"""

from collections.abc import Callable

import numpy as np
import torch

from core import runtime, zoo
from core.errors import InputError
from core.images import coding
from core.inference.prior import check_seed
from core.models.vae import VAE, ConvVAE, kl_per_dimension, negative_log_likelihood
from core.results.images import ElboSplit

N_DRAWS = 64  # black-and-white digits, each with one sample of z, that the terms are means of

MODELS: dict[str, Callable[[], VAE | ConvVAE]] = {
    "vae2-beta0": lambda: zoo.vae2(0),
    "vae2-beta1": lambda: zoo.vae2(1),
    "vae2-beta4": lambda: zoo.vae2(4),
    "vae16": zoo.vae16,
}


def split(name: str, pixels: np.ndarray, *, seed: int) -> ElboSplit:
    """Return what one digit's bound is made of, in nats, the mean of `N_DRAWS` draws.

    Each draw has black-and-white pixels of its own and one sample of z. A model trained with
    another beta is held against the same bound, beta = 1.

    Args:
        name: one of `MODELS`.
        pixels: [28, 28] in [0, 1].
        seed: of the draws, 0..`prior.MAX_SEED`.

    Raises:
        InputError: the name or the seed is none of these, or the picture is empty.
        AssetError: the model's file is missing or damaged.
    """
    if name not in MODELS:
        raise InputError("bad_request", field="model")
    check_seed(seed)
    if not pixels.any():
        raise InputError("walk_no_ink")
    return split_by(MODELS[name](), pixels, seed=seed)


@torch.inference_mode()
def split_by(model: VAE | ConvVAE, pixels: np.ndarray, *, seed: int) -> ElboSplit:
    """Return the split for a model at hand; arguments as for `split`."""
    # Drawn on the CPU, so that a seed means the same digits on every machine.
    generator = runtime.generator(seed)
    grey = torch.tensor(pixels, dtype=torch.float32).expand(N_DRAWS, -1, -1)
    ink = torch.bernoulli(grey, generator=generator)  # [K, 28, 28]
    weight = next(model.parameters())
    x = coding.as_input(model, ink.to(weight))
    mean, logvar = model.encode(x)  # [K, Z]
    noise = torch.randn(mean.shape, generator=generator).to(weight)
    logits = model.decode(mean + (0.5 * logvar).exp() * noise)
    reconstruction = negative_log_likelihood(logits, x)  # [K]
    kl = kl_per_dimension(mean, logvar)  # [K, Z]
    bound = -reconstruction - kl.sum(-1)
    return ElboSplit(
        elbo=float(bound.mean()),
        standard_error=float(bound.std() / N_DRAWS**0.5),
        reconstruction=float(reconstruction.mean()),
        kl=float(kl.sum(-1).mean()),
        kl_per_dimension=runtime.to_numpy(kl.mean(0)),
        ink=runtime.to_numpy(ink[0]),
    )
