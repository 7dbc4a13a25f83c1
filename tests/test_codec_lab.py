"""The page about codes: how long everything is, what JPEG leaves, and what is refused in words."""

import base64
import io
import zlib
from collections import Counter

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import texts
from core.errors import InputError
from core.inference import codec_lab, codec_pictures, reconstruction
from core.models import arithmetic, huffman
from demos.codec_lab import tab

pytestmark = pytest.mark.weights


def refused(key: str, **request: object) -> None:
    handler = getattr(tab, str(request.pop("handler")))
    answer = handler(request)
    assert answer["error"]["key"] == key
    assert answer["error"]["zh"] != answer["error"]["en"]


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()


# ---- Lossless ----------------------------------------------------------------------------------


@given(st.text(min_size=1, max_size=60).filter(lambda t: max(t) < "\ud800" or min(t) > "\udfff"))
def test_sizes_are_those_of_whole_messages(text):
    data = text.encode()
    found = codec_lab.code_text(text, "bytes")
    assert found.sizes["plain"] == 8 * len(data)
    assert -(-found.sizes["packed"] // 8) == len(huffman.pack(data))
    assert found.sizes["zlib"] == 8 * len(zlib.compress(data, 9))
    assert zlib.decompress(zlib.compress(data, 9)) == data
    assert found.sizes["zstd"] == 8 * len(zstandard.compress(data, 19))
    codes = dict(zip(found.symbols, found.codes, strict=True))
    coded = arithmetic.encode(found.message, Counter(found.message))
    assert found.sizes["arithmetic"] == len(coded)
    bits = huffman.encode(found.message, codes)
    assert len(bits) == found.sizes["huffman"]
    assert bytes(huffman.decode(bits, codes, len(data))) == data
    assert found.entropy - 1e-9 <= found.average < found.entropy + 1


def test_a_character_is_a_symbol_however_many_bytes_it_has():
    found = codec_lab.code_text("四是四", "characters")
    assert [chr(symbol) for symbol in found.message] == list("四是四")
    assert len(codec_lab.code_text("四是四", "bytes").message) == 9


def test_a_digit_is_784_grey_values():
    found = codec_lab.code_digit(codec_lab.DIGIT)
    assert len(found.message) == 784
    assert found.sizes["plain"] == 8 * 784
    assert found.sizes["png"] < found.sizes["plain"]


def test_a_drawing_is_what_the_networks_see_of_it():
    ink = np.zeros((reconstruction.PAD, reconstruction.PAD), np.uint8)
    ink[20:90, 50:58] = 255
    packed = base64.b64encode(ink.tobytes()).decode()
    ask = {"source": "drawing", "unit": "bytes", "text": "", "digit": 0, "drawing": packed}
    answer = tab.code_message(ask)
    seen = np.rint(255 * reconstruction.see(ink)).astype(int)
    assert answer["message"] == seen.ravel().tolist()
    assert answer["width"] == 28
    blank = base64.b64encode(bytes(ink.size)).decode()
    refused("blank_drawing", handler="code_message", **ask | {"drawing": blank})


@pytest.mark.parametrize("name", codec_pictures.PICTURES)
def test_a_picture_is_grey_and_small(name):
    ask = {"source": "picture", "unit": "bytes", "text": "", "digit": 0, "picture": {"name": name}}
    answer = tab.code_message(ask)
    height = len(answer["message"]) / answer["width"]
    assert height == int(height)
    assert max(height, answer["width"]) <= codec_lab.SIDE
    assert 0 <= min(answer["message"]) < max(answer["message"]) <= 255
    plain, png = (dict(answer["sizes"])[one] for one in ("plain", "png"))
    assert png < plain == 8 * len(answer["message"])


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_for_the_opening_text_the_table_costs_more_than_the_message(language):
    """As the page's second sentence says."""
    text = texts.text("codec_lab.example", language)
    sizes = codec_lab.code_text(text, "characters").sizes
    assert sizes["packed"] - sizes["huffman"] > sizes["huffman"]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_where_all_are_different_all_codes_are_as_long(language):
    found = codec_lab.code_text(texts.text("codec_lab.example_even", language), "characters")
    assert len(found.message) == len(found.symbols) == 16
    assert {len(code) for code in found.codes} == {4}


def test_what_cannot_be_coded_is_refused():
    ask = {"handler": "code_message", "source": "text", "unit": "bytes", "digit": 0}
    refused("codec_empty", **ask, text="")
    refused("codec_too_long", **ask, text="x" * (codec_lab.MAX_TEXT + 1))
    refused("codec_too_long", **ask, text="x" * 2**20)
    refused("bad_request", **ask | {"unit": "words"}, text="x")
    refused("sample_range", **ask | {"source": "digit", "digit": 5000}, text="x")
    with pytest.raises(InputError, match="unit"):
        codec_lab.code_text("a", "words")


def test_one_symbol_and_the_longest_text_are_answered():
    ask = {"source": "text", "unit": "characters", "digit": 0}
    assert tab.code_message(ask | {"text": "a" * codec_lab.MAX_TEXT})["codes"] == [""]
    assert tab.code_message(ask | {"text": "\ud800"})["symbols"] == [0xFFFD]


# ---- Lossy -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", codec_pictures.PICTURES)
def test_the_file_is_what_is_shown(name):
    given = codec_pictures.picture(name)
    made, block = codec_pictures.compress(given, quality=50, block=(1, 2))
    with Image.open(io.BytesIO(made.file)) as opened:
        theirs = np.asarray(opened).astype(int)
    assert np.abs(theirs - made.pixels).max() <= 2
    assert made.mse == pytest.approx(np.square((theirs - given.astype(int)) / 255).mean(), rel=0.02)
    light = given if given.ndim == 2 else np.asarray(Image.fromarray(given).convert("L"))
    assert np.abs(block.pixels - light[8:16, 16:24]).max() <= 1
    assert np.abs(block.amounts).max() > 0
    assert 0 < made.n_kept < made.n_amounts


def test_waves_that_are_off_are_nowhere():
    given = codec_pictures.picture("flower")
    off = tuple(range(1, 64))
    made, block = codec_pictures.compress(given, quality=90, off=off)
    assert np.count_nonzero(block.kept.ravel()[1:]) == 0
    cells = made.pixels[:8, :8].astype(int)
    assert np.ptp(cells[..., 1]) <= 40  # light is one level; colour still changes over the block
    assert made.n_kept <= made.n_amounts // 64


def test_a_band_is_coarser_where_its_numbers_are_larger():
    given = codec_pictures.picture("temple")
    usual, _ = codec_pictures.compress(given, quality=50)
    coarse, _ = codec_pictures.compress(given, quality=50, bands=(100, 100, 800))
    assert (coarse.table[7, 7], coarse.table[0, 0]) == (255, usual.table[0, 0])
    assert len(coarse.file) < len(usual.file)
    assert coarse.mse > usual.mse


def test_others_are_not_longer_than_asked():
    given = codec_pictures.picture("flower")
    for one in codec_pictures.others(given, 4000):
        assert 1500 < one.n_bytes <= 4000, one.name
        with Image.open(io.BytesIO(one.shown)) as opened:
            back = np.asarray(opened)
        assert codec_pictures.squared_error(back, given) == pytest.approx(one.mse)


@pytest.mark.parametrize("kind", ["haar", "5/3", "9/7"])
def test_all_of_a_pyramid_is_the_picture(kind):
    given = codec_pictures.picture("digit")
    whole = codec_pictures.pyramid(given, kind=kind, levels=3, percent=100)
    np.testing.assert_array_equal(whole.pixels, given)
    few = codec_pictures.pyramid(given, kind=kind, levels=3, percent=5)
    assert few.mse > whole.mse
    assert few.n_kept <= few.n_all // 20 + 16
    assert few.pyramid.shape == given.shape


ODD = {
    "1x1": encoded(Image.new("L", (1, 1), 9)),
    "2x1": encoded(Image.new("RGB", (2, 1), "red")),
    "transparent": encoded(Image.new("RGBA", (40, 30), (255, 0, 0, 0))),
    "cmyk": encoded(Image.new("CMYK", (40, 30), (0, 90, 0, 0)), "JPEG"),
    "16 bit": encoded(Image.fromarray(np.arange(1200, dtype=np.uint16).reshape(30, 40) * 50)),
    "animated": encoded(
        Image.new("P", (20, 20), 1), "GIF", save_all=True, append_images=[Image.new("P", (20, 20))]
    ),
    "wide": encoded(Image.new("1", (3000, 2))),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_are_taken(name):
    taken = tab.take_picture({"file": ODD[name]})
    assert 0 < max(taken["width"], taken["height"]) <= codec_pictures.SIDE
    ask = {"picture": {"png": taken["png"]}}
    jpeg = {"quality": 1, "bands": [800, 25, 100], "off": [0], "halved": True, "block": [99, 99]}
    assert tab.show_jpeg(ask | jpeg)["bytes"] > 0
    lossless = {"source": "picture", "unit": "bytes", "text": "", "digit": 0}
    assert tab.code_message(ask | lossless)["message"]
    wave = tab.show_pyramid(ask | {"kind": "5/3", "levels": 5, "percent": 0})
    assert wave["n_all"] == taken["width"] * taken["height"]
    assert len(tab.compare_codecs(ask | {"bytes": 1})["others"]) == 3


def test_what_is_no_picture_is_refused():
    text = base64.b64encode(b"no picture at all, but a text.jpg").decode()
    heic = base64.b64encode(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1").decode()
    for file in ("", text, heic):
        refused("image_unreadable", handler="take_picture", file=file)
    large = encoded(Image.new("1", (10_000, 5_000)))
    refused("image_too_large", handler="take_picture", file=large)
    refused("bad_request", handler="open_picture", name="cat")


@pytest.mark.parametrize("quality", [0, 101, -(10**9)])
def test_a_quality_that_there_is_not_is_refused(quality):
    ask = {"picture": {"name": "digit"}, "bands": [100, 100, 100], "off": [], "block": [0, 0]}
    refused("codec_quality", handler="show_jpeg", **ask, quality=quality, halved=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bands", [100, 100]),
        ("bands", [100, 100, 801]),
        ("bands", [100, 100, 24]),
        ("off", [64]),
        ("off", [-1]),
        ("block", [0]),
        ("block", [-1, 0]),
        ("picture", "digit"),
        ("picture", {"name": "cat"}),
        ("halved", 1),
    ],
)
def test_other_fields_are_checked(field, value):
    ask = {"picture": {"name": "digit"}, "bands": [100, 100, 100], "off": [], "block": [0, 0]}
    ask |= {"quality": 50, "halved": True}
    refused("bad_request", handler="show_jpeg", **ask | {field: value})


@pytest.mark.parametrize(("field", "value"), [("kind", "cdf"), ("levels", 6), ("percent", 101)])
def test_a_pyramid_that_there_is_not_is_refused(field, value):
    ask = {"picture": {"name": "digit"}, "kind": "haar", "levels": 2, "percent": 10}
    refused("bad_request", handler="show_pyramid", **ask | {field: value})
