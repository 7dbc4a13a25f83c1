"""The latent walk: paths, draws from the prior, the bound, and what its handlers refuse."""

import base64

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from torch.distributions import Bernoulli, Normal, kl_divergence

from core import runtime, zoo
from core.errors import AssetError, InputError
from core.images import coding, datasets
from core.inference import elbo, latent_walk, prior
from core.models.autoencoder import MLPAutoencoder, MLPAutoencoderConfig
from core.models.vae import VAE, ConvVAE, ConvVAEConfig, VAEConfig
from demos.latent_walk import tab as tab

codes_of = st.integers(1, 6).flatmap(
    lambda n: st.tuples(*[arrays(np.float64, n, elements=st.floats(-50, 50, width=32))] * 2)
)
steps = st.integers(latent_walk.MIN_STEPS, latent_walk.MAX_STEPS)


def seeded(make):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return make().eval().requires_grad_(False)


@pytest.fixture
def untrained(monkeypatch):
    """Small untrained models instead of the shipped ones."""
    small = VAEConfig(encoder_hidden=(16,), decoder_hidden=(16,))
    vae2 = seeded(lambda: VAE(small))
    vae16 = seeded(lambda: ConvVAE(ConvVAEConfig(n_first=2, n_second=2, n_hidden=8)))
    ae3 = seeded(lambda: MLPAutoencoder(MLPAutoencoderConfig(hidden=(16,), batch_norm=True)))
    models = {"ae3": lambda beta: ae3, "vae2": lambda beta: vae2, "vae16": lambda beta: vae16}
    monkeypatch.setattr(latent_walk, "MODELS", models)
    monkeypatch.setattr(prior, "MODELS", {name: models[name] for name in prior.MODELS})
    monkeypatch.setattr(
        elbo,
        "MODELS",
        {name: (lambda: vae16) if name == "vae16" else (lambda: vae2) for name in elbo.MODELS},
    )
    points = np.random.default_rng(0).normal(2.0, 3.0, (100, 3)).astype(np.float32)
    monkeypatch.setattr(prior.codes, "sample_codes", lambda name: points)
    return models


# ---- Paths -------------------------------------------------------------------------------------


@given(codes_of, steps, st.sampled_from(latent_walk.MODES))
def test_a_path_ends_where_it_should(ends, n, mode):
    path = latent_walk.path(*ends, steps=n, mode=mode)
    assert path.shape == (n, len(ends[0]))
    assert np.isfinite(path).all()
    assert (path[0] == ends[0]).all()
    assert (path[-1] == ends[1]).all()


@given(codes_of, steps)
def test_slerp_keeps_the_length_between_those_of_the_ends(ends, n):
    if len(ends[0]) == 1 or not (ends[0].any() and ends[1].any()):
        return  # no way round: straight
    lengths = np.linalg.norm(latent_walk.path(*ends, steps=n, mode="slerp"), axis=1)
    low, high = sorted(np.linalg.norm(end) for end in ends)
    assert (lengths >= low * (1 - 1e-6) - 1e-9).all()
    assert (lengths <= high * (1 + 1e-6) + 1e-9).all()


@given(codes_of, steps)
def test_slerp_turns_evenly(ends, n):
    if len(ends[0]) == 1 or min(np.linalg.norm(end) for end in ends) < 1e-3:
        return
    path = latent_walk.path(*ends, steps=n, mode="slerp")
    unit = path / np.linalg.norm(path, axis=1, keepdims=True)
    angles = np.arccos(np.clip((unit[1:] * unit[:-1]).sum(1), -1, 1))
    assert_allclose(angles, angles.mean(), atol=1e-4)


@given(codes_of, st.floats(-1e-7, 1e-7), steps)
def test_slerp_between_nearly_one_direction_is_the_straight_line(ends, tilt, n):
    start = ends[0]
    end = 2 * start + tilt * ends[1]
    straight, turned = (
        latent_walk.path(start, end, steps=n, mode=mode) for mode in ("linear", "slerp")
    )
    assert_allclose(turned, straight, atol=1e-4 * (1 + np.abs(start).max()))


