"""Questions about words: which are alike, and analogies."""

from typing import Literal

from core.inference import analogies, contextual, word_search
from core.results.words import SimilarWords, WordInContext
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


def word_in_context(sentences: list[str], word: str, language: Language = "") -> WordInContext:
    """Return how alike a word's vectors are in some sentences, at each layer of the bundled BERT.

    Args:
        sentences: 2..12, each with the word; where it stands twice, the first place counts.
        word: as it stands there, in upper or lower case; in English a whole word.
        language: en or zh; empty: guessed from the sentences.

    Raises:
        InputError: too few sentences or too many, one too long, no word, or a sentence without it.
        AssetError: the weights are missing or damaged.
    """
    return contextual.compare(sentences, word, language_of(sentences, language))
