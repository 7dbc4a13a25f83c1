"""Does the answer need these heads?

A head that is switched off mixes nothing in: its attention is multiplied by 0 (Michel et al. 2019,
arXiv:1905.10650, section 2.2), and all else stays as it was trained.
"""

from collections.abc import Collection

import torch

from core.inference import questions, readings
from core.inference.readings import Keep
from core.results.attention import Ablation


def switch_off(
    model: str,
    text: str,
    second: str = "",
    *,
    off: Collection[int],
    question: str = "mask",
    at: int | None = None,
    target: str | None = None,
    keep: Keep = "head",
) -> Ablation:
    """Return an answer with all heads, and without some.

    Args:
        model: as `questions.ask`, and so are all the others but
        text: sentence A.
        second: sentence B.
        off: heads to switch off, layer * H + head; all of them may go.
        question: "mask" or "next".
        at: the token to hide.
        target: the answer to follow.
        keep: which end stays.

    Raises:
        InputError: as `questions.ask`; or no such head.
        AssetError: the bundled weights are missing or damaged.
    """
    asked = questions.ask(model, text, second, question=question, at=at, target=target, keep=keep)
    mask = readings.head_mask(asked.reading, off)
    bert, ids, segments = asked.reading.reader.model.bert, asked.reading.ids, asked.reading.segments
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
