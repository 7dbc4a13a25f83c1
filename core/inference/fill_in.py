"""Which words does BERT put in the blanks?

    ids [1, T + 2] -> hidden [T + 2, D] at the N blanks -> MLM logits [N, V] -> probabilities

Several blanks are answered at once, each given all the others as blanks: BERT assumes that they
are independent of each other (arXiv:1906.08237, section 2.1, names it as its weakness).
"""

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import runtime
from core.bert import fast_bert
from core.bert.berts import Reader
from core.errors import InputError
from core.inference import readers, training_lapse
from core.results.answers import BlankAnswer, HiddenWord, MaskedWords, Top
from core.text import pieces, words
from core.text.pairs import framed, n_frame
from core.text.pieces import Pieces
from core.text.tokenizer import CLS, MASK, SEP, token_id

N_TOP = 10
MAX_BLANKS = 60  # each costs a row of V logits
MAX_HIDDEN = pieces.MAX_CHARACTERS  # a character may be named once


class Blanks(NamedTuple):
    """A text of T pieces, some of them hidden, as a model is to read it."""

    whole: Pieces  # all of the text
    read: Pieces  # what finds a place
    at: np.ndarray  # int64 [N], which of the T pieces are blanks; rising
    ids: Tensor  # int64 [1, T + 2], [MASK] at the blanks
    n_lost: int  # blanks in what finds no place

    def own(self, index: int) -> int | None:
        """Return the id of what is hidden at a piece, None at a typed [MASK]."""
        return None if self.read.words[index] < 0 else int(self.read.ids[index])


def fill(
    text: str, reader: Reader, *, hidden: Collection[int] = (), by_word: bool = False
) -> MaskedWords:
    """Answer all blanks of a text.

    Args:
        text: what was typed; a [MASK] in it is a blank.
        reader: who answers, `readers.ready(name)` or `berts.reader(name)`.
        hidden: characters (numbers in `text`) whose pieces are blanks too.
        by_word: number Chinese words as jieba finds them; else each character is a word.

    Raises:
        InputError: nothing to read, too much of it, or too many blanks.
    """
    blanks = prepare(text, reader, hidden=hidden, by_word=by_word)
    return record(blanks, reader, answer(blanks, reader))


def prepare(
    text: str, reader: Reader, *, hidden: Collection[int] = (), by_word: bool = False
) -> Blanks:
    """Hide what is to be hidden; arguments and errors as for `fill`."""
    cuts = None
    if by_word and pieces.looks_like(pieces.checked(text)) == "zh":
        cuts = words.boundaries(text)
    whole = readers.read(text, reader, cuts=cuts)
    read = whole.first(reader.model.bert.config.n_positions - n_frame(1))
    wanted = set(hidden)
    everywhere = [
        word < 0 or not wanted.isdisjoint(range(start, max(end, start + 1)))
        for word, start, end in zip(
            whole.words.tolist(), whole.starts.tolist(), whole.ends.tolist(), strict=True
        )
    ]
    chosen, lost = everywhere[: len(read.tokens)], everywhere[len(read.tokens) :]
    at = np.flatnonzero(chosen)
    if len(at) > MAX_BLANKS:
        raise InputError("too_many_blanks", got=len(at), limit=MAX_BLANKS)
    cls, sep, mask = (token_id(reader.tokenizer, token) for token in (CLS, SEP, MASK))
    ids, _ = framed([np.where(chosen, mask, read.ids)], cls, sep)
    return Blanks(whole, read, at, torch.tensor(ids[None], device=runtime.device()), sum(lost))


def answer(blanks: Blanks, reader: Reader) -> tuple[BlankAnswer, ...]:
    """Return the answers at all blanks, in their order."""
    return answer_all([blanks], reader)[0]


