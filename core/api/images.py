"""Questions about digits: their codes, what comes back of them, what lies between two.

A digit is given in one of three ways:

    7                          the number of a sample digit, 0..4999
    "iVBORw0KGgo..."           a picture file, base64: the digit on it is found as on a photo
    [[0, 0.5, 1, ...], ...]    28 rows of 28 numbers in [0, 1], 1 for ink: taken as they are
"""

import base64
from typing import Literal

import numpy as np

from core.errors import InputError
from core.images import drawings
from core.inference import any_code, convolution, elbo, latent_walk, reconstruction
from core.results.called import Coded, Convolved, Decoded, Reconstructed
from core.results.images import ElboSplit, LatentWalk

Digit = int | str | list[list[float]]
Reconstructing = Literal[
    "pca3", "ae3-lecture", "ae3", "vae16", "pca32", "conv-lecture", "conv", "dense32"
]
Coding = Literal[
    "ae3-lecture",
    "ae3",
    "conv-lecture",
    "conv",
    "dense32",
    "vae16",
    "vae2-beta0",
    "vae2-beta1",
    "vae2-beta4",
    "vae3",
    "pca32",
]
Walking = Literal["ae3", "vae2", "vae16"]
Bounding = Literal["vae2-beta0", "vae2-beta1", "vae2-beta4", "vae16"]
Activation = Literal["none", "relu", "sigmoid", "tanh", "gelu", "mish"]


def seen(digit: Digit) -> np.ndarray:
    """Return what the models see of a digit, float32 [28, 28] in [0, 1].

    Raises:
        InputError: no such sample digit, no picture, nothing on it, or numbers of another shape.
    """
    if isinstance(digit, int):
        return reconstruction.sample(digit)
    if isinstance(digit, str):
        try:
            data = base64.b64decode(digit.partition(",")[2] or digit, validate=True)
        except ValueError as error:  # binascii.Error is one; so is what letters beyond ASCII raise
            raise InputError("digit_base64") from error
        return reconstruction.read_photo(data)[0]
    side = drawings.FIELD
    if len(digit) != side or any(len(row) != side for row in digit):
        raise InputError("digit_rows", rows=len(digit), columns=len(digit[0]) if digit else 0)
    pixels = np.array(digit, np.float32)
    if not np.all((pixels >= 0) & (pixels <= 1)):
        raise InputError("digit_ink")
    return pixels


def reconstruct(digit: Digit, model: Reconstructing = "vae16") -> Reconstructed:
    """Squeeze a digit through a model's code and back, and let the code's neighbours vote.

    Args:
        digit: a sample digit's number, a picture file as base64, or 28 rows of ink in [0, 1].
        model: pca3, ae3-lecture, ae3: 3 numbers; vae16: 16; pca32, conv-lecture, conv, dense32: 32.

    Raises:
        InputError: the digit can't be read.
        AssetError: the model's file is missing or damaged.
    """
    pixels = seen(digit)
    without = digit if isinstance(digit, int) else None
    found = reconstruction.reconstruct(model, pixels, without=without)
    return Reconstructed(
        model=model,
        seen=pixels,
        code=found.code,
        pixels=found.pixels,
        error=found.error,
        unusual=found.unusual,
        neighbours=found.neighbours,
        labels=found.labels,
        vote=found.vote,
    )


def encode(digit: Digit, model: Coding = "vae2-beta1") -> Coded:
    """Return the code of a digit: the few numbers that a model keeps of it.

    Args:
        digit: a sample digit's number, a picture file as base64, or 28 rows of ink in [0, 1].
        model: which one; the number in a name is how many numbers its code has, conv has 32.

    Raises:
        InputError: the digit can't be read.
        AssetError: the model's file is missing or damaged.
    """
    return Coded(model, any_code.encode(model, seen(digit)))


def decode(code: list[float], model: Coding = "vae2-beta1") -> Decoded:
    """Return the picture that a model makes of a code.

    Args:
        code: as many numbers as the model's codes have: two for vae2-beta1.
        model: which one.

    Raises:
        InputError: the code has another length, or a number that is no code's.
        AssetError: the model's file is missing or damaged.
    """
    return Decoded(model, any_code.decode(model, code))


def interpolate(
    start: Digit,
    end: Digit,
    model: Walking = "vae2",
    steps: int = 8,
    mode: Literal["linear", "slerp"] = "linear",
    beta: int = 1,
) -> LatentWalk:
    """Decode evenly spaced places on the path between the codes of two digits.

    Args:
        start: the first digit: a number, a picture file as base64, or rows of ink.
        end: the last digit, likewise.
        model: ae3 (an autoencoder with 3 numbers), vae2 or vae16.
        steps: number of places, both ends included, 2..32.
        mode: straight (linear), or round at constant speed (slerp).
        beta: of vae2, 0, 1 or 4: how firmly the prior pulled.

    Raises:
        InputError: a digit can't be read, or an argument is out of its range.
        AssetError: the model's file is missing or damaged.
    """
    return latent_walk.walk(model, seen(start), seen(end), steps=steps, mode=mode, beta=beta)


def split_elbo(digit: Digit, model: Bounding = "vae2-beta1", seed: int = 0) -> ElboSplit:
    """Return a digit's evidence lower bound in a VAE, split into its two terms, in nats.

    Args:
        digit: a sample digit's number, a picture file as base64, or 28 rows of ink in [0, 1].
        model: which VAE.
        seed: of the draws that the terms are means of.

    Raises:
        InputError: the digit can't be read, or the seed is out of its range.
        AssetError: the model's file is missing or damaged.
    """
    return elbo.split(model, seen(digit), seed=seed)


def convolve(
    picture: list[list[float]],
    kernel: list[list[float]],
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    bias: float = 0.0,
    activation: Activation = "none",
) -> Convolved:
    """Slide a kernel over a picture, as torch.nn.Conv2d does with one channel in and out.

    Args:
        picture: rows of numbers, at most 256 by 256.
        kernel: rows of numbers, at most 32 by 32; it is not flipped.
        stride: cells between two places of the kernel.
        padding: zeros around the picture.
        dilation: cells between two of the kernel's numbers.
        bias: added everywhere.
        activation: applied last.

    Raises:
        InputError: rows of unequal length, a size out of its range, or a kernel that doesn't fit.
    """
    return convolution.convolve(
        picture,
        kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        bias=bias,
        activation=activation,
    )
