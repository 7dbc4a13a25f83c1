"""Which tokens does BERT hide, and what stands in their place?

15% of the tokens are chosen; of these 80% become [MASK], 10% a random token and 10% stay as they
are (Devlin et al. 2018, section 3.1): [MASK] never occurs in a real text, so the model must not
learn that only a [MASK] needs an answer. Chosen are single tokens, whole words (all pieces of one;
Cui et al. 2019, arXiv:1906.08101) or spans of words (SpanBERT, Joshi et al. 2019,
arXiv:1907.10529).

**Static** masking is drawn once for each text, **dynamic** masking anew each time that the text is
read (RoBERTa, Liu et al. 2019, arXiv:1907.11692): `draws` gives the dice for either.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np

Unit = Literal["token", "word", "span"]

RATE = 0.15  # of the tokens are chosen
KEEP_RATE = 0.1  # of these stay as they are
RANDOM_RATE = 0.1  # of these become any token
SPAN_STOP = 0.2  # a span ends after each word with this probability (geometric; 3.8 on average)
SPAN_WORDS = 10  # the longest span


class Action(IntEnum):
    """What became of a token."""

    LEFT = 0  # not chosen
    MASKED = 1
    RANDOM = 2
    KEPT = 3  # chosen, so it must be answered, but still there to be read


@dataclass(frozen=True, slots=True, eq=False)
class Masking:
    """A text after masking."""

    ids: np.ndarray  # int64 [T], what BERT reads
    actions: np.ndarray  # int8 [T], values of Action

    @property
    def chosen(self) -> np.ndarray:
        """Where an answer is asked for, bool [T]."""
        return self.actions != Action.LEFT


def draws(seed: int, text: int, reading: int | None = None) -> np.random.Generator:
    """Return the dice for a text.

    Args:
        seed: of the whole run.
        text: which text, its number.
        reading: which time it is read (dynamic); None gives the same dice each time (static).
    """
    return np.random.default_rng([seed, text] if reading is None else [seed, text, reading + 1])


def choose(
    words: np.ndarray, generator: np.random.Generator, *, unit: Unit = "token", rate: float = RATE
) -> np.ndarray:
    """Choose the tokens to be answered.

    As many as `rate` asks for, on average over many texts, and at least one in a text that has any.
    With whole words and spans the last word may not fit in and fewer are chosen.

    Args:
        words: the number of each token's word, int [T]; -1 at special tokens and padding. Numbers
            rise from left to right and all pieces of a word bear the same.
        generator: the dice.
        unit: what is chosen as a whole.
        rate: share of the tokens.

    Returns:
        For each token the number of its unit, int [T], or -1 where it was not chosen.
    """
    open_to_choice = np.flatnonzero(words >= 0)
    chosen = np.full(len(words), -1)
    if not len(open_to_choice):
        return chosen
    n_wanted = max(1, int(rate * len(open_to_choice) + generator.random()))  # unbiased rounding
    if unit == "token":
        picked = generator.permutation(open_to_choice)[:n_wanted]
        chosen[picked] = np.arange(len(picked))
        return chosen

    numbers, first, sizes = np.unique(words[open_to_choice], return_index=True, return_counts=True)
    n_chosen = 0
    for number, start in enumerate(generator.permutation(len(numbers))):
        length = 1 if unit == "word" else min(generator.geometric(SPAN_STOP), SPAN_WORDS)
        for word in range(start, min(start + length, len(numbers))):
            pieces = open_to_choice[first[word] : first[word] + sizes[word]]
            fits = n_chosen + len(pieces) <= n_wanted
            if chosen[pieces[0]] >= 0 or not (fits or n_chosen == 0):
                break
            chosen[pieces] = number
            n_chosen += len(pieces)
        if n_chosen >= n_wanted:
            break
    return chosen


def corrupt(
    ids: np.ndarray,
    chosen: np.ndarray,
    generator: np.random.Generator,
    *,
    mask_id: int,
    ordinary: np.ndarray,
    together: bool = False,
) -> Masking:
    """Replace 80% of the chosen tokens by [MASK] and 10% by a random one.

    Args:
        ids: the tokens, int [T].
        chosen: unit numbers from `choose`, int [T].
        generator: the dice.
        mask_id: of [MASK].
        ordinary: the tokens that a random one is drawn from, int [n].
        together: one throw of the dice for a whole unit (as SpanBERT does for a span).
    """
    throw = generator.random(len(ids))
    if together:
        throw = throw[np.maximum(chosen, 0)]  # [T], the same for all tokens of a unit
    actions = np.full(len(ids), Action.MASKED, np.int8)
    actions[throw < KEEP_RATE + RANDOM_RATE] = Action.RANDOM
    actions[throw < KEEP_RATE] = Action.KEPT
    actions[chosen < 0] = Action.LEFT
    replacement = generator.choice(ordinary, len(ids))
    read = np.where(actions == Action.MASKED, mask_id, ids)
    read = np.where(actions == Action.RANDOM, replacement, read)
    return Masking(read.astype(np.int64), actions)
