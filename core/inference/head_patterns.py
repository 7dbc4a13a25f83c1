"""What kind of head is it?

Entropy, distance and the patterns of Clark et al. 2019 (arXiv:1906.04341, sections 3.1 to 3.3):
many heads look at a fixed place, such as the token before, and can be named by it.
"""

from collections.abc import Callable

import numpy as np

from core.results.attention import Attention, HeadScores, ReadTokens

NAMED_FROM = 0.5  # a pattern names a head that spends at least half of its attention so


def score(seen: Attention) -> HeadScores:
    """Return each head's entropy, distance and patterns."""
    attention = seen.attention
    places = np.arange(attention.shape[-1])
    apart = np.abs(places[:, None] - places)  # [T, T]
    surprise = -np.log(np.maximum(attention, np.finfo(attention.dtype).tiny))
    patterns = {name: _share(attention, seen.read, aim) for name, aim in PATTERNS.items()}
    shares = np.nan_to_num(np.stack(list(patterns.values())), nan=-1.0)  # [patterns, L, H]
    return HeadScores(
        entropy=(attention * surprise).sum(-1).mean(-1),
        distance=(attention * apart).sum(-1).mean(-1),
        patterns=patterns,
        strongest=np.where(shares.max(0) >= NAMED_FROM, shares.argmax(0), -1),
    )


def _share(
    attention: np.ndarray, read: ReadTokens, aim: Callable[[ReadTokens], np.ndarray]
) -> np.ndarray:
    """Return what the aim gets, mean over the ordinary tokens that have one, [L, H]; or NaN."""
    aimed = aim(read) & ~read.special[:, None]  # special tokens idle, often on themselves
    rows = aimed.any(-1)
    if not rows.any():
        return np.full(attention.shape[:2], np.nan)
    return (attention * aimed).sum(-1)[..., rows].mean(-1)


def _shifted(read: ReadTokens, by: int) -> np.ndarray:
    return np.eye(len(read.tokens), k=by, dtype=bool)


def _begins(read: ReadTokens) -> np.ndarray:
    """The special token that begins the text, [CLS] or <s>."""
    first = np.arange(len(read.tokens)) == 0
    return np.broadcast_to(first & read.special, (len(first), len(first)))


def _separates(read: ReadTokens) -> np.ndarray:
    later = np.arange(len(read.tokens)) > 0
    return np.broadcast_to(later & read.special, (len(later), len(later)))


def _pieces(read: ReadTokens) -> np.ndarray:
    """The other pieces of the same word."""
    return (read.words[:, None] == read.words) & ~_shifted(read, 0)


def _repeated(read: ReadTokens) -> np.ndarray:
    """The same token at other places."""
    tokens = np.array(read.tokens)
    return (tokens[:, None] == tokens) & ~_shifted(read, 0)


def _across(read: ReadTokens) -> np.ndarray:
    """The ordinary tokens of the other sentence."""
    return (read.segments[:, None] != read.segments) & ~read.special


PATTERNS: dict[str, Callable[[ReadTokens], np.ndarray]] = {  # which keys a query aims at, [T, T]
    "previous": lambda read: _shifted(read, -1),
    "next": lambda read: _shifted(read, 1),
    "self": lambda read: _shifted(read, 0),
    "cls": _begins,
    "sep": _separates,
    "piece": _pieces,
    "same": _repeated,
    "other": _across,
}
