"""Pictures like photos of a written digit, 30 kinds of them, each drawn from a seed.

    python -m tests.photo_kinds            kinds x 10 digits: the share that the page reads rightly
    python -m tests.photo_kinds --save DIR   one sheet of pictures for each kind, to look at

A picture is paper x ink x light, in linear shares of what falls on it, then what a camera adds:
blur, noise, a file format. `bench page` reports the same figures as `page.photos.*`.
"""

import argparse
import dataclasses
import functools
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from core.errors import InputError
from core.inference import reconstruction
from tests import pen_paths

# Of the reported figures; core/images/photos.py was developed on seeds below 100.
REPORTED_SEED = 6113
WIDTH, HEIGHT = 720, 560

WHITE, CREAM, KRAFT = (0.86, 0.86, 0.84), (0.90, 0.85, 0.70), (0.62, 0.47, 0.32)
BOARD, SLATE, BLACK = (0.10, 0.20, 0.15), (0.11, 0.12, 0.13), (0.05, 0.05, 0.06)
NOTES = ((0.96, 0.86, 0.35), (0.96, 0.60, 0.68), (0.62, 0.86, 0.60), (0.58, 0.80, 0.93))
INKS = ((0.10, 0.13, 0.42), (0.09, 0.09, 0.11), (0.55, 0.10, 0.12), (0.10, 0.35, 0.22))
HIGHLIGHTERS = ((0.98, 0.45, 0.70), (0.45, 0.95, 0.35), (1.0, 0.62, 0.25), (0.35, 0.80, 0.98))
CHALKS = ((0.85, 0.85, 0.82), (0.88, 0.82, 0.45), (0.85, 0.55, 0.60), (0.55, 0.75, 0.88))
DESKS = ((0.30, 0.18, 0.10), (0.45, 0.28, 0.16), (0.12, 0.12, 0.13), (0.25, 0.30, 0.36))


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """What is photographed, and how."""

    paper: tuple[float, float, float] = WHITE
    ink: tuple[float, float, float] = INKS[0]  # share of light that comes back, per channel
    cover: float = 1.0  # of the paper under a stroke: pencils and chalk leave grains of it
    grain: float = 0.0
    pen: tuple[float, float] = (0.03, 0.05)  # width of the line, in heights of the digit
    glaze: bool = False  # ink that lets the paper through, as a highlighter's
    height: tuple[float, float] = (0.45, 0.65)  # of the digit, in heights of the picture
    middle: float = 0.07  # how far from the middle, in heights of the picture
    turn: float = 4.0  # degrees
    light: float = 0.15  # how much darker the far side is
    exposure: tuple[float, float] = (0.92, 1.05)
    shadow: str | None = None  # "edge", "hand"
    lines: str | None = None  # "ruled", "grid"
    lines_darker: bool = False  # than the pen
    desk: str | None = None  # "plain", "wooden", "pale"
    blur: float = 0.6  # pixels
    noise: float = 1.5  # of 255
    kind: str = "JPEG"


