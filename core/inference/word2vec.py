"""What do vectors of words learn from this text?

They are trained like everything that is watched (core/inference/train.py), in a process of its
own. What was pasted comes with the question and goes with its answer.
"""

import json
import lzma
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import assets
from core.errors import InputError
from core.inference import train as training
from core.jobs import settings as limits
from core.jobs.settings import WordVectorSettings
from core.results.training import RunFacts, TrainingReport, WordFacts, WordSamples

EXAMPLES = "samples/word2vec_examples.json.xz"
METHODS, LANGUAGES = limits.METHODS, limits.LANGUAGES
# What the page looks at first in the texts that ship: words of a few groups.
WATCHED = {
    "en": "dog cat horse germany france japan china piano guitar violin drums milk bread cheese "
    "football basketball tennis sun moon mars",
    "zh": "狗 猫 老虎 德国 法国 日本 英国 钢琴 吉他 小提琴 鼓 牛奶 面包 水果 足球 篮球 网球 太阳 "
    "月球 火星",
}


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A stored run, as it was at some of its steps."""

    settings: WordVectorSettings
    report: TrainingReport  # its end
    steps: tuple[int, ...]  # F
    frames: tuple[WordSamples, ...]  # F


def settings(text: str | None, watched: str, **chosen: Any) -> WordVectorSettings:
    """Return what is to be trained.

    Args:
        text: pasted; None for the one that ships.
        watched: words to look at, apart by blanks or commas.
        chosen: other fields of WordVectorSettings.

    Raises:
        InputError: nothing to read, or a setting is out of range.
    """
    if text is not None and not text.strip():
        raise InputError("word2vec_empty")
    found = tuple(dict.fromkeys(watched.lower().replace("，", " ").replace(",", " ").split()))
    return WordVectorSettings(text=text, watched=found, **chosen)


def warm_up() -> None:
    """Let the processes import what they need; returns at once."""
    training.warm_up()


def begin(job: str, wanted: WordVectorSettings, visitor: str | None = None) -> None:
    """Let vectors learn as soon as it is their turn; as `core.inference.train.begin`."""
    training.begin(job, wanted, visitor)


def follow(job: str) -> TrainingReport:
    """Return all that is known of a run; as `core.inference.train.follow`."""
    return training.follow(job)


def stop(job: str) -> None:
    """End a run, or take it out of the line; an unknown name is over already."""
    training.stop(job)


def usual(language: str, method: str = METHODS[0]) -> WordVectorSettings:
    """Return what the page begins with."""
    watched = tuple(WATCHED[language].split())
    return WordVectorSettings(language=language, method=method, watched=watched)


def example(language: str, method: str) -> Example:
    """Return a stored run.

    Raises:
        InputError: there is no such language or method.
        AssetError: the file is missing or damaged.
    """
    if language not in LANGUAGES:
        raise InputError("bad_request", field="language")
    if method not in METHODS:
        raise InputError("bad_request", field="method")
    packed = assets.locate(EXAMPLES).read_bytes()
    kept = json.loads(lzma.decompress(packed))[f"{language}-{method}"]
    words = WordFacts(**{name: _read(value) for name, value in kept["facts"].pop("words").items()})
    frames = tuple(
        WordSamples(**{name: _read(value) for name, value in one.items()}) for one in kept["frames"]
    )
    chosen = kept["settings"] | {"watched": tuple(kept["settings"]["watched"])}
    return Example(
        settings=WordVectorSettings(**chosen),
        report=TrainingReport(
            over=True,
            state="done",
            step=kept["step"],
            seconds=kept["seconds"],
            losses=np.array(kept["losses"]),
            checks=np.array([[*check, np.nan] for check in kept["checks"]]),
            facts=RunFacts(**kept["facts"] | {"words": words}),
            samples=frames[-1],
        ),
        steps=tuple(kept["steps"]),
        frames=frames,
    )


def _read(value: Any) -> Any:
    """Return a table of numbers as an array, null as NaN; lists of words as tuples."""
    if not isinstance(value, list):
        return value
    parts = [part for row in value for part in (row if isinstance(row, list) else [row])]
    if all(part is None or isinstance(part, int | float) for part in parts):
        return np.array(value, np.float64)
    return tuple(tuple(row) if isinstance(row, list) else row for row in value)
