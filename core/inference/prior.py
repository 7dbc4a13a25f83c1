"""What does a model make of a random code?

A VAE has promised where its codes lie, N(0, I), so a draw from there should decode to a digit. An
autoencoder has promised nothing; the fairest guess is a Gaussian with the mean and the covariance
of its codes.
"""

from collections.abc import Callable

import numpy as np
import torch

from core import runtime, zoo
from core.errors import InputError
from core.images import coding
from core.inference import codes
from core.models.autoencoder import MLPAutoencoder
from core.models.vae import VAE, ConvVAE
from core.results.images import PriorDraws

N_DRAWS = 32
MAX_SEED = 2**31 - 1

MODELS: dict[str, Callable[[int], ConvVAE | VAE | MLPAutoencoder]] = {  # one asks for beta
    "vae16": lambda beta: zoo.vae16(),
    "vae2": zoo.vae2,
    "ae3": lambda beta: zoo.mlp_tuned(),
}


def draws(name: str, *, seed: int, beta: int = 1) -> PriorDraws:
    """Draw codes at random and decode them.

    Args:
        name: one of `MODELS`; "ae3" has no prior and gets the Gaussian fitted to its codes.
        seed: 0..`MAX_SEED`; the same seed gives the same codes.
        beta: of "vae2".

    Raises:
        InputError: the name, the seed or beta is none of these.
        AssetError: the model's file, or the sample, is missing or damaged.
    """
    if name not in MODELS:
        raise InputError("bad_request", field="model")
    check_seed(seed)
    model = MODELS[name](beta)
    noise = torch.randn(
        (N_DRAWS, model.config.n_latent),
        generator=runtime.generator(seed),
        dtype=torch.float64,
    ).numpy()
    drawn = noise if name != "ae3" else fitted(codes.sample_codes("ae3"), noise)
    pixels = coding.decode(model, torch.tensor(drawn, dtype=torch.float32, device=runtime.device()))
    return PriorDraws(codes=drawn.astype(np.float32), pixels=runtime.to_numpy(pixels))


def fitted(points: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Turn draws from N(0, I) into draws from the Gaussian with the points' mean and covariance.

    Args:
        points: [M, Z].
        noise: [N, Z].
    """
    points = points.astype(np.float64)
    root = np.linalg.cholesky(np.cov(points, rowvar=False))
    return points.mean(axis=0) + noise @ root.T


def check_seed(seed: int) -> None:
    """Raise unless the seed can be had.

    Raises:
        InputError: it is out of its range.
    """
    if not 0 <= seed <= MAX_SEED:
        raise InputError("seed_range", low=0, high=MAX_SEED, got=seed)
