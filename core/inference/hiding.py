"""What does an answer lose when a word is hidden?

    ids [T] in W words -> the text, and W texts with one word hidden each -> scores [1 + W]
    cost [W] = score of the text - scores with a word hidden

A word is hidden when [MASK] stands in the place of each of its pieces; nothing else moves. Its cost
is above 0 where the word speaks for the answer, and it is no estimate: it is what happens when a
learner hides the word (occlusion: Zeiler & Fergus 2014, arXiv:1311.2901, on pictures; Li et al.
2016, arXiv:1612.08220, on words). All texts are read in one batch.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from core.models.bert import BertConfig

MAX_WORK = 6_000 * 6 * 384**2  # tokens x layers x width^2: some two seconds of one CPU thread
MIN_WORDS = 8  # so many are told apart in any text


def at_most(n_tokens: int, config: BertConfig) -> int:
    """Return how many words of a text of so many tokens there is time to hide one by one."""
    return max(MIN_WORDS, MAX_WORK // (n_tokens * config.n_layers * config.width**2))


class Numbered(NamedTuple):
    """Which word each token belongs to."""

    words: np.ndarray  # int64 [T], rising from 0; -1 at the frame
    together: int  # so many neighbouring words of a long text count as one


def framed(sentences: Sequence[np.ndarray], limit: int) -> Numbered:
    """Number the words of `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`; arguments as `number`."""
    numbers, together = number(sentences, limit)
    parts = [np.array([-1]), *(x for one in numbers for x in (one, np.array([-1])))]
    return Numbered(np.concatenate(parts).astype(np.int64), together)


def number(sentences: Sequence[np.ndarray], limit: int) -> tuple[list[np.ndarray], int]:
    """Number the words of all sentences from 0 on.

    Where there are more than `limit`, as many neighbours as need be are taken for one, never across
    the end of a sentence.

    Args:
        sentences: of each, int64 [T_i], one number a word; -1 at a typed [MASK], a word by itself.
        limit: about so many words in all.

    Returns:
        Of each sentence int64 [T_i], and how many neighbours were taken for one.
    """
    own = []
    for numbers in sentences:
        begins = np.diff(numbers, prepend=-2) != 0
        begins |= numbers < 0
        own.append(np.cumsum(begins) - 1)
    together = max(1, -(-sum(_count(one) for one in own) // limit))
    found, first = [], 0
    for one in own:
        found.append(one // together + first)
        first += _count(found[-1] - first)
    return found, together


def _count(numbers: np.ndarray) -> int:
    return int(numbers[-1]) + 1 if len(numbers) else 0


def without_each(ids: np.ndarray, words: np.ndarray, mask_id: int) -> list[np.ndarray]:
    """Return the text [T], and W texts [T] in which one word each is hidden.

    Args:
        ids: int64 [T].
        words: int64 [T], which of W words each token belongs to; -1 at what is never hidden.
        mask_id: of [MASK].
    """
    return [ids, *without(range(words.max() + 1), ids, words, mask_id)]


def without(
    some: Iterable[int], ids: np.ndarray, words: np.ndarray, mask_id: int
) -> list[np.ndarray]:
    """Return a text [T] for each of some words, hidden in it; the rest as `without_each`."""
    return [np.where(words == word, mask_id, ids) for word in some]


def left_out(words: np.ndarray) -> list[np.ndarray]:
    """Return where the tokens stand that stay, [n], when each of W words is left out."""
    return [np.flatnonzero(words != word) for word in range(words.max() + 1)]


def costs(scores: np.ndarray) -> np.ndarray:
    """Return what hiding each word costs, [W], of scores [1 + W] in the order of `without_each`."""
    return scores[0] - scores[1:]


def at_tokens(of_words: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Give each token [T] its word's value of [W]; 0 at what belongs to no word."""
    return np.where(words < 0, 0, of_words[words]).astype(np.float32)
