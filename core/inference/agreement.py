"""Do two ways of explaining an answer say the same of its words?"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

N_STRONGEST = 3


def same_sign(one: np.ndarray, other: np.ndarray) -> float | None:
    """Return the share of words [W] with the same sign; those where either is 0 don't count."""
    telling = (one != 0) & (other != 0)
    return float(np.mean((one > 0)[telling] == (other > 0)[telling])) if telling.any() else None


def strongest(values: np.ndarray, n: int = N_STRONGEST) -> set[int]:
    """Return which words have the largest values, whatever their sign."""
    return set(np.argsort(-np.abs(values), kind="stable")[:n].tolist())


def same_strongest(one: np.ndarray, other: np.ndarray) -> int:
    """Return how many of the `N_STRONGEST` strongest words are the same."""
    return len(strongest(one) & strongest(other))


def ranks(measures: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    """Return both rank correlations of each two of M measures, [M, M]; NaN where there are none."""
    from scipy.stats import kendalltau, spearmanr  # late: a second to import

    found = {name: np.eye(len(measures)) for name in ("spearman", "kendall")}
    for i, j in combinations(range(len(measures)), 2):
        a, b = measures[i], measures[j]
        telling = len(a) > 2 and np.ptp(a) > 0 and np.ptp(b) > 0
        for name, correlate in (("spearman", spearmanr), ("kendall", kendalltau)):
            value = float(correlate(a, b).statistic) if telling else np.nan
            found[name][i, j] = found[name][j, i] = value
    return found
