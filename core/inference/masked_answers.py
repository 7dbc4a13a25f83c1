"""What does BERT answer at the tokens that a masking chose?

    ids [1, T + 2] -> MLM logits [N, V] at the N chosen tokens -> probabilities

The loss of exactly this masking is what one step of pre-training would learn from.
"""

import math
import sys
from collections.abc import Sequence

import numpy as np

from core.bert import berts, fast_bert
from core.inference import masking
from core.inference.fill_in import judged, probabilities
from core.results.answers import MaskedAnswers
from core.text import pieces
from core.text.masking import Unit
from core.text.tokenizer import CLS, SEP

N_TOP = 5
TINY = sys.float_info.min  # where a probability has no logarithm any more


def answer(
    text: str,
    language: str,
    *,
    unit: Unit,
    dynamic: bool,
    seed: int,
    epoch: int,
    cuts: Sequence[int] | None = None,
) -> MaskedAnswers:
    """Let the bundled BERT answer one epoch of `masking.mask`, whose arguments these are.

    Args:
        text: what was typed.
        language: "en" or "zh".
        unit: what is chosen as a whole.
        dynamic: anew in each epoch, or once for all.
        seed: of the dice.
        epoch: which one is answered, from 0.
        cuts: where words begin; None for spaces and punctuation (en) or jieba (zh).

    Raises:
        InputError: as `masking.mask`.
        AssetError: the weights are not there.
    """
    masked = masking.mask(
        text,
        language,
        unit=unit,
        dynamic=dynamic,
        seed=seed,
        n_epochs=epoch + 1,
        cuts=cuts,
    )
    places = np.flatnonzero(masked.epochs[epoch].units >= 0)
    if not len(places):
        return MaskedAnswers(answers=(), n_right=0, loss=0.0)
    reader, vocabulary = berts.reader(language), pieces.vocabulary(language)
    ids = np.array([vocabulary[token] for token in (CLS, *masked.epochs[epoch].read, SEP)])
    hidden = fast_bert.states(reader.model, [ids], [(places + 1).tolist()])
    answers = tuple(
        judged(int(at), shares, vocabulary[masked.tokens[at]], reader, N_TOP)
        for at, shares in zip(places, probabilities(hidden, reader), strict=True)
    )
    return MaskedAnswers(
        answers=answers,
        n_right=sum(one.rank == 1 for one in answers),
        loss=-float(np.mean([math.log(max(one.probability or 0.0, TINY)) for one in answers])),
    )
