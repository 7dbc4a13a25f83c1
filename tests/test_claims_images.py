"""What the pages about images say is what the shipped models do now."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from core.images import coding, datasets, drawings
from core.inference import code_space, codes, empty_places, latent_walk, prior, reconstruction
from core.making import shipping
from tests.claims import claimed, says

pytestmark = pytest.mark.weights

SEEDS = range(1, 101)
LETTER_A = "24,98,56,14,88,98:38,68,74,68"  # as the page draws them (demos/reconstruction/view.js)
SMALL_THREE = "66,69,82,65,93,73,79,84,94,94,85,106,65,103"
FEW, MANY = ("pca3", "ae3-lecture", "ae3"), ("vae16", "pca32", "conv-lecture", "conv", "dense32")


def labels() -> np.ndarray:
    return datasets.sample_digits().labels


def drawn(strokes: str) -> np.ndarray:
    """Draw strokes as the page's pad does, uint8 [112, 112]."""
    fine, side = 4, drawings.PAD
    picture = Image.new("L", (side * fine, side * fine))
    pen, wide = ImageDraw.Draw(picture), round(drawings.PEN * fine)
    for stroke in strokes.split(":"):
        numbers = [int(n) * fine for n in stroke.split(",")]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        pen.line(points, fill=255, width=wide, joint="curve")
        for x, y in points:
            pen.ellipse((x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2), fill=255)
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS))


# ---- Draw & reconstruct ------------------------------------------------------------------------


def test_from_pca_to_the_lectures_network_the_error_falls_as_it_is_said_to():
    (fall,) = claimed("reconstruction.notice.2", r"falls by about (\d+)%", r"降低了约 (\d+)%")
    usual = {name: mark.usual for name, mark in reconstruction.yardsticks().items()}
    assert 100 * (1 - usual["ae3-lecture"] / usual["pca3"]) == pytest.approx(fall, abs=4)


def test_a_letter_is_bent_by_three_numbers_and_mostly_kept_by_32():
    says("reconstruction.predict.1.answer", "the A turns into one", "A 就被变成了数字")
    seen = reconstruction.see(drawn(LETTER_A), prepared=True)
    answers = {n: reconstruction.reconstruct(n, seen) for n in reconstruction.MODELS}
    left = {name: answer.error / np.var(seen) for name, answer in answers.items()}
    assert min(left[name] for name in FEW) > 0.5
    assert max(left[name] for name in MANY) < 0.4
    assert len({answer.vote for answer in answers.values()}) > 2  # "can't agree"


def test_a_small_three_in_the_corner_needs_the_preparation():
    says("reconstruction.predict.2.answer", "Yes: it is cropped", "认得出")
    votes = {}
    for prepared in (True, False):
        seen = reconstruction.see(drawn(SMALL_THREE), prepared=prepared)
        votes[prepared] = [reconstruction.reconstruct(n, seen).vote for n in reconstruction.MODELS]
    assert set(votes[True]) == {3}
    assert votes[False].count(3) < len(votes[False]) / 2


# ---- Code space --------------------------------------------------------------------------------


def neighbours(points: np.ndarray, k: int = 5) -> np.ndarray:
    """Return each point's k nearest others, [N, k]."""
    away = torch.cdist(torch.tensor(points, dtype=torch.float32)[None], points_of(points)[None])[0]
    away.fill_diagonal_(float("inf"))
    return away.topk(k, largest=False).indices.numpy()


def points_of(points: np.ndarray) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float32)


