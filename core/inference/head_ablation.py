"""Does the answer need these heads?

A head that is switched off mixes nothing in: its attention is multiplied by 0 (Michel et al. 2019,
arXiv:1905.10650, section 2.2), and all else stays as it was trained.
"""

from collections.abc import Collection

import torch

from core.inference import questions, readings
from core.inference.questions import Question
from core.results.attention import Ablation


def switch_off(asked: Question, *, off: Collection[int]) -> Ablation:
    """Return an answer with all heads, and without some.

    Args:
        asked: the question.
        off: heads to switch off, layer * H + head; all of them may go.

    Raises:
        InputError: no such head.
    """
    mask = readings.head_mask(asked.reading, off)
    bert, ids, segments = asked.reader.model.bert, asked.reading.ids, asked.reading.segments
    with torch.inference_mode():
        before, after = (
            questions.answers(asked, bert(ids, segments, head_mask=factors).hidden)[0]
            for factors in (None, mask)
        )
    return Ablation(
        at=asked.at,
        before=questions.prediction(asked, before),
        after=questions.prediction(asked, after),
        n_off=len(set(off)),
    )
