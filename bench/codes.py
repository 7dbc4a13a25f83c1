"""Are our files what others read, and what are learned codes worth beside JPEG and zlib?

Pictures of the first two figures are noise, grey and coloured, sharp and smooth; digits are t10k.
"""

import functools
import io
import statistics

import numpy as np
import torch
from PIL import Image, ImageFilter

from bench import chromium, page
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement, single
from core.images import datasets
from core.inference import codec_equal_bytes
from core.models import jpeg, jpeg_file

N_PARITY, N_FILES, N_DIGITS = 200, 50, 1000
N_STEPS = 15  # of a slider
BITS = 8  # of each of 32 numbers: as many bytes as JPEG's shortest needs for a digit, on average


def _picture(number: int) -> np.ndarray:
    rng = np.random.default_rng(number)
    height, width = rng.integers(16, 90, 2)
    made = Image.fromarray(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    if number % 2:
        made = made.filter(ImageFilter.GaussianBlur(2))
    return np.array(made.convert("L") if number % 3 == 0 else made)


def _coded(pixels: np.ndarray, quality: int) -> jpeg.Coded:
    tables = jpeg.table(jpeg.LIGHT, quality), jpeg.table(jpeg.COLOUR, quality)
    return jpeg.code(torch.from_numpy(pixels), tables)


def parity() -> Measured:
    """Return the largest difference of a pixel, our decoder's to Pillow's, in grey levels."""
    worst = 0
    for number in range(N_PARITY):
        file = jpeg_file.write(_coded(_picture(number), 1 + 37 * number % 100))
        with Image.open(io.BytesIO(file)) as opened:
            theirs = np.asarray(opened).astype(int)
        ours = jpeg.restore(jpeg_file.read(file)).numpy().astype(int)
        worst = max(worst, int(np.abs(ours - theirs).max()))
    return Measured(float(worst))


def bytes_ratio() -> Measured:
    """Return the bytes of our files over those of Pillow's, at the same tables."""
    ours = theirs = 0
    for number in range(N_FILES):
        pixels, quality = _picture(number), 5 + 7 * number % 90
        ours += len(jpeg_file.write(_coded(pixels, quality)))
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality, optimize=True)
        theirs += file.tell()
    return Measured(ours / theirs)


@functools.cache
def _digits() -> np.ndarray:
    images, _ = datasets.test_digits()
    return np.asarray(images[:N_DIGITS], np.float32) / np.float32(255)


@functools.cache
def _jpeg() -> list[tuple[int, float]]:
    """Return bytes and squared error of each digit by JPEG, as near to the code's as it comes."""
    n_bytes = 32 * BITS // 8
    found = [codec_equal_bytes.through_jpeg(_grey(one), n_bytes) for one in _digits()]
    return [(one.n_bytes, one.mse) for one in found]


def _grey(pixels: np.ndarray) -> np.ndarray:
    return np.rint(255 * pixels).astype(np.uint8)


def equal_bytes() -> list[Measured]:
    """Return dense32's squared error and bytes a digit, JPEG's beside them."""
    _, back = codec_equal_bytes.quantised("dense32", _digits(), BITS)
    error = float(np.square(back - _digits()).mean())
    n_bytes, errors = zip(*_jpeg(), strict=True)
    return [
        Measured(error, statistics.fmean(errors)),
        Measured(32 * BITS / 8, statistics.fmean(n_bytes)),
    ]


def binarised() -> list[Measured]:
    """Return the bits of a black and white digit by the VAE's bound, two peers beside them."""
    found = [codec_equal_bytes.binary_lengths(one) for one in _digits()]
    vae, zlib, bernoulli = (
        statistics.fmean(float(getattr(one, name)) for one in found)
        for name in ("vae16", "zlib", "bernoulli")
    )
    return [Measured(vae, zlib), Measured(vae, bernoulli)]


def step() -> Measured:
    """Return the median milliseconds from a moved slider to our JPEG file on the screen."""
    with chromium.server("app.py") as (address, _), chromium.browser() as browser:
        lab = page.opened(browser, f"{address}?tab=codec_lab&lang=en&open=lossy")
        lab.locator("#codec_lab .lossy").wait_for(timeout=1_000 * page.LIMIT)
        part = lab.locator("#codec_lab .lossy")
        lab.wait_for_function(
            "document.querySelector('#codec_lab .lossy').dataset.drawn",
            timeout=1_000 * page.LIMIT,
        )
        taken = []
        for number in range(N_STEPS + 3):
            before = part.get_attribute("data-drawn") or "0"
            lab.locator("#codec_lab .quality").fill(str(20 + 3 * number))
            lab.wait_for_function(
                "(n) => document.querySelector('#codec_lab .lossy').dataset.drawn !== n",
                arg=before,
                timeout=1_000 * page.LIMIT,
            )
            taken.append(float(part.get_attribute("data-ms") or "nan"))
    if len(taken) < N_STEPS:
        raise BenchError("the slider of #codec_lab .quality changes nothing (data-drawn)")
    return Measured(statistics.median(taken[3:]))


GROUP = Group(
    "codes",
    "Codes: our files beside Pillow's, learned codes beside JPEG and zlib, on MNIST t10k.",
    (
        single(
            Figure(
                "codes.jpeg.parity_max",
                "grey levels",
                f"Our JPEG file by our decoder against Pillow's, {N_PARITY} pictures of noise.",
                Bound(at_most=2),
            ),
            parity,
        ),
        single(
            Figure(
                "codes.jpeg.bytes_ratio",
                "times",
                f"Our files ÷ Pillow's at the same tables, optimised Huffman, {N_FILES} pictures.",
                Bound(at_most=1.05),
            ),
            bytes_ratio,
        ),
        Measurement(
            (
                Figure(
                    "codes.equal_bytes.dense32_mse",
                    "pixel²",
                    f"Squared error of the dense code at {BITS} bits a number, {N_DIGITS} digits.",
                    peer="JPEG, tables agreed before, at its shortest or as many bytes",
                ),
                Figure(
                    "codes.equal_bytes.bytes",
                    "bytes",
                    "Bytes that travel for a digit in the figure above, both.",
                    peer="JPEG, tables agreed before, at its shortest or as many bytes",
                ),
            ),
            equal_bytes,
        ),
        Measurement(
            (
                Figure(
                    "codes.vae16.bits",
                    "bits",
                    f"-ELBO of the VAE a digit made black and white, {N_DIGITS} digits.",
                    peer="zlib",
                ),
                Figure(
                    "codes.vae16.bits_bernoulli",
                    "bits",
                    "The same beside a code of each pixel by how often it has ink.",
                    peer="Bernoulli code a pixel",
                ),
            ),
            binarised,
        ),
        single(
            Figure(
                "codes.step_ms",
                "ms",
                "JPEG's quality slider moved to our file on the screen, median, in Chromium.",
                Bound(at_most=50),
            ),
            step,
        ),
    ),
)
