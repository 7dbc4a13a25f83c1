"""Told and not told: what each objective asks for, what reads a code, what ships."""

import json

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from bench import told as bench_told
from core import assets, runtime, zoo
from core.images import datasets, picture_sets, strokes
from core.images.picture_sets import Pictures
from core.making import shipping
from core.making import told as making
from core.models.autoencoder import MLPAutoencoderConfig, reconstruction_loss
from core.models.two_ends import NOISE, OBJECTIVES, WEIGHT, TwoEnds, objective_loss, spoil
from core.training import probing, told
from tests.golden_told import FILE, slice_of

TINY = MLPAutoencoderConfig(hidden=(8,), n_latent=4, activation="gelu")


@pytest.fixture
def tiny() -> TwoEnds:
    return shipping.seeded(lambda: TwoEnds(TINY), 0).cpu().double()


def batch(n: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.rand(n, 784, dtype=torch.float64, generator=runtime.generator(1)) * 2 - 1
    return x, torch.arange(n) % 10


def asked(objective: str, model: TwoEnds, *, labels: torch.Tensor | None = None) -> torch.Tensor:
    x, known = batch()
    known = known if labels is None else labels
    return objective_loss(objective, model, x, known, runtime.generator(2))


def pictures(n: int = 300) -> Pictures:
    """Ten kinds of noisy stripes, which a line can tell apart."""
    generator = np.random.default_rng(0)
    labels = (np.arange(n) % 10).astype(np.uint8)
    images = generator.integers(0, 60, (n, 28, 28)).astype(np.uint8)
    for label in range(10):
        images[labels == label, 2 * label : 2 * label + 6] += 150
    return Pictures(images, labels)


# ---- Objectives ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("objective", "untouched"),
    [("told", "autoencoder.decoder"), ("ae", "head"), ("denoising", "head"), ("both", None)],
)
def test_an_objective_moves_only_the_ends_that_it_asks(tiny, objective, untouched):
    asked(objective, tiny).backward()
    for name, parameter in tiny.named_parameters():
        moved = parameter.grad is not None and bool(parameter.grad.abs().sum() > 0)
        assert moved is not (untouched is not None and name.startswith(untouched)), name


@pytest.mark.parametrize(("objective", "looks"), [("ae", 0), ("denoising", 0), ("told", 1)])
def test_who_is_not_told_never_looks_at_labels(tiny, objective, looks):
    others = (batch()[1] + 3) % 10
    difference = asked(objective, tiny) - asked(objective, tiny, labels=others)
    assert bool(difference.abs() > 1e-6) is bool(looks)


def test_both_is_the_sum_of_the_two(tiny):
    assert_close(asked("both", tiny), asked("told", tiny) + WEIGHT * asked("ae", tiny))


def test_denoising_sees_spoilt_pictures_and_is_asked_for_whole_ones(tiny):
    x, _ = batch()
    back = tiny.autoencoder(spoil(x, runtime.generator(2))).reconstruction
    assert_close(asked("denoising", tiny), reconstruction_loss(back, x))
    assert asked("denoising", tiny) != asked("ae", tiny)


def test_noise_is_as_strong_as_said_and_stays_within_ink():
    grey = torch.zeros(400, 784)
    seen = spoil(grey, runtime.generator(0))
    assert seen.min() == -1
    assert seen.max() == 1
    inner = seen[seen.abs() < 1]  # |noise| < 1 of a normal with deviation 2 NOISE
    assert float((seen.abs() < 1).float().mean()) == pytest.approx(0.6827, abs=0.005)
    assert 2 * NOISE == 1
    assert float(inner.mean()) == pytest.approx(0, abs=0.005)


def test_an_unknown_objective_is_an_error(tiny):
    with pytest.raises(ValueError, match="No objective 'gan'"):
        asked("gan", tiny)


# ---- Recipe --------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_seed_decides_all_and_the_reader_changes_nothing_of_the_code(objective):
    given = pictures()
    one, same = (told.trained(objective, given, 3, n_steps=8) for _ in range(2))
    for name, value in one.state_dict().items():
        assert_close(same.state_dict()[name], value, rtol=0, atol=0)
    x = told.pixels_of(given)
    another = told.trained(objective, given, 4, n_steps=8)
    assert (told.codes_of(one, x) - told.codes_of(another, x)).abs().max() > 1e-3


def test_training_learns_what_was_asked():
    given = pictures()
    accuracy, error = told.scored(told.trained("both", given, 0, n_steps=60), given)
    assert accuracy > 0.95
    assert error < 0.5 * float(np.var(given.images / 255))


# ---- What reads a code ---------------------------------------------------------------------------


def test_the_probe_is_scikit_learns_logistic_regression():
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    generator = np.random.default_rng(0)
    labels = np.arange(200) % 10
    codes = generator.normal(size=(200, 5)) * (1, 10, 0.1, 1, 1) + 0.4 * labels[:, None]
    ours = probing.linear_probe(*(torch.tensor(a) for a in (codes, labels)), torch.tensor(codes))
    scaler = StandardScaler().fit(codes)
    scaler.scale_ = codes.std(0, ddof=1)
    theirs = LogisticRegression(C=1.0, max_iter=2000, tol=1e-8).fit(scaler.transform(codes), labels)
    logits = torch.tensor(codes) @ ours.weight.T + ours.bias
    expected = theirs.predict_log_proba(scaler.transform(codes))
    np.testing.assert_allclose(logits.log_softmax(1).numpy(), expected, atol=2e-3)