def test_four_and_nine_lie_deepest_inside_each_other():
    says("code_space.predict.1.answer", "about three in four of them", "四分之三左右")
    found, near = codes.sample_codes("ae3-lecture"), neighbours(codes.sample_codes("ae3-lecture"))
    mixed = np.array(
        [[(labels()[near[labels() == a]] == b).mean() for b in range(10)] for a in range(10)]
    )
    np.fill_diagonal(mixed, 0)
    first, second = np.unravel_index(mixed.argmax(), mixed.shape)
    assert {int(first), int(second)} == {4, 9}
    assert mixed[0, 1] == 0
    two = np.isin(labels(), (4, 9))
    nine = labels()[two] == 9
    directions = np.random.default_rng(0).normal(size=(2000, 3))
    places = np.argsort(found[two] @ directions.T, axis=0)
    below = np.cumsum(nine[places], axis=0)  # 9s under a cut after the k-th point
    k = np.arange(1, len(nine) + 1)[:, None]
    right = (k - below + (nine.sum() - below)) / len(nine)
    assert max(right.max(), 1 - right.min()) == pytest.approx(0.75, abs=0.03)


def test_empty_places_decode_to_digits_as_often_as_the_page_says():
    lecture, vae, tuned = claimed(
        "code_space.notice.2",
        r"in (\d+)% with the lecture's network and in (\d+)% with the VAE.* gets (\d+)%",
        r"课上的网络是 (\d+)%.*VAE 是 (\d+)%.*也有 (\d+)%",
    )
    for name, said in (("lecture", lecture), ("vae", vae), ("tuned", tuned)):
        pictures = np.stack([empty_places.find(name, seed=seed).pixels for seed in SEEDS])
        assert 100 * clear(pictures).mean() == pytest.approx(said, abs=2), name


def test_the_first_empty_places_are_as_the_page_describes_them():
    says("code_space.predict.2.answer", "with seed 1", "种子 1")
    found = {name: empty_places.find(name, seed=1) for name in ("lecture", "vae")}
    seen = {name: place.pixels.clip(0, 1).astype(np.float32) for name, place in found.items()}
    read = {name: reconstruction.reconstruct("dense32", one) for name, one in seen.items()}
    assert read["lecture"].unusual  # "strokes that no hand would write"
    assert not read["vae"].unusual
    assert read["vae"].vote == 4
    assert seen["vae"].max() < 0.85  # "pale"
    gaps = {name: place.distance / place.spacing for name, place in found.items()}
    assert gaps["vae"] < gaps["lecture"]


def test_digits_come_apart_as_the_page_says():
    key = "code_space.predict.3.answer"
    before, after, last = claimed(
        key, r"from ([.\d]+) to ([.\d]+), most of the way to the final ([.\d]+);",
        r"从 ([.\d]+) 降到 ([.\d]+)，离最后的 ([.\d]+) 已"
    )  # fmt: skip
    named = claimed(
        key, r"name (\d+)% of .* first epoch, (\d+)% after eleven, (\d+)% at the end",
        r"第一轮之后是 (\d+)%，第十一轮是 (\d+)%，最后是 (\d+)%"
    )  # fmt: skip
    lapse = code_space.time_lapse("lecture")
    moments = [int(np.abs(lapse.epochs - epoch).argmin()) for epoch in (1, 11, lapse.epochs[-1])]
    errors = lapse.validation_mse[[0, moments[0], moments[2]]]
    assert errors == pytest.approx([before, after, last], abs=0.006)
    assert np.abs(lapse.codes[0].std(0)).max() < 0.01 * lapse.codes[-1].astype(float).std(0).max()
    known = labels()[: lapse.codes.shape[1]]
    for moment, share in zip(moments, named, strict=True):
        near = neighbours(lapse.codes[moment].astype(np.float32))
        votes = np.array([reconstruction.majority(known[row]) for row in near])
        assert 100 * np.mean(votes == known) == pytest.approx(share, abs=1.5)


def test_the_pinned_seven_comes_back_like_a_nine():
    says("code_space.notice.3", "goes in as a 7 and comes back like a 9", "进去是 7，出来却像 9")
    digit = 27  # the first pin (demos/code_space/view.js)
    assert labels()[digit] == 7
    back = reconstruction.reconstruct("ae3-lecture", reconstruction.sample(digit)).pixels
    assert reconstruction.reconstruct("dense32", back.clip(0, 1)).vote == 9


# ---- Latent walk -------------------------------------------------------------------------------


