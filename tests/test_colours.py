"""The ten digit colours stay apart for every eye, and off the paper."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

STYLE = (Path(__file__).parent.parent / "assets" / "style.css").read_text(encoding="utf-8")
# Machado, Oliveira & Fernandes 2009 (doi:10.1109/TVCG.2009.113), severity 1, on linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
MIN_APART = 27.0  # CIELAB; 2.3 is just noticeable side by side, 20 is plain for a small dot
MIN_APART_HEADS = 24.0  # twelve leave less room; each also carries its number
MIN_CONTRAST = 3.0  # WCAG 2.1, 1.4.11


def colours(theme: str) -> dict[str, np.ndarray]:
    """Return the variables of one theme as linear RGB [3]."""
    block = STYLE[STYLE.index(f"{theme} {{") :].split("}", 1)[0]
    found = re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)
    return {name: linear(hexadecimal) for name, hexadecimal in found}


def linear(hexadecimal: str) -> np.ndarray:
    share = np.array([int(hexadecimal[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIELAB (D65) of linear RGB [..., 3]."""
    share = rgb @ XYZ.T / XYZ.sum(1)
    f = np.where(share > (6 / 29) ** 3, np.cbrt(share), share / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def contrast(a: np.ndarray, b: np.ndarray) -> float:
    light, dark = sorted((XYZ[1] @ a, XYZ[1] @ b), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_simulator_knows_its_anchors():
    assert np.allclose(lab(np.ones(3)), [100, 0, 0], atol=0.01)
    assert contrast(np.ones(3), np.zeros(3)) == pytest.approx(21)
    for matrix in SIGHTS.values():
        assert np.allclose(matrix @ np.ones(3), 1, atol=1e-5)  # grey stays grey for everybody
    red, green = linear("#d62728"), linear("#2ca02c")  # a pair known to be confused
    apart = {
        name: np.linalg.norm(lab(np.clip(m @ red, 0, 1)) - lab(np.clip(m @ green, 0, 1)))
        for name, m in SIGHTS.items()
    }
    assert apart["normal"] > 100 > 2 * apart["deutan"]


@pytest.mark.parametrize("theme", [":root", ".dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_digits_differ_for_every_eye(theme: str, sight: str):
    digits = [colours(theme)[f"digit-{label}"] for label in range(10)]
    seen = lab(np.clip(np.array(digits) @ SIGHTS[sight].T, 0, 1))
    closest = min(
        (np.linalg.norm(seen[a] - seen[b]), a, b) for a, b in itertools.combinations(range(10), 2)
    )
    assert closest[0] >= MIN_APART, f"{closest[1]} and {closest[2]} look alike"


@pytest.mark.parametrize("theme", [":root", ".dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_heads_differ_for_every_eye(theme: str, sight: str):
    heads = [colours(theme)[f"head-{number}"] for number in range(12)]
    seen = lab(np.clip(np.array(heads) @ SIGHTS[sight].T, 0, 1))
    apart = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))
    assert apart >= MIN_APART_HEADS


@pytest.mark.parametrize(
    ("theme", "ground"), [(":root", "paper"), (".dark", "paper"), (".dark", "panel")]
)
def test_every_digit_and_head_stands_out_from_the_ground(theme: str, ground: str):
    values = {**colours(":root"), **colours(theme)}
    for label in range(10):
        assert contrast(values[f"digit-{label}"], values[ground]) >= MIN_CONTRAST, label
    for head in range(12):
        assert contrast(values[f"head-{head}"], values[ground]) >= MIN_CONTRAST, head
