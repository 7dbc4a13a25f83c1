"""Running text as sentences of words: what word vectors learn from.

The two texts that ship are extracts from Wikipedia, cut into words by core/making/corpora.py.
"""

import functools
import itertools
import lzma
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core import assets
from core.text import words
from core.text.tokenizer import lines

LANGUAGES = ("en", "zh")
SHIPPED = "samples/corpus-{}.txt.xz"  # a line a sentence, its words apart by blanks
LONGEST = 200  # words of a sentence; a longer one is cut
MAX_WORDS = 4_000  # different words that get a vector
# Words that occur less often than this get no vector; a short text can't be choosy.
LEAST = ((50_000, 5), (2_000, 2), (0, 1))  # from so many words on -> least count

_HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_END = re.compile(r"[.!?…]+(?=\s|$)|[。！？；\n]+")
_WORD = re.compile(rf"[{_HAN}]+|[^\W\d_{_HAN}]+(?:['’-][^\W\d_{_HAN}]+)*")


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """A text as numbers of words; what got no vector is left out."""

    words: tuple[str, ...]  # V, the most frequent first, equal ones by their letters
    counts: np.ndarray  # int64 [V]
    tokens: np.ndarray  # int32 [N], all sentences one after the other
    starts: np.ndarray  # int64 [S + 1], where each one begins, and the end
    n_read: int  # words of the text before any was left out
    least: int  # occurrences that a word needed

    def sentence(self, number: int) -> np.ndarray:
        """Return the words of a sentence, int32 [T]."""
        return self.tokens[self.starts[number] : self.starts[number + 1]]


@functools.cache
def shipped(language: str) -> tuple[tuple[str, ...], ...]:
    """Return the sentences of words that ship with the lab.

    Raises:
        AssetError: the file is missing or damaged.
    """
    table = lzma.decompress(assets.locate(SHIPPED.format(language)).read_bytes()).decode()
    return tuple(tuple(line.split(" ")) for line in lines(table))


def sentences(text: str) -> Iterator[list[str]]:
    """Yield the sentences of a text as words, those that hold any.

    Words are runs of letters in lower case; where Chinese characters stand, jieba cuts. Numbers,
    signs and HTML tags are left out.
    """
    plain = _TAG.sub(" ", unicodedata.normalize("NFKC", text))
    for part in _END.split(plain):
        found = [word for run in _WORD.findall(part) for word in _cut(run)]
        if found:
            yield found


def _cut(run: str) -> list[str]:
    if not re.match(f"[{_HAN}]", run):
        return [run.lower().replace("’", "'")]
    edges = [0, *words.boundaries(run), len(run)]
    return [run[a:b] for a, b in itertools.pairwise(edges)]


def corpus(text: Iterable[Sequence[str]], least: int | None = None) -> Corpus:
    """Count words and number them; at most MAX_WORDS get a number.

    Args:
        text: sentences of words.
        least: occurrences that a word needs; by default what LEAST says.
    """
    said = [part[at : at + LONGEST] for part in text for at in range(0, len(part), LONGEST)]
    counts = Counter(word for part in said for word in part)
    n_read = counts.total()
    if least is None:
        least = next(needed for n, needed in LEAST if n_read >= n)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    known = [word for word in ranked[:MAX_WORDS] if counts[word] >= least]
    number = {word: k for k, word in enumerate(known)}
    kept = [[number[word] for word in part if word in number] for part in said]
    kept = [part for part in kept if part]
    return Corpus(
        words=tuple(known),
        counts=np.array([counts[word] for word in known], np.int64),
        tokens=np.array([k for part in kept for k in part], np.int32),
        starts=np.cumsum([0, *(len(part) for part in kept)], dtype=np.int64),
        n_read=n_read,
        least=least,
    )
