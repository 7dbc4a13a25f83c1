"""Two sentences as BERT reads them: `[CLS] A [SEP] B [SEP]` (Devlin et al. 2018, figure 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.text.pieces import Pieces
from core.text.tokenizer import CLS, SEP

N_FRAME = 3  # [CLS] and two [SEP]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Sentences A and B in one row of T tokens."""

    tokens: tuple[str, ...]  # [T]
    ids: np.ndarray  # int64 [T]
    segments: np.ndarray  # int64 [T], 0 for A with [CLS] and its [SEP], 1 for B with its
    kept: tuple[int, int]  # how many pieces of A and of B found a place


def frame(first: Pieces, second: Pieces, *, cls_id: int, sep_id: int, n_positions: int) -> Pair:
    """Put two sentences into one row; what finds no place is cut off at a sentence's end."""
    kept = shares([len(first.tokens), len(second.tokens)], n_positions - N_FRAME)
    a, b = first.first(kept[0]), second.first(kept[1])
    return Pair(
        tokens=(CLS, *a.tokens, SEP, *b.tokens, SEP),
        ids=np.concatenate([[cls_id], a.ids, [sep_id], b.ids, [sep_id]]),
        segments=np.repeat([0, 1], [kept[0] + 2, kept[1] + 1]),
        kept=(kept[0], kept[1]),
    )


def shares(lengths: Sequence[int], room: int) -> list[int]:
    """Return how many pieces of each sentence stay: the longer one loses its last, one by one."""
    kept = list(lengths)
    while sum(kept) > room:
        longest = max(range(len(kept)), key=lambda i: kept[i])
        kept[longest] -= 1
    return kept