MARKER = {"pen": (0.07, 0.12), "ink": INKS[1]}
PENCIL = {"pen": (0.025, 0.045), "ink": (0.34, 0.34, 0.36), "cover": 0.9, "grain": 0.25}
KINDS: dict[str, Scene] = {
    "ballpoint": Scene(),
    "pencil": Scene(**PENCIL),
    "marker": Scene(**MARKER),
    "yellow_highlighter": Scene(ink=(1.0, 0.96, 0.22), pen=(0.06, 0.12), glaze=True),
    "bright_highlighter": Scene(pen=(0.07, 0.13), glaze=True),
    "chalk": Scene(paper=BOARD, pen=(0.05, 0.09), cover=0.9, grain=0.35, noise=3),
    "white_on_dark": Scene(paper=BLACK, ink=(0.9, 0.9, 0.9), pen=(0.03, 0.08), kind="BMP"),
    "light_from_one_side": Scene(light=0.7, pen=(0.03, 0.06)),
    "shadow_edge": Scene(shadow="edge", pen=(0.04, 0.07)),
    "shadow_of_a_hand": Scene(shadow="hand", pen=(0.04, 0.07)),
    "ruled": Scene(lines="ruled"),
    "ruled_darker": Scene(lines="ruled", lines_darker=True, **PENCIL),
    "grid": Scene(lines="grid"),
    "grid_darker": Scene(lines="grid", lines_darker=True, **PENCIL),
    "desk": Scene(desk="plain", height=(0.35, 0.5), pen=(0.04, 0.08)),
    "wooden_desk": Scene(desk="wooden", height=(0.35, 0.5), pen=(0.04, 0.08), kind="WEBP"),
    "pale_desk": Scene(desk="pale", height=(0.35, 0.5), pen=(0.04, 0.08), turn=10),
    "kraft": Scene(paper=KRAFT, ink=INKS[1], pen=(0.04, 0.08), kind="WEBP"),
    "sticky_note": Scene(desk="pale", height=(0.3, 0.45), pen=(0.05, 0.09)),
    "notebook_on_desk": Scene(
        desk="wooden", lines="ruled", light=0.4, height=(0.3, 0.42), pen=(0.04, 0.07)
    ),
    "small": Scene(height=(0.16, 0.24), middle=0.25, pen=(0.07, 0.12)),
    "tight_crop": Scene(height=(0.84, 0.92), middle=0.0, pen=(0.04, 0.1), turn=3),
    "out_of_focus": Scene(blur=6, pen=(0.05, 0.09)),
    "dim": Scene(exposure=(0.22, 0.35), noise=9, pen=(0.05, 0.09)),
    "exif_jpeg": Scene(turn=8, pen=(0.04, 0.08)),
    "exif_webp": Scene(pen=(0.04, 0.08), kind="WEBP"),
    "palette_gif": Scene(pen=(0.04, 0.08), kind="GIF"),
    "transparent_png": Scene(pen=(0.05, 0.1), kind="PNG"),
    "cmyk_jpeg": Scene(pen=(0.04, 0.08)),
    "sixteen_bit": Scene(pen=(0.04, 0.08), kind="PNG"),
}


def draw(kind: str, digit: int, seed: int) -> bytes:
    """Return the file of one picture; the same for the same kind, digit and seed."""
    chance = np.random.default_rng([seed, digit, sorted(KINDS).index(kind)])
    scene = _varied(kind, chance)
    if kind == "transparent_png":
        return _transparent(scene, digit, chance)
    picture = photographed(scene, digit, chance)
    return _file(kind, scene, picture, chance)


def _varied(kind: str, chance: np.random.Generator) -> Scene:
    """Choose what differs within a kind: colours of pens, boards, notes."""
    scene = KINDS[kind]

    def one(of: tuple) -> tuple:
        return of[chance.integers(len(of))]

    if kind == "bright_highlighter":
        return dataclasses.replace(scene, ink=one(HIGHLIGHTERS))
    if kind == "chalk":
        return dataclasses.replace(scene, paper=one((BOARD, SLATE)), ink=one(CHALKS))
    if kind == "sticky_note":
        return dataclasses.replace(scene, paper=one(NOTES), ink=one(INKS[:2]))
    if scene.ink == INKS[0]:
        return dataclasses.replace(scene, ink=one(INKS))
    return scene


