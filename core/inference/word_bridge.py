"""Which English word stands where a Chinese one lands, and the other way round?

    zh [V, 100] -> rotation [100, 50] -> en [V, 50]

The two spaces know nothing of each other. Orthogonal Procrustes finds the rotation that brings the
vectors of some hundred pairs of words together: with centred unit vectors X (Chinese) and Y
(English) of the pairs and X'Y = USV', it is UV' (Schönemann 1966; Smith et al. 2017,
arXiv:1702.03859; Conneau et al. 2018, arXiv:1710.04087, add CSLS, which isn't done here). The 100
numbers go to 50, so half of the Chinese space is given up.
"""

import functools
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from core.inference import word_search
from core.results.words import Translated
from core.text import word_lists
from core.text.vectors import vectors

OTHER = {"en": "zh", "zh": "en"}
N_PRECISE = (1, 5)


class Bridge(NamedTuple):
    """Both languages in the English space, vectors of length 1."""

    rotation: np.ndarray  # [100, 50] float32, its columns orthonormal
    units: Mapping[str, np.ndarray]  # language -> [V, 50] float32


def centred(units: np.ndarray) -> np.ndarray:
    """Return unit vectors less their mean, scaled to length 1 again."""
    moved = units - units.mean(0)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def procrustes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the matrix [A, B] with orthonormal columns for which x @ it is nearest to y.

    Args:
        x: [N, A].
        y: [N, B], B at most A.
    """
    u, _, vt = np.linalg.svd(x.T.astype(np.float64) @ y, full_matrices=False)
    return (u @ vt).astype(np.float32)


def fitted(chinese: np.ndarray, english: np.ndarray) -> Bridge:
    """Fit the bridge of two sets of unit vectors, [V, 100] and [V, 50], on the training pairs."""
    pairs = word_lists.translations().train
    zh, en = centred(chinese), centred(english)
    rows_en = [vectors("en").numbers[word] for word, _ in pairs]
    rows_zh = [vectors("zh").numbers[word] for _, word in pairs]
    rotation = procrustes(zh[rows_zh], en[rows_en])
    moved = zh @ rotation
    return Bridge(rotation, {"en": en, "zh": moved / np.linalg.norm(moved, axis=1, keepdims=True)})


@functools.cache
def bridge() -> Bridge:
    """Return the bridge between the vectors that ship.

    Raises:
        AssetError: the vectors are missing or damaged.
    """
    return fitted(vectors("zh").units, vectors("en").units)


def translate(language: str, typed: str, *, n: int = 5) -> Translated:
    """Return the words of the other language nearest to where a word lands.

    Args:
        language: of the word.
        typed: the word.
        n: how many, 1..100.

    Raises:
        InputError: a word without a vector.
        AssetError: the vectors are missing or damaged.
    """
    asked = word_search.find(language, typed)
    other, spaces = OTHER[language], bridge().units
    cosines = spaces[other] @ spaces[language][asked.number]
    shown = word_search.nearest(cosines, n)
    words = tuple(vectors(other).words[k] for k in shown)
    return Translated(other, asked, words, cosines[shown])


def precision(language: str, built: Bridge | None = None) -> dict[int, float]:
    """Return n -> the share of held-out words with a right translation among the first n.

    Args:
        language: from which, to the other.
        built: the bridge to test; None: that between the vectors that ship.
    """
    spaces, other = (built or bridge()).units, OTHER[language]
    meant: dict[str, set[str]] = {}
    for english, chinese in word_lists.translations().test:
        word, answer = (english, chinese) if language == "en" else (chinese, english)
        meant.setdefault(word, set()).add(answer)
    numbers = [vectors(language).numbers[word] for word in meant]
    cosines = spaces[language][numbers] @ spaces[other].T
    first = [word_search.nearest(row, max(N_PRECISE)) for row in cosines]
    return {n: _share(first, [*meant.values()], other, n) for n in N_PRECISE}


def _share(first: list[np.ndarray], meant: list[Collection[str]], language: str, n: int) -> float:
    words = vectors(language).words
    right = [
        any(words[k] in answers for k in row[:n]) for row, answers in zip(first, meant, strict=True)
    ]
    return sum(right) / len(right)
