"""Does a BERT fill everyday blanks sensibly? 150 sentences a language, with all good answers.

The sentences are ours (everyday-en.toml, everyday-zh.toml). They stood before the training that
they judge, and nothing is chosen by them.
"""

import functools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Measured
from core.bert import berts
from core.bert.berts import Reader
from core.inference import fill_in
from core.inference.next_sentence_scores import interval

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Blank:
    """A sentence with one [MASK], and what a sensible person accepts there."""

    text: str
    answers: frozenset[str]  # tokens of the bundled vocabulary
    topic: str


@functools.cache
def blanks(language: str) -> tuple[Blank, ...]:
    """Return the sentences of "en" or "zh"."""
    table = tomllib.loads((FOLDER / f"everyday-{language}.toml").read_text(encoding="utf-8"))
    return tuple(
        Blank(text, frozenset(answers.split()), topic)
        for topic, rows in table.items()
        for text, answers in rows
    )


def first_answers(language: str, reader: Reader) -> list[tuple[Blank, str]]:
    """Return each sentence with the first answer that "Fill in the blank" shows."""
    asked = blanks(language)
    many = [fill_in.prepare(blank.text, reader) for blank in asked]
    answers = fill_in.answer_all(many, reader)
    return [(blank, one.top[0][0]) for blank, (one,) in zip(asked, answers, strict=True)]


def share(language: str, reader: Reader) -> float:
    """Return the share of sentences whose first answer is a good one, in whatever case."""
    found = first_answers(language, reader)
    return sum(first.lower() in blank.answers for blank, first in found) / len(found)


def top1(language: str) -> Sequence[Measured]:
    """Return the bundled model's share, and the ends of its 95% interval."""
    value = share(language, berts.reader(language))
    return [Measured(end) for end in (value, *interval(value, len(blanks(language))))]
