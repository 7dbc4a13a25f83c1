"""A text as BERT reads it: its pieces, where each stands, and which word it belongs to.

A piece is a WordPiece (core/text/tokenizer.py makes them). What a word is depends on the language:
in English what stands between spaces and punctuation, in Chinese what core/text/words.py finds or
what somebody says; only whole word masking asks for it.
"""

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from core import assets
from core.errors import InputError
from core.text.tokenizer import MASK, SPECIAL, UNKNOWN, read_vocabulary, token_id, tokenizer

LANGUAGES = ("en", "zh")
MAX_CHARACTERS = 5000  # of a typed text
MAX_PIECES = 510  # 512 positions, less [CLS] and [SEP]

UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs")  # blanks, and what the cleaning drops

# [MASK] as people type it: lower case, full-width letters, full-width or Chinese brackets.
_M, _A, _S, _K = ("[mMｍＭ]", "[aAａＡ]", "[sSｓＳ]", "[kKｋＫ]")
TYPED_MASK = re.compile(rf"[\[［【]\s*{_M}{_A}{_S}{_K}\s*[\]］】]")
# What people write for a blank elsewhere: RoBERTa's <mask>, a line to write on, empty brackets.
BLANK_LIKE = re.compile(
    rf"[<＜]\s*{_M}{_A}{_S}{_K}\s*[>＞]|[\[［【]\s*blank\s*[\]］】]|_{{2,}}|＿+|（\s+）|\(\s+\)",
    re.IGNORECASE,
)
TYPED_SPECIAL = re.compile(r"\[(?:CLS|SEP|PAD|UNK)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A text's T pieces, without [CLS] and [SEP]."""

    text: str
    tokens: tuple[str, ...]  # [T]
    ids: np.ndarray  # int64 [T]
    starts: np.ndarray  # int64 [T], the piece's first character in `text`
    ends: np.ndarray  # int64 [T], one past its last
    words: np.ndarray  # int64 [T], rising numbers; -1 at a [MASK] that was typed

    def first(self, n: int) -> "Pieces":
        """Return the first n pieces of the same text."""
        arrays = (x[:n] for x in (self.ids, self.starts, self.ends, self.words))
        return Pieces(self.text, self.tokens[:n], *arrays)


@functools.cache
def vocabulary(language: str) -> dict[str, int]:
    """Return token -> id of the bundled BERT of a language.

    Raises:
        AssetError: its `vocab.txt` is missing or damaged.
    """
    return read_vocabulary(assets.locate(f"weights/bert-{language}/vocab.txt"))


@functools.cache
def library_tokenizer(language: str) -> Tokenizer:
    """Return the bundled BERT's tokenizer; reading it is safe from several threads at once."""
    return tokenizer(vocabulary(language))


def checked(text: str) -> str:
    """Return the text if there is something in it, and not too much.

    Raises:
        InputError: it is empty, blank or too long.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError("text_too_long", got=len(text), limit=MAX_CHARACTERS)
    if all(unicodedata.category(c) in UNSEEN for c in text):
        raise InputError("text_empty")
    return text


def read(text: str, source: str | Tokenizer, *, cuts: Sequence[int] | None = None) -> Pieces:
    """Cut a text into pieces.

    A typed "[MASK]" (or [mask], 【MASK】, ［ＭＡＳＫ］) is read as the special token; other special
    tokens are not recognised, so that nobody ends a sentence by writing "[SEP]".

    Args:
        text: what was typed.
        source: who is to read it: the bundled BERT of "en" or "zh", or another's tokenizer.
        cuts: where words begin (character numbers, rising) instead of at spaces and punctuation;
            a piece with ## belongs to its predecessor's word in any case.

    Raises:
        InputError: the text is empty, blank or too long.
    """
    library = library_tokenizer(source) if isinstance(source, str) else source
    at = 0
    tokens, ids, spans, words = [], [], [], []
    n_words = 0
    for typed in [*TYPED_MASK.finditer(checked(text)), None]:
        encoding = library.encode(text[at : typed.start() if typed else None])
        tokens += encoding.tokens
        ids += encoding.ids
        spans += [(at + start, at + end) for start, end in encoding.offsets]
        # No word would be a special token's, and none is added.
        words += [n_words + word for word in encoding.word_ids if word is not None]
        n_words = words[-1] + 1 if encoding.word_ids else n_words
        if typed:
            tokens.append(MASK)
            ids.append(token_id(library, MASK))
            spans.append(typed.span())
            words.append(-1)
            n_words += 1
            at = typed.end()
    if not tokens:  # nothing but control characters, which the tokenizer drops
        raise InputError("text_empty")
    starts, ends = np.array(spans, np.int64).T
    numbers = np.array(words, np.int64)
    if cuts is not None:
        numbers = _words(tokens, starts, numbers, sorted(cuts))
    return Pieces(text, tuple(tokens), np.array(ids, np.int64), starts, ends, numbers)


def _words(
    tokens: list[str], starts: np.ndarray, library: np.ndarray, cuts: list[int]
) -> np.ndarray:
    """Number the words that begin at `cuts`, [T]."""
    numbers, number, before = np.full(len(tokens), -1), -1, -1
    for i, token in enumerate(tokens):
        if library[i] < 0:
            before = -1
            continue
        begins = bisect_right(cuts, int(starts[i]))  # how many words have begun here
        if before < 0 or (begins != before and not token.startswith("##")):
            number += 1
        numbers[i], before = number, begins
    return numbers


def looks_like(text: str) -> str | None:
    """Return the language that most letters of a text belong to, or None without letters.

    Special tokens that are written in the text, and what looks like a blank, are of no language.
    """
    words = text
    for written in (TYPED_MASK, TYPED_SPECIAL, BLANK_LIKE):
        words = written.sub("", words)
    names = [unicodedata.name(c, "") for c in words if c.isalpha()]
    han = sum(name.startswith("CJK") for name in names)
    latin = sum(name.startswith("LATIN") for name in names)
    if not han and not latin:
        return None
    return "zh" if 4 * han > latin else "en"  # an English word has four or five letters


def unknown(pieces: Pieces) -> tuple[str, ...]:
    """Return what stood in the text where the vocabulary has only [UNK], each once, in order."""
    spots = [i for i, token in enumerate(pieces.tokens) if token == UNKNOWN]
    return tuple(dict.fromkeys(pieces.text[pieces.starts[i] : pieces.ends[i]] for i in spots))


def typed_specials(text: str) -> tuple[str, ...]:
    """Return the special tokens, other than [MASK], that are written in a text."""
    return tuple(dict.fromkeys(TYPED_SPECIAL.findall(text)))


def blank_like(text: str) -> tuple[tuple[int, int], ...]:
    """Return where something stands that looks like a blank and is none: [start, end) of each."""
    return tuple(found.span() for found in BLANK_LIKE.finditer(text))


@functools.cache
def ordinary(language: str) -> np.ndarray:
    """Return the ids that a random token is drawn from: neither special nor unused, int64 [n]."""
    tokens = vocabulary(language)
    return np.array(
        [i for t, i in tokens.items() if t not in SPECIAL and not t.startswith("[unused")]
    )


@functools.cache
def token_names(language: str) -> tuple[str, ...]:
    """Return the token of each id."""
    return tuple(vocabulary(language))
