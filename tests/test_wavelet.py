"""Wavelets: what is split is joined again, smooth pictures have few details."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from core.models import wavelet

sizes = st.integers(1, 40)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("kind", ["haar", "5/3"])
@given(height=sizes, width=sizes, levels=st.integers(0, 4), seed=st.integers(0, 999))
def test_whole_numbers_come_back_exactly(kind, height, width, levels, seed):
    picture = noise(2, height, width, seed=seed)
    pyramid = wavelet.analyse(picture, levels, kind)
    assert pyramid.mean.dtype == picture.dtype
    assert torch.equal(wavelet.restore(pyramid, kind), picture)


@given(height=sizes, width=sizes, levels=st.integers(0, 4), seed=st.integers(0, 999))
def test_the_97_comes_back_and_exactly_once_rounded(height, width, levels, seed):
    picture = noise(height, width, seed=seed)
    back = wavelet.restore(wavelet.analyse(picture.double(), levels, "9/7"), "9/7")
    assert_close(back, picture.double(), atol=1e-10, rtol=0)
    assert torch.equal(back.round().long(), picture)


@pytest.mark.parametrize("kind", wavelet.KINDS)
def test_a_plain_picture_has_no_details(kind):
    pyramid = wavelet.analyse(torch.full((21, 16), 90.0, dtype=torch.float64), 3, kind)
    for level in pyramid.details:
        for detail in level:
            assert_close(detail, torch.zeros_like(detail), atol=1e-9, rtol=0)
    assert_close(pyramid.mean, torch.full_like(pyramid.mean, 90.0))


@pytest.mark.parametrize(("kind", "degree"), [("haar", 0), ("5/3", 1), ("9/7", 3)])
def test_inside_a_curve_of_its_degree_there_are_no_details(kind, degree):
    """So many moments vanish; at one degree more there are details. Mirrors spoil the edges."""
    x = torch.arange(64, dtype=torch.float64) / 8
    for power in range(degree + 2):
        curve = x**power * 64  # so that halves stay whole numbers, and nothing is rounded
        inside = wavelet.split(curve, kind)[1][4:-4].abs().max()
        assert (inside < 1e-6) == (power <= degree), (power, inside)


def test_haar_is_means_and_differences():
    mean, detail = wavelet.split(torch.tensor([10, 14, 7, 4, 9]), "haar")
    assert mean.tolist() == [12, 5, 9]
    assert detail.tolist() == [4, -3]


def test_53_by_hand():
    mean, detail = wavelet.split(torch.tensor([1, 5, 3, 8]), "5/3")
    assert detail.tolist() == [5 - 2, 8 - 3]
    assert mean.tolist() == [1 + (3 + 3 + 2) // 4, 3 + (3 + 5 + 2) // 4]


def test_shapes_halve_and_the_rest_stays():
    pyramid = wavelet.analyse(noise(3, 21, 9), 2, "haar")
    assert pyramid.mean.shape == (3, 6, 3)
    assert [d.shape for d in pyramid.details[0]] == [(3, 11, 4), (3, 10, 5), (3, 10, 4)]


@pytest.mark.parametrize("kind", wavelet.KINDS)
def test_the_more_is_kept_the_nearer_it_comes(kind):
    rows = torch.linspace(0, 3, 48, dtype=torch.float64)
    picture = (rows[:, None].sin() * rows.cos() * 100 + (rows > 1.3) * 50).round()
    pyramid = wavelet.analyse(picture, 3, kind)
    errors = []
    for n_kept in (0, 30, 200, 48 * 48):
        kept = wavelet.largest(pyramid, n_kept)
        assert sum(int((d != 0).sum()) for level in kept.details for d in level) <= n_kept
        errors.append(float((wavelet.restore(kept, kind) - picture).square().mean()))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-12 < errors[0]
