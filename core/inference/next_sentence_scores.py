"""How often is our BERT right about the next sentence?

Counted on held-out pairs, half of them neighbours and half strangers of the same source.
"""

import math

from core import assets
from core.errors import AssetError
from core.inference import readers
from core.results.answers import PairScore

Z95 = 1.96  # standard errors on each side of a 95% interval


def score(language: str) -> PairScore:
    """Return how a bundled BERT does on held-out pairs.

    Raises:
        AssetError: the manifest has no such figure, is missing or damaged.
    """
    found = readers.score(language)
    if found.nsp_accuracy is None or found.n_pairs is None:
        raise AssetError(
            "asset_damaged",
            file=assets.MANIFEST,
            command=f"python -m core.making.bert_score {language}",
        )
    low, high = interval(found.nsp_accuracy, found.n_pairs)
    return PairScore(found.nsp_accuracy, found.n_pairs, low, high)


def interval(share: float, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share counted on n cases (Wilson 1927)."""
    spread = Z95 * math.sqrt(share * (1 - share) / n + (Z95 / (2 * n)) ** 2)
    middle, shrink = share + Z95**2 / (2 * n), 1 + Z95**2 / n
    return (middle - spread) / shrink, (middle + spread) / shrink
