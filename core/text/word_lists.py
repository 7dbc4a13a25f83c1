"""Lists written for this lab: analogies, what English words are in Chinese, words of two senses.

They stand in analogies-en.toml, analogies-zh.toml, translations.toml, senses-en.toml and
senses-zh.toml beside this file. Each word of the pairs ships with a vector
(core/text/vectors.py); a test looks.
"""

import functools
import hashlib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

FOLDER = Path(__file__).parent
HELD_OUT = 5  # one word of so many tests

Pairs = tuple[tuple[str, str], ...]


class Translations(NamedTuple):
    """(English, Chinese) pairs; no word of a test pair stands in a training pair."""

    train: Pairs
    test: Pairs


@functools.cache
def analogies(language: str) -> Mapping[str, Pairs]:
    """Return kind -> its pairs, such as ("france", "paris"), of "en" or "zh"."""
    return _table(f"analogies-{language}.toml")


class InContext(NamedTuple):
    """A word in a sentence."""

    word: str
    sense: str
    text: str
    start: int  # of the word in the text; it stands there once
    end: int


@functools.cache
def senses(language: str) -> tuple[InContext, ...]:
    """Return words of two senses, each in three sentences a sense, of "en" or "zh"."""
    table = tomllib.loads((FOLDER / f"senses-{language}.toml").read_text("utf-8"))
    return tuple(
        _in_context(word, sense, text, language)
        for word, meant in table.items()
        for sense, texts in meant.items()
        for text in texts
    )


def _in_context(word: str, sense: str, text: str, language: str) -> InContext:
    ((start, end),) = places(text, word, language)
    return InContext(word, sense, text, start, end)


def places(text: str, word: str, language: str) -> list[tuple[int, int]]:
    """Return where a word stands in a text, in upper or lower case, [start, end) each."""
    # A Chinese word stands between others without a blank.
    pattern = re.escape(word) if language == "zh" else rf"(?<!\w){re.escape(word)}(?!\w)"
    return [one.span() for one in re.finditer(pattern, text, re.IGNORECASE)]


@functools.cache
def topics() -> Mapping[str, Pairs]:
    """Return topic -> its (English, Chinese) pairs."""
    return _table("translations.toml")


@functools.cache
def translations() -> Translations:
    """Return the pairs that a map between the two spaces learns from, and those that test it.

    A fifth of the Chinese words tests, drawn by their letters; a pair whose English word is trained
    on too (one of several translations) does neither.
    """
    pairs = [pair for rows in topics().values() for pair in rows]
    drawn = [hashlib.sha256(chinese.encode()).digest()[0] % HELD_OUT == 0 for _, chinese in pairs]
    train = tuple(pair for pair, tests in zip(pairs, drawn, strict=True) if not tests)
    learned = {english for english, _ in train}
    test = tuple(
        pair for pair, tests in zip(pairs, drawn, strict=True) if tests and pair[0] not in learned
    )
    return Translations(train, test)


def _table(name: str) -> Mapping[str, Pairs]:
    table = tomllib.loads((FOLDER / name).read_text("utf-8"))
    return MappingProxyType(
        {kind: tuple((a, b) for a, b in map(str.split, rows)) for kind, rows in table.items()}
    )
