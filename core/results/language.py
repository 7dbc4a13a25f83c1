"""What the pages about language get to know of a text: its pieces, and which are hidden."""

from dataclasses import dataclass

import numpy as np

# ---- Masking lab --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class MaskedEpoch:
    """What one reading of a text of T pieces hides."""

    actions: np.ndarray  # [T] int8, core.text.masking.Action: left, masked, random, kept
    read: tuple[str, ...]  # [T], what BERT reads
    units: np.ndarray  # [T], which chosen unit (0 was chosen first), -1 where not chosen
    throws: np.ndarray  # [T], the throw in [0, 1) that decided between the three; NaN if not chosen


@dataclass(frozen=True, slots=True, eq=False)
class MaskedText:
    """A text and its masking in several epochs, without [CLS] and [SEP]."""

    tokens: tuple[str, ...]  # [T]
    written: tuple[str, ...]  # [T], what stood in the text
    words: np.ndarray  # [T], number of the word, -1 at a typed [MASK]
    starts: np.ndarray  # [T], each piece's first character in the text
    epochs: tuple[MaskedEpoch, ...]
    n_cut: int  # pieces that found no place
    cut: str  # the text from the first of them on
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart


@dataclass(frozen=True, slots=True, eq=False)
class MaskTally:
    """How often each of T pieces met each fate in `n_rolls` epochs."""

    n_rolls: int
    n_open: int  # pieces that could be chosen
    masked: np.ndarray  # [T] counts
    random: np.ndarray  # [T]
    kept: np.ndarray  # [T]


# ---- Input, piece by piece ----------------------------------------------------------------------


Step = tuple[tuple[str, str], ...]  # (before, after) of each run of characters, in order


@dataclass(frozen=True, slots=True)
class SentenceSteps:
    """What happened to one sentence before it was pieces."""

    cleaned: Step
    spaced: Step  # Chinese characters between blanks
    lowered: Step  # lower case, without accents
    words: tuple[tuple[str, tuple[str, ...]], ...]  # each word and its pieces
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart


@dataclass(frozen=True, slots=True)
class CutSentence:
    """What of a sentence found no place."""

    n_pieces: int
    text: str


@dataclass(frozen=True, slots=True)
class InputPieces:
    """What BERT reads: T tokens with [CLS] and [SEP]."""

    sentences: tuple[SentenceSteps, ...]  # one or two
    tokens: tuple[str, ...]  # [T]
    ids: tuple[int, ...]  # [T]
    segments: tuple[int, ...]  # [T], 0 for sentence A, 1 for B
    cuts: tuple[CutSentence, ...]  # one for each sentence


@dataclass(frozen=True, slots=True)
class MatchedWord:
    """A word taken apart: each look into the vocabulary, longest first."""

    word: str
    attempts: tuple[tuple[str, bool], ...]  # (piece, whether the vocabulary has it)
    pieces: tuple[str, ...]
    longest: int  # characters; a longer word is [UNK] at once


@dataclass(frozen=True, slots=True)
class VocabularyHits:
    """What a search found."""

    n_found: int
    shown: tuple[tuple[str, int], ...]  # the first few: token, id


@dataclass(frozen=True, slots=True)
class VocabularyFacts:
    """What a vocabulary is made of."""

    n_tokens: int
    n_continuing: int  # ## pieces
    n_special: int
    n_unused: int  # [unused0] ...: places left free for later
    n_chinese: int  # single Chinese characters


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingSum:
    """What enters BERT's first layer at one token; all [D] float32."""

    word: np.ndarray
    position: np.ndarray
    segment: np.ndarray
    summed: np.ndarray
    normalised: np.ndarray  # after LayerNorm


@dataclass(frozen=True, slots=True)
class OtherPieces:
    """A text cut by another model's tokenizer."""

    name: str
    kind: str  # "bpe" or "sentencepiece"
    readable: bool = True  # False: the files are damaged
    tokens: tuple[str, ...] = ()  # the first few
    n_tokens: int = 0
    n_vocabulary: int = 0
