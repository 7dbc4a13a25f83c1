"""Bytes against squared error: the stored chart is what the codes do, and what is said of it."""

import numpy as np
import pytest

from core.images import datasets
from core.inference import codec_equal_bytes as equal
from core.inference import codec_rates
from core.making import codec_rates as making
from demos.codec_lab import tab
from tests.claims import says

pytestmark = pytest.mark.weights


def test_each_code_has_its_points_and_more_bytes_lose_less():
    stored = codec_rates.stored()
    assert set(stored) == set(codec_rates.CODES)
    for name, points in stored.items():
        n_bytes, errors = np.array(points).T
        assert (np.diff(n_bytes) >= 0).all(), name
        assert (np.diff(errors) <= 1e-6).all(), name
        assert errors[-1] < errors[0] or len(points) == 1, name
    assert all(stored[name] == [(stored[name][0][0], 0.0)] for name in equal.FILES)
    assert tab.show_rates({})["codes"] == stored


def test_the_stored_points_are_what_the_codes_do():
    digits, stored = datasets.sample_digits().images, codec_rates.stored()
    for name in ("pca3", "pca32"):
        np.testing.assert_allclose(stored[name], making.learned(name, digits), atol=2e-6)
    some = digits[:400]  # a mean of fewer
    near = {
        "jpeg": (5, making.agreed(equal.QUALITIES[5])),
        "jpeg_file": (5, making.file_of("JPEG", quality=making.QUALITIES[5], optimize=True)),
        "jpeg2000": (6, making.written("jpeg2000", making.FINE[6])),
        "webp": (5, making.written("webp", making.QUALITIES[5])),
    }
    for name, (place, code) in near.items():
        n_bytes, error = making.point(some, code)
        assert n_bytes == pytest.approx(stored[name][place][0], rel=0.03), name
        assert error == pytest.approx(stored[name][place][1], rel=0.06), name
    for name, [(n_bytes, _)] in making.exact(some).items():
        if name in equal.FILES:
            assert n_bytes == pytest.approx(stored[name][0][0], rel=0.03), name


def test_learned_codes_lie_where_no_file_can_go():
    says("codec_lab.rates_note", "where no file can go", "任何文件都到不了")
    stored = codec_rates.stored()
    longest = max(n for name in equal.LEARNED for n, _ in stored[name])
    files = set(codec_rates.CODES) - set(equal.LEARNED) - {"jpeg"}
    assert min(stored[name][0][0] for name in files) > 2 * longest


@pytest.mark.parametrize("what", equal.OUTSIDE)
def test_outside_the_learned_stars_leap_up(what):
    says("codec_lab.rates_note", "their stars leap up, JPEG’s does not", "会跳上去")
    stored = codec_rates.stored()
    ways = {one.name: one.mse for one in equal.through_all(equal.outside(what), bits=6)}
    usual = {name: stored[name][equal.BITS.index(6)][1] for name in equal.LEARNED}
    assert all(ways[name] > 1.2 * usual[name] for name in ("dense32", "vae16", "ae3-lecture"))
    assert ways["jpeg"] < 1.2 * max(error for _, error in stored["jpeg"])
