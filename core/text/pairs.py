"""Sentences as BERT reads them: `[CLS] A [SEP]` or `[CLS] A [SEP] B [SEP]`.

After Devlin et al. 2018 (arXiv:1810.04805), figure 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.text.pieces import Pieces
from core.text.tokenizer import CLS, SEP


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Sentences A and B in one row of T tokens."""

    tokens: tuple[str, ...]  # [T]
    ids: np.ndarray  # int64 [T]
    segments: np.ndarray  # int64 [T], 0 for A with [CLS] and its [SEP], 1 for B with its
    kept: tuple[int, int]  # how many pieces of A and of B found a place


def n_frame(n_sentences: int) -> int:
    """Return how many tokens stand around sentences: [CLS], and a [SEP] after each."""
    return 1 + n_sentences


def framed(
    sentences: Sequence[np.ndarray], cls_id: int, sep_id: int
) -> tuple[np.ndarray, np.ndarray]:
    """Put sentences, each int64 [T_i], into one row.

    Returns:
        Ids and segments, int64 [T]: [CLS] and sentence A with its [SEP] are segment 0, B is 1.
    """
    cls, sep = np.array([cls_id]), np.array([sep_id])
    parts = [np.concatenate([ids, sep]) for ids in sentences]
    parts[0] = np.concatenate([cls, parts[0]])
    segments = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return np.concatenate(parts).astype(np.int64), segments


def frame(first: Pieces, second: Pieces, *, cls_id: int, sep_id: int, n_positions: int) -> Pair:
    """Put two sentences into one row; what finds no place is cut off at a sentence's end."""
    kept = shares([len(first.tokens), len(second.tokens)], n_positions - n_frame(2))
    a, b = first.first(kept[0]), second.first(kept[1])
    ids, segments = framed([a.ids, b.ids], cls_id, sep_id)
    return Pair(
        tokens=(CLS, *a.tokens, SEP, *b.tokens, SEP),
        ids=ids,
        segments=segments,
        kept=(kept[0], kept[1]),
    )


def shares(lengths: Sequence[int], room: int) -> list[int]:
    """Return how many pieces of each sentence stay: the longer one loses its last, one by one."""
    kept = list(lengths)
    while sum(kept) > room:
        longest = max(range(len(kept)), key=lambda i: kept[i])
        kept[longest] -= 1
    return kept
