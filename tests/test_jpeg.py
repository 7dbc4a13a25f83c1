"""JPEG: files that others open, with the pixels and the tables that libjpeg has."""

import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from torch.testing import assert_close

from core.models import jpeg, jpeg_file


def tables(quality: int) -> tuple[torch.Tensor, ...]:
    return jpeg.table(jpeg.LIGHT, quality), jpeg.table(jpeg.COLOUR, quality)


def picture(number: int) -> np.ndarray:
    """Noise of any shape, every third one grey and every second one smooth."""
    rng = np.random.default_rng(number)
    height, width = rng.integers(1, 70, 2)
    made = Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    if number % 2:
        made = made.filter(ImageFilter.GaussianBlur(2))
    return np.array(made.convert("L") if number % 3 == 0 else made)


def coded(pixels: np.ndarray, quality: int, *, halved: bool = True) -> jpeg.Coded:
    return jpeg.code(torch.from_numpy(pixels), tables(quality), halved=halved)


def opened(file: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(file)) as image:
        assert image.format == "JPEG"
        return np.asarray(image).astype(int)


def written_by_pillow(pixels: np.ndarray, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


@pytest.mark.parity
@pytest.mark.parametrize("n_pictures", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_pillow_sees_what_we_see(n_pictures):
    worst = 0
    for number in range(n_pictures):
        one = coded(picture(number), 1 + 37 * number % 100, halved=number % 5 > 0)
        file = jpeg_file.write(one)
        ours, theirs = jpeg.restore(jpeg_file.read(file)), opened(file)
        assert ours.shape == theirs.shape
        worst = max(worst, int(np.abs(ours.numpy().astype(int) - theirs).max()))
    assert worst <= 1  # of colours; the planes are the same


@pytest.mark.parity
@pytest.mark.parametrize("quality", range(1, 101))
def test_tables_are_those_of_libjpeg(quality):
    file = written_by_pillow(np.zeros((8, 8, 3), np.uint8), quality)
    with Image.open(io.BytesIO(file)) as image:
        theirs = image.quantization
    ours = [jpeg.unzigzag(one).tolist() for one in tables(quality)]
    assert [list(theirs[0]), list(theirs[1])] == ours


@pytest.mark.parity
def test_our_files_are_not_larger_than_pillows():
    ours = theirs = 0
    for number in range(50):
        pixels, quality = picture(number), 5 + 7 * number % 90
        ours += len(jpeg_file.write(coded(pixels, quality)))
        theirs += len(written_by_pillow(pixels, quality))
    assert ours <= 1.05 * theirs


@pytest.mark.parity
def test_our_decoder_reads_pillows_files():
    for number in range(12):
        file = written_by_pillow(picture(number), 40 + number)
        assert np.abs(jpeg.restore(jpeg_file.read(file)).numpy() - opened(file)).max() <= 2


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.integers(1, 100), st.booleans())
def test_the_file_holds_what_was_coded(number, quality, halved):
    before = coded(picture(number), quality, halved=halved)
    after = jpeg_file.read(jpeg_file.write(before))
    assert (after.height, after.width, after.halved) == (
        before.height,
        before.width,
        before.halved,
    )
    for a, b in zip(before.planes + before.tables, after.planes + after.tables, strict=True):
        assert torch.equal(a.long(), b.long())


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 3), (2, 2, 3), (3, 5, 3), (17, 16, 3), (9, 1)])
def test_small_and_odd_pictures(shape):
    pixels = np.full(shape, 200, np.uint8)
    assert np.abs(opened(jpeg_file.write(coded(pixels, 90))) - 200).max() <= 1


@given(st.integers(-2047, 2047))
def test_numbers_come_back_from_their_bits(number):
    bits = jpeg_file.number_bits(number)
    assert len(bits) == abs(number).bit_length()
    assert jpeg_file.bits_number(bits) == number


