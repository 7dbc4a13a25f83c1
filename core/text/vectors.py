"""Word vectors that ship: for each of 30,000 words a point in a space of D numbers.

    en  GloVe (Pennington, Socher & Manning 2014): 6 billion tokens of Wikipedia 2014 and
        Gigaword 5, 50 numbers, lower case
    zh  word2vec (Mikolov et al. 2013, arXiv:1301.3781): the Chinese Wikipedia, 100 numbers,
        simplified characters

Which words were taken says core/making/word_vectors.py. A file is one safetensors, which the
browser reads, too:

    vectors      float16 [V, D], as they were trained: not scaled to length 1
    words        uint8, the words in UTF-8, joined by line feeds; the most frequent first
    quiet        uint8 [V], 1 for words that nothing opens with: swear words and the like
    pinyin       uint8, as `words`: syllables with tone marks, a blank between them; empty for en
    traditional  uint8, pairs of characters, the traditional one first; empty for en
"""

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from core import assets
from core.errors import AssetError

LANGUAGES = ("en", "zh")
N_WORDS = 30_000
DIMENSIONS = {"en": 50, "zh": 100}
FILE = "samples/vectors-{}.safetensors"
TEXTS = ("words", "pinyin", "traditional")

_lock = threading.Lock()


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """All words of a language with their vectors; shared, so only read."""

    language: str
    words: tuple[str, ...]  # [V], the most frequent first
    numbers: Mapping[str, int]  # word -> its number
    matrix: np.ndarray  # [V, D] float32, as trained
    units: np.ndarray  # [V, D] float32, the same with length 1: a cosine is a dot product
    quiet: np.ndarray  # [V] bool, words that nothing opens with
    pinyin: tuple[str, ...]  # [V], () for English
    simplified: Mapping[str, str]  # traditional character -> its simplified one


def vectors(language: str) -> WordVectors:
    """Return the words of "en" or "zh" with their vectors, read once.

    Raises:
        AssetError: the file is missing or damaged.
    """
    with _lock:
        return loaded(language)


@functools.cache
def loaded(language: str) -> WordVectors:
    """Do so; two threads that come first would both read the file."""
    name = FILE.format(language)
    path = assets.locate(name)
    try:
        found = load_file(path)
        given, quiet = found["vectors"], found["quiet"]
        texts = [found[one].tobytes().decode("utf-8") for one in TEXTS]
    except (SafetensorError, KeyError) as error:
        command = assets.manifest()[name]["command"]
        raise AssetError("asset_contents", file=name, command=command) from error
    words, pinyin, pairs = texts
    listed = tuple(words.split("\n"))
    matrix = given.astype(np.float32)
    units = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    for array in (matrix, units):
        array.flags.writeable = False
    return WordVectors(
        language=language,
        words=listed,
        numbers=MappingProxyType({word: number for number, word in enumerate(listed)}),
        matrix=matrix,
        units=units,
        quiet=quiet.astype(bool),
        pinyin=tuple(pinyin.split("\n")) if pinyin else (),
        simplified=MappingProxyType(dict(zip(pairs[::2], pairs[1::2], strict=True))),
    )
