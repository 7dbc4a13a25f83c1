"""Which words are like this one, or like a sum of words?

    words -> unit vectors [N, D] -> sum [D] -> cosines with all words [V] -> the nearest

Exact: each question is one product with all vectors, a few milliseconds for 30,000 words. The page
does the same in the browser; programs ask here.
"""

import difflib
import unicodedata
from collections.abc import Sequence

import numpy as np

from core.errors import InputError
from core.results.words import AskedWord, AxisPlaces, OddOneOut, SimilarWords, WhyNear
from core.text.vectors import WordVectors, vectors

MAX_WORDS = 24  # of one question
MAX_LETTERS = 40  # of one word, as a sentence shows it
MAX_NEIGHBOURS = 100
N_SUGGESTED = 4


def find(language: str, typed: str) -> AskedWord:
    """Return which word was meant: no blanks around it, lower case, simplified characters.

    Raises:
        InputError: nothing was typed, or no such word has a vector.
        AssetError: the vectors are missing or damaged.
    """
    known = vectors(language)
    word = unicodedata.normalize("NFKC", typed).strip().lower()
    if not word:
        raise InputError("words_empty")
    if word in known.numbers:
        return AskedWord(typed, word, known.numbers[word], False)
    mapped = "".join(known.simplified.get(sign, sign) for sign in word)
    if mapped in known.numbers:
        return AskedWord(typed, mapped, known.numbers[mapped], True)
    near = suggestions(known, mapped)
    shown = word if len(word) <= MAX_LETTERS else f"{word[:MAX_LETTERS]}…"
    if near:
        raise InputError("words_unknown_like", word=shown, list=", ".join(near))
    raise InputError("words_unknown", word=shown, n=len(known.words))


def suggestions(known: WordVectors, word: str) -> list[str]:
    """Return words that are written like one that has no vector."""
    if len(word) > MAX_LETTERS:
        return []
    alike = [
        other
        for number, other in enumerate(known.words)
        if other[0] == word[0] and not known.quiet[number]
    ]
    if known.language == "zh":
        inside = [other for other in known.words if other in word and len(other) > 1]
        return inside[:N_SUGGESTED] or [one for one in alike if one.startswith(word)][:N_SUGGESTED]
    return difflib.get_close_matches(word, alike, N_SUGGESTED, 0.75)


def similar(
    language: str, plus: Sequence[str], minus: Sequence[str] = (), *, n: int = 10
) -> SimilarWords:
    """Return the words nearest to a sum: the unit vectors of `plus`, less those of `minus`.

    This is 3CosAdd of Levy & Goldberg (2014) with three words, such as king - man + woman.

    Args:
        language: "en" or "zh".
        plus: words to add, at least one of both kinds.
        minus: words to take away.
        n: how many to return, 1..100.

    Raises:
        InputError: no word, too many, one without a vector, a sum of nothing, or `n` out of range.
        AssetError: the vectors are missing or damaged.
    """
    known = vectors(language)
    if not 1 <= n <= MAX_NEIGHBOURS:
        raise InputError("argument_range", name="n", low=1, high=MAX_NEIGHBOURS, got=n)
    added, taken = _asked(language, [*plus, *minus], len(plus))
    total = _sum(known, added) - _sum(known, taken)
    length = float(np.linalg.norm(total))
    if length < 1e-6:
        raise InputError("words_cancel")
    cosines = known.units @ (total / length)
    shown = nearest(cosines, n, [one.number for one in (*added, *taken)])
    return SimilarWords(
        language, added, taken, tuple(known.words[k] for k in shown), cosines[shown]
    )


def _asked(
    language: str, typed: Sequence[str], first: int
) -> tuple[tuple[AskedWord, ...], tuple[AskedWord, ...]]:
    if not typed:
        raise InputError("words_empty")
    if len(typed) > MAX_WORDS:
        raise InputError("words_many", limit=MAX_WORDS, got=len(typed))
    found = tuple(find(language, one) for one in typed)
    return found[:first], found[first:]


def _sum(known: WordVectors, words: Sequence[AskedWord]) -> np.ndarray:
    return known.units[[one.number for one in words]].sum(0)


def nearest(cosines: np.ndarray, n: int, without: Sequence[int] = ()) -> np.ndarray:
    """Return the numbers of the `n` largest cosines, the largest first."""
    left = cosines.copy()
    left[list(without)] = -np.inf
    some = np.argpartition(-left, n)[:n]
    return some[np.argsort(-left[some], kind="stable")]


def odd_one_out(language: str, words: Sequence[str]) -> OddOneOut:
    """Return which word is least like the others, by its mean cosine with them.

    Raises:
        InputError: fewer than three different words, too many, or one without a vector.
        AssetError: the vectors are missing or damaged.
    """
    asked, _ = _asked(language, words, len(words))
    numbers = [one.number for one in asked]
    if len(set(numbers)) < 3 or len(set(numbers)) < len(numbers):
        raise InputError("words_odd_three")
    rows = vectors(language).units[numbers]
    likeness = (np.sum(rows @ rows.T, 1) - 1) / (len(rows) - 1)
    return OddOneOut(asked, likeness, int(likeness.argmin()))


def along_axis(language: str, poles: Sequence[tuple[str, str]], words: Sequence[str]) -> AxisPlaces:
    """Place words on the axis from left poles to right ones.

    The axis is the mean of the pairs' unit differences (Bolukbasi et al. 2016, arXiv:1607.06520,
    take the first principal component; for pairs that agree both point the same way).

    Args:
        language: "en" or "zh".
        poles: (left, right) words, such as ("he", "she"); at least one pair.
        words: to place.

    Raises:
        InputError: no pair, a pair of the same word, too many words, or one without a vector.
        AssetError: the vectors are missing or damaged.
    """
    known = vectors(language)
    left, right = _asked(language, [*(a for a, _ in poles), *(b for _, b in poles)], len(poles))
    asked, _ = _asked(language, words, len(words))
    difference = (
        known.units[[one.number for one in right]] - known.units[[one.number for one in left]]
    )
    lengths = np.linalg.norm(difference, axis=1, keepdims=True)
    if (lengths < 1e-6).any():
        raise InputError("words_same_pole")
    units = difference / lengths
    axis = units.mean(0)
    length = float(np.linalg.norm(axis))
    if length < 1e-6:
        raise InputError("words_cancel")
    axis /= length
    places = known.units[[one.number for one in asked]] @ axis
    return AxisPlaces(asked, places, float((units @ axis).mean()))


def why(language: str, one: str, other: str) -> WhyNear:
    """Return what each of the D numbers adds to the cosine of two words.

    Raises:
        InputError: a word without a vector.
        AssetError: the vectors are missing or damaged.
    """
    first, second = find(language, one), find(language, other)
    rows = vectors(language).units
    parts = rows[first.number] * rows[second.number]
    return WhyNear((first, second), float(parts.sum()), parts)
