"""What does the page LSTM open with? `python -m core.inference.lstm_opening` stores it anew.

The first paint wakes no model.
"""

import argparse
import base64
import json
from dataclasses import asdict

import numpy as np

from core import assets, texts, zoo
from core.errors import AssetError
from core.inference import lstm
from core.results.lstm import Answers, ReadSentence, Steps
from core.text import vectors

FILE = "samples/lstm_opening.json"
START = "tuned"
COMMAND = "python -m core.inference.lstm_opening"


def text(language: str) -> str:
    """Return the sentence with which the page opens."""
    return texts.text("lstm.example.1", language)


def opening() -> dict[str, ReadSentence]:
    """Return language -> what the page opens with; no model is woken.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        found = json.loads(assets.locate(FILE).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=FILE, command=COMMAND) from error
    return {language: _record(one) for language, one in found.items()}


def _record(stored: dict) -> ReadSentence:
    """Return a stored record: its arrays are base64 of float16, [N, H] or [N]."""
    n = len(stored["left"])

    def array(packed: str) -> np.ndarray:
        numbers = np.frombuffer(base64.b64decode(packed), "<f2").astype(np.float32)
        return numbers.reshape(n, -1) if len(numbers) > n else numbers

    steps = {
        name: Steps(**{part: array(one) for part, one in parts.items()})
        for name, parts in stored["steps"].items()
    }
    costs = {name: array(one) for name, one in stored["costs"].items()}
    answers = tuple(
        Answers(**{**one, "unknown": tuple(one["unknown"])}) for one in stored["answers"]
    )
    lists = {name: tuple(stored[name]) for name in ("tokens", "starts", "ends", "left")}
    return ReadSentence(**{**stored, **lists, "steps": steps, "costs": costs, "answers": answers})


def _packed(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array, "<f2").tobytes()).decode()


def write() -> None:
    """Read the sentences with which the page opens, and store what happens at each word."""
    found = {}
    for language in lstm.LANGUAGES:
        one = lstm.read(text(language), language, START)
        found[language] = {
            **asdict(one),
            "steps": {
                name: {part: _packed(array) for part, array in asdict(steps).items()}
                for name, steps in one.steps.items()
            },
            "costs": {name: _packed(array) for name, array in one.costs.items()},
            "answers": [
                asdict(a) | {"good": {k: round(v, 4) for k, v in a.good.items()}}
                for a in one.answers
            ],
        }
    assets.write_json(
        FILE,
        found,
        source="what the shipped LSTMs answer for the sentences with which the page opens",
        command=COMMAND,
        made_from=[
            file
            for language in lstm.LANGUAGES
            for file in (
                vectors.FILE.format(language),
                *(zoo.lstm_file(language, start) for start in lstm.STARTS),
            )
        ],
    )


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    write()