def photographed(scene: Scene, digit: int, chance: np.random.Generator) -> np.ndarray:
    """Return a scene as a camera sees it, uint8 [H, W, 3]."""
    size = np.array((WIDTH, HEIGHT) if chance.random() < 0.5 else (HEIGHT, WIDTH))
    width, height = (int(n) for n in size)
    surface = np.broadcast_to(np.array(scene.paper, np.float32), (height, width, 3)).copy()
    surface *= 1 + 0.015 * _cloud(chance, (height, width), 3)[..., None]
    tone = np.array(scene.ink, np.float32)
    if scene.lines:
        _rule(surface, scene, chance)
    stroke = _written(scene, digit, (height, width), chance)[..., None]
    under = surface * tone if scene.glaze else tone
    surface += stroke * (under - surface)
    if scene.desk:
        _lay_on_desk(surface, scene, chance)
    light = _light(scene, (height, width), chance) * chance.uniform(*scene.exposure)
    seen = 255 * np.clip(surface * light, 0, 1.02) ** 0.85  # a camera brightens what is dim
    if scene.blur:
        seen = _blurred(seen, scene.blur)
    seen += chance.normal(0, scene.noise, seen.shape)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def _written(
    scene: Scene, digit: int, size: tuple[int, int], chance: np.random.Generator
) -> np.ndarray:
    """Return how much of each pixel the pen covers, [H, W] in [0, 1]."""
    height, width = size
    shorter = min(size)
    tall = chance.uniform(*scene.height) * shorter
    across = max(2.0, chance.uniform(*scene.pen) * tall)
    paths = [stroke * tall for stroke in pen_paths.strokes(digit, chance, turn=scene.turn)]
    points = np.concatenate(paths)
    middle = (points.min(0) + points.max(0)) / 2
    shift = np.array([width, height]) / 2 + chance.uniform(-1, 1, 2) * scene.middle * shorter
    sheet = Image.new("L", (2 * width, 2 * height))
    ink = ImageDraw.Draw(sheet)
    for path in paths:
        placed = [tuple(point) for point in 2 * (path - middle + shift)]
        ink.line(placed, 255, round(2 * across), "curve")
        for x, y in placed:
            ink.ellipse((x - across, y - across, x + across, y + across), 255)
    covered = np.asarray(sheet.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    if scene.grain:
        covered = covered * np.clip(1 + scene.grain * _cloud(chance, size, 1), 0, 1)
    return covered * scene.cover


def _rule(surface: np.ndarray, scene: Scene, chance: np.random.Generator) -> None:
    """Print lines on the paper: bluish ones, lighter or darker than the pen."""
    height, width = surface.shape[:2]
    apart = chance.uniform(0.075, 0.13) * min(height, width)
    tone = (0.16, 0.19, 0.30) if scene.lines_darker else (0.62, 0.70, 0.82)
    sheet = Image.new("L", (2 * width, 2 * height))
    ink = ImageDraw.Draw(sheet)
    tilt, thick = np.tan(np.radians(chance.uniform(-3, 3))), round(2 * chance.uniform(1.2, 2.2))
    reach = 2 * (width + height)
    for n in range(-30, 60):
        at = 2 * apart * n + chance.uniform(-1, 1)
        ink.line(((0, at), (reach, at + tilt * reach)), 255, thick)
        if scene.lines == "grid":
            ink.line(((at, 0), (at - tilt * reach, reach)), 255, thick)
    printed = np.asarray(sheet.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    surface += printed[..., None] * (np.array(tone, np.float32) - surface)


def _lay_on_desk(surface: np.ndarray, scene: Scene, chance: np.random.Generator) -> None:
    """Let a desk show on two to four sides of a sheet that lies a little askew."""
    height, width = surface.shape[:2]
    sides = chance.uniform(0.04, 0.14, 4) * min(height, width)
    sides[chance.permutation(4)[: chance.integers(0, 3)]] = -0.3 * min(height, width)
    left, top, right, bottom = sides
    corners = np.array(
        [
            (left, top),
            (width - right, top),
            (width - right, height - bottom),
            (left, height - bottom),
        ]
    )
    angle = np.radians(chance.uniform(-4, 4))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = np.array([width, height]) / 2
    corners = (corners - centre) @ turn + centre
    sheet = Image.new("L", (2 * width, 2 * height))
    ImageDraw.Draw(sheet).polygon([tuple(2 * point) for point in corners], 255)
    sheet = sheet.resize((width, height), Image.Resampling.BOX)
    inside = np.asarray(sheet, np.float32)[..., None] / 255
    if scene.desk == "pale":
        tone = (
            np.array((0.78, 0.77, 0.75)) if scene.paper != WHITE else np.array((0.66, 0.68, 0.70))
        )
    else:
        tone = np.array(DESKS[chance.integers(len(DESKS))])
    desk = np.broadcast_to(tone.astype(np.float32), surface.shape).copy()
    if scene.desk == "wooden":
        y, x = np.mgrid[:height, :width].astype(np.float32)
        wave = y + 6 * np.sin(x / chance.uniform(90, 200)) + 0.03 * x
        rings = np.sin(wave / chance.uniform(3, 6)) + np.sin(wave / chance.uniform(9, 17))
        desk *= (1 + 0.12 * rings + 0.05 * _cloud(chance, (height, width), 2))[..., None]
    # The sheet's own shadow lies along its edges.
    shade = np.asarray(sheet.filter(ImageFilter.GaussianBlur(4)), np.float32)[..., None] / 255
    surface[:] = inside * surface + (1 - inside) * desk * (1 - 0.5 * shade)


def _light(scene: Scene, size: tuple[int, int], chance: np.random.Generator) -> np.ndarray:
    """Return how much light falls on each pixel, [H, W, 1] or [H, W, 3]."""
    height, width = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    angle = chance.uniform(0, 2 * np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)  # about -.7 to .7
    light = 1 - scene.light * (along + 0.7) / 1.4
    if scene.shadow == "edge":
        angle = chance.uniform(0, 2 * np.pi)
        far = x * np.cos(angle) + y * np.sin(angle) - chance.uniform(-0.08, 0.08)
        light *= 1 - chance.uniform(0.35, 0.6) / (1 + np.exp(-far / chance.uniform(0.003, 0.03)))
    elif scene.shadow == "hand":
        angle = np.radians(chance.uniform(20, 70))
        a = (x - 0.35) * np.cos(angle) + (y - 0.4) * np.sin(angle)
        b = (y - 0.4) * np.cos(angle) - (x - 0.35) * np.sin(angle)
        far = np.hypot(a / chance.uniform(0.4, 0.7), b / chance.uniform(0.15, 0.3)) - 1
        light *= 1 - chance.uniform(0.3, 0.5) / (1 + np.exp(np.clip(far / 0.06, -40, 40)))
    warm = chance.uniform(-0.06, 0.06)
    return light[..., None] * np.array((1 + warm, 1, 1 - warm), np.float32)


def _cloud(chance: np.random.Generator, size: tuple[int, int], scale: int) -> np.ndarray:
    """Return normal noise whose grains are `scale` pixels wide, [H, W]."""
    coarse = chance.normal(0, 1, (size[0] // scale + 2, size[1] // scale + 2)).astype(np.float32)
    return np.repeat(np.repeat(coarse, scale, 0), scale, 1)[: size[0], : size[1]]


def _blurred(seen: np.ndarray, radius: float) -> np.ndarray:
    channels = [
        Image.fromarray(np.clip(channel, 0, 255).astype(np.uint8))
        for channel in seen.transpose(2, 0, 1)
    ]
    blurred = [np.asarray(c.filter(ImageFilter.GaussianBlur(radius)), np.float32) for c in channels]
    return np.stack(blurred, -1)


# ---- Files ---------------------------------------------------------------------------------------

# What brings a picture to the place where its EXIF orientation turns it upright again.
LAID = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def laid(picture: Image.Image, orientation: int) -> tuple[Image.Image, Image.Exif]:
    """Return a picture as a camera held so stores it, and the note that says so."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = LAID[orientation]
    return (picture if turn is None else picture.transpose(turn)), exif


def _file(kind: str, scene: Scene, seen: np.ndarray, chance: np.random.Generator) -> bytes:
    picture, options = Image.fromarray(seen), {}
    if kind.startswith("exif"):
        picture, options["exif"] = laid(picture, int(chance.integers(1, 9)))
    elif kind == "cmyk_jpeg":
        picture = picture.convert("CMYK")
    elif kind == "palette_gif":
        picture = picture.quantize(int(chance.integers(6, 33)))
    elif kind == "sixteen_bit":
        grey = seen.astype(np.float64).mean(-1) * chance.uniform(
            12, 257
        )  # few cameras use all bits
        picture = Image.fromarray(grey.astype(np.uint16))
    if scene.kind in ("JPEG", "WEBP"):
        options["quality"] = int(chance.integers(60, 92))
    file = io.BytesIO()
    picture.save(file, scene.kind, **options)
    return file.getvalue()


def _transparent(scene: Scene, digit: int, chance: np.random.Generator) -> bytes:
    """Save strokes alone, dark or white, as a drawing program exports them."""
    covered = _written(scene, digit, (HEIGHT, WIDTH), chance)
    tone = (1.0, 1.0, 1.0) if chance.random() < 0.3 else scene.ink
    pixels = np.empty((HEIGHT, WIDTH, 4), np.uint8)
    pixels[..., :3] = np.rint(255 * np.array(tone))
    pixels[..., 3] = np.rint(255 * covered)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


# ---- What the page makes of them -----------------------------------------------------------------


def pad(digit: int, seed: int) -> np.ndarray:
    """Draw a digit as on the page's pad: white ink, uint8 [112, 112]."""
    scene = Scene(pen=(0.11, 0.13), height=(0.6, 0.8))
    covered = _written(scene, digit, (448, 448), np.random.default_rng([seed, digit]))
    sheet = Image.fromarray(np.rint(255 * covered).astype(np.uint8))
    return np.asarray(sheet.resize((112, 112), Image.Resampling.BOX))


class Reading(NamedTuple):
    """What the page makes of a picture."""

    digit: int | None  # that most models vote for; None where the page finds nothing and says so
    sure: bool  # it does not show the photo with what it took for ink


def vote(seen: np.ndarray) -> Reading:
    """Return what most of the eight models vote for, and whether they agree, as the page does."""
    answers = [reconstruction.reconstruct(name, seen) for name in reconstruction.MODELS]
    votes = np.bincount([answer.vote for answer in answers], minlength=10)
    dense = answers[reconstruction.MODELS.index("dense32")]
    agreed = votes.max() >= reconstruction.AGREEING * len(answers) and not dense.unusual
    return Reading(int(votes.argmax()), bool(agreed))


def read(data: bytes) -> Reading:
    """Return what the page makes of a picture's file."""
    try:
        seen, photo = reconstruction.read_photo(data)
    except InputError:
        return Reading(None, sure=False)
    digit, agreed = vote(seen)
    return Reading(digit, agreed and photo.doubt is None)


class Tally(NamedTuple):
    """How often the page is right, kinds x 10 digits."""

    right: np.ndarray  # bool [K, 10]
    sure: np.ndarray  # bool [K, 10]

    @property
    def of_kinds(self) -> dict[str, float]:
        """The share of each kind that is read rightly."""
        return dict(zip(KINDS, self.right.mean(1).tolist(), strict=True))


@functools.cache
def tally(seed: int = REPORTED_SEED) -> Tally:
    """Draw and read every kind and digit once."""
    readings = [[read(draw(kind, digit, seed)) for digit in range(10)] for kind in KINDS]
    return Tally(
        np.array([[r.digit == digit for digit, r in enumerate(row)] for row in readings]),
        np.array([[r.sure for r in row] for row in readings]),
    )


def share_on_the_pad(seed: int = REPORTED_SEED, hands: int = 10) -> float:
    """Return the share of digits in hands of the same kind that is read rightly from the pad."""
    right = [
        vote(reconstruction.see(pad(digit, seed + hand))).digit == digit
        for digit in range(10)
        for hand in range(hands)
    ]
    return float(np.mean(right))


def _save(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        sheet = Image.new("RGB", (1500, 500))
        for digit in range(10):
            picture = ImageOps.exif_transpose(Image.open(io.BytesIO(draw(kind, digit, seed))))
            picture = picture.convert("RGB")
            picture.thumbnail((300, 250))
            sheet.paste(picture, (digit % 5 * 300, digit // 5 * 250))
        sheet.save(folder / f"{kind}.png")


def main() -> None:
    """Print the share of each kind and of all, or save sheets of pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.photo_kinds")
    parser.add_argument("--seed", type=int, default=REPORTED_SEED)
    parser.add_argument("--save", type=Path, metavar="DIR")
    arguments = parser.parse_args()
    if arguments.save:
        _save(arguments.save, arguments.seed)
        return
    found = tally(arguments.seed)
    for kind, share in sorted(found.of_kinds.items(), key=lambda item: item[1]):
        print(f"{share:.1f}  {kind}")  # noqa: T201 it is a command
    wrong = ~found.right
    print(f"page.photos.right {found.right.mean():.3f}")  # noqa: T201
    print(f"unsure: {(wrong & ~found.sure).sum()} of {wrong.sum()} wrong ones")  # noqa: T201
    print(f"        {(found.right & ~found.sure).sum()} of {found.right.sum()} right ones")  # noqa: T201


if __name__ == "__main__":
    main()
