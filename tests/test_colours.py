"""Colours that mean something stay apart for every eye and off the paper; a sign has one pair."""

import itertools
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
STYLE = (ROOT / "assets" / "style.css").read_text(encoding="utf-8")
VIEWS = {
    path.relative_to(ROOT / "demos").as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "demos").rglob("*")
    if path.suffix in {".css", ".html", ".js"}
}
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
MIN_APART_ROLES = 20.0  # large fields and bars, each at its own place
MIN_CONTRAST = 3.0  # WCAG 2.1, 1.4.11
MIN_CONTRAST_TEXT = 4.5  # the same, 1.4.3
SIGNED = (
    "common/views/signed_scale.js",
    "common/views/signed_scale.css",
)  # the one scale of signed numbers


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


# ---- Signed numbers ------------------------------------------------------------------------


def theme_colours(theme: str) -> dict[str, np.ndarray]:
    return {**colours(":root"), **colours(theme)}


@pytest.mark.parametrize("theme", [":root", ".dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_the_two_signs_differ_from_each_other_and_from_what_has_another_meaning(theme, sight):
    values = theme_colours(theme)
    seen = {name: lab(np.clip(SIGHTS[sight] @ rgb, 0, 1)) for name, rgb in values.items()}
    apart = np.linalg.norm(seen["for"] - seen["against"])
    assert apart >= MIN_APART, f"for and against: {apart:.0f}"
    for sign in ("for", "against"):
        for role in ("input", "code", "error", "output", "second", "hidden", "ink"):
            apart = np.linalg.norm(seen[sign] - seen[role])
            assert apart >= MIN_APART_ROLES, f"{sign} and {role}: {apart:.0f}"


@pytest.mark.parametrize("theme", [":root", ".dark"])
@pytest.mark.parametrize("sign", ["for", "against"])
def test_a_sign_stands_out_and_words_on_it_are_read(theme: str, sign: str):
    values = theme_colours(theme)
    for ground in ("paper", "panel", "ground"):
        assert contrast(values[sign], values[ground]) >= MIN_CONTRAST, ground
    block = STYLE[STYLE.index(f"{theme} {{") :].split("}", 1)[0]
    most = float(re.search(r"--signed-most: ([\d.]+)", block)[1])
    bytes_of = {name: encoded(values[name]) for name in (sign, "panel")}
    behind = decoded(most * bytes_of[sign] + (1 - most) * bytes_of["panel"])  # as color-mix does
    assert contrast(values["ink"], behind) >= MIN_CONTRAST_TEXT


def encoded(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)


def decoded(share: np.ndarray) -> np.ndarray:
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def test_the_signs_are_defined_once_for_each_theme():
    for name in ("for", "against", "signed-most"):
        assert len(re.findall(rf"--{name}:", STYLE)) == 2
        for view, text in VIEWS.items():
            assert not re.search(rf"--{name}\s*:", text), f"{view} defines --{name}"


def own_scales(name: str, text: str) -> list[str]:
    """Return what looks as if a view chose a colour by a number's sign."""
    coloured = r"(?:colourNamed\(|var\(--|background|\brgb\b|\.fill\b|fillStyle|strokeStyle)"
    sign = r"(?:[<>]=?\s*0(?:\.5)?|Math\.sign\([^)]*\)[^?\n]{0,12})\s*\)?\s*\?"
    sided = "for|against|plus|minus|more|less|much|little|positive|negative|gain|rise|fall|up|down"
    found = re.findall(r"""var\(--(?:for|against)\)|["'`](?:for|against)["'`]""", text)
    if name.endswith(".js"):
        lines = text.splitlines()
        found += [
            line
            for line in lines
            if re.search(rf"{sign}.*{coloured}|{coloured}.*{sign}", line)
            and not re.search(r"\b(?:sideOf|signed[A-Z]\w+)\(", line)
        ]
    if name.endswith(".css"):
        rules = re.findall(r"([^{}]+)\{([^{}]*)\}", text)
        found += [
            rule
            for rule, style in rules
            if re.search(rf"\.(?:{sided})(?![\w-])", rule)
            and re.search(r"(?:background|color|fill|stroke|border)[\w-]*:[^;]*var\(--", style)
        ]
    return found


def test_no_view_has_a_signed_scale_of_its_own():
    found = {
        name: scales
        for name, text in VIEWS.items()
        if name not in SIGNED and (scales := own_scales(name, text))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", 'bar.style.background = colourNamed(value < 0 ? "input" : "error");'),
        ("a.js", 'shade = value >= 0 ? rgb(colourNamed("code")) : low;'),
        ("a.css", "#a .track > i.minus { background: var(--error); }"),
        ("a.css", ".page .won { --tone: var(--against); }"),
        ("a.js", 'chip.classList.add(share > 0 ? "for" : "against");'),
    ],
)
def test_a_scale_of_a_views_own_would_be_found(name: str, text: str):
    assert own_scales(name, text)


def test_only_errors_are_magenta_between_the_cells_of_a_strip():
    """Elsewhere a number there is a count or an answer."""
    styles = {name: text for name, text in VIEWS.items() if name.endswith(".css")}
    for name, text in {"style.css": STYLE, **styles}.items():
        for selector in re.findall(r"([^{}]*\.strip[^{}]*)\{[^{}]*color: var\(--error\)", text):
            assert re.search(r"\.(?:error|wrong)\b", selector), f"{name}: {selector}"
    for name, text in VIEWS.items():
        for label in re.findall(r'<span class="arrow"><b class="([^"]*)"', text):
            # The pages about images alone have an error there.
            assert ("error" in label.split()) == ("number" in label.split()), name


def test_zero_is_marked_wherever_signs_are_explained():
    for name, text in VIEWS.items():
        if name.endswith(".html") and "swatch for" in text:
            assert "swatch zero" in text, name
    assert ".swatch.zero::after" in VIEWS["common/views/signed_scale.css"]


COLOUR_WORDS = {
    "en": (r"\b(?:blue|magenta|orange|violet|teal)\b", r"\bgreen\b", r"\bred\b"),
    "zh": (r"蓝|品红|洋红|橙|紫|青色", r"绿", r"红"),
}
SIGN_WORDS = {
    "en": r"\b(?:positive|negative|below zero|above zero|gains?|loses?|speaks? for|against)\b",
    "zh": r"为正|为负|小于零|大于零|变大|变小|支持|反对",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_texts_name_the_signs_as_they_are_drawn(language: str):
    """Whatever text names colours beside signs calls them green and red."""
    other, high, low = COLOUR_WORDS[language]
    named = 0
    for path in sorted((ROOT / "assets" / "texts").glob("*.toml")):
        for key, entry in tomllib.loads(path.read_text("utf-8")).items():
            for text in texts_of(entry, language):
                about = [
                    sentence
                    for sentence in re.split(r"(?<=[.;])\s|(?<=[。；])", text)
                    if re.search(SIGN_WORDS[language], sentence, re.I)
                    and re.search(f"{other}|{high}|{low}", sentence, re.I)
                ]
                named += len(about)
                for sentence in about:
                    assert not re.search(other, sentence, re.I), f"{path.stem}.{key}: {sentence}"
                for colour in (high, low):
                    assert not about or re.search(colour, text, re.I), f"{path.stem}.{key}: {text}"
    assert named >= 4


INK_WORDS = re.compile(
    r"\b(?:black|dark|white) (?:mark|line|tick|frame|bar|dot)|[黑白深]色的?(?:刻度|线|点|框)", re.I
)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_calls_a_mark_black_or_white(language: str):
    """What is drawn in the ink's colour is black in one theme and white in the other."""
    for path in sorted((ROOT / "assets" / "texts").glob("*.toml")):
        for key, entry in tomllib.loads(path.read_text("utf-8")).items():
            for text in texts_of(entry, language):
                assert not INK_WORDS.search(text), f"{path.stem}.{key}: {text}"


def texts_of(entry: dict, language: str) -> list[str]:
    """Return a text in one language, and those below it."""
    texts = [entry[language]] if isinstance(entry.get(language), str) else []
    for below in entry.values():
        if isinstance(below, dict):
            texts += texts_of(below, language)
    return texts
