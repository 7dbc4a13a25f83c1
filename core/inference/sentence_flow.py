"""How much attention stays within a sentence, and how much crosses over?"""

import numpy as np

from core.errors import InputError
from core.results.attention import Attention, SentenceFlow


def flow(seen: Attention) -> SentenceFlow:
    """Return each head's shares A->A, A->B, B->A and B->B.

    Special tokens ([CLS], [SEP]) belong to neither sentence: they are left out as queries and as
    keys, and the rest sums to 1. How much the ordinary tokens give to them stands beside it.

    Raises:
        InputError: there is only one sentence.
    """
    read = seen.read
    if not read.segments.any():
        raise InputError("attention_no_second")
    members = [(read.segments == side) & ~read.special for side in (0, 1)]
    blocks = [seen.attention[:, :, a][..., b].sum((-2, -1)) for a in members for b in members]
    total = np.stack(blocks, -1)  # [L, H, 4]
    ordinary = seen.attention[:, :, ~read.special]
    return SentenceFlow(
        shares=total / np.maximum(total.sum(-1, keepdims=True), np.finfo(np.float32).tiny),
        special=ordinary[..., read.special].sum(-1).mean(-1),
    )
