"""Golden slices: each shipped weight file still answers what it answered when it was made."""

import json

import numpy as np
import pytest
import torch

from core import assets, runtime
from core.images import datasets
from core.inference.codes import MODELS, percentiles, sample_codes
from core.training import evaluation
from tests.golden_images import FILE, slice_of

pytestmark = pytest.mark.weights


def first_digits(n: int) -> torch.Tensor:
    digits = torch.tensor(datasets.sample_digits().images[:n], device=runtime.device())
    return evaluation.as_pixels(digits)


@pytest.mark.parametrize("name", MODELS)
def test_each_weight_answers_as_when_it_was_made(name):
    golden, found = json.loads(FILE.read_text(encoding="utf-8"))[name], slice_of(name)
    # float32 sums in another order differ by some 1e-6; codes reach 60
    assert found["code"] == pytest.approx(golden["code"], rel=1e-3, abs=1e-3)
    assert found["ink"] == pytest.approx(golden["ink"], abs=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_weights_are_shared_frozen_and_as_good_as_their_score(name):
    model = MODELS[name]()
    assert model is MODELS[name]()
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    score = assets.manifest()[f"weights/{name}.safetensors"]["score"]
    error = evaluation.reconstruction_mse(model, first_digits(2000))
    # 2,000 other digits, by other writers: the mean error wanders by a few percent
    assert error == pytest.approx(score["test_mse"], rel=0.08)


@pytest.mark.parametrize("name", ["ae3-lecture", "ae3", "vae3", "vae2-beta1"])
def test_time_lapses_end_at_the_shipped_weights(name):
    from safetensors.numpy import load_file

    lapse = load_file(assets.locate(f"samples/timelapse-{name}.safetensors"))
    codes, epochs, errors = lapse["codes"], lapse["epochs"], lapse["validation_mse"]
    assert len(codes) == len(epochs) == len(errors) >= 30
    assert codes.shape[1:] == (2000, sample_codes(name).shape[1])
    assert epochs[0] == 0
    assert (np.diff(epochs) > 0).all()
    assert errors[-1] < 0.6 * errors[0]
    np.testing.assert_allclose(codes[-1], sample_codes(name)[:2000], rtol=2e-3, atol=5e-3)


def test_sample_codes_are_read_only_and_their_percentiles_in_order():
    codes = sample_codes("pca32")
    assert codes.shape == (5000, 32)
    with pytest.raises(ValueError, match="read-only"):
        codes[0] = 0
    low, high = percentiles("pca32", 10, 90)
    inside = ((codes > low) & (codes < high)).mean(0)
    np.testing.assert_allclose(inside, 0.8, atol=0.001)


def test_maps_hold_a_point_a_digit_and_keep_neighbours():
    from safetensors.numpy import load_file

    maps = load_file(assets.locate("samples/maps.safetensors"))
    labels = datasets.sample_digits().labels
    assert set(maps) == {
        f"{name}.{method}"
        for name in ("conv", "dense32", "vae16")
        for method in ("pca", "tsne", "umap")
    }
    for key, points in maps.items():
        assert points.shape == (5000, 2), key
        assert np.isfinite(points).all(), key
        if not key.endswith("pca"):
            asked = torch.tensor(points[:500].astype(np.float32))
            others = torch.tensor(points[500:].astype(np.float32))
            nearest = torch.cdist(asked, others).argmin(1).numpy()
            assert (labels[500:][nearest] == labels[:500]).mean() > 0.7, key
