"""WordPiece written out, so that it can be watched at work (Wu et al. 2016, arXiv:1609.08144).

    text -> clean, set Chinese characters apart, lower case, strip accents -> words -> pieces

Equal to the `tokenizers` library, which does the work elsewhere (core/text/tokenizer.py).
"""

import unicodedata
from dataclasses import dataclass

from core.text.tokenizer import UNKNOWN

MAX_WORD = 100  # characters; a longer word is [UNK] as a whole

# CJK ideographs: the blocks that BERT's authors name. Kana and Hangul have spaces or endings.
CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One look into the vocabulary."""

    piece: str  # with ## unless it begins the word
    found: bool


@dataclass(frozen=True, slots=True)
class WordTrace:
    """How one word came apart."""

    word: str
    attempts: tuple[Attempt, ...]  # longest first; each one found moves on
    pieces: tuple[str, ...]  # [UNK] alone, if some rest has no piece


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that happened to a text on its way to pieces."""

    text: str
    cleaned: str  # control characters gone, every white space a blank
    spaced: str  # each Chinese character between blanks
    lowered: str  # without accents, in lower case
    words: tuple[WordTrace, ...]

    @property
    def pieces(self) -> tuple[str, ...]:
        """The pieces of all words."""
        return tuple(piece for word in self.words for piece in word.pieces)


def trace(text: str, vocabulary: dict[str, int], *, lower: bool = True) -> Trace:
    """Tokenise a text and keep every step.

    Args:
        text: anything; "[MASK]" in it is five letters and two brackets.
        vocabulary: token -> id.
        lower: lower case without accents ("uncased").
    """
    cleaned = clean(text)
    spaced = set_apart(cleaned)
    lowered = "".join(c.lower() for c in strip_accents(spaced)) if lower else spaced
    words = tuple(match(word, vocabulary) for word in split(lowered))
    return Trace(text, cleaned, spaced, lowered, words)


def clean(text: str) -> str:
    """Drop what can't be seen (control, format and private characters); blanks for white space."""
    kept = (c for c in text if c in "\t\n\r" or not (is_control(c) or c == "\ufffd"))
    return "".join(" " if is_space(c) else c for c in kept)


def set_apart(text: str) -> str:
    """Put blanks around each Chinese character: it becomes a word of its own."""
    return "".join(f" {c} " if is_chinese(c) else c for c in text)


def strip_accents(text: str) -> str:
    """Take letters and accents apart (NFD) and drop the accents: é -> e."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")


def split(text: str) -> list[str]:
    """Split at blanks, and before and after each punctuation mark, which stays as a word."""
    words, word = [], ""
    for c in text:
        if is_space(c) or is_punctuation(c):
            if word:
                words.append(word)
            word = ""
            if not is_space(c):
                words.append(c)
        else:
            word += c
    return [*words, word] if word else words


def match(word: str, vocabulary: dict[str, int]) -> WordTrace:
    """Take the longest piece that the vocabulary has, again and again (greedily)."""
    if len(word) > MAX_WORD:
        return WordTrace(word, (), (UNKNOWN,))
    attempts, pieces, start = [], [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            attempts.append(Attempt(piece, piece in vocabulary))
            if attempts[-1].found:
                pieces.append(piece)
                start = end
                break
        else:
            return WordTrace(word, tuple(attempts), (UNKNOWN,))
    return WordTrace(word, tuple(attempts), tuple(pieces))


def is_control(c: str) -> bool:
    """Say whether a character steers instead of showing."""
    return unicodedata.category(c) in ("Cc", "Cf", "Co")


def is_space(c: str) -> bool:
    """Say whether a character is white space."""
    return c in "\t\n\r" or unicodedata.category(c) in ("Zs", "Zl", "Zp")


def is_chinese(c: str) -> bool:
    """Say whether a character is a CJK ideograph."""
    return any(low <= ord(c) <= high for low, high in CHINESE)


def is_punctuation(c: str) -> bool:
    """Say whether a character is punctuation; to BERT each ASCII symbol is, as $ and ~."""
    symbol = c.isascii() and c.isprintable() and not c.isalnum() and c != " "
    return symbol or unicodedata.category(c)[0] == "P"
