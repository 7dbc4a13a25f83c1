"""One digit through all codes: bytes as they are counted, what comes back, who fails outside."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from core import runtime
from core.errors import InputError
from core.images import coding
from core.inference import codec_equal_bytes as equal
from core.inference import codec_pictures, reconstruction
from core.models import huffman, jpeg, jpeg_file
from core.results.codecs import ByCode
from demos.codec_lab import tab
from tests.claims import says

pytestmark = pytest.mark.weights

DIGITS = np.stack([reconstruction.sample(index) for index in range(0, 5000, 250)])


def test_each_way_has_its_bytes_and_its_error():
    for bits, code_bytes in (
        (4, (2, 16, 2, 16, 8)),
        (6, (3, 24, 3, 24, 12)),
        (8, (3, 32, 3, 32, 16)),
    ):
        ways = equal.through_all(DIGITS[3], bits=bits)
        assert tuple(one.n_bytes for one in ways[:5]) == code_bytes
        for one in ways:
            assert one.pixels.shape == (28, 28)
            assert one.mse == pytest.approx(np.square(one.pixels - DIGITS[3]).mean(), abs=1e-5)
        assert {one.name for one in ways if one.mse == 0} >= set(equal.FILES)


@pytest.mark.parametrize("name", equal.LEARNED)
def test_more_bits_bring_it_nearer_to_the_code_itself(name):
    model = reconstruction.model_of(name)
    digits = torch.tensor(DIGITS, device=runtime.device())
    exact = runtime.to_numpy(coding.decode(model, coding.encode(model, digits)))
    gaps = []
    for bits in (2, 4, 12):
        levels, back = equal.quantised(name, DIGITS, bits)
        assert levels.min() >= 0
        assert levels.max() < 2**bits
        gaps.append(float(np.square(back - exact).mean()))
    assert gaps[0] > gaps[1] >= gaps[2]


def test_bytes_of_agreed_jpeg_are_those_of_a_file_with_these_tables():
    grey = np.rint(255 * DIGITS[0]).astype(np.uint8)
    quality = equal.QUALITIES[3]
    n_bytes, back = equal.agreed_jpeg(grey, quality)
    coded = jpeg.code(torch.from_numpy(grey), (jpeg.table(jpeg.LIGHT, quality),))
    codes = {key: huffman.canonical(one) for key, one in equal._agreed(quality).lengths.items()}
    bits = "".join(codes[one.table][one.symbol] + one.bits for one in jpeg_file.pieces(coded))
    assert n_bytes == math.ceil(len(bits) / 8)
    np.testing.assert_array_equal(back, jpeg.restore(coded).numpy())
    assert n_bytes < len(jpeg_file.write(coded))  # which tells its tables, too


def test_agreed_tables_have_a_code_for_whatever_comes():
    noise = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    for quality in (equal.QUALITIES[0], equal.QUALITIES[-1]):
        for grey in (noise, 255 * (noise > 127).astype(np.uint8)):
            assert equal.agreed_jpeg(grey, quality)[0] > 0


def test_jpeg_takes_no_more_than_it_may_if_it_can():
    grey = np.rint(255 * DIGITS[0]).astype(np.uint8)
    shortest = equal.through_jpeg(grey, 1)
    assert shortest.n_bytes == equal.agreed_jpeg(grey, equal.QUALITIES[0])[0]
    more = equal.through_jpeg(grey, 90)
    assert shortest.n_bytes < more.n_bytes <= 90
    assert more.mse < shortest.mse


@pytest.mark.parametrize("n_bytes", equal.BUDGETS)
def test_whole_files_take_no_more_than_they_may_if_they_can(n_bytes):
    most = equal.budget(8, n_bytes)
    assert most == (n_bytes or 32)
    ways = {one.name: one for one in equal.through_all(DIGITS[1], bits=8, n_bytes=n_bytes)}
    grey = np.rint(255 * DIGITS[1]).astype(np.uint8)
    assert ways["jpeg"].n_bytes <= most
    for name in equal.WHOLE_FILES:
        shortest = len(codec_pictures.written(Image.fromarray(grey), name, 1))
        assert ways[name].n_bytes <= most or ways[name].n_bytes == shortest
    if n_bytes == max(equal.BUDGETS):
        assert all(0.8 * most < ways[name].n_bytes <= most for name in equal.WHOLE_FILES)


def test_a_header_alone_is_longer_than_a_learned_code():
    """As the page says: nothing is on this picture."""
    says("codec_lab.equal_note", "a header alone is longer than a learned code", "光文件头就比")
    blank = Image.new("L", (28, 28))
    longest = equal.budget(max(equal.BITS))
    for name in equal.WHOLE_FILES:
        assert len(codec_pictures.written(blank, name, 1)) > longest


def test_outside_of_digits_the_learned_codes_fail_and_jpeg_does_not():
    """As the page says: on a piece of a photo each is ten times as wrong as JPEG."""
    ways = {one.name: one.mse for one in equal.through_all(equal.outside("photo"), bits=8)}
    assert all(ways[name] > 10 * ways["jpeg"] for name in equal.LEARNED)
    inside = {one.name: one.mse for one in equal.through_all(DIGITS[0], bits=8)}
    assert inside["dense32"] < inside["jpeg"]
    letter = equal.outside("letter")
    assert letter.shape == (28, 28)
    assert equal.through_code("dense32", letter, 8).mse > np.mean(
        [equal.through_code("dense32", digit, 8).mse for digit in DIGITS]
    )


def test_a_decoder_pays_after_so_many_pictures():
    code = ByCode("a", 10, 0.0, DIGITS[0], 1000)
    assert equal.break_even(code, ByCode("b", 30, 0.0, DIGITS[0], 0)) == 50
    assert equal.break_even(code, ByCode("b", 40, 0.0, DIGITS[0], 0)) == 34
    assert equal.break_even(code, ByCode("b", 10, 0.0, DIGITS[0], 0)) is None
    assert equal.decoder_bytes("pca3") == 2 * (784 + 3 * 784)


def test_the_bound_is_shorter_than_what_knows_no_digits():
    found = [equal.binary_lengths(digit) for digit in DIGITS]
    mean = {
        name: np.mean([getattr(one, name) for one in found])
        for name in ("vae16", "bernoulli", "zlib", "huffman")
    }
    assert mean["vae16"] < mean["bernoulli"] < mean["zlib"] < mean["huffman"]
    assert set(np.unique(found[0].ink)) == {0, 1}
    assert equal.binary_lengths(DIGITS[0]).vae16 == found[0].vae16  # the seed is its own


def test_what_cannot_be_coded_is_refused():
    with pytest.raises(InputError, match="bits"):
        equal.through_all(DIGITS[0], bits=5)
    with pytest.raises(InputError, match="bytes"):
        equal.through_all(DIGITS[0], bits=6, n_bytes=33)
    with pytest.raises(InputError):
        equal.through_all(np.full((28, 28), np.nan, np.float32), bits=6)
    with pytest.raises(InputError):
        equal.binary_lengths(np.zeros((28, 28), np.float32))
    ask = {"what": "digit", "digit": 5000, "bits": 6, "bytes": 0}
    assert tab.show_equal_bytes(ask)["error"]["key"] == "sample_range"
    assert tab.show_equal_bytes(ask | {"what": "cat"})["error"]["key"] == "bad_request"
    blank = {"what": "drawing", "drawing": "", "bits": 6, "bytes": 0}
    assert tab.show_equal_bytes(blank)["error"]["key"] == "bad_request"


@pytest.mark.parametrize("what", ["digit", *equal.OUTSIDE])
def test_the_page_gets_all_ways(what):
    answer = tab.show_equal_bytes({"what": what, "digit": 3, "bits": 4, "bytes": 100})
    assert [one["name"] for one in answer["ways"]][:5] == list(equal.LEARNED)
    assert len(answer["binary"]) == 5
    assert answer["budget"] == 100