def test_slerp_is_that_of_the_paper_for_ends_of_one_length():
    start, end = np.array([2.0, 0.0, 0.0]), np.array([1.0, np.sqrt(3.0), 0.0])
    t, angle = np.linspace(0, 1, 7)[:, None], np.pi / 3
    reference = (np.sin((1 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    assert_allclose(latent_walk.path(start, end, steps=7, mode="slerp"), reference, atol=1e-12)


def test_slerp_without_a_direction():
    zero, one = np.zeros(2), np.array([3.0, 4.0])
    for ends in ((zero, one), (one, zero), (zero, zero)):
        straight = latent_walk.path(*ends, steps=5, mode="linear")
        assert_allclose(latent_walk.path(*ends, steps=5, mode="slerp"), straight)
    opposite = latent_walk.path(one, -one, steps=5, mode="slerp")
    assert_allclose(np.linalg.norm(opposite, axis=1), 5.0)


@pytest.mark.parametrize("n", [-1, 0, 1, 33, 10**9])
def test_steps_out_of_range(n):
    with pytest.raises(InputError) as error:
        latent_walk.path(np.zeros(2), np.ones(2), steps=n, mode="linear")
    assert error.value.key == "walk_steps"


@pytest.mark.parametrize("mode", latent_walk.MODES)
def test_a_walk_begins_and_ends_with_the_reconstructions(untrained, mode):
    start, end = np.random.default_rng(1).random((2, 28, 28), dtype=np.float32)
    for name, model in untrained.items():
        found = latent_walk.walk(name, start, end, steps=4, mode=mode)
        images = torch.from_numpy(np.stack([start, end]))
        back = coding.decode(model(1), coding.encode(model(1), images)).numpy()
        assert found.frames.shape == (4, 28, 28)
        assert_allclose(found.frames[[0, -1]], back, atol=1e-5)


# ---- Draws -------------------------------------------------------------------------------------


def test_draws_repeat_with_their_seed(untrained):
    for name in prior.MODELS:
        one, same, other = (prior.draws(name, seed=seed) for seed in (1, 1, 2))
        assert (one.pixels == same.pixels).all()
        assert not np.allclose(one.codes, other.codes)
        assert one.pixels.shape == (prior.N_DRAWS, 28, 28)


def test_the_fitted_gaussian_has_the_codes_mean_and_covariance():
    random = np.random.default_rng(0)
    points = random.normal(size=(400, 3)) @ random.normal(size=(3, 3)) + [5, -2, 0]
    noise = random.normal(size=(400, 3))
    # Whitened noise has mean 0 and covariance I to the last digit; so must its image.
    noise -= noise.mean(0)
    noise = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    drawn = prior.fitted(points, noise)
    assert_allclose(drawn.mean(0), points.mean(0), atol=1e-9)
    assert_allclose(np.cov(drawn, rowvar=False), np.cov(points, rowvar=False), atol=1e-9)


# ---- The bound ---------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20))
def test_the_bound_is_the_sum_of_its_terms(seed):
    config = VAEConfig(encoder_hidden=(8,), decoder_hidden=(8,), n_latent=5)
    pixels = np.random.default_rng(seed).random((28, 28), dtype=np.float32)
    found = elbo.split_by(seeded(lambda: VAE(config)).double(), pixels, seed=seed)
    assert (found.kl_per_dimension >= 0).all()
    assert_allclose(found.kl_per_dimension.sum(), found.kl, rtol=1e-6)
    assert_allclose(found.elbo, -found.reconstruction - found.kl, rtol=1e-6)
    assert set(np.unique(found.ink)) <= {0.0, 1.0}


def test_the_bound_is_that_of_torch_distributions():
    model = seeded(lambda: VAE(VAEConfig(encoder_hidden=(8,), decoder_hidden=(8,)))).double()
    pixels = np.random.default_rng(3).random((28, 28), dtype=np.float32)
    found = elbo.split_by(model, pixels, seed=7)
    generator = runtime.generator(7)
    grey = torch.from_numpy(pixels).expand(elbo.N_DRAWS, 28, 28)
    x = torch.bernoulli(grey, generator=generator).flatten(1).double()
    mean, logvar = model.encode(x)
    posterior = Normal(mean, (logvar / 2).exp())
    z = mean + posterior.stddev * torch.randn(mean.shape, generator=generator)
    likelihood = Bernoulli(logits=model.decode(z)).log_prob(x).sum(1)
    kl = kl_divergence(posterior, Normal(0.0, 1.0)).sum(1)
    assert_allclose(found.reconstruction, -likelihood.mean(), rtol=1e-6)
    assert_allclose(found.kl, kl.mean(), rtol=1e-6)
    assert_allclose(found.standard_error, (likelihood - kl).std() / 8, rtol=1e-6)


# ---- Handlers ----------------------------------------------------------------------------------


INK = base64.b64encode(bytes(range(256)) * 3 + bytes(16)).decode()
WALK = {
    "start": {"sample": 0},
    "end": {"drawing": INK},
    "steps": 5,
    "mode": "slerp",
    "beta": 1,
}


def test_walk_handler(untrained):
    answer = tab.show_walk(WALK)["walks"]
    assert set(answer) == {"ae3", "vae2", "vae16"}
    assert len(base64.b64decode(answer["vae16"]["frames"])) == 5 * 784
    assert len(base64.b64decode(answer["vae16"]["codes"])) == 5 * 16 * 4


def test_a_missing_model_leaves_the_others_alone(untrained, monkeypatch):
    def missing(beta):
        raise AssetError("asset_missing", file="vae16.safetensors", command="remake it")

    monkeypatch.setitem(latent_walk.MODELS, "vae16", missing)
    answer = tab.show_walk(WALK)["walks"]
    assert "vae16.safetensors" in answer["vae16"]["problem"]["en"]
    assert "frames" in answer["ae3"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"steps": 1}, "walk_steps"),
        ({"steps": 33}, "walk_steps"),
        ({"steps": 2.5}, "bad_request"),
        ({"steps": float("nan")}, "bad_request"),
        ({"steps": "5"}, "bad_request"),
        ({"mode": "spiral"}, "bad_request"),
        ({"mode": ["linear"]}, "bad_request"),
        ({"beta": None}, "bad_request"),
        ({"start": {"sample": -1}}, "digit_range"),
        ({"start": {"sample": 5000}}, "digit_range"),
        ({"start": {"sample": 1e300}}, "bad_request"),
        ({"start": {"sample": float("inf")}}, "bad_request"),
        ({"start": 3}, "bad_request"),
        ({"end": {}}, "bad_request"),
        ({"end": {"drawing": "AAAA"}}, "bad_request"),
        ({"end": {"drawing": "no base64!"}}, "bad_request"),
        ({"end": {"drawing": base64.b64encode(bytes(784)).decode()}}, "walk_no_ink"),
    ],
)
def test_walk_handler_refuses(untrained, change, key):
    answer = tab.show_walk({**WALK, **change})
    assert answer["error"]["key"] == key
    assert answer["error"]["zh"] != answer["error"]["en"]