def test_without_the_prior_draws_hardly_reach_a_1_or_a_7():
    ones, sevens, farthest = claimed(
        "latent_walk.predict.1.answer",
        r"1s lie more than (\d+) .* 7s more than (\d+), .* farther than (\d+)",
        r"1 离中央 (\d+) 以上.*7 离中央 (\d+) 以上.*超过 (\d+)",
    )
    plane = latent_walk.plane(0)
    away = np.linalg.norm(plane.codes, axis=1)
    for label, said in ((1, ones), (7, sevens)):
        assert said <= np.median(away[labels() == label]) < said + 1
    drawn_codes = np.concatenate([prior.draws("vae2", seed=s, beta=0).codes for s in range(30)])
    assert np.mean(np.linalg.norm(drawn_codes, axis=1) > farthest) < 0.02
    nearest = torch.cdist(points_of(drawn_codes)[None], points_of(plane.codes)[None])[0].argmin(1)
    assert np.isin(labels()[nearest.numpy()], (1, 7)).mean() < 0.02


def test_lengths_of_draws_from_the_prior_are_as_the_page_says():
    dice = np.random.default_rng(0)
    for n, name in ((2, "vae2"), (16, "vae16")):
        mean, spread = claimed(
            f"latent_walk.length.{name}", r"have ([\d.]+) ± ([\d.]+)", r"为 ([\d.]+) ± ([\d.]+)"
        )
        lengths = np.linalg.norm(dice.normal(size=(20_000, n)), axis=1)
        assert (lengths.mean(), lengths.std()) == pytest.approx((mean, spread), abs=0.06)


def test_the_footers_count_of_training_digits_is_that_of_the_training():
    n, sample = claimed("code_space.foot", r"on ([\d,]+) MNIST digits without these ([\d,]+)",
                        r"用 ([\d.]+ 万)个 MNIST 数字训练，不含这 ([\d,]+) 个")  # fmt: skip
    first, last = map(int, shipping.SOURCE.split("[")[1].split("]")[0].split(":"))
    assert last - first == n
    assert len(labels()) == sample


def clear(pixels: np.ndarray) -> np.ndarray:
    """Say which pictures are clearly one digit: four of the five nearest samples, bool [N]."""
    shown = torch.tensor(pixels.clip(0, 1), dtype=torch.float32)
    code = coding.encode(reconstruction.model_of("dense32"), shown).numpy()
    near, _ = reconstruction.nearest_samples("dense32", code, [None] * len(pixels))
    return np.array([np.bincount(labels()[row]).max() >= 4 for row in near])


def test_draws_from_the_priors_look_as_the_page_says():
    says("latent_walk.prior_moral", "VAE-2 at β = 1 is blurred, mostly readable; VAE-16 is sharp",
         "β = 1 的 VAE-2 模糊，但大多可读；VAE-16 清晰")  # fmt: skip
    drawn_by = {
        (name, beta): np.concatenate(
            [prior.draws(name, seed=seed, beta=beta).pixels for seed in range(4)]
        )
        for name, beta in (("vae2", 1), ("vae2", 0), ("vae16", 1))
    }
    grey = {
        key: ((ink > 0.25) & (ink < 0.75)).sum() / (ink > 0.25).sum()
        for key, ink in drawn_by.items()
    }
    readable = {key: clear(ink).mean() for key, ink in drawn_by.items()}
    assert grey["vae16", 1] < grey["vae2", 1] < grey["vae2", 0]  # "many smudges"
    assert readable["vae2", 1] > max(0.75, readable["vae16", 1])


# ---- Convolution -------------------------------------------------------------------------------


def test_mish_is_lowest_where_the_page_says():
    lowest, at = claimed(
        "convolution.predict.4.answer",
        r"about (−[\d.]+), near x = (−[\d.]+)",
        r"约为 (−[\d.]+)，在 x ≈ (−[\d.]+)",
    )
    x = torch.linspace(-6, 0, 60_001, dtype=torch.float64)
    values = torch.nn.functional.mish(x)
    assert float(values.min()) == pytest.approx(lowest, abs=0.005)
    assert float(x[values.argmin()]) == pytest.approx(at, abs=0.005)
