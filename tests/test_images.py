"""A drawing becomes what MNIST's digits are, and bad files become sentences."""

import contextlib
import io
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageDraw

from core import images
from core.errors import InputError

# Hypothesis' own drawings: sparse patches of any brightness, anywhere on a canvas.
patches = hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)
).filter(lambda patch: patch.max() > images.INK)


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


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two images, 1 where they are the same but for brightness."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@given(patches)
def test_preparing_twice_changes_nothing(patch):
    once = images.prepare(on_canvas(patch))
    twice = images.prepare(np.rint(once * 255).astype(np.uint8))
    np.testing.assert_array_equal(twice, once)


@given(patches, st.integers(0, 80), st.integers(0, 80))
def test_moving_the_drawing_changes_nothing(patch, top, left):
    moved = images.prepare(on_canvas(patch, top, left))
    np.testing.assert_array_equal(moved, images.prepare(on_canvas(patch)))


@given(patches)
def test_result_is_a_field_with_a_box_of_20(patch):
    field = images.prepare(on_canvas(patch))
    assert field.shape == (28, 28)
    assert field.dtype == np.float32
    assert field.min() >= 0
    assert field.max() == 1
    rows, columns = np.flatnonzero(field.any(1)), np.flatnonzero(field.any(0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


def test_centre_of_mass_is_in_the_middle():
    field = images.prepare(three())
    across = np.arange(28)
    centre = np.array([field.sum(1) @ across, field.sum(0) @ across]) / field.sum()
    np.testing.assert_allclose(centre, 14, atol=0.5)  # MNIST's own lie in 13.5..14.5


@settings(max_examples=20)
@given(st.floats(0.5, 3))
def test_size_of_the_drawing_matters_little(scale):
    side = int(280 * scale)
    assert overlap(images.prepare(three(side)), images.prepare(three())) > 0.95


def test_lopsided_drawing_stays_whole():
    drawing = np.zeros((280, 280), np.uint8)
    drawing[100:104, 10:270] = 255
    drawing[60:144, 230:270] = 255  # all the weight at one end
    field = images.prepare(drawing)
    assert np.ptp(np.flatnonzero(field.any(0))) + 1 == 20


def test_a_dot_fills_the_box():
    drawing = np.zeros((280, 280), np.uint8)
    drawing[3, 270] = 255
    field = images.prepare(drawing)
    np.testing.assert_array_equal(field[4:24, 4:24], 1)
    assert field.sum() == 400


def test_prepare_is_quick():
    drawing = three()
    images.prepare(drawing)
    took = []
    for _ in range(20):
        start = time.thread_time()
        images.prepare(drawing)
        took.append(time.thread_time() - start)
    assert min(took) < 0.002  # seconds of the processor


@pytest.mark.parametrize(
    ("drawing", "key"),
    [
        (np.zeros((280, 280), np.uint8), "blank_drawing"),
        (np.full((280, 280), images.INK, np.uint8), "blank_drawing"),
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
        images.prepare(drawing)
    assert caught.value.key == key


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("dark_ink", [True, False])
def test_files_give_the_drawing_back(kind, dark_ink):
    drawing = three()
    shown = 255 - drawing if dark_ink else drawing
    read = images.from_file(encoded(Image.fromarray(shown), kind))
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99


def test_photo_under_uneven_light_gives_the_drawing_back():
    drawing = three(600)
    y, x = np.mgrid[0:600, 0:600] / 600
    paper = 215 - 90 * x - 40 * y**2  # a shadow from the right, a darker lower edge
    grain = np.random.default_rng(0).normal(0, 4, drawing.shape)
    photo = np.clip(paper * (1 - 0.7 * (drawing / 255)) + grain, 0, 255).astype(np.uint8)
    read = images.from_file(encoded(Image.fromarray(photo).convert("RGB"), "JPEG", quality=80))
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.97


@pytest.mark.parametrize("brightness", [0, 255])
def test_transparent_picture_gives_its_ink(brightness):
    drawing = three()
    picture = Image.new("RGBA", (280, 280), (brightness,) * 3 + (0,))
    picture.putalpha(Image.fromarray(drawing))
    read = images.from_file(encoded(picture))
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99


def test_sixteen_bit_and_turned_pictures_are_read():
    drawing = three()
    wide = (255 - drawing.astype(np.uint16)) * 257
    read = images.from_file(encoded(Image.fromarray(wide)))
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the camera stores it turned and says so
    turned = Image.fromarray(255 - drawing).transpose(Image.Transpose.ROTATE_90)
    read = images.from_file(encoded(turned, "JPEG", exif=exif))
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.98


def test_fine_pen_is_thickened():
    fine, thick = three(600, 0.012), three(600, 0.08)
    read = images.from_file(encoded(Image.fromarray(255 - fine), "JPEG"))
    assert overlap(images.prepare(read), images.prepare(thick)) > 0.95
    assert overlap(images.prepare(fine), images.prepare(thick)) < 0.8  # what it mends


def test_dust_is_left_out():
    drawing = three(400)
    dusty = drawing.copy()
    dusty[5:8, 5:8] = dusty[390:393, 390:394] = 255
    read = images.from_file(encoded(Image.fromarray(255 - dusty)))
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99


def test_twenty_megapixels_are_read_in_good_time():
    shown = Image.fromarray(255 - three(500)).resize((5000, 4000))
    data = encoded(shown, "JPEG")
    start = time.thread_time()
    read = images.from_file(data)
    assert time.thread_time() - start < 2  # seconds of the processor
    assert max(read.shape) < images.WORKING_SIDE + 40
    squeezed = np.asarray(Image.fromarray(three(500)).resize((500, 400)))
    assert overlap(images.prepare(read), images.prepare(squeezed)) > 0.97


whole = encoded(Image.fromarray(255 - three()))


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "image_unreadable"),
        (b"Dear diary, today I was named .png\n" * 40, "image_unreadable"),
        (whole[: len(whole) // 2], "image_unreadable"),
        (whole[:20], "image_unreadable"),
        (encoded(Image.fromarray(255 - three()), "JPEG")[:900], "image_unreadable"),
        (encoded(Image.new("L", (1, 1), 255)), "blank_drawing"),
        (encoded(Image.new("L", (300, 300), 255)), "blank_drawing"),
        (encoded(Image.new("L", (300, 300), 0)), "blank_drawing"),
        (encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0))), "blank_drawing"),
        (encoded(Image.new("1", (8000, 6000))), "image_too_large"),
        (encoded(Image.new("1", (20000, 20000))), "image_too_large"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bad_files_get_a_sentence(data, key):
    with pytest.raises(InputError) as caught:
        images.prepare(images.from_file(data))
    assert caught.value.key == key
    assert caught.value.sentence("zh") != caught.value.sentence("en")


@given(st.binary(max_size=400), st.integers(0, 300))
def test_damaged_bytes_never_escape_as_another_error(noise, at):
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    with contextlib.suppress(InputError):
        assert images.prepare(images.from_file(damaged)).shape == (28, 28)
