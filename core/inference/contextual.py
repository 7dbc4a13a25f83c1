"""One word in several sentences: a static vector is one point, BERT's are one for each sentence.

    N sentences -> the word's vectors [L + 1, N, D] -> their cosines [L + 1, N, N]
                                                    -> their places on a plane [L + 1, N, 2]

Vectors are taken at length 1, so that the distance of two points and their cosine say the same:
d^2 = 2 - 2 cos. Each layer's plane is that of its first two principal components; a plane has no
up and no left of its own, so each is turned, or mirrored, to lie as near as it can to that of the
layer before (orthogonal Procrustes, Schonemann 1966).
"""

import json
import unicodedata
from collections.abc import Sequence

import numpy as np

from core import assets
from core.bert import berts
from core.errors import AssetError, InputError
from core.inference import word_senses
from core.results.words import WordInContext
from core.text import pieces, word_lists
from core.text.vectors import vectors

LANGUAGES = ("en", "zh")
LEAST, MOST = 2, 12  # sentences
MAX_LETTERS = 40  # of a word
FILE = "samples/contextual.json"
COMMAND = "python -m core.making.contextual"
OPENING = {"en": "bank", "zh": "花"}


def listed(language: str) -> tuple[str, ...]:
    """Return the words of two senses that come with sentences."""
    return tuple(dict.fromkeys(one.word for one in word_lists.senses(language)))


def of_list(word: str, language: str) -> WordInContext:
    """Compare the sentences that come with a listed word; each has a sense.

    Raises:
        InputError: it is not in the list.
        AssetError: the weights are missing or damaged.
    """
    mine = [one for one in word_lists.senses(language) if one.word == word]
    if not mine:
        raise InputError("bad_request", field="word")
    return _compared(
        [one.text for one in mine],
        [(one.start, one.end) for one in mine],
        word,
        language,
        senses=tuple(one.sense for one in mine),
    )


def compare(sentences: Sequence[str], word: str, language: str) -> WordInContext:
    """Compare a word's vectors in some sentences; in each its first place counts.

    Args:
        sentences: 2..12; blanks around them, and empty ones, are dropped.
        word: as it stands there, in upper or lower case; in English a whole word.
        language: "en" or "zh": whose BERT reads.

    Raises:
        InputError: too few sentences or too many, one too long, no word, or a sentence without it.
        AssetError: the weights are missing or damaged.
    """
    kept = [one.strip() for one in sentences if one.strip()]
    if not kept:
        raise InputError("text_empty")
    if len(kept) < LEAST:
        raise InputError("context_few", low=LEAST)
    if len(kept) > MOST:
        raise InputError("context_many", limit=MOST, got=len(kept))
    for sentence in kept:
        pieces.checked(sentence)
    wanted = _checked(word)
    found = [word_lists.places(sentence, wanted, language) for sentence in kept]
    for number, places in enumerate(found, 1):
        if not places:
            raise InputError("context_missing", number=number, word=wanted)
    return _compared(
        kept,
        [places[0] for places in found],
        wanted,
        language,
        repeated=tuple(k for k, places in enumerate(found) if len(places) > 1),
    )


def _checked(word: str) -> str:
    wanted = word.strip()
    if all(unicodedata.category(sign) in pieces.UNSEEN for sign in wanted):
        raise InputError("context_no_word")
    if len(wanted) > MAX_LETTERS:
        raise InputError("context_long_word", limit=MAX_LETTERS, got=len(wanted))
    return wanted


def _compared(
    sentences: Sequence[str],
    places: Sequence[tuple[int, int]],
    word: str,
    language: str,
    *,
    senses: tuple[str, ...] = (),
    repeated: tuple[int, ...] = (),
) -> WordInContext:
    reader, rows = berts.reader(language), []
    for number, (sentence, (start, end)) in enumerate(zip(sentences, places, strict=True), 1):
        try:
            rows.append(word_senses.in_context(sentence, start, end, reader))
        except InputError as error:
            if error.key != "word_outside":
                raise
            raise InputError("context_unread", number=number, word=word) from error
    units = np.stack(rows, 1)  # [L + 1, N, D]
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    plane, kept = on_planes(units)
    return WordInContext(
        language=language,
        word=word,
        sentences=tuple(sentences),
        senses=senses,
        starts=tuple(start for start, _ in places),
        ends=tuple(end for _, end in places),
        repeated=repeated,
        has_static=word.lower() in vectors(language).numbers,
        looks_like=pieces.looks_like(" ".join(sentences)),
        cosines=np.clip(units @ units.transpose(0, 2, 1), -1, 1),
        places=plane,
        kept=kept,
    )


def on_planes(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Place each layer's points on its plane of most spread, turned towards the layer before.

    Args:
        rows: float32 [L + 1, N, D].

    Returns:
        Places float32 [L + 1, N, 2], about 0; of each plane the share of the spread kept, [L + 1].
    """
    placed: list[np.ndarray] = []
    kept: list[float] = []
    for layer in rows:
        centred = layer - layer.mean(0)
        left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
        points = np.zeros((len(layer), 2), np.float32)
        n = min(2, len(sizes))
        points[:, :n] = left[:, :n] * sizes[:n]
        if placed:
            one, _, other = np.linalg.svd(points.T @ placed[-1])
            points = points @ (one @ other)
        whole = float((sizes**2).sum())
        placed.append(points)
        kept.append(float((sizes[:n] ** 2).sum()) / whole if whole > 1e-12 else 1.0)
    return np.stack(placed).astype(np.float32), np.array(kept, np.float32)


def stored() -> dict:
    """Return what the page opens with and the measured scores; no model is woken.

    {"opening": {language: a `WordInContext`}, "scores": {language: a `SenseScores`}}, as JSON has
    them.

    Raises:
        AssetError: the file is missing or damaged.
    """
    try:
        return json.loads(assets.locate(FILE).read_text("utf-8"))
    except ValueError as error:
        raise AssetError("asset_damaged", file=FILE, command=COMMAND) from error
