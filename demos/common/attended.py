"""The records of the attention page on their way to its view."""

from dataclasses import asdict

import numpy as np

from core.errors import InputError
from core.results.attention import (
    Abilities,
    HeadEffects,
    MeasuringReport,
    Pruning,
    ReadTokens,
    Sources,
)
from demos.common import wire
from demos.common.errors import sentences


def tokens(read: ReadTokens) -> dict:
    """Return what was read, as lists."""
    arrays = {name: getattr(read, name).tolist() for name in ("words", "segments", "special")}
    return asdict(read) | arrays


def can(abilities: Abilities, name: str) -> dict:
    """Return for each ability null, or why the model of that name hasn't got it."""

    def reason(key: str) -> dict:
        return {"key": key, **sentences(InputError(key, name=name))}

    return {ability: key and reason(key) for ability, key in asdict(abilities).items()}


def measured(report: MeasuringReport) -> dict:
    """Return how far a measurement is, with its result at the end."""
    said: dict = {"state": report.state, "ahead": report.ahead, "over": report.over}
    if report.progress:
        said |= {"done": report.progress.done, "total": report.progress.total}
        if report.state == "done" and report.progress.result:
            said["result"] = _result(report.progress.result)
    return said


def _result(result: HeadEffects | Pruning | Sources) -> dict:
    return {
        name: wire.numbers(value) if isinstance(value, np.ndarray) else value
        for name, value in asdict(result).items()
    }
