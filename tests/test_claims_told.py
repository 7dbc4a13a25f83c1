"""What "Told and not told" says is what was measured, and what the shipped encoders do."""

import numpy as np
import pytest

from core.images import picture_sets
from core.inference import told
from core.making.told_near import nearest
from tests.claims import claimed, says

pytestmark = pytest.mark.weights


def of_digits() -> dict:
    return told.figures("digits")["objectives"]


def accuracy(objective: str, n: str) -> float:
    return of_digits()[objective]["linear_probe"][n]["mean"]


def error(objective: str) -> float:
    return of_digits()[objective]["decode_mse"]["mean"]


def left(objective: str, what: str) -> float:
    return of_digits()[objective]["strokes_r2"][what]["mean"]


def test_the_told_code_gives_back_less():
    (times,) = claimed("told.notice.1", r"(\d+) times the error", r"误差是没答案的 (\d+) 倍")
    assert error("told") / error("ae") == pytest.approx(times, abs=0.15)


def test_the_nearest_are_of_one_kind_by_the_told_code_and_alike_by_the_other():
    says("told.notice.2", "of the same kind; by the other, they look alike", "同一类")
    images, labels = picture_sets.shown_pictures("digits")
    pixels = images.reshape(len(images), -1) / 255
    same, alike = {}, {}
    for objective, space in told.spaces("digits").items():
        squares = np.square(space.codes).sum(1)
        away = squares[:, None] + squares - 2 * space.codes @ space.codes.T
        np.fill_diagonal(away, np.inf)
        nearest = np.argsort(away, 1)[:, :5]
        same[objective] = float((labels[nearest] == labels[:, None]).mean())
        alike[objective] = float(np.square(pixels[nearest] - pixels[:, None]).mean())
    assert same["told"] > 0.95 > 0.9 > same["ae"] > 0.7  # "now and then of another kind"
    assert alike["ae"] < 0.9 * alike["told"]


def test_a_line_on_the_code_that_was_not_told_is_no_better_than_on_the_pixels():
    code, pixels = claimed(
        "told.notice.3",
        r"names (\d+)% of the digits with all labels, a line on the bare pixels (\d+)%",
        r"认对 (\d+)% 的数字，直接在像素上画线是 (\d+)%",
    )
    measured = told.figures("digits")["pixels"]["linear_probe"]["all"]["mean"]
    assert (code, pixels) == (round(100 * accuracy("ae", "all")), round(100 * measured))
    assert code < pixels


def test_with_animals_it_is_the_other_way_round():
    code, pixels = claimed(
        "told.notice.3", r"way round: (\d+)% against (\d+)%", r"反过来：(\d+)% 对 (\d+)%"
    )
    found = told.figures("animals")
    ae = found["objectives"]["ae"]["linear_probe"]["all"]["mean"]
    measured = found["pixels"]["linear_probe"]["all"]["mean"]
    assert (code, pixels) == (round(100 * ae), round(100 * measured))
    assert code > pixels


def test_what_is_left_of_the_handwriting():
    width, width_ae, slant, slant_ae = claimed(
        "told.predict.1.answer",
        r"only (\d+)% of it, on the code that was not told (\d+)%.*\((\d+)% against (\d+)%\)",
        r"粗细的 (\d+)%，没答案的能解释 (\d+)%.*（(\d+)% 对 (\d+)%）",
    )
    assert [round(100 * left(name, "pen_width")) for name in ("told", "ae")] == [width, width_ae]
    assert [round(100 * left(name, "slant")) for name in ("told", "ae")] == [slant, slant_ae]


def test_ten_labels_name_the_heaps_of_who_was_told():
    for_told, for_ae = claimed(
        "told.predict.2.answer", r"^(\d+)%, against (\d+)%", r"^(\d+)%，没答案的编码是 (\d+)%"
    )
    assert (for_told, for_ae) == tuple(round(100 * accuracy(n, "10")) for n in ("told", "ae"))
    (seen,) = claimed("told.predict.2.answer", r"has seen ([\d,]+) labels", r"看过 (\d.*?万)个标签")
    assert seen == told.figures("digits")["n_training"]


def test_both_at_once_names_as_well_and_gives_back_less():
    named, both, alone, ae = claimed(
        "told.predict.3.answer",
        r"names (\d+)% of the digits.* error of (\.\d+): about half of (\.\d+) .* than (\.\d+)",
        r"认对 (\d+)% 的数字.*误差是 (\d\.\d+)：约为有答案（(\d\.\d+)）的一半.*（(\d\.\d+)）大",
    )
    assert round(100 * accuracy("both", "all")) == named == round(100 * accuracy("told", "all"))
    assert [both, alone, ae] == pytest.approx(
        [error(n) for n in ("both", "told", "ae")], abs=0.0005
    )


def test_only_zebras_have_stripes_inside():
    says("told.about.animals", "zebras alone have stripes", "只有斑马")
    images, labels = picture_sets.shown_pictures("animals")
    # Grey within the shape: pixels whose neighbours all are ink or grey, too.
    grey = (images > 40) & (images < 215)
    covered = np.minimum.reduce([np.roll(images, by, axis) for by in (-1, 1) for axis in (1, 2)])
    inside = (grey & (covered > 40)).sum((1, 2)) / (images > 40).sum((1, 2))
    share = [float(np.median(inside[labels == kind])) for kind in range(10)]
    assert share[9] > 3 * max(share[:9])
    figures = told.figures("animals")["objectives"]["ae"]["confusion"]
    right = [row[kind] / sum(row) for kind, row in enumerate(figures)]
    assert np.argmax(right) == 9  # "easy to tell"


@pytest.mark.parametrize("pictures", ["digits", "clothes"])
def test_as_many_train_as_is_said(pictures):
    (n,) = claimed(f"told.about.{pictures}", r": ([\d,]+) ", r"用 (\d.*?万)[个张]")
    assert n == told.figures(pictures)["n_training"]


def test_what_is_said_of_near_twins_is_how_they_were_measured():
    says("told.twins", "nine tenths of the joint area, moved by two pixels at most", "九成面积重合")
    assert (told.TWIN_ALIKE, told.TWIN_SHIFT) == (0.9, 2)
    found = told.twins()
    assert 0 < found["n_near"] < found["n_test"]
    for shares in found["right"].values():  # "too few to change the figures above"
        n_right = shares["near"] * found["n_near"] + shares["others"] * (
            found["n_test"] - found["n_near"]
        )
        assert n_right / found["n_test"] == pytest.approx(shares["others"], abs=0.005)
    confusion = np.array(told.figures("animals")["objectives"]["told"]["confusion"])
    shares = found["right"]["told"]
    right = shares["near"] * found["n_near"] + shares["others"] * (
        found["n_test"] - found["n_near"]
    )
    assert right == pytest.approx(np.trace(confusion), abs=0.6)


def test_near_twins_are_found_moved_and_mirrored():
    rng = np.random.default_rng(3)
    blobs = np.zeros((30, 28, 28), np.uint8)
    for one in blobs:
        top, left = rng.integers(5, 12, 2)
        one[top : top + rng.integers(6, 14), left : left + rng.integers(6, 14)] = 255
        one[top : top + 3, left : left + 9] = 0
    moved = np.roll(blobs, (told.TWIN_SHIFT, -1), (1, 2))[:, :, ::-1]
    shares, _ = nearest(moved, blobs)
    assert (shares == 1).all()
    far, _ = nearest(np.roll(blobs[:1], 4, 1), blobs[:1])
    assert far[0] < 1