def test_few_labels_are_as_many_of_each_kind_and_another_draw_each_seed():
    labels = np.random.default_rng(0).integers(0, 10, 5_000)
    rows = probing.few(labels, 30, 0)
    assert np.bincount(labels[rows]).tolist() == [3] * 10
    assert rows.tolist() == probing.few(labels, 30, 0).tolist()
    assert rows.tolist() != probing.few(labels, 30, 1).tolist()


def test_what_is_linear_in_the_code_is_explained_and_chance_is_not():
    codes = torch.randn(2_000, 6, generator=runtime.generator(0))
    values = codes.double() @ torch.arange(6.0).double() + 5
    noise = torch.randn(2_000, generator=runtime.generator(1)).double()
    known, asked_for = slice(1_000), slice(1_000, None)
    assert probing.explained(
        codes[known], values[known], codes[asked_for], values[asked_for]
    ) == pytest.approx(1)
    assert probing.explained(codes[known], noise[known], codes[asked_for], noise[asked_for]) < 0.02


def test_within_kinds_nothing_of_the_kind_is_left():
    labels = torch.arange(100) % 10
    values = labels * 3.0 + torch.randn(100, generator=runtime.generator(0))
    left = probing.within_kinds(values, labels)
    assert probing.kind_means(left, labels).abs().max() < 1e-5
    assert left.std() < 1.2


# ---- Slant and pen -------------------------------------------------------------------------------


def bar(lean: float, width: int = 3, height: int = 20) -> np.ndarray:
    image = np.zeros((28, 28))
    for up in range(height):
        left = round(12 + lean * (up - height / 2))
        image[24 - up, left : left + width] = 1
    return image


@pytest.mark.parametrize("lean", [-0.5, -0.2, 0, 0.3])
def test_slant_of_a_leaning_bar(lean):
    image = bar(lean)
    slants = strokes.slant(np.stack([image, image[:, ::-1], np.roll(image, 2, 1), 0.5 * image]))
    assert slants == pytest.approx([lean, -lean, lean, lean], abs=0.02)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_pen_width_of_a_straight_stroke(width):
    # ends count, too: 2 w l / (2 l + 2 w)
    measured = strokes.pen_width(np.stack([bar(0, width), bar(0, width).T]))
    assert measured == pytest.approx(2 * [20 * width / (20 + width)])


def test_a_thicker_pen_is_thicker_on_digits():
    from scipy.ndimage import grey_dilation

    images = datasets.sample_digits().images[:200] / 255
    thicker = grey_dilation(images, size=(1, 3, 3))
    assert (strokes.pen_width(thicker) > strokes.pen_width(images)).mean() > 0.99


# ---- What ships ----------------------------------------------------------------------------------


@pytest.mark.weights
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", picture_sets.NAMES)
def test_each_weight_answers_as_when_it_was_made(name, objective):
    golden = json.loads(FILE.read_text("utf-8"))[name][objective]
    found = slice_of(name, objective)
    assert found["kind"] == golden["kind"]
    assert found["code"] == pytest.approx(golden["code"], rel=1e-3, abs=1e-3)
    assert found["ink"] == pytest.approx(golden["ink"], abs=1e-4)


@pytest.mark.weights
@pytest.mark.parametrize("name", picture_sets.NAMES)
def test_weights_are_shared_frozen_half_and_as_good_as_their_score(name):
    from safetensors.torch import load_file

    models = zoo.told(name)
    assert models is zoo.told(name)
    file = f"weights/told-{name}.safetensors"
    score, shown = assets.manifest()[file]["score"], picture_sets.shown_pictures(name)
    weights = load_file(assets.locate(file))
    assert {w.dtype for w in weights.values() if w.ndim > 1} == {torch.float16}
    for objective in OBJECTIVES:
        model = models[objective]
        assert not model.training
        assert not any(parameter.requires_grad for parameter in model.parameters())
        accuracy, error = told.scored(model, shown)
        assert accuracy == pytest.approx(score[f"unseen_probe_{objective}"], abs=0.03)
        assert error == pytest.approx(score[f"unseen_mse_{objective}"], rel=0.08)


@pytest.mark.parametrize("name", picture_sets.NAMES)
def test_stored_figures_have_all_labels_counts_and_their_spread(name):
    found = bench_told.stored(name)
    counts = [*map(str, making.N_LABELS), making.ALL]
    assert set(found["objectives"]) == set(OBJECTIVES)
    for objective, figures in found["objectives"].items():
        assert list(figures["linear_probe"]) == counts
        assert all(0 < one["sd"] < 0.1 for one in figures["linear_probe"].values())
        assert 0 < figures["decode_mse"]["sd"] < 0.1 * figures["decode_mse"]["mean"]
        confusion = np.array(figures["confusion"])
        assert confusion.sum() == found["n_test"]
        # The shipped network is one of the five that the figure is the mean of.
        all_labels = figures["linear_probe"][making.ALL]
        spread = max(5 * all_labels["sd"], 0.005)
        assert np.trace(confusion) / found["n_test"] == pytest.approx(
            all_labels["mean"], abs=spread
        ), objective
    assert found["pixels"]["linear_probe"][making.ALL]["sd"] == 0


def test_spread_is_mean_and_deviation_of_a_sample():
    assert making.spread([1.0, 2.0, 3.0]) == {"mean": 2.0, "sd": 1.0}


def test_each_figure_has_its_deviation_beside_it():
    names = [figure.name for figure in bench_told.GROUP.figures]
    assert {f"{name}.sd" for name in names if not name.endswith(".sd")} <= set(names)
    promised = {
        f"told.linear_probe.{objective}.{n}" for objective in OBJECTIVES for n in ("100", "all")
    } | {f"told.decode_mse.{objective}" for objective in OBJECTIVES}
    assert promised <= set(names)
