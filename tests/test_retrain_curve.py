"""Accuracy against pictures a class: what is held out, what is under the last layer, the file."""

import numpy as np
import pytest
import torch

from core import texts
from core.errors import InputError
from core.images import clipart, pictures
from core.inference import retrain_curve
from core.inference.retrain_curve import COUNTS, KINDS, N_SEEDS, WAYS
from core.jobs.live import Run
from core.models.efficientnet import EfficientNet
from core.training.backbones import RAW_SIDE
from core.training.live_retraining import Retraining
from demos.retrain import tab
from tests.claims import says

pytestmark = pytest.mark.weights


@pytest.mark.parametrize("seed", [0, 7])
def test_what_is_held_out_is_never_learned_and_the_same_for_all_counts(seed):
    few, many = (retrain_curve.settings("layer", n, seed) for n in (COUNTS[0], COUNTS[-1]))
    np.testing.assert_array_equal(few.held, many.held)
    assert len(few.labels) == COUNTS[0] * len(KINDS)
    learned = {one.tobytes() for one in many.pictures}
    assert len(learned) == COUNTS[-1] * len(KINDS)
    assert not learned & {one.tobytes() for one in many.held}
    assert {one.tobytes() for one in few.pictures} < learned
    n_all = sum(len(clipart.files()[kind]) for kind in KINDS)
    assert len(many.held) == n_all - len(learned)
    other = retrain_curve.settings("layer", COUNTS[0], seed + 1)
    assert not np.array_equal(few.pictures, other.pictures)


@pytest.mark.parametrize(
    ("way", "n", "seed", "key"),
    [
        ("layers", 2, 0, "bad_request"),
        ("layer", 3, 0, "bad_request"),
        ("layer", 2, -1, "seed_range"),
        ("layer", 2, 10_000, "seed_range"),
    ],
)
def test_what_can_not_be_run_is_refused(way, n, seed, key):
    with pytest.raises(InputError) as refused:
        retrain_curve.settings(way, n, seed)
    assert refused.value.key == key
    answer = tab.measure_point({"job": "curve", "way": way, "n_learned": n, "seed": seed})
    assert {*answer["error"]} == {"key", *texts.LANGUAGES}


def test_raw_pixels_are_small_pictures_and_nothing_else():
    wanted = retrain_curve.settings("pixels", 2, 0)
    kind = Retraining(wanted)
    assert kind.facts().n_parameters == (3 * RAW_SIDE**2 + 1) * len(KINDS)
    seen = kind._map(kind._inputs)
    assert seen.shape == (12, 3 * RAW_SIDE**2, 1, 1)
    small = pictures.Image.fromarray(wanted.pictures[0]).resize(
        (RAW_SIDE, RAW_SIDE), pictures.Image.Resampling.BOX
    )
    theirs = (np.asarray(small).astype(np.float32).transpose(2, 0, 1).ravel() - 127) / 128
    np.testing.assert_allclose(seen[0, :, 0, 0], theirs, atol=0.01)
    for _ in Run(kind).events():
        pass
    assert kind.validate().accuracy > 1 / len(KINDS)


def test_a_random_network_knows_only_the_range_of_its_inputs():
    kind = Retraining(retrain_curve.settings("random", 2, 3))
    plain = EfficientNet()
    features = kind._map(kind._inputs).mean((2, 3))
    assert features.isfinite().all()
    assert features.std(0).mean() > 0.01  # pictures differ
    again = Retraining(retrain_curve.settings("random", 2, 3))
    torch.testing.assert_close(again._map(again._inputs).mean((2, 3)), features)
    other = Retraining(retrain_curve.settings("random", 2, 4))
    assert not other._model.stem.conv.weight.equal(kind._model.stem.conv.weight)
    assert kind._model.stem.conv.weight.shape == plain.stem.conv.weight.shape


# ---- The stored curve ----------------------------------------------------------------------------


def test_the_stored_curve_is_whole():
    stored = retrain_curve.stored()
    for way in WAYS:
        right, seconds = stored.right[way], stored.seconds[way]
        assert len(right) == len(seconds) == len(COUNTS)
        assert [len(some) for some in right] == [N_SEEDS if s else 0 for s in seconds]
        assert all(right[:3])  # up to ten drawings a kind each way is measured
        for share in (share for some in right for share in some):
            assert 0 <= share <= 1
            assert share * stored.n_held == pytest.approx(round(share * stored.n_held), abs=0.01)
    answer = tab.show_curve({})
    assert answer["n_held"] == stored.n_held
    assert list(answer["right"]) == list(WAYS)


def test_what_the_page_says_of_the_curve():
    says("retrain.curve.lesson", "are worth more than forty as raw pixels", "比四十张原始像素管用")
    says("retrain.curve.lesson", "no better than pixels", "并不比像素好")
    right = retrain_curve.stored().right
    means = {way: [np.mean(some) for some in right[way] if some] for way in WAYS}
    assert COUNTS[0] == 2
    assert COUNTS[-1] == 40
    assert means["layer"][0] > means["pixels"][-1]
    assert all(
        random <= raw + 0.02 for random, raw in zip(means["random"], means["pixels"], strict=False)
    )
    assert means["layer"][-1] > 0.7  # as bench/transfer.py asks of 40 drawings


def test_a_stored_run_is_what_a_live_one_gets():
    stored = retrain_curve.stored()
    kind = Retraining(retrain_curve.settings("pixels", 5, 1))
    for _ in range(kind.n_steps):
        kind.step()
    right = stored.right["pixels"][COUNTS.index(5)][1]
    assert kind.validate().accuracy == pytest.approx(right, abs=0.03)
