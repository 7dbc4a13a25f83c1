"""What is answered about word vectors."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word as it was typed, and as the vectors have it."""

    typed: str
    word: str
    number: int  # of V, 0 for the most frequent
    simplified: bool  # it was typed in traditional characters


@dataclass(frozen=True, slots=True, eq=False)
class SimilarWords:
    """The words whose vectors point most nearly where a sum of vectors does."""

    language: str
    plus: tuple[AskedWord, ...]
    minus: tuple[AskedWord, ...]
    words: tuple[str, ...]  # [N], the nearest first; none of those asked about
    cosines: np.ndarray  # [N] float32 in [-1, 1]


@dataclass(frozen=True, slots=True, eq=False)
class OddOneOut:
    """Of some words, the one that is least like the others."""

    words: tuple[AskedWord, ...]  # [N]
    likeness: np.ndarray  # [N] float32, mean cosine with the others
    odd: int  # number of the word with the smallest


@dataclass(frozen=True, slots=True, eq=False)
class AxisPlaces:
    """Words between two poles."""

    words: tuple[AskedWord, ...]  # [N]
    places: np.ndarray  # [N] float32, cosine with the axis: above 0 towards the right pole
    agreement: float  # mean cosine of the pairs' differences with the axis; 1: all say the same


@dataclass(frozen=True, slots=True, eq=False)
class WhyNear:
    """What each number of two vectors adds to their cosine."""

    words: tuple[AskedWord, AskedWord]
    cosine: float
    parts: np.ndarray  # [D] float32, their sum is the cosine


@dataclass(frozen=True, slots=True, eq=False)
class Translated:
    """The words of another language that stand nearest to where a word lands there."""

    language: str
    word: AskedWord
    words: tuple[str, ...]  # [N]
    cosines: np.ndarray  # [N] float32


@dataclass(frozen=True, slots=True, eq=False)
class AnalogyScore:
    """How many questions of one kind are answered rightly."""

    kind: str
    n_questions: int
    accuracy: float  # the first answer is the one that was meant
    top5: float  # it is among the first five


@dataclass(frozen=True, slots=True, eq=False)
class WordMaps:
    """N words on planes, each of which lies within [-1, 1]."""

    numbers: np.ndarray  # int32 [N], which words
    topics: np.ndarray  # int8 [N], number of a topic, -1 for none
    points: dict[str, np.ndarray]  # method -> float32 [N, 2]
    kept: dict[str, float]  # method -> 0..1, of a word's 10 nearest, how many are so on the map


@dataclass(frozen=True, slots=True, eq=False)
class SenseScores:
    """How far a BERT's vectors of a word part by its sense, layer by layer; 0 is the embeddings."""

    language: str
    n_sentences: int
    n_words: int
    accuracy: np.ndarray  # [L + 1], share of sentences whose sense is told; by chance 0.5
    self_similarity: np.ndarray  # [L + 1], mean cosine of a word with itself in other sentences
    any_two: np.ndarray  # [L + 1], that of two different words, drawn by lot


@dataclass(frozen=True, slots=True, eq=False)
class WordInContext:
    """A word's vectors in N sentences, layer by layer; layer 0 is the embeddings."""

    language: str
    word: str
    sentences: tuple[str, ...]  # [N]
    senses: tuple[str, ...]  # [N], () where nobody has said them
    starts: tuple[int, ...]  # [N], the word's first character
    ends: tuple[int, ...]  # [N], one past its last
    repeated: tuple[int, ...]  # sentences in which it stands more than once: the first place counts
    has_static: bool  # it is one of the words with a static vector
    looks_like: str | None  # language of most letters
    cosines: np.ndarray  # float32 [L + 1, N, N]
    places: np.ndarray  # float32 [L + 1, N, 2] on each layer's plane; distances as in the space
    kept: np.ndarray  # float32 [L + 1] in 0..1, share of the spread that the plane keeps
