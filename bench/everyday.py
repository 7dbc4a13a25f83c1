"""Does a BERT fill everyday blanks sensibly? 150 sentences a language, with all good answers.

The sentences are ours (everyday-en.toml, everyday-zh.toml). They stood before the training that
they judge, and nothing is chosen by them.
"""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

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
