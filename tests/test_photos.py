"""A photo becomes the ink of its digit, bad files become sentences, and 30 kinds are read."""

import contextlib
import io
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import images, photos
from core.errors import InputError
from tests.test_images import overlap, three


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("dark_ink", [True, False])
def test_files_give_the_drawing_back(kind, dark_ink):
    drawing = three()
    shown = 255 - drawing if dark_ink else drawing
    read = photos.read(encoded(Image.fromarray(shown), kind)).ink
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99


def test_photo_under_uneven_light_gives_the_drawing_back():
    drawing = three(600)
    y, x = np.mgrid[0:600, 0:600] / 600
    paper = 215 - 90 * x - 40 * y**2  # a shadow from the right, a darker lower edge
    grain = np.random.default_rng(0).normal(0, 4, drawing.shape)
    photo = np.clip(paper * (1 - 0.7 * (drawing / 255)) + grain, 0, 255).astype(np.uint8)
    read = photos.read(encoded(Image.fromarray(photo).convert("RGB"), "JPEG", quality=80)).ink
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.97


@pytest.mark.parametrize("brightness", [0, 255])
def test_transparent_picture_gives_its_ink(brightness):
    drawing = three()
    picture = Image.new("RGBA", (280, 280), (brightness,) * 3 + (0,))
    picture.putalpha(Image.fromarray(drawing))
    read = photos.read(encoded(picture)).ink
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99


def test_sixteen_bit_and_turned_pictures_are_read():
    drawing = three()
    wide = (255 - drawing.astype(np.uint16)) * 257
    read = photos.read(encoded(Image.fromarray(wide))).ink
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: the camera stores it turned and says so
    turned = Image.fromarray(255 - drawing).transpose(Image.Transpose.ROTATE_90)
    read = photos.read(encoded(turned, "JPEG", exif=exif)).ink
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.98


def test_fine_pen_is_thickened():
    fine, thick = three(600, 0.012), three(600, 0.08)
    read = photos.read(encoded(Image.fromarray(255 - fine), "JPEG")).ink
    assert overlap(images.prepare(read), images.prepare(thick)) > 0.95
    assert overlap(images.prepare(fine), images.prepare(thick)) < 0.8  # what it mends


def test_dust_is_left_out():
    drawing = three(400)
    dusty = drawing.copy()
    dusty[5:8, 5:8] = dusty[390:393, 390:394] = 255
    read = photos.read(encoded(Image.fromarray(255 - dusty))).ink
    assert overlap(images.prepare(read), images.prepare(drawing)) > 0.99


def test_twenty_megapixels_are_read_in_good_time():
    shown = Image.fromarray(255 - three(500)).resize((5000, 4000))
    data = encoded(shown, "JPEG")
    start = time.thread_time()
    read = photos.read(data).ink
    assert time.thread_time() - start < 2  # seconds of the processor
    assert max(read.shape) < photos.WORKING_SIDE + 40
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
        (encoded(Image.new("L", (1, 1), 255)), "photo_blank"),
        (encoded(Image.new("L", (300, 300), 255)), "photo_blank"),
        (encoded(Image.new("L", (300, 300), 0)), "photo_blank"),
        (encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0))), "photo_blank"),
        (encoded(Image.new("1", (8000, 6000))), "image_too_large"),
        (encoded(Image.new("1", (20000, 20000))), "image_too_large"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bad_files_get_a_sentence(data, key):
    with pytest.raises(InputError) as caught:
        images.prepare(photos.read(data).ink)
    assert caught.value.key == key
    assert caught.value.sentence("zh") != caught.value.sentence("en")


@given(st.binary(max_size=400), st.integers(0, 300))
def test_damaged_bytes_never_escape_as_another_error(noise, at):
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    with contextlib.suppress(InputError):
        assert images.prepare(photos.read(damaged).ink).shape == (28, 28)
