"""The drawings that ship: `python -m core.making.clipart CLIPART`.

CLIPART is the folder usr/share/openclipart/png of Debian's package openclipart-png 1:0.18+dfsg-19:

    apt-get download openclipart-png
    dpkg-deb -x openclipart-png_*.deb here

Each file is put on white and cut to what is drawn; files that are tiny, faint or very long are left
out, and so is what looks like one before it (difference hash: is a pixel lighter than its left
neighbour, of 9 x 8). Of each kind at most `MOST` are drawn by lot.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from core import assets
from core.images import clipart
from core.images.clipart import KINDS, N_COLUMNS, SIDE

COMMAND = "python -m core.making.clipart CLIPART"
SOURCE = (
    "Open Clip Art Library (public domain dedication by each author), from Debian's package "
    "openclipart-png 1:0.18+dfsg-19"
)
MOST, SEED = 60, 0
MARGIN = 6  # white pixels around a thumbnail
LONGEST = 3.2  # times as long as wide
SMALLEST = 60  # pixels of the longer side, in the file
FAINTEST = 0.05  # mean ink of the cut drawing, 0 for white and 1 for black
BARE = 8  # of 255: nearer to white is white
ALIKE = 6  # bits of 64 in which two drawings' hashes differ at most
LARGEST = 30_000_000  # pixels of a file
QUALITY = 82  # of WebP

# Folders of the package, and those in them that hold something else.
FOLDERS = {
    "animals": (("animals",), ("fantasy",)),
    "buildings": (("buildings",), ("furniture",)),
    "computers": (("computer/hardware",), ()),
    "food": (("food",), ()),
    "music": (("recreation/music",), ()),
    "people": (("people",), ("clothing", "bodypart", "smilies")),
    "plants": (("plants",), ()),
    "tools": (("tools",), ("weapons", "toys")),
    "vehicles": (("transportation",), ("roadsigns", "aiga-symbols", "boating")),
}
# Seen through by hand: what shows something else than its folder says (road signs among vehicles),
# a picture that the package itself lacks ("linked image not found"), what a class need not see.
UNFIT = frozenset(Path(__file__).with_name("clipart_unfit.txt").read_text("utf-8").split())


class Cut(NamedTuple):
    """A drawing that will do."""

    name: str
    picture: Image.Image  # RGB, SIDE x SIDE
    bits: np.ndarray  # bool [64], the difference hash


def candidates(folder: Path, kind: str) -> Iterator[Path]:
    """Yield the files of a kind, by name."""
    inside, but = FOLDERS[kind]
    for part in inside:
        for file in sorted((folder / part).rglob("*.png")):
            apart = not set(but) & set(file.relative_to(folder / part).parts)
            if apart and file.stem not in UNFIT:
                yield file


def cut(file: Path) -> Image.Image | None:
    """Return a drawing on white, cut and scaled, RGB of SIDE x SIDE; None if it won't do."""
    with Image.open(file) as opened:
        if opened.width * opened.height > LARGEST:
            return None
        picture = opened.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    flat = paper.convert("RGB")
    ink = 255 - np.asarray(flat).min(2)
    rows, columns = (np.flatnonzero((ink > BARE).any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = bottom - top, right - left
    too_faint = ink[top:bottom, left:right].mean() / 255 < FAINTEST
    long = max(height, width)
    if too_faint or long < SMALLEST or long > LONGEST * min(height, width):
        return None
    drawn = flat.crop((left, top, right, bottom))
    scale = (SIDE - 2 * MARGIN) / long
    size = max(1, round(width * scale)), max(1, round(height * scale))
    drawn = drawn.resize(size, Image.Resampling.LANCZOS)
    tile = Image.new("RGB", (SIDE, SIDE), "white")
    tile.paste(drawn, ((SIDE - size[0]) // 2, (SIDE - size[1]) // 2))
    return tile


def difference_hash(picture: Image.Image) -> np.ndarray:
    """Return for 8 x 8 places whether each is darker than the one to its right, bool [64]."""
    small = np.asarray(picture.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
    return (small[:, :-1] + 2 < small[:, 1:]).ravel()


def chosen(folder: Path) -> dict[str, list[Cut]]:
    """Return kind -> its drawings; none looks like another one, of whatever kind."""
    seen = np.zeros((0, 64), bool)
    found: dict[str, list[Cut]] = {}
    for number, kind in enumerate(KINDS):
        mine = []
        for file in candidates(folder, kind):
            picture = cut(file)
            if picture is None:
                continue
            bits = difference_hash(picture)
            if len(seen) and (seen != bits).sum(1).min() <= ALIKE:
                continue
            seen = np.vstack([seen, bits])
            mine.append(Cut(file.relative_to(folder).as_posix(), picture, bits))
        order = np.random.default_rng([SEED, number]).permutation(len(mine))[:MOST]
        found[kind] = [mine[place] for place in order]
    return found


def tiled(drawings: list[Cut]) -> Image.Image:
    """Return a sheet of all, `N_COLUMNS` in a row."""
    n_rows = -(-len(drawings) // N_COLUMNS)
    whole = Image.new("RGB", (N_COLUMNS * SIDE, n_rows * SIDE), "white")
    for place, drawing in enumerate(drawings):
        whole.paste(drawing.picture, (place % N_COLUMNS * SIDE, place // N_COLUMNS * SIDE))
    return whole


def main() -> None:
    """Write the sheets, the list of files and their manifest entries."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="usr/share/openclipart/png of the package")
    found = chosen(parser.parse_args().folder)
    names = {kind: [drawing.name for drawing in found[kind]] for kind in KINDS}
    text = json.dumps(names, ensure_ascii=False, indent=1) + "\n"
    (assets.FOLDER / clipart.LISTED).write_text(text, encoding="utf-8")
    for kind in KINDS:
        path = assets.FOLDER / clipart.sheet(kind)
        tiled(found[kind]).save(path, quality=QUALITY, method=6)
        print(kind, len(found[kind]), f"{path.stat().st_size / 1000:.0f} kB", flush=True)
    for name in (clipart.LISTED, *map(clipart.sheet, KINDS)):
        assets.register(
            name,
            licence="LicenseRef-PublicDomain",
            source=SOURCE,
            paper="",
            command=COMMAND,
            made_from=(),
        )


if __name__ == "__main__":
    main()