def test_a_block_by_hand():
    block = [5, 0, -3, *[0] * 16, 1, *[0] * 44]
    told = [(p.table, p.symbol, p.bits) for p in jpeg_file.block_pieces(block, 7, 0)]
    assert told == [
        ((0, 0), 2, "01"),  # 5 - 7 = -2
        ((1, 0), 0x12, "00"),  # after a zero, -3
        ((1, 0), 0xF0, ""),  # sixteen zeros
        ((1, 0), 0x01, "1"),  # and 1
        ((1, 0), 0x00, ""),  # nothing else
    ]


def test_a_block_that_ends_with_a_number_has_no_end():
    told = list(jpeg_file.block_pieces([0] * 63 + [1], 0, 1))
    assert [piece.symbol for piece in told] == [0, 0xF0, 0xF0, 0xF0, 0xE1]


def test_no_code_is_of_ones_only():
    lengths = jpeg_file.code_lengths({symbol: 2**symbol for symbol in range(24)})
    assert max(lengths.values()) <= jpeg_file.MAX_CODE
    codes = jpeg_file.huffman.canonical(lengths)
    assert [s for s, code in codes.items() if set(code) == {"1"}] == [256]


def test_zigzag_is_the_standards():
    assert jpeg.ZIGZAG[:12] == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25]
    assert jpeg.ZIGZAG[-4:] == [47, 55, 62, 63]
    places = torch.arange(64)
    assert torch.equal(jpeg.unzigzag(jpeg.zigzag(places)), places)


def test_waves_are_orthonormal_and_blocks_their_sum():
    pictures = jpeg.base_pictures().flatten(0, 1).flatten(1)  # [64, 64]
    assert_close(pictures @ pictures.T, torch.eye(64), atol=1e-5, rtol=0)
    block = torch.randn(8, 8, generator=torch.Generator().manual_seed(0)) * 50
    amounts = jpeg.dct(block)
    assert_close((amounts[..., None, None] * jpeg.base_pictures()).sum((0, 1)), block)
    assert (jpeg.inverse_dct(amounts) - block).abs().max() < 0.7  # it gives whole numbers
    assert_close(amounts.square().sum(), block.square().sum())


def test_blocks_are_put_together_as_they_were_cut():
    plane = torch.arange(20 * 13, dtype=torch.float32).view(20, 13)
    cut = jpeg.blocks(plane)
    assert cut.shape == (3, 2, 8, 8)
    assert torch.equal(jpeg.assemble(cut)[:20, :13], plane)
    assert (jpeg.assemble(cut)[20:, :13] == plane[-1]).all()


def test_grey_stays_grey():
    rgb = torch.arange(256).view(16, 16, 1).expand(-1, -1, 3)
    ycc = jpeg.to_ycc(rgb)
    assert_close(ycc[..., 1:], torch.full((16, 16, 2), 128.0))
    assert torch.equal(jpeg.from_ycc(ycc).long(), rgb)


def test_a_plain_plane_halved_and_doubled_is_itself():
    plane = torch.full((5, 7), 77.0)
    small = jpeg.halve(plane)
    assert small.shape == (3, 4)
    assert torch.equal(jpeg.double(small, 5, 7), plane)


def test_a_better_quality_is_nearer_and_longer():
    pixels = picture(7)
    found = [coded(pixels, quality) for quality in (5, 30, 60, 90, 100)]
    errors = [
        float((jpeg.restore(one).float() - torch.from_numpy(pixels)).square().mean())
        for one in found
    ]
    sizes = [len(jpeg_file.write(one)) for one in found]
    assert errors == sorted(errors, reverse=True)
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"", "begins with FF D8"),
        (b"GIF89a", "begins with FF D8"),
        (b"\xff\xd8\xff\xd9", "ends before"),
    ],
)
def test_other_files_are_refused(file, message):
    with pytest.raises(ValueError, match=message):
        jpeg_file.read(file)


def test_a_cut_file_is_refused():
    file = jpeg_file.write(coded(picture(4), 80))
    with pytest.raises(ValueError, match="no code follows"):
        jpeg_file.read(file[: len(file) // 2 + 200])
