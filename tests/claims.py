"""How a test reads what a text claims: the same numbers must stand in both languages."""

import re
from collections.abc import Sequence

from core import texts

NUMBER = re.compile(r"(?<![\w.])[−-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)")
TEN_THOUSAND = re.compile(r"(\d+(?:\.\d+)?) ?万")


def said(key: str) -> dict[str, str]:
    """Return a text in each language."""
    return texts.table()[key]


def numbers(sentence: str) -> list[float]:
    """Return all numbers of a sentence in their order; 9.6 万 is 96,000."""
    plain = TEN_THOUSAND.sub(lambda found: f"{round(float(found[1]) * 1e4)}", sentence)
    return [float(n.replace(",", "").replace("−", "-")) for n in NUMBER.findall(plain)]


def claimed(key: str, *patterns: str) -> list[float]:
    """Return the numbers that a text states where patterns stand, the same in both languages.

    Args:
        key: of the text.
        patterns: one for each language, in the order of `texts.LANGUAGES`, each with as many groups
            as there are numbers.
    """
    found = []
    for language, pattern in zip(texts.LANGUAGES, patterns, strict=True):
        match = re.search(pattern, said(key)[language])
        assert match, f"{key} ({language}) no longer says {pattern!r}"
        found.append([numbers(group)[0] for group in match.groups()])
    english, *others = found
    assert all(other == english for other in others), f"{key}: {found}"
    return english


def says(key: str, *phrases: Sequence[str] | str) -> None:
    """Check that the wording whose truth a test computes still stands in both languages."""
    for language, phrase in zip(texts.LANGUAGES, phrases, strict=True):
        assert phrase in said(key)[language], f"{key} ({language}) no longer says {phrase!r}"
