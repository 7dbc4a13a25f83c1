"""What does BERT get to read of a text, and what must it answer, each time that the text is read?

    text -> pieces [T] -> for each epoch: which are chosen, what stands in their place [T]

The dice are those of pre-training (core/text/masking.py), thrown by the same functions: whoever
wants to know what a training run saw, gives its seed.
"""

import copy
from collections.abc import Sequence

import numpy as np

from core.errors import InputError
from core.results.language import MaskedEpoch, MaskedText, MaskTally
from core.text import masking, pieces, words
from core.text.masking import Action, Masking, Unit
from core.text.pieces import Pieces
from core.text.tokenizer import MASK

MAX_EPOCHS = 8  # side by side
N_ROLLS = 1000  # epochs that are only counted
MAX_SEED = 999_999
MAX_CUTS = pieces.MAX_CHARACTERS
TEXT = 0  # the text's number in `masking.draws`: the lab has only one


def mask(
    text: str,
    language: str,
    *,
    unit: Unit,
    dynamic: bool,
    seed: int,
    n_epochs: int,
    cuts: Sequence[int] | None = None,
) -> MaskedText:
    """Mask a text as pre-training does, for the first few epochs.

    Args:
        text: what was typed; a [MASK] in it stays one and is never chosen.
        language: of the bundled BERT, "en" or "zh".
        unit: what is chosen as a whole.
        dynamic: anew in each epoch, or once for all.
        seed: of the dice, 0..MAX_SEED.
        n_epochs: 1..MAX_EPOCHS.
        cuts: where words begin; None for spaces and punctuation (en) or jieba (zh).

    Raises:
        InputError: nothing to read, too much of it, or a number out of range.
    """
    _check(seed, n_epochs)
    if cuts is None and language == "zh":
        cuts = words.boundaries(pieces.checked(text))
    whole = pieces.read(text, language, cuts=cuts)
    read = whole.first(pieces.MAX_PIECES)
    epochs = [
        _epoch(read, language, unit, masking.draws(seed, TEXT, i if dynamic else None))
        for i in range(n_epochs)
    ]
    rest = text[whole.starts[len(read.tokens)] :] if len(whole.tokens) > len(read.tokens) else ""
    return MaskedText(
        tokens=read.tokens,
        written=tuple(text[a:b] for a, b in zip(read.starts, read.ends, strict=True)),
        words=read.words,
        starts=read.starts,
        epochs=tuple(epochs),
        n_cut=len(whole.tokens) - len(read.tokens),
        cut=rest,
        looks_like=pieces.looks_like(text),
        unknown=pieces.unknown(read),
        specials=pieces.typed_specials(text),
    )


def tally(
    text: str,
    language: str,
    *,
    unit: Unit,
    dynamic: bool,
    seed: int,
    cuts: Sequence[int] | None = None,
) -> MaskTally:
    """Count what becomes of each piece in N_ROLLS epochs; arguments and errors as for `mask`."""
    _check(seed, 1)
    if cuts is None and language == "zh":
        cuts = words.boundaries(pieces.checked(text))
    read = pieces.read(text, language, cuts=cuts).first(pieces.MAX_PIECES)
    counts = np.zeros((len(Action), len(read.tokens)), np.int64)
    n_throws = N_ROLLS if dynamic else 1
    for i in range(n_throws):
        dice = masking.draws(seed, TEXT, i if dynamic else None)
        masked, _ = _throw(read, language, unit, dice)
        counts[masked.actions, np.arange(len(read.tokens))] += N_ROLLS // n_throws
    return MaskTally(
        n_rolls=N_ROLLS,
        n_open=int((read.words >= 0).sum()),
        masked=counts[Action.MASKED],
        random=counts[Action.RANDOM],
        kept=counts[Action.KEPT],
    )


def wake_words() -> None:
    """Read the Chinese dictionary, which takes a second, before anybody waits for it."""
    words.boundaries("")


def _check(seed: int, n_epochs: int) -> None:
    if not 0 <= seed <= MAX_SEED:
        raise InputError("masking_seed", got=seed, high=MAX_SEED)
    if not 1 <= n_epochs <= MAX_EPOCHS:
        raise InputError("masking_epochs", got=n_epochs, high=MAX_EPOCHS)


def _throw(
    read: Pieces, language: str, unit: Unit, dice: np.random.Generator
) -> tuple[Masking, np.ndarray]:
    """Return a masking and the unit that each piece was chosen in, [T], -1 if not chosen."""
    chosen = masking.choose(read.words, dice, unit=unit)
    masked = masking.corrupt(
        read.ids,
        chosen,
        dice,
        mask_id=pieces.vocabulary(language)[MASK],
        ordinary=pieces.ordinary(language),
        together=unit == "span",
    )
    return masked, chosen


def _epoch(read: Pieces, language: str, unit: Unit, dice: np.random.Generator) -> MaskedEpoch:
    ahead = copy.deepcopy(dice)  # the same dice, to see what `corrupt` is going to throw
    masked, chosen = _throw(read, language, unit, dice)
    masking.choose(read.words, ahead, unit=unit)
    throws = ahead.random(len(chosen))
    if unit == "span":
        throws = throws[np.maximum(chosen, 0)]
    names = pieces.token_names(language)
    return MaskedEpoch(
        actions=masked.actions,
        read=tuple(names[i] for i in masked.ids),
        units=chosen,
        throws=np.where(chosen >= 0, throws, np.nan),
    )
