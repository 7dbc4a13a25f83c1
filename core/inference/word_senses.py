"""Does the vector of a word tell which of its senses is meant, and from which layer on?

    a sentence -> hidden states [L + 1, T, D] -> mean over the word's pieces [L + 1, D]

A static vector is the same in each sentence, so it can't tell: it is right every second time. The
test asks of each sentence whether its word's vector is nearer to those of the other two sentences
with the same sense than to the three with the other one, by the mean cosine; it follows the task
words in context (Pilehvar & Camacho-Collados 2019, arXiv:1808.09121). Self-similarity is that of
Ethayarajh (2019, arXiv:1909.00512), definition 1; beside it stands what any two words have in
common (section 4.1: the vectors of upper layers fill a narrow cone).
"""

from collections.abc import Sequence

import numpy as np
import torch

from core import runtime
from core.bert import berts
from core.bert.berts import Reader
from core.errors import InputError
from core.results.words import SenseScores
from core.text import pairs, pieces, word_lists
from core.text.tokenizer import CLS, SEP, token_id

N_DRAWN = 2000  # pairs of words for the baseline of self-similarity


@torch.inference_mode()
def states(text: str, reader: Reader) -> tuple[pieces.Pieces, np.ndarray]:
    """Return a text's pieces and what each layer makes of them, float32 [L + 1, T, D].

    Layer 0 is the sum of the three embeddings, before any token has seen another.

    Raises:
        InputError: the text is empty, blank or too long.
    """
    read = pieces.read(text, reader.tokenizer).first(reader.model.bert.config.n_positions - 2)
    ends = (token_id(reader.tokenizer, one) for one in (CLS, SEP))
    ids, _ = pairs.framed([read.ids], *ends)
    rows = torch.from_numpy(ids)[None].to(runtime.device())
    hidden = reader.model.bert(rows, hidden_states=True).hidden_states
    return read, runtime.to_numpy(torch.cat(hidden)[:, 1:-1])


def in_context(text: str, start: int, end: int, reader: Reader) -> np.ndarray:
    """Return the vector of one word of a text at each layer, float32 [L + 1, D].

    Args:
        text: a sentence.
        start: the word's first character.
        end: one past its last.
        reader: who reads; the mean over the word's pieces counts.

    Raises:
        InputError: as `states`, or nothing that is read stands there.
    """
    read, layers = states(text, reader)
    inside = (read.starts < end) & (read.ends > start)
    if not inside.any():
        raise InputError("word_outside")
    return layers[:, inside].mean(1)


def scores(language: str) -> SenseScores:
    """Measure the bundled BERT of a language on the lab's list of words of two senses.

    Raises:
        AssetError: its weights are missing or damaged.
    """
    reader, items = berts.reader(language), word_lists.senses(language)
    rows = np.stack([in_context(one.text, one.start, one.end, reader) for one in items])
    of_words: dict[str, list[int]] = {one.word: [] for one in items}
    for number, one in enumerate(items):
        of_words[one.word].append(number)
    units = rows / np.linalg.norm(rows, axis=-1, keepdims=True)  # [N, L + 1, D]
    right = [
        _told([items[k].sense for k in numbers], units[numbers]) for numbers in of_words.values()
    ]
    alike = [_likeness(units[numbers]) for numbers in of_words.values()]
    return SenseScores(
        language,
        len(items),
        len(of_words),
        np.concatenate(right).mean(0),
        np.mean(alike, 0),
        _cone(units, [items[k].word for k in range(len(items))]),
    )


def _told(senses: Sequence[str], units: np.ndarray) -> np.ndarray:
    """Return for each sentence of a word [N] and layer whether its sense is told: 1, 0, tie 0.5."""
    cosines = np.einsum("nld,mld->lnm", units, units)  # [L + 1, N, N]
    same = np.array([[a == b for b in senses] for a in senses])
    others = same & ~np.eye(len(senses), dtype=bool)
    own = (cosines * others).sum(-1) / others.sum(-1)
    other = (cosines * ~same).sum(-1) / (~same).sum(-1)
    difference = own - other  # [L + 1, N]
    return np.where(np.abs(difference) < 1e-6, 0.5, difference > 0).T


def _likeness(units: np.ndarray) -> np.ndarray:
    """Return the mean cosine of a word with itself in other sentences, [L + 1]."""
    cosines = np.einsum("nld,mld->lnm", units, units)
    n = len(units)
    return (cosines.sum((1, 2)) - n) / (n * (n - 1))


def _cone(units: np.ndarray, words: Sequence[str]) -> np.ndarray:
    """Return the mean cosine of two words drawn by lot, [L + 1]."""
    generator = np.random.default_rng(0)
    drawn = generator.integers(0, len(words), (N_DRAWN, 2))
    other = np.array([(a, b) for a, b in drawn if words[a] != words[b]])
    return np.einsum("nld,nld->l", units[other[:, 0]], units[other[:, 1]]) / len(other)
