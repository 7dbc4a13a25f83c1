"""What did our BERT answer while it was learning to read?

Each evaluation of pre-training (core/training/bert_evaluation.py) left its scores on held-out texts
and its answers to a few fixed sentences in `snapshots.json`, beside the weights. No model is woken.

A page shows it so: its handler returns `asdict(training_lapse.lapse(language))`, and its view gives
that to `trainingLapse` (demos/common/views/training_lapse.js), for the `fills` or for the `pairs`.
"""

import dataclasses
import functools
import json
import math
from pathlib import Path
from typing import TypedDict

from core import assets
from core.errors import AssetError
from core.inference import readers
from core.results.answers import LapseMoment, LapsePair, TrainingLapse

MAX_MOMENTS = 40  # enough for a slider; a long run has hundreds
FILE = "snapshots.json"


class Fill(TypedDict):
    """What was answered at a sentence's blank."""

    text: str
    answers: list[str]
    probabilities: list[float]


class Judged(TypedDict):
    """What was answered to a pair of sentences."""

    a: str
    b: str
    follows: bool  # the truth
    probability: float


class Entry(TypedDict):
    """One evaluation, as core/training/bert.py wrote it."""

    tokens: int
    seconds: int
    loss: float
    top1: float
    top5: float
    nsp_accuracy: float
    n_masked: int
    n_pairs: int
    fills: list[Fill]
    pairs: list[Judged]


def lapse(language: str) -> TrainingLapse:
    """Return the moments of a bundled BERT's training, the first and the last among them.

    Args:
        language: "en" or "zh".

    Raises:
        AssetError: the file is missing or damaged.
    """
    name = f"weights/bert-{language}/{FILE}"
    path = assets.locate(name)
    try:
        found = _read(path, language, path.stat().st_mtime_ns)
        *before, last = found.moments
        return dataclasses.replace(found, moments=(*before, _as_shipped(last, language)))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        command = assets.manifest()[name]["command"]
        raise AssetError("asset_damaged", file=name, command=command) from error


@functools.lru_cache(maxsize=8)
def _read(path: Path, language: str, _modified_ns: int) -> TrainingLapse:
    history = _chosen(json.loads(path.read_text("utf-8")))
    # The examples may have been changed between two sessions of a run: show what all moments have.
    fills = [{fill["text"]: fill for fill in entry["fills"]} for entry in history]
    pairs = [{(pair["a"], pair["b"]): pair for pair in entry["pairs"]} for entry in history]
    sentences = [text for text in fills[-1] if all(text in known for known in fills)]
    asked = [pair for pair in pairs[-1] if all(pair in known for known in pairs)]
    return TrainingLapse(
        language=language,
        sentences=tuple(sentences),
        pairs=tuple(LapsePair(*pair, bool(pairs[-1][pair]["follows"])) for pair in asked),
        moments=tuple(
            _moment(entry, [fills[k][text] for text in sentences], [pairs[k][p] for p in asked])
            for k, entry in enumerate(history)
        ),
    )


def _as_shipped(last: LapseMoment, language: str) -> LapseMoment:
    """Return the last moment with the figures of the file that ships, where they ask the same.

    The file keeps the weights in half precision: one sample would have two figures.
    """
    score = readers.score(language)
    same = (last.tokens, last.n_masked, last.n_pairs) == (
        score.tokens,
        score.n_masked,
        score.n_pairs,
    )
    top1, top5, nsp = score.mask_top1, score.mask_top5, score.nsp_accuracy
    if not same or top1 is None or top5 is None or nsp is None:
        return last
    return dataclasses.replace(last, top1=top1, top5=top5, nsp_accuracy=nsp)


def _moment(entry: Entry, fills: list[Fill], pairs: list[Judged]) -> LapseMoment:
    return LapseMoment(
        tokens=entry["tokens"],
        seconds=entry["seconds"],
        loss=entry["loss"],
        top1=entry["top1"],
        top5=entry["top5"],
        nsp_accuracy=entry["nsp_accuracy"],
        n_masked=entry["n_masked"],
        n_pairs=entry["n_pairs"],
        fills=tuple(
            tuple(zip(fill["answers"], fill["probabilities"], strict=True)) for fill in fills
        ),
        follows=tuple(pair["probability"] for pair in pairs),
    )


def _chosen(history: list[Entry]) -> list[Entry]:
    """Return at most MAX_MOMENTS evaluations, evenly in the logarithm of the tokens read."""
    if len(history) <= MAX_MOMENTS:
        return history
    places = [math.log(max(1, entry["tokens"])) for entry in history[1:]]
    low, high = places[0], places[-1]
    wanted = [low + (high - low) * k / (MAX_MOMENTS - 2) for k in range(MAX_MOMENTS - 1)]
    nearest = {min(range(len(places)), key=lambda i: abs(places[i] - at)) for at in wanted}
    return [history[0], *(history[1 + i] for i in sorted(nearest))]
