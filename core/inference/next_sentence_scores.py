"""How often is our BERT right about the next sentence, and what does learning it cost?

The first is counted on held-out pairs, half of them neighbours and half strangers of the same
source; the second is a trial with and without that task (core/training/bert_trials.py).
"""

import json
import math

from core import assets
from core.errors import AssetError
from core.inference import training_lapse
from core.results.answers import PairScore, Trial, TrialPoint

TRIAL = "samples/nsp_trial.json"
Z95 = 1.96  # standard errors on each side of a 95% interval


def score(language: str) -> PairScore:
    """Return how a bundled BERT does on held-out pairs.

    Raises:
        AssetError: `snapshots.json` is missing or damaged.
    """
    last = training_lapse.lapse(language).moments[-1]
    low, high = interval(last.nsp_accuracy, last.n_pairs)
    return PairScore(last.nsp_accuracy, last.n_pairs, low, high)


def interval(share: float, n: int) -> tuple[float, float]:
    """Return the 95% interval of a share counted on n cases (Wilson 1927)."""
    spread = Z95 * math.sqrt(share * (1 - share) / n + (Z95 / (2 * n)) ** 2)
    middle, shrink = share + Z95**2 / (2 * n), 1 + Z95**2 / n
    return (middle - spread) / shrink, (middle + spread) / shrink


def trial() -> Trial | None:
    """Return the runs with and without the task; None where they have not been made yet.

    Raises:
        AssetError: the file is damaged.
    """
    if not (assets.FOLDER / TRIAL).is_file():
        return None
    path = assets.locate(TRIAL)
    try:
        found = json.loads(path.read_text("utf-8"))
        return Trial(
            language=found["language"],
            n_steps=found["n_steps"],
            n_masked=found["n_masked"],
            runs=tuple(
                (name, tuple(TrialPoint(**point) for point in curve))
                for name, curve in found["curves"].items()
            ),
            command=found["command"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        command = str(assets.manifest()[TRIAL]["command"])
        raise AssetError("asset_damaged", file=TRIAL, command=command) from error
