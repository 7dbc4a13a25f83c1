"""Which of the words that have a vector does a text consist of?

    en  "It's a good-hearted film, it isn't bad."  ->  it a good hearted film it is n't bad
    zh  "這部電影不難看。"                          ->  这 部 电影 不 难看

GloVe's words are those of the Penn Treebank: lower case, with n't by itself. Punctuation has no
vectors here and is left out, as are endings such as 's. What has no vector as a whole is cut where
it is joined; a Chinese word that has none is spelt, and traditional characters are read as the
simplified ones. What is still without a vector stays: it is an unknown word.
"""

import re
from collections.abc import Container, Iterator, Mapping

from core.text import pieces, units
from core.text.units import Units

CHUNK = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
ENDING = re.compile(r"(.+?)(n't|'(?:s|m|d|re|ve|ll))")
PART = re.compile(r"[^\W_]+")


def cut(
    text: str,
    language: str,
    known: Container[str] | None,
    simplified: Mapping[str, str] | None = None,
) -> Units:
    """Cut a text into words.

    Args:
        text: what was typed.
        language: "en" or "zh".
        known: the words that have a vector; longer ones of them come first. None: all have.
        simplified: traditional character -> the one that Chinese words are written with here.

    Raises:
        InputError: the text is empty, blank or too long.
    """
    if language == "zh":
        alike = "".join((simplified or {}).get(c, c) for c in text)  # as long as the text
        return _wordy(units.cut(alike, "words", known))
    pieces.checked(text)
    found = [
        one
        for chunk in CHUNK.finditer(text)
        for one in _parts(text, chunk.start(), chunk.end(), known)
    ]
    starts, ends = zip(*found, strict=True) if found else ((), ())
    return Units(tuple(_plain(text[a:b]) for a, b in found), starts, ends)


def _wordy(given: Units) -> Units:
    """Leave out what has neither letters nor digits."""
    kept = [one for one in zip(*given, strict=True) if any(c.isalnum() for c in one[0])]
    tokens, starts, ends = zip(*kept, strict=True) if kept else ((), (), ())
    return Units(tokens, starts, ends)


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _parts(
    text: str, begin: int, end: int, known: Container[str] | None
) -> Iterator[tuple[int, int]]:
    """Yield where the words of a chunk begin and end, as characters of the text."""
    whole = _plain(text[begin:end])
    ending = ENDING.fullmatch(whole)
    if known is None or whole in known or len(whole) != end - begin:
        yield begin, end
    elif ending:
        at = begin + len(ending[1])
        yield from _parts(text, begin, at, known)
        if ending[2] in known:
            yield at, end
    else:
        for part in PART.finditer(text, begin, end):
            yield part.span()
