"""What a TextCNN reads as one word: WordPieces in English, characters or jieba's words in Chinese.

    pieces      "unwatchable" -> un ##watch ##able, as the English BERT
    characters  每 个 字, as the Chinese BERT
    words       每个 词, as jieba's dictionary lists them; unknown ones by their characters

Unlike BERT's, this vocabulary holds only what occurs in the texts to train on.
"""

import itertools
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from core.text import pieces
from core.text.tokenizer import PADDING, UNKNOWN
from core.text.words import boundaries

PAD_ID, UNKNOWN_ID = 0, 1
KINDS = {"pieces": "en", "characters": "zh", "words": "zh"}  # -> language


class Units(NamedTuple):
    """A text's T units."""

    tokens: tuple[str, ...]  # [T], lower case
    starts: tuple[int, ...]  # [T], the unit's first character in the text
    ends: tuple[int, ...]  # [T], one past its last

    def first(self, n: int) -> "Units":
        """Return the first n units of the same text."""
        return Units(self.tokens[:n], self.starts[:n], self.ends[:n])


def cut(text: str, kind: str, known: Container[str] | None = None) -> Units:
    """Cut a text into units.

    Args:
        text: what was typed.
        kind: one of `KINDS`.
        known: words that stay whole (see `spelt`); None: all do.

    Raises:
        InputError: the text is empty, blank or too long.
    """
    pieces.checked(text)
    if kind == "words":
        edges = [0, *boundaries(text, guessed=False), len(text)]
        spans = [(a, b) for a, b in itertools.pairwise(edges) if text[a:b].strip()]
        tokens = [text[a:b].strip().lower() for a, b in spans]
    else:
        encoding = pieces.library_tokenizer(KINDS[kind]).encode(text)
        # An unknown piece is named by what stands there.
        tokens = [
            text[a:b].lower() if token == UNKNOWN else token
            for token, (a, b) in zip(encoding.tokens, encoding.offsets, strict=True)
        ]
        spans = encoding.offsets
    starts, ends = zip(*spans, strict=True) if spans else ((), ())
    found = Units(tuple(tokens), starts, ends)
    return found if kind != "words" or known is None else spelt(found, known)


def spelt(given: Units, known: Container[str]) -> Units:
    """Cut the Chinese words that aren't known into their characters.

    内容空洞, an empty book, says nothing to whom only 内容 and 空 are known, until it is spelt.
    """
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for token, start, end in zip(*given, strict=True):
        whole = token in known or not all(map(is_han, token))
        tokens += [token] if whole else token
        starts += [start] if whole else range(start, end)
        ends += [end] if whole else range(start + 1, end + 1)
    return Units(tuple(tokens), tuple(starts), tuple(ends))


def is_han(token: str) -> bool:
    """Return whether a token is one common Chinese character."""
    return len(token) == 1 and "\u4e00" <= token <= "\u9fff"


def vocabulary(texts: Iterable[Sequence[str]], *, least: int) -> tuple[str, ...]:
    """Return padding, the unknown and the tokens that occur `least` times, the most frequent first.

    Args:
        texts: the tokens of each text to train on.
        least: so often a token must occur; the rarer ones teach what to do with the unknown.
    """
    counts = Counter(token for tokens in texts for token in tokens)
    often = [token for token, n in counts.items() if n >= least]
    return (PADDING, UNKNOWN, *sorted(often, key=lambda token: (-counts[token], token)))
