"""What did our BERTs answer to the sentences that pages open with? Stored: no model has to wake.

Of the page Attention it is what every head looks at in the first example, of Next sentence how
likely each sentence of its stories follows each other one. `python -m core.making.openings` asks
them again. Answers count only as long as the weights that gave them ship, and a text that is not
stored is for the models to read.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import safe_open

from core import assets, texts
from core.inference.next_sentence import MAX_CANDIDATES
from core.results.answers import JudgedCandidate, JudgedCandidates
from core.results.attention import Abilities, Attention, LeftOut, ReadTokens
from core.results.language import CutSentence
from core.text import pieces

FILE = "samples/openings.safetensors"
N_STORIES = 4  # of the page Next sentence
ARRAYS = ("words", "segments", "special")  # of `ReadTokens`
WHOLE = CutSentence(0, "")


class Opening(NamedTuple):
    """What is stored of one language, read only."""

    text: str  # what Attention opens with
    read: Mapping[str, object]  # a `ReadTokens` and an `Abilities` as JSON has them
    can: Mapping[str, str | None]
    attention: np.ndarray  # [L, H, T, T] float32
    sentences: tuple[str, ...]  # [S], of all stories
    follows: np.ndarray  # [S, S] float32, P(column follows row)
    n_tokens: np.ndarray  # [S, S], of the pair


def example(language: str) -> str:
    """Return the text that the page Attention opens with."""
    return texts.text("attention.example.1", language).replace("|", "")


def sentences(language: str) -> tuple[str, ...]:
    """Return the sentences of all stories of the page Next sentence, in their order."""
    keys = (f"next_sentence.story.{k}" for k in range(1, N_STORIES + 1))
    return tuple(one for key in keys for one in texts.text(key, language).split("|"))


def attended(text: str, language: str) -> Attention | None:
    """Return what every head looks at in a text; None if that isn't stored.

    Raises:
        AssetError: the stored answers are missing or damaged.
    """
    if language not in texts.LANGUAGES or text != example(language):
        return None
    stored = _stored(language)
    if stored is None or text != stored.text:
        return None
    # JSON has lists where the record has tuples, arrays and records
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in stored.read.items()
    }
    fields |= {name: np.array(fields[name]) for name in ARRAYS}
    fields["left_out"] = tuple(LeftOut(**one) for one in fields["left_out"])
    read = ReadTokens(**fields)
    return Attention(read, Abilities(**stored.can), stored.attention)


def follows(first: str, candidates: Sequence[str], language: str) -> JudgedCandidates | None:
    """Return how likely each candidate follows the first sentence; None if one isn't stored.

    Raises:
        AssetError: the stored answers are missing or damaged.
    """
    if language not in texts.LANGUAGES or not 1 <= len(candidates) <= MAX_CANDIDATES:
        return None
    asked = {first, *candidates}
    stored = _stored(language) if asked <= set(sentences(language)) else None
    if stored is None or not asked <= set(stored.sentences):
        return None
    row = stored.sentences.index(first)
    columns = [stored.sentences.index(candidate) for candidate in candidates]
    read = [pieces.read(text, language) for text in (first, *candidates)]
    return JudgedCandidates(
        candidates=tuple(
            JudgedCandidate(
                float(stored.follows[row, column]), int(stored.n_tokens[row, column]), WHOLE, WHOLE
            )
            for column in columns
        ),
        looks_like=pieces.looks_like(" ".join([first, *candidates])),
        unknown=tuple(dict.fromkeys(token for one in read for token in pieces.unknown(one))),
        specials=(),
        typed_mask=False,
    )


def _stored(language: str) -> Opening | None:
    if not assets.is_current(FILE):
        return None
    path = assets.locate(FILE)
    return _read(path, path.stat().st_mtime_ns)[language]


@functools.lru_cache(maxsize=2)
def _read(path: Path, _modified_ns: int) -> Mapping[str, Opening]:
    with safe_open(path, "numpy") as file:
        says = {language: json.loads(file.metadata()[language]) for language in texts.LANGUAGES}
        found = {
            language: Opening(
                **said | {"sentences": tuple(said["sentences"])},
                attention=file.get_tensor(f"{language}.attention"),
                follows=file.get_tensor(f"{language}.follows"),
                n_tokens=file.get_tensor(f"{language}.n_tokens"),
            )
            for language, said in says.items()
        }
    for one in found.values():
        for array in (one.attention, one.follows, one.n_tokens):
            array.flags.writeable = False  # shared
    return found
