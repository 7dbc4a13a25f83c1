"""France is to Paris as Japan is to ...? How often do the vectors know?

    b - a + c -> the nearest word that is none of the three (3CosAdd, Mikolov et al. 2013,
    arXiv:1301.3781; named by Levy & Goldberg 2014)

The pairs are ours (core/text/analogies-en.toml, analogies-zh.toml); within a kind each pair asks
each other one, but where two pairs share a word.
"""

from collections.abc import Iterator

import numpy as np

from core.inference import word_search
from core.results.words import AnalogyScore, SimilarWords
from core.text import word_lists
from core.text.vectors import vectors

N_FIRST = 5
SEED = 0  # of the random vectors
BLOCK = 256  # questions at a time


def answer(language: str, a: str, b: str, c: str, *, n: int = 5) -> SimilarWords:
    """Return which words stand to `c` as `b` stands to `a`, the likeliest first.

    Raises:
        InputError: a word without a vector, or all three cancel out.
        AssetError: the vectors are missing or damaged.
    """
    return word_search.similar(language, [b, c], [a], n=n)


def questions(language: str, kind: str) -> list[tuple[str, str, str, str]]:
    """Return the questions of a kind, a : b :: c : d."""
    pairs = word_lists.analogies(language)[kind]
    return [(a, b, c, d) for a, b in pairs for c, d in pairs if len({a, b, c, d}) == 4]


def scores(language: str, units: np.ndarray | None = None) -> tuple[AnalogyScore, ...]:
    """Return the score of each kind.

    Args:
        language: "en" or "zh".
        units: [V, D] vectors of length 1 instead of those that ship.

    Raises:
        AssetError: the vectors are missing or damaged.
    """
    rows = vectors(language).units if units is None else units
    return tuple(_scored(language, kind, rows) for kind in word_lists.analogies(language))


def _scored(language: str, kind: str, units: np.ndarray) -> AnalogyScore:
    numbers = vectors(language).numbers
    asked = np.array([[numbers[word] for word in one] for one in questions(language, kind)])
    ranks = np.concatenate([*_ranks(asked, units)])
    return AnalogyScore(
        kind, len(asked), float((ranks == 0).mean()), float((ranks < N_FIRST).mean())
    )


def _ranks(asked: np.ndarray, units: np.ndarray) -> Iterator[np.ndarray]:
    """Yield how many words are nearer than the right one, the three given left out."""
    for start in range(0, len(asked), BLOCK):
        some = asked[start : start + BLOCK]
        a, b, c, d = some.T
        cosines = (units[b] - units[a] + units[c]) @ units.T  # [Q, V], but for a factor
        each = np.arange(len(some))
        right = cosines[each, d]
        cosines[each[:, None], some[:, :3]] = -np.inf
        yield (cosines > right[:, None]).sum(1)


def overall(found: tuple[AnalogyScore, ...]) -> float:
    """Return the share of all questions whose first answer is right."""
    n = sum(one.n_questions for one in found)
    return sum(one.accuracy * one.n_questions for one in found) / n


def random_units(language: str) -> np.ndarray:
    """Return vectors of the same number and width that mean nothing: a peer."""
    shape = vectors(language).units.shape
    drawn = np.random.default_rng(SEED).standard_normal(shape, np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
