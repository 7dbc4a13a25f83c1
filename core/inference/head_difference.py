"""Which heads moved most when a word was changed?

    two texts -> attention between whole words -> rows of words that both have -> JSD [L, H]

Jensen-Shannon divergence (Lin 1991), as Clark et al. 2019 (arXiv:1906.04341, section 6) compare
heads: 0 where two rows of attention agree, log 2 where they share no target.
"""

from collections.abc import Collection
from difflib import SequenceMatcher

import numpy as np

from core.errors import InputError
from core.inference import attention, readings
from core.inference.readings import Keep
from core.results.attention import HeadDifference, ReadTokens


def compare(
    model: str,
    text: str,
    second: str = "",
    *,
    other_text: str,
    other_second: str = "",
    keep: Keep = "head",
    off: Collection[int] = (),
) -> HeadDifference:
    """Compare what each head looks at in two texts, word by word.

    Words that both texts have in the same order are aligned, and so are runs of as many changed
    words. What goes to a word without a partner counts as one target of its own.

    Args:
        model: as `attention.show`.
        text: sentence A of the first text.
        second: its sentence B; blank for none.
        other_text: sentence A of the second text.
        other_second: its sentence B.
        keep: which end stays when there are too many tokens.
        off: heads to switch off in both, layer * H + head.

    Raises:
        InputError: as `attention.show`, for either text.
        AssetError: the bundled weights are missing or damaged.
    """
    seen = [
        readings.read(model, *texts, keep=keep)
        for texts in ((text, second), (other_text, other_second))
    ]
    first, other = (_words(reading.read) for reading in seen)
    pairs = _aligned(first, other)
    if not pairs:
        raise InputError("attention_unlike")
    rows = [
        _rows(
            attention.whole_words(attention.attend(reading, off), reading.read.words),
            [pair[side] for pair in pairs],
        )
        for side, reading in enumerate(seen)
    ]
    by_word = _divergence(*rows)  # [L, H, N]
    return HeadDifference(
        divergence=by_word.mean(-1),
        by_word=by_word,
        pairs=tuple(pairs),
        changed=tuple(first[a] != other[b] for a, b in pairs),
        first=seen[0].read,
        second=seen[1].read,
    )


def _words(read: ReadTokens) -> list[tuple[str, ...]]:
    """Return each word as the pieces that it is made of."""
    found: list[tuple[str, ...]] = [()] * (int(read.words[-1]) + 1)
    for word, token in zip(read.words, read.tokens, strict=True):
        found[word] += (token,)
    return found


def _aligned(first: list, other: list) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    matcher = SequenceMatcher(None, first, other, autojunk=False)
    for _, a, a_end, b, b_end in matcher.get_opcodes():
        if a_end - a == b_end - b:  # equal, or as many words replaced
            pairs += zip(range(a, a_end), range(b, b_end), strict=True)
    return pairs


def _rows(between: np.ndarray, words: list[int]) -> np.ndarray:
    """Return the aligned words' rows over each other and over all the rest, [L, H, N, N + 1]."""
    kept = between[:, :, words][..., words]
    return np.concatenate([kept, np.clip(1 - kept.sum(-1, keepdims=True), 0, None)], -1)


def _divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the Jensen-Shannon divergence of distributions along the last axis, nats."""
    middle = (p + q) / 2
    tiny = np.finfo(p.dtype).tiny
    halves = [(x * np.log(np.maximum(x, tiny) / np.maximum(middle, tiny))).sum(-1) for x in (p, q)]
    return np.clip((halves[0] + halves[1]) / 2, 0, None)
