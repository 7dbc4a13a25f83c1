"""A drawing becomes what MNIST's digits are."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from core.errors import InputError
from core.images import drawings

# Hypothesis' own drawings: sparse patches of any brightness, anywhere on a canvas.
patches = hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
).filter(lambda patch: patch.max() > drawings.INK)


def on_canvas(patch: np.ndarray, top: int = 30, left: int = 30, side: int = 120) -> np.ndarray:
    canvas = np.zeros((side, side), np.uint8)
    canvas[top : top + patch.shape[0], left : left + patch.shape[1]] = patch
    return canvas


def three(side: int = 280, width: float = 0.12) -> np.ndarray:
    """Draw a 3 as the page's pad does: a pen of 12% of the box."""
    picture = Image.new("L", (side, side))
    points = [(0.25, 0.2), (0.7, 0.2), (0.45, 0.45), (0.7, 0.75), (0.25, 0.8)]
    ImageDraw.Draw(picture).line(
        [(x * side, y * side) for x, y in points], 255, int(width * side), "curve"
    )
    return np.asarray(picture)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two images, 1 where they are the same but for brightness."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@given(patches)
def test_preparing_twice_changes_nothing(patch):
    once = drawings.prepare(on_canvas(patch))
    twice = drawings.prepare(np.rint(once * 255).astype(np.uint8))
    np.testing.assert_array_equal(twice, once)


@given(patches, st.integers(0, 80), st.integers(0, 80))
def test_moving_the_drawing_changes_nothing(patch, top, left):
    moved = drawings.prepare(on_canvas(patch, top, left))
    np.testing.assert_array_equal(moved, drawings.prepare(on_canvas(patch)))


@given(patches)
def test_result_is_a_field_with_a_box_of_20(patch):
    field = drawings.prepare(on_canvas(patch))
    assert field.shape == (28, 28)
    assert field.dtype == np.float32
    assert field.min() >= 0
    assert field.max() == 1
    rows, columns = np.flatnonzero(field.any(1)), np.flatnonzero(field.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


def test_centre_of_mass_is_in_the_middle():
    field = drawings.prepare(three())
    across = np.arange(28)
    centre = np.array([field.sum(1) @ across, field.sum(0) @ across]) / field.sum()
    np.testing.assert_allclose(centre, 14, atol=0.5)  # MNIST's own lie in 13.5..14.5


@settings(max_examples=20)
@given(st.floats(0.5, 3))
def test_size_of_the_drawing_matters_little(scale):
    side = int(280 * scale)
    assert overlap(drawings.prepare(three(side)), drawings.prepare(three())) > 0.95


def test_lopsided_drawing_stays_whole():
    drawing = np.zeros((280, 280), np.uint8)
    drawing[100:104, 10:270] = 255
    drawing[60:144, 230:270] = 255  # all the weight at one end
    field = drawings.prepare(drawing)
    assert np.ptp(np.flatnonzero(field.any(0))) + 1 == 20


def test_a_dot_fills_the_box():
    drawing = np.zeros((280, 280), np.uint8)
    drawing[3, 270] = 255
    field = drawings.prepare(drawing)
    np.testing.assert_array_equal(field[4:24, 4:24], 1)
    assert field.sum() == 400


def test_prepare_is_quick():
    drawing = three()
    drawings.prepare(drawing)
    took = []
    for _ in range(20):
        start = time.thread_time()
        drawings.prepare(drawing)
        took.append(time.thread_time() - start)
    assert min(took) < 0.002  # seconds of the processor


@pytest.mark.parametrize(
    ("drawing", "key"),
    [
        (np.zeros((280, 280), np.uint8), "blank_drawing"),
        (np.full((280, 280), drawings.INK, np.uint8), "blank_drawing"),
        (np.full((280, 280), 255, np.uint8), "all_ink"),
        (np.zeros((1, 1), np.uint8), "blank_drawing"),
        (np.full((1, 1), 255, np.uint8), "all_ink"),
        (np.zeros((28, 28, 3), np.uint8), "drawing_shape"),
        (np.zeros((28, 28)), "drawing_shape"),
        (np.zeros((0, 28), np.uint8), "drawing_shape"),
        (np.zeros((2, 5000), np.uint8), "drawing_too_large"),
    ],
)
def test_prepare_says_what_is_wrong(drawing, key):
    with pytest.raises(InputError) as caught:
        drawings.prepare(drawing)
    assert caught.value.key == key
