"""What does the page of word vectors open on, and what was measured of them?

    python -m core.inference.words   # after an exchange of the vectors; some seconds

The page computes in the browser, once the vectors are there; the command stores what it shows
before: the neighbours of its first sum, the score of the analogies, the bridge between languages.
"""

import argparse
import base64
import json

import numpy as np

from core import assets
from core.errors import AssetError
from core.inference import analogies, word_bridge, word_search
from core.results.words import AnalogyScore
from core.text import word_lists
from core.text.vectors import FILE, vectors

STORED = "samples/words.json"
COMMAND = "python -m core.inference.words"
N_NEIGHBOURS = 10
LANGUAGES = ("en", "zh")
OPENING = {  # words to add, words to take away
    "en": (("king", "woman"), ("man",)),
    "zh": (("巴黎", "日本"), ("法国",)),
}


def files() -> dict[str, str]:
    """Return language -> the asset with its vectors."""
    return {language: FILE.format(language) for language in LANGUAGES}


def files_served() -> dict[str, dict[str, str | int]]:
    """Return language -> the file below assets/samples that the browser fetches, and its bytes."""
    entries = assets.manifest()
    return {
        language: {
            "name": file.removeprefix("samples/"),
            "bytes": entries[file]["bytes"] if file in entries else 0,
        }
        for language, file in files().items()
    }


def pairs(language: str) -> dict[str, list[tuple[str, str]]]:
    """Return kind of analogy -> the pairs that ask each other."""
    return {kind: [*found] for kind, found in word_lists.analogies(language).items()}


def stored() -> dict:
    """Return what is stored, as `write` lays it out; no vectors are read.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        return json.loads(assets.locate(STORED).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=STORED, command=COMMAND) from error


def opening(language: str) -> dict[str, list]:
    """Return the sum of words that the page opens on, with what is nearest to it."""
    plus, minus = OPENING[language]
    found = word_search.similar(language, plus, minus, n=N_NEIGHBOURS)
    known = vectors(language)
    added, taken = (
        known.units[[one.number for one in words]].sum(0) for words in (found.plus, found.minus)
    )
    total = added - taken
    return {
        "plus": list(plus),
        "minus": list(minus),
        "words": list(found.words),
        "cosines": _rounded(found.cosines),
        "pinyin": [known.pinyin[known.numbers[word]] for word in found.words if known.pinyin],
        "sum": _rounded(total / np.linalg.norm(total)),
    }


def measured(language: str) -> dict[str, object]:
    """Return the score of the analogies, by kind, beside vectors drawn by lot."""
    found = analogies.scores(language)
    drawn = analogies.scores(language, analogies.random_units(language))
    return {
        "kinds": {one.kind: _score(one) for one in found},
        "accuracy": round(analogies.overall(found), 4),
        "random": round(analogies.overall(drawn), 4),
    }


def _score(one: AnalogyScore) -> dict[str, object]:
    return {
        "n": one.n_questions,
        "accuracy": round(one.accuracy, 4),
        "top5": round(one.top5, 4),
    }


def _rounded(numbers: np.ndarray) -> list[float]:
    return [round(float(number), 4) for number in numbers]


def write() -> None:
    """Measure, and store it all."""
    built = word_bridge.bridge()
    pairs = word_lists.translations()
    drawn = word_bridge.fitted(*(analogies.random_units(one) for one in ("zh", "en")))
    found = {
        "opening": {language: opening(language) for language in LANGUAGES},
        "analogies": {language: measured(language) for language in LANGUAGES},
        "bridge": {
            "rotation": base64.b64encode(built.rotation.astype("<f2").tobytes()).decode(),
            "n_train": len(pairs.train),
            "n_test": len(pairs.test),
            "precision": {
                language: {str(n): round(p, 4) for n, p in word_bridge.precision(language).items()}
                for language in LANGUAGES
            },
            "random": {
                language: {
                    str(n): round(p, 4) for n, p in word_bridge.precision(language, drawn).items()
                }
                for language in LANGUAGES
            },
        },
    }
    assets.write_json(
        STORED,
        found,
        source="what was measured on the shipped word vectors, with lists of this project",
        command=COMMAND,
        made_from=[*files().values()],
    )


if __name__ == "__main__":
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    write()
