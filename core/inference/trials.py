"""What did short pre-trainings that differ in one thing find?

They were run beforehand, by research/bert_trials.py: "nsp" with and without next sentence
prediction, "transfer" from a body that learnt English, from one that has read Chinese too, and from
random weights.
"""

import json

from core import assets
from core.errors import AssetError
from core.results.answers import Trial, TrialPoint


def file_of(kind: str) -> str:
    """Return where a kind's trial lies below `assets/`."""
    return f"samples/{kind}_trial.json"


def stored(kind: str) -> Trial | None:
    """Return the runs of a trial; None where they have not been made yet.

    Raises:
        AssetError: the file is missing or damaged.
    """
    name = file_of(kind)
    if name not in assets.manifest():
        return None
    path = assets.locate(name)
    try:
        found = json.loads(path.read_text("utf-8"))
        runs = tuple(
            (run, tuple(TrialPoint(**point) for point in curve))
            for run, curve in found["curves"].items()
        )
        if len(runs) < 2 or not all(curve for _, curve in runs):
            raise ValueError("nothing to compare, or a run without evaluations")
        return Trial(
            language=found["language"],
            n_steps=found["n_steps"],
            n_masked=found["n_masked"],
            runs=runs,
            command=found["command"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        command = assets.manifest()[name]["command"]
        raise AssetError("asset_damaged", file=name, command=command) from error
