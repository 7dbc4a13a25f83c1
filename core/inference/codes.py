"""Where in each code space do the 5,000 sample digits lie?"""

from collections.abc import Callable

import numpy as np
import torch

from core import runtime, zoo
from core.images import coding, datasets

MODELS: dict[str, Callable[[], coding.ImageModel]] = {
    "ae3-lecture": zoo.mlp_lecture,
    "ae3": zoo.mlp_tuned,
    "conv-lecture": zoo.conv_lecture,
    "conv": zoo.conv_tuned,
    "dense32": zoo.dense32,
    "vae16": zoo.vae16,
    "vae2-beta0": lambda: zoo.vae2(0),
    "vae2-beta1": lambda: zoo.vae2(1),
    "vae2-beta4": lambda: zoo.vae2(4),
    "vae3": zoo.vae3,
    "pca32": zoo.pca,
}
CHUNK = 500  # digits at a time through a convolution: 5,000 at once leave the cache


@zoo.once
def sample_codes(name: str) -> np.ndarray:
    """Return the codes of all sample digits, float32 [5000, Z], read-only; made at the first call.

    Args:
        name: one of `MODELS`. A VAE's codes are the means.

    Raises:
        AssetError: the model's file, or the sample, is missing or damaged.
    """
    model = MODELS[name]()
    digits = torch.tensor(datasets.sample_digits().images, device=runtime.device())
    chunks = [coding.encode(model, chunk.float() / 255) for chunk in digits.split(CHUNK)]
    codes = runtime.to_numpy(torch.cat(chunks))
    codes.flags.writeable = False
    return codes


def percentiles(name: str, low: float = 1.0, high: float = 99.0) -> np.ndarray:
    """Return the range that each number of a code usually keeps to, float32 [2, Z].

    Args:
        name: one of `MODELS`.
        low: this percentage of the sample digits' numbers is smaller than the first row.
        high: this percentage is smaller than the second.
    """
    return np.percentile(sample_codes(name), [low, high], axis=0).astype(np.float32)