@pytest.mark.parametrize("request_", [None, [], "x", {}])
def test_handlers_refuse_what_is_no_request(request_):
    for handler in (tab.show_plane, tab.show_walk, tab.show_draws, tab.show_elbo):
        assert handler(request_)["error"]["key"] == "bad_request"


@pytest.mark.parametrize("beta", [2, -1, 10**12])
def test_there_are_three_betas(beta):
    assert tab.show_plane({"beta": beta})["error"]["key"] == "vae2_beta"


@pytest.mark.parametrize("beta", [2, -1])
def test_walk_handler_knows_three_betas(beta):
    answer = tab.show_walk({**WALK, "beta": beta})
    assert answer["error"]["key"] == "vae2_beta"


def test_draws_handler(untrained):
    answer = tab.show_draws({"seed": 3, "beta": 1})["draws"]
    assert {len(base64.b64decode(sheet["pixels"])) for sheet in answer.values()} == {32 * 784}
    assert tab.show_draws({"seed": -1, "beta": 1})["error"]["key"] == "seed_range"
    assert tab.show_draws({"seed": 2**31, "beta": 1})["error"]["key"] == "seed_range"
    assert tab.show_draws({"seed": 0.5, "beta": 1})["error"]["key"] == "bad_request"


def test_elbo_handler(untrained):
    answer = tab.show_elbo({"seed": 3, "digit": {"sample": 9}})["splits"]
    assert [len(answer[name]["kl_per_dimension"]) for name in elbo.MODELS] == [2, 2, 2, 16]
    blank = {"drawing": base64.b64encode(bytes(784)).decode()}
    assert tab.show_elbo({"seed": 3, "digit": blank})["error"]["key"] == "walk_no_ink"
    assert tab.show_elbo({"seed": 2**40, "digit": {"sample": 9}})["error"]["key"] == "seed_range"


