"""What lies between two digits, and at any place of a plane of codes?

Each sample digit is a cloud q(z|x) on the plane of a VAE with two numbers; beta says how firmly the
clouds are pulled towards the prior N(0, I). Between two codes runs a path, straight or round, and
every place on it decodes to a picture.
"""

from collections.abc import Callable

import numpy as np
import torch

from core import assets, runtime, zoo
from core.errors import InputError
from core.images import coding, datasets
from core.inference import decoders
from core.models.vae import kl_to_prior
from core.results.images import LatentPlane, LatentWalk

BETAS = zoo.BETAS
MODES = ("linear", "slerp")
MIN_STEPS, MAX_STEPS = 2, 32
N_SIGMAS = 3  # circles of the prior whose share of codes is counted
NARROW = 1e-6  # radians: two directions count as one, or as opposite

MODELS: dict[str, Callable[[int], coding.ImageModel]] = {  # only one asks for beta
    "ae3": lambda beta: zoo.mlp_tuned(),
    "vae2": zoo.vae2,
    "vae16": lambda beta: zoo.vae16(),
}


@zoo.once
def plane(beta: int) -> LatentPlane:
    """Return where the sample digits lie, how that compares with the prior, and the decoder.

    Args:
        beta: one of `zoo.BETAS`.

    Raises:
        InputError: there is no model for this beta.
        AssetError: its file, or the sample, is missing or damaged.
    """
    model = zoo.vae2(beta)
    images = torch.tensor(datasets.sample_digits().images, device=runtime.device()).float() / 255
    with torch.inference_mode():
        mean, logvar = model.encode(coding.as_input(model, images))
        pixels = coding.decode(model, mean)
        kl = kl_to_prior(mean, logvar).mean()
        deviation = (0.5 * logvar).exp().median()
        error = (pixels - images).square().mean()
    codes = runtime.to_numpy(mean)
    distance = np.linalg.norm(codes, axis=1)
    name = f"vae2-beta{beta}"
    return LatentPlane(
        beta=beta,
        codes=codes,
        mean_kl=float(kl),
        within=tuple(float((distance <= n).mean()) for n in range(1, N_SIGMAS + 1)),
        radius=float(np.sqrt(np.square(codes).mean())),
        deviation=float(deviation),
        error=float(error),
        decoder=decoders.export(model, name),
        score=dict(assets.manifest()[f"weights/{name}.safetensors"].get("score", {})),
    )


def walk(
    name: str, start: np.ndarray, end: np.ndarray, *, steps: int, mode: str, beta: int = 1
) -> LatentWalk:
    """Decode evenly spaced places on the path between the codes of two digits.

    Args:
        name: one of `MODELS`.
        start: pixels [28, 28] in [0, 1]; its code (a VAE's mean) is the first place.
        end: pixels [28, 28] in [0, 1], of the last place.
        steps: number of places, both ends included.
        mode: one of `MODES`; see `path`.
        beta: of "vae2"; the others have none.

    Raises:
        InputError: an argument is out of its range, or a picture is empty.
        AssetError: the model's file is missing or damaged.
    """
    if name not in MODELS:
        raise InputError("bad_request", field="model")
    check(steps, mode)
    for pixels in (start, end):
        if not pixels.any():
            raise InputError("walk_no_ink")
    model = MODELS[name](beta)
    images = torch.tensor(np.stack([start, end]), dtype=torch.float32, device=runtime.device())
    ends = runtime.to_numpy(coding.encode(model, images))
    codes = path(ends[0], ends[1], steps=steps, mode=mode)
    frames = coding.decode(model, torch.tensor(codes, dtype=torch.float32, device=runtime.device()))
    return LatentWalk(codes=codes.astype(np.float32), frames=runtime.to_numpy(frames))


def path(start: np.ndarray, end: np.ndarray, *, steps: int, mode: str) -> np.ndarray:
    """Return evenly spaced places from one code to another, float64 [steps, Z].

    "linear" is the straight line. "slerp" turns the direction along the great circle at constant
    speed (Shoemake 1985, doi:10.1145/325165.325242) while the length grows or shrinks evenly, so
    that it stays between the lengths of the ends; for ends of one length it is the slerp of White
    2016, arXiv:1609.04468. It is meant for a Gaussian prior in many dimensions, whose draws nearly
    all have a length near sqrt(Z): the straight line cuts through the middle, where none lie.

    Args:
        start: [Z].
        end: [Z].
        steps: `MIN_STEPS`..`MAX_STEPS`, both ends included.
        mode: one of `MODES`.

    Raises:
        InputError: steps or mode is none of these.
    """
    check(steps, mode)
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    t = np.linspace(0.0, 1.0, steps)[:, None]  # [steps, 1]
    codes = (1 - t) * start + t * end if mode == "linear" else slerp(start, end, t)
    codes[0], codes[-1] = start, end  # exactly, whatever the rounding
    return codes


def slerp(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Return the places at shares t [N, 1] of the way round from start [Z] to end [Z], [N, Z].

    A zero vector has no direction, and one direction needs no turning: there the way is straight.
    Between opposite directions every great circle is as short; it then leaves towards the axis
    on which the start lies least. (On a line, Z = 1, there is no way round.)
    """
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    straight = (1 - t) * start + t * end
    if min(lengths) == 0.0 or len(start) == 1:
        return straight
    first, last = start / lengths[0], end / lengths[1]
    aside = last - (first @ last) * first  # what of `last` points away from `first`
    angle = np.arctan2(np.linalg.norm(aside), first @ last)  # exact for small angles, unlike acos
    if angle < NARROW:
        return straight
    if np.pi - angle < NARROW:
        angle = np.pi
        aside = np.eye(len(first))[np.abs(first).argmin()]
        aside = aside - (first @ aside) * first
    aside = aside / np.linalg.norm(aside)
    direction = np.cos(t * angle) * first + np.sin(t * angle) * aside
    return ((1 - t) * lengths[0] + t * lengths[1]) * direction


def sample_digit(index: int) -> np.ndarray:
    """Return a sample digit's pixels, float32 [28, 28] in [0, 1].

    Raises:
        InputError: there is no such digit.
        AssetError: the sample is missing or damaged.
    """
    images = datasets.sample_digits().images
    if not 0 <= index < len(images):
        raise InputError("digit_range", low=0, high=len(images) - 1, got=index)
    return images[index].astype(np.float32) / 255


def check(steps: int, mode: str) -> None:
    """Raise unless a path can have this many steps and this mode.

    Raises:
        InputError: it can't.
    """
    if not MIN_STEPS <= steps <= MAX_STEPS:
        raise InputError("walk_steps", low=MIN_STEPS, high=MAX_STEPS, got=steps)
    if mode not in MODES:
        raise InputError("bad_request", field="mode")
