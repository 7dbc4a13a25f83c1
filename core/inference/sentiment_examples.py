"""What did the models say of the page's example sentences? Stored, so that no model is woken.

    python -m core.inference.sentiment_examples

asks them again and writes assets/samples/sentiment_examples.json anew (some seconds). That is due
whenever weights of textcnn-*, sentiment-* or bert-* were made anew, or an example was changed: an
answer counts only while the manifest lists the very files that gave it.
"""

import argparse
import functools
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

import numpy as np

from core import assets, texts
from core.errors import LabError
from core.inference import sentiment, sentiment_bert
from core.results.sentiment import Filters, Judged, JudgedByBert, Verdict
from core.text import units

EXAMPLES = "samples/sentiment_examples.json"
COMMAND = "python -m core.inference.sentiment_examples"
FIRST_START = "tuned"  # whose reasons the page shows first; the other starts' only of example 1
DECIMALS, SHARE_DECIMALS = 4, 7  # a probability near 1 is shown as its log-odds, too


class Part(TypedDict):
    """What the models of one kind of units, or a language's BERT, say of their examples."""

    made_by: dict[str, str]  # as the function returns it
    answers: dict[str, dict]  # example -> answer


Stored = Mapping[str, Part]


def sentences(language: str) -> tuple[str, ...]:
    """Return the page's examples, the one that it opens on first."""
    keys = sorted(key for key in texts.table() if key.startswith("sentiment.example."))
    return tuple(texts.text(key, language) for key in keys)


def starts(text: str, language: str) -> tuple[str, ...]:
    """Return whose reasons are stored for an example: the start of each such TextCNN."""
    return sentiment.STARTS if text == sentences(language)[0] else (FIRST_START,)


def remembered(text: str, kind: str, start: str) -> tuple[Judged, JudgedByBert] | None:
    """Return what the models that ship said of an example; no model is woken.

    None if it isn't one of those that are stored, or if other weights ship by now. Arguments as for
    `sentiment.judge`.

    Raises:
        AssetError: the stored answers are missing or damaged.
    """
    language = units.KINDS[kind]
    if text not in sentences(language) or start not in starts(text, language):
        return None
    path = assets.locate(EXAMPLES)
    stored = _read(path, path.stat().st_mtime_ns)
    if any(stored[part]["made_by"] != made_by(part) for part in (kind, language)):
        return None
    of_kind, by_bert = (stored[part]["answers"].get(text) for part in (kind, language))
    if of_kind is None or by_bert is None:
        return None
    return _judged(of_kind, start, kind), _judged_by_bert(by_bert, language)


def made_by(part: str) -> dict[str, str]:
    """Return file -> SHA-256 of all that answers by one of `units.KINDS`, or BERT's by language."""
    if part in units.KINDS:
        begins = [f"weights/textcnn-{part}/", f"weights/bert-{units.KINDS[part]}/vocab"]
    else:  # what fine-tuning changed, and what that was
        body = (f"weights/bert-{part}/{name}" for name in ("vocab", "config", "model"))
        begins = [f"weights/sentiment-{part}", *body]
    listed = assets.manifest().items()
    return {name: entry["sha256"] for name, entry in listed if name.startswith(tuple(begins))}


@functools.lru_cache(maxsize=2)
def _read(path: Path, _modified_ns: int) -> Stored:
    return json.loads(path.read_text("utf-8"))  # shared: only read


def _judged(answer: dict, start: str, kind: str) -> Judged:
    reasons = answer["reasons"][start]
    return Judged(
        tokens=tuple(answer["tokens"]),
        starts=tuple(answer["starts"]),
        ends=tuple(answer["ends"]),
        unknown=tuple(answer["unknown"]),
        n_cut=answer["n_cut"],
        looks_like=answer["looks_like"],
        verdicts=tuple(
            Verdict(name, good, sentiment.accuracy(kind, name))
            for name, good in answer["good"].items()
        ),
        filters=Filters(
            sizes=np.array(reasons["sizes"], np.int64),
            begins=np.array(reasons["begins"], np.int64),
            met=np.array(reasons["met"], np.float32),
            towards_good=np.array(reasons["towards_good"], np.float32),
            costs=np.array(reasons["ngram_costs"], np.float32),  # None gives NaN
            bias=reasons["bias"],
        ),
        costs=np.array(reasons["costs"], np.float32),
        bag=np.array(answer["bag"], np.float32),
    )


def _judged_by_bert(answer: dict, language: str) -> JudgedByBert:
    return JudgedByBert(
        tokens=tuple(answer["tokens"]),
        starts=tuple(answer["starts"]),
        ends=tuple(answer["ends"]),
        n_cut=answer["n_cut"],
        verdict=Verdict("bert", answer["good"], sentiment_bert.accuracy(language)),
        words=tuple(answer["words"]),
        together=answer["together"],
        costs=np.array(answer["costs"], np.float32),
    )


# ---- Making them anew ----------------------------------------------------------------------------


def write_examples() -> None:
    """Ask all models for all examples, and store what they say."""
    by_kind = {
        kind: {text: _of_kind(text, kind, starts(text, language)) for text in sentences(language)}
        for kind, language in units.KINDS.items()
    }
    by_language = {
        language: {text: _of_bert(text, language) for text in sentences(language)}
        for language in texts.LANGUAGES
    }
    stored: Stored = {
        part: {"made_by": made_by(part), "answers": answers}
        for part, answers in (by_kind | by_language).items()
    }
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
    (assets.FOLDER / EXAMPLES).write_text(text, "utf-8")
    assets.register(
        EXAMPLES,
        licence="Apache-2.0",
        source="what the shipped models answer to the examples of the page Sentiment",
        paper="",
        command=COMMAND,
        made_from=[name for part in stored.values() for name in part["made_by"]],
    )


def _of_kind(text: str, kind: str, asked: tuple[str, ...]) -> dict:
    """Return what the small models say of a text, and the reasons of the asked starts."""
    judged = {start: sentiment.judge(text, kind, start) for start in asked}
    one = asdict(judged[FIRST_START])
    alike = "tokens", "starts", "ends", "unknown", "n_cut", "looks_like", "bag"
    return {
        **{name: _plain(one[name]) for name in alike},
        "good": {own["model"]: round(own["good"], SHARE_DECIMALS) for own in one["verdicts"]},
        "reasons": {
            start: _plain(
                asdict(found.filters) | {"ngram_costs": found.filters.costs, "costs": found.costs}
            )
            for start, found in judged.items()
        },
    }


def _of_bert(text: str, language: str) -> dict:
    fields = asdict(sentiment_bert.judge(text, language))
    good = fields.pop("verdict")["good"]
    plain = {name: _plain(value) for name, value in fields.items()}
    return plain | {"good": round(good, SHARE_DECIMALS)}


def _plain(value: object) -> object:
    """Return a field as JSON has it: numbers to a few decimals, None for NaN."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray | tuple):
        return [_plain(inner) for inner in list(value)]
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round(float(value), DECIMALS)
    return value.item() if isinstance(value, np.generic) else value


def main() -> int:
    """Write the file anew on the command line."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    try:
        write_examples()
    except LabError as error:
        sys.stderr.write(f"{error}\n{error.sentence('zh')}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