@torch.inference_mode()
def answer_all(many: Sequence[Blanks], reader: Reader) -> tuple[tuple[BlankAnswer, ...], ...]:
    """Return the answers to several texts, all read at once."""
    asked = [(blanks.at + 1).tolist() for blanks in many]
    if not any(asked):
        return ((),) * len(many)
    rows = [runtime.to_numpy(blanks.ids[0]) for blanks in many]
    shares = iter(probabilities(fast_bert.states(reader.model, rows, asked), reader))
    return tuple(
        tuple(judged(int(at), next(shares), blanks.own(at), reader) for at in blanks.at)
        for blanks in many
    )


def probabilities(hidden: Tensor, reader: Reader) -> Tensor:
    """Return what the MLM head makes of hidden states [N, D]: probabilities [N, V]."""
    return fast_bert.decode(reader.model, hidden).float().softmax(-1)


def judged(at: int, shares: Tensor, own: int | None, reader: Reader, n: int = N_TOP) -> BlankAnswer:
    """Return one blank's answer from its probabilities [V], with the n likeliest tokens."""
    own_share = None if own is None else float(shares[own])
    return BlankAnswer(
        at=at,
        top=best(shares, reader, n),
        token=None if own is None else reader.tokens[own],
        probability=own_share,
        rank=None if own is None else int((shares > shares[own]).sum()) + 1,
    )


def best(shares: Tensor, reader: Reader, n: int = N_TOP) -> Top:
    """Return the n likeliest tokens of probabilities [V]."""
    top = shares.topk(min(n, len(shares)))
    return tuple(
        (reader.tokens[i], p)
        for i, p in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    )


def record(blanks: Blanks, reader: Reader, answers: tuple[BlankAnswer, ...]) -> MaskedWords:
    """Put text and answers together."""
    return _record(
        blanks.whole,
        blanks.read,
        readers.speaks(reader),
        answers,
        n_lost=blanks.n_lost,
        n_positions=reader.model.bert.config.n_positions,
    )


def remembered(text: str, language: str) -> MaskedWords | None:
    """Return what a bundled BERT answered to a sentence of its time-lapse, as it ships.

    No model is woken. None if the sentence isn't one of them.

    Raises:
        AssetError: the stored answers are missing or damaged.
    """
    lapse = training_lapse.lapse(language)
    if text not in lapse.sentences:
        return None
    read = pieces.read(text, language)
    top = lapse.moments[-1].fills[lapse.sentences.index(text)]
    blank = BlankAnswer(read.tokens.index(MASK), top, None, None, None)
    n_positions = pieces.MAX_PIECES + n_frame(1)
    return _record(read, read, language, (blank,), n_lost=0, n_positions=n_positions)


def _record(
    whole: Pieces,
    read: Pieces,
    speaks: str | None,
    answers: tuple[BlankAnswer, ...],
    *,
    n_lost: int,
    n_positions: int,
) -> MaskedWords:
    n, text = len(read.tokens), whole.text
    return MaskedWords(
        tokens=read.tokens,
        written=tuple(text[a:b] for a, b in zip(read.starts, read.ends, strict=True)),
        words=tuple(read.words.tolist()),
        starts=tuple(read.starts.tolist()),
        blanks=answers,
        whole_words=_whole_words(read, answers),
        speaks=speaks,
        looks_like=pieces.looks_like(text),
        n_cut=len(whole.tokens) - n,
        cut=text[whole.starts[n] :] if len(whole.tokens) > n else "",
        unknown=pieces.unknown(read),
        specials=pieces.typed_specials(text),
        blank_like=pieces.blank_like(text),
        n_lost=n_lost,
        n_positions=n_positions,
    )


def _whole_words(read: Pieces, answers: Sequence[BlankAnswer]) -> tuple[HiddenWord, ...]:
    """Return the words of several pieces that are hidden as a whole."""
    found = []
    at_piece = {one.at: one for one in answers}
    for number in sorted({int(read.words[one.at]) for one in answers} - {-1}):
        places = np.flatnonzero(read.words == number).tolist()
        if len(places) < 2 or any(place not in at_piece for place in places):
            continue
        written = read.text[read.starts[places[0]] : read.ends[places[-1]]]
        share = math.prod(at_piece[place].probability or 0.0 for place in places)
        found.append(HiddenWord(tuple(places), written, share))
    return tuple(found)
