"""Wavelets by lifting (Sweldens 1996; Daubechies & Sweldens 1998): means, and what they miss.

    picture [..., H, W] -> a smaller picture [..., H/2, W/2] and three of details, again and again

A row's numbers at even places foretell those at odd places; what is left of the odd ones are the
details, and a part of it goes back so that the even ones stay means. Each step is undone by its
opposite, so that nothing is lost. Three of them: Haar's (1910, as whole numbers: the S transform),
the 5/3 of Le Gall & Tabatabai (1988), which JPEG 2000 uses without loss, and the 9/7 of Cohen,
Daubechies & Feauveau (1992), which it uses with loss.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

# The four lifting steps and the scale of the 9/7 (ITU-T T.800, table F.4).
_STEPS_97 = (-1.586134342059924, -0.052980118572961, 0.882911075530934, 0.443506852043971)
_SCALE_97 = 1.230174104914001

KINDS = ("haar", "5/3", "9/7")


class Pyramid(NamedTuple):
    """A picture as its smallest means and the details of each level, the finest first."""

    mean: Tensor  # [..., h, w]
    details: tuple[tuple[Tensor, Tensor, Tensor], ...]  # across, down, both


def _before(odd: Tensor, n_even: int) -> Tensor:
    """Return the sum of both odd neighbours of each even place; an edge is a mirror."""
    left = torch.cat([odd[..., :1], odd], -1)[..., :n_even]
    right = torch.cat([odd, odd[..., -1:]], -1)[..., :n_even]
    return left + right


def _after(even: Tensor, n_odd: int) -> Tensor:
    """Return the sum of both even neighbours of each odd place; an edge is a mirror."""
    right = torch.cat([even[..., 1:], even[..., -1:]], -1)
    return even[..., :n_odd] + right[..., :n_odd]


def _half(x: Tensor) -> Tensor:
    return torch.div(x, 2, rounding_mode="floor")


def _haar(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    n = odd.shape[-1]
    odd = odd - even[..., :n]
    return torch.cat([even[..., :n] + _half(odd), even[..., n:]], -1), odd


def _haar_back(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    n = odd.shape[-1]
    even = torch.cat([even[..., :n] - _half(odd), even[..., n:]], -1)
    return even, odd + even[..., :n]


def _53(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    odd = odd - _half(_after(even, odd.shape[-1]))
    return even + _half(_half(_before(odd, even.shape[-1]) + 2)), odd


def _53_back(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    even = even - _half(_half(_before(odd, even.shape[-1]) + 2))
    return even, odd + _half(_after(even, odd.shape[-1]))


def _97(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    for predict, update in (_STEPS_97[:2], _STEPS_97[2:]):
        odd = odd + predict * _after(even, odd.shape[-1])
        even = even + update * _before(odd, even.shape[-1])
    return even / _SCALE_97, odd * (_SCALE_97 / 2)


def _97_back(even: Tensor, odd: Tensor) -> tuple[Tensor, Tensor]:
    even, odd = even * _SCALE_97, odd / (_SCALE_97 / 2)
    for predict, update in (_STEPS_97[2:], _STEPS_97[:2]):
        even = even - update * _before(odd, even.shape[-1])
        odd = odd - predict * _after(even, odd.shape[-1])
    return even, odd


_Step = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
_STEPS: dict[str, tuple[_Step, _Step]] = {
    "haar": (_haar, _haar_back),
    "5/3": (_53, _53_back),
    "9/7": (_97, _97_back),
}


def split(x: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    """Return means [..., ceil(N / 2)] and details [..., floor(N / 2)] of rows [..., N].

    Haar and 5/3 keep whole numbers whole. A row of one number is its own mean.
    """
    even, odd = x[..., ::2], x[..., 1::2]
    return _STEPS[kind][0](even, odd) if odd.shape[-1] else (even, odd)


def join(mean: Tensor, detail: Tensor, kind: str) -> Tensor:
    """Return the rows [..., N] again."""
    even, odd = _STEPS[kind][1](mean, detail) if detail.shape[-1] else (mean, detail)
    x = even.new_empty(*even.shape[:-1], even.shape[-1] + odd.shape[-1])
    x[..., ::2], x[..., 1::2] = even, odd
    return x


def _columns(x: Tensor, kind: str) -> tuple[Tensor, Tensor]:
    mean, detail = split(x.mT, kind)
    return mean.mT, detail.mT


def analyse(picture: Tensor, levels: int, kind: str) -> Pyramid:
    """Split a picture [..., H, W] `levels` times, first its rows, then its columns."""
    details = []
    for _ in range(levels):
        low, across = split(picture, kind)
        picture, down = _columns(low, kind)
        across, both = _columns(across, kind)
        details.append((across, down, both))
    return Pyramid(picture, tuple(details))


def restore(pyramid: Pyramid, kind: str) -> Tensor:
    """Return the picture [..., H, W]: exactly for whole numbers (haar, 5/3), else to rounding."""
    picture = pyramid.mean
    for across, down, both in reversed(pyramid.details):
        low = join(picture.mT, down.mT, kind).mT
        high = join(across.mT, both.mT, kind).mT
        picture = join(low, high, kind)
    return picture


def largest(pyramid: Pyramid, n_kept: int) -> Pyramid:
    """Keep the `n_kept` numbers of largest size among the details, and all means; the rest are 0.

    Of equal ones at the border all are kept or none, whichever keeps fewer.
    """
    sizes = torch.cat([d.abs().flatten() for level in pyramid.details for d in level])
    if n_kept >= sizes.numel():
        return pyramid
    border = sizes.sort(descending=True).values[n_kept]
    kept = tuple(
        tuple(torch.where(d.abs() > border, d, torch.zeros_like(d)) for d in level)
        for level in pyramid.details
    )
    return Pyramid(pyramid.mean, kept)  # type: ignore[arg-type] # three of each, as they came
