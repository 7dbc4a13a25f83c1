"""Measure bytes against squared error: `python -m core.making.codec_rates`.

Every sample digit by every code of the page "Codec lab": learned codes at each number of bits, JPEG
at each quality with tables agreed before and as whole files, JPEG 2000 and WebP over their
settings, and what loses nothing. Takes two minutes.
"""

import argparse
import io
import math
import sys
from collections.abc import Callable

import numpy as np
from PIL import Image

from core import assets
from core.images import datasets
from core.inference import codec_equal_bytes as equal
from core.inference import codec_lab, codec_pictures, codec_rates
from core.models import huffman

QUALITIES = (1, 5, 10, 20, 35, 50, 65, 75, 85, 92, 97)  # of files
FINE = (1, 74, 77, 80, 83, 86, 89, 92, 95, 98, 100)  # JPEG 2000: below, only its header is left
WEIGHTS = {name: name for name in equal.LEARNED} | {"pca3": "pca32"}

Point = tuple[float, float]  # bytes, squared error
Code = Callable[[np.ndarray], tuple[int, np.ndarray]]  # grey [28, 28] -> bytes, what comes back


def point(digits: np.ndarray, code: Code) -> Point:
    """Return mean bytes and mean squared error of digits, uint8 [N, 28, 28], by one code."""
    found = [code(one) for one in digits]
    errors = [
        codec_pictures.squared_error(back, one)
        for (_, back), one in zip(found, digits, strict=True)
    ]
    return float(np.mean([n for n, _ in found])), float(np.mean(errors))


def learned(name: str, digits: np.ndarray) -> list[Point]:
    """Return a learned code's points, one for each number of bits."""
    pixels = digits.astype(np.float32) / np.float32(255)
    points = []
    for bits in equal.BITS:
        errors = []
        for some in np.array_split(pixels, 10):
            levels, back = equal.quantised(name, some, bits)
            errors.append(np.square(back - some).mean((1, 2)))
        n_bytes = math.ceil(levels.shape[1] * bits / 8)
        points.append((float(n_bytes), float(np.concatenate(errors).mean())))
    return points


def agreed(quality: int) -> Code:
    """Return JPEG with tables that both sides know."""
    return lambda grey: equal.agreed_jpeg(grey, quality)


def file_of(kind: str, **options: object) -> Code:
    """Return a code that writes whole files, by Pillow."""

    def code(grey: np.ndarray) -> tuple[int, np.ndarray]:
        file = io.BytesIO()
        Image.fromarray(grey).save(file, kind, **options)
        data = file.getvalue()
        with Image.open(io.BytesIO(data)) as opened:
            return len(data), np.asarray(opened.convert("L"))

    return code


def written(name: str, quality: int) -> Code:
    """Return one of the codecs of core/inference/codec_pictures.py at one of its settings."""

    def code(grey: np.ndarray) -> tuple[int, np.ndarray]:
        file = codec_pictures.written(Image.fromarray(grey), name, quality)
        with Image.open(io.BytesIO(file)) as opened:
            return len(file), np.asarray(opened.convert("L"))

    return code


def exact(digits: np.ndarray) -> dict[str, list[Point]]:
    """Return the mean bytes of what loses nothing."""
    bits = [codec_lab.library_bits(one.tobytes(), one.shape[1]) for one in digits]
    found = {name: [(float(np.mean([one[name] for one in bits])) / 8, 0.0)] for name in bits[0]}
    packed = [len(huffman.pack(one.tobytes())) for one in digits]
    return found | {"huffman": [(float(np.mean(packed)), 0.0)]}


def measured(digits: np.ndarray) -> dict[str, list[Point]]:
    """Return every code's points."""
    found = {name: learned(name, digits) for name in equal.LEARNED}
    found["jpeg"] = [point(digits, agreed(quality)) for quality in equal.QUALITIES]
    found["jpeg_file"] = [
        point(digits, file_of("JPEG", quality=quality, optimize=True)) for quality in QUALITIES
    ]
    for name, settings in (("jpeg2000", FINE), ("webp", QUALITIES)):
        found[name] = [point(digits, written(name, quality)) for quality in settings]
    found |= exact(digits)
    return {name: found[name] for name in codec_rates.CODES}


def main() -> None:
    """Measure; write the file and its manifest entry."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    digits = datasets.sample_digits().images
    found = measured(digits)
    for name, points in found.items():
        print(name, *(f"{n:.1f} {mse:.5f}" for n, mse in points), file=sys.stderr, sep="  ")
    assets.write_json(
        codec_rates.RATES,
        {
            "n_digits": len(digits),
            "codes": {
                name: [[round(n, 1), round(mse, 6)] for n, mse in points]
                for name, points in found.items()
            },
        },
        source="the sample digits by each code, measured by this project",
        command=codec_rates.COMMAND,
        made_from=[
            "samples/digits.png",
            "samples/digits.json",
            *(f"weights/{name}.safetensors" for name in sorted(set(WEIGHTS.values()))),
        ],
    )


if __name__ == "__main__":
    main()