def test_plane_counts_codes_inside_the_circles(monkeypatch):
    model = seeded(lambda: VAE(VAEConfig(encoder_hidden=(8,), decoder_hidden=(8,))))
    monkeypatch.setattr(zoo, "vae2", lambda beta: model)
    plane = latent_walk.plane.__wrapped__(1)
    assert plane.codes.shape == (5000, 2)
    far = np.linalg.norm(plane.codes, axis=1)
    assert_allclose(plane.within, [(far <= n).mean() for n in (1, 2, 3)])
    assert plane.mean_kl >= 0
    assert_allclose(plane.radius, np.sqrt((plane.codes**2).mean()), rtol=1e-5)


# ---- What the page says of the shipped weights -------------------------------------------------


@pytest.mark.weights
def test_what_the_page_says_of_beta():
    none, one, four = (latent_walk.plane(beta) for beta in zoo.BETAS)
    assert none.mean_kl > one.mean_kl > four.mean_kl
    assert none.deviation < one.deviation < four.deviation
    assert abs(one.error - none.error) < 0.001 < four.error - one.error
    assert none.within[1] == pytest.approx(1 / 6, abs=0.03)
    assert one.within[1] == pytest.approx(5 / 6, abs=0.03)
    assert four.within[1] == pytest.approx(5 / 6, abs=0.03)
    assert four.deviation / one.deviation == pytest.approx(3, abs=0.5)
    labels = datasets.sample_digits().labels
    far = np.linalg.norm(none.codes, axis=1)
    for label in (1, 7):
        assert np.median(far[labels == label]) > 10


@pytest.mark.weights
def test_the_straight_path_of_the_page_leaves_the_prior_and_the_round_one_does_not():
    ends = [latent_walk.sample_digit(index) for index in (511, 316)]  # what the page opens with
    straight, turned = (
        np.linalg.norm(latent_walk.walk("vae16", *ends, steps=9, mode=mode).codes, axis=1)
        for mode in latent_walk.MODES
    )
    chi = torch.randn((20_000, 16), generator=runtime.generator(0)).norm(dim=1)
    low = float(chi.mean() - chi.std())
    assert straight[4] < low - 0.5
    assert turned.min() > low - 0.3


@pytest.mark.weights
def test_handlers_answer_with_the_shipped_weights():
    plane = tab.show_plane({"beta": 1})
    assert len(base64.b64decode(plane["codes"])) == 5000 * 2 * 2
    assert [layer["n_out"] for layer in plane["decoder"]["layers"]] == [64, 128, 256, 784]
    for answers in (
        tab.show_walk(WALK)["walks"],
        tab.show_draws({"seed": 1, "beta": 4})["draws"],
        tab.show_elbo({"seed": 1, "digit": {"sample": 0}})["splits"],
        tab.show_summaries({})["summaries"],
    ):
        assert [name for name, answer in answers.items() if "problem" in answer] == []
