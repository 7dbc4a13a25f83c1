"""What does a space of three numbers look like from inside?

Every sample digit is a point, every point decodes to a picture; a drawing becomes a point too, and
training can be watched as the points finding their places.
"""

from collections.abc import Callable

import numpy as np
import torch
from safetensors.numpy import load_file

from core import assets, runtime, zoo
from core.errors import InputError
from core.images import coding
from core.inference import codes, decoders
from core.models.autoencoder import MLPAutoencoder
from core.models.vae import VAE
from core.results.images import CodeSpace, TimeLapse

SPACES: dict[str, tuple[str, Callable[[], MLPAutoencoder | VAE]]] = {  # -> file's stem, loader
    "lecture": ("ae3-lecture", zoo.mlp_lecture),
    "tuned": ("ae3", zoo.mlp_tuned),
    "vae": ("vae3", zoo.vae3),
}


def space(name: str) -> CodeSpace:
    """Return the sample digits' codes, their usual range, and the decoder.

    Args:
        name: one of `SPACES`.

    Raises:
        InputError: there is no such space.
        AssetError: the model's file is missing or damaged.
    """
    stem, load = _known(name)
    low, high = codes.percentiles(stem)
    return CodeSpace(
        codes=codes.sample_codes(stem),
        low=low,
        high=high,
        decoder=decoders.export(load(), stem),
        score=score(stem),
    )


def time_lapse(name: str) -> TimeLapse:
    """Return the codes of the first sample digits at some moments of training.

    Raises:
        InputError: there is no such space.
        AssetError: the file is missing or damaged.
    """
    stem, _ = _known(name)
    return TimeLapse(**load_file(assets.locate(f"samples/timelapse-{stem}.safetensors")))


def place(name: str, pixels: np.ndarray) -> np.ndarray:
    """Return the code of a picture, float32 [3]; a VAE's is the mean.

    Args:
        name: one of `SPACES`.
        pixels: prepared as MNIST was, [28, 28] in [0, 1].

    Raises:
        InputError: there is no such space, or the picture has no ink.
        AssetError: the model's file is missing or damaged.
    """
    _, load = _known(name)
    if not pixels.any():
        raise InputError("nothing_to_place")
    image = torch.tensor(pixels, dtype=torch.float32, device=runtime.device())
    return runtime.to_numpy(coding.encode(load(), image[None])[0])


def score(stem: str) -> dict[str, float]:
    """Return the figures that the manifest lists for a weight file."""
    return dict(assets.manifest()[f"weights/{stem}.safetensors"].get("score", {}))


def _known(name: str) -> tuple[str, Callable[[], MLPAutoencoder | VAE]]:
    if name not in SPACES:
        raise InputError("bad_request", field="space")
    return SPACES[name]
