"""Questions about words: which are alike, and analogies."""

from typing import Literal

from core.inference import analogies, word_search
from core.results.words import SimilarWords
from core.text import pieces

Language = Literal["", "en", "zh"]


def language_of(words: list[str], language: str) -> str:
    """Return the language that is asked about, guessed from the words where none is given."""
    return language or pieces.looks_like(" ".join(words)) or "en"


def similar_words(
    words: list[str], minus: list[str] | None = None, language: Language = "", n: int = 10
) -> SimilarWords:
    """Return the words whose vectors point most nearly where the sum of some vectors does.

    Args:
        words: to add, each in lower case or not; traditional characters are mapped.
        minus: to take away from the sum.
        language: en or zh; empty: guessed from the words.
        n: how many to return, 1..100.

    Raises:
        InputError: no word, too many, one without a vector, a sum of nothing, or `n` out of range.
        AssetError: the vectors are missing or damaged.
    """
    taken = minus or []
    return word_search.similar(language_of([*words, *taken], language), words, taken, n=n)


def word_analogy(a: str, b: str, c: str, language: Language = "", n: int = 5) -> SimilarWords:
    """Return which words are to `c` as `b` is to `a`: nearest to b - a + c.

    Args:
        a: such as man.
        b: such as king.
        c: such as woman.
        language: en or zh; empty: guessed from the words.
        n: how many to return, 1..100.

    Raises:
        InputError: a word without a vector, all cancel out, or `n` out of range.
        AssetError: the vectors are missing or damaged.
    """
    return analogies.answer(language_of([a, b, c], language), a, b, c, n=n)
