"""Which words speak for B following A, and which against it?

    each word of the pair hidden in turn -> NSP logits -> what that costs "follows" - "random" [T]

A word speaks for B following A if hiding it (core/inference/hiding.py) lowers the difference of the
two logits. That is measured, word by word; what gradients say of the same words is held against it
(core/inference/reasons.py).

Two sentences are read once for each of their words, which takes longer than a learner should wait
for an answer. So the answer comes first (`weigh`), and its reasons in portions (`hide`).
"""

from collections.abc import Collection, Sequence

import numpy as np
import torch
from torch import Tensor

from core.bert import fast_bert
from core.bert.berts import Reader
from core.errors import InputError
from core.inference import hiding, reasons
from core.inference.next_sentence import IS_NEXT, IS_RANDOM, asked, paired
from core.models.bert import BertOutput
from core.results.answers import HiddenWords, SentenceWeights
from core.results.reasons import Reasons
from core.text import pieces
from core.text.pairs import Pair
from core.text.pieces import Pieces
from core.text.tokenizer import MASK, token_id
from core.text.words import boundaries

MAX_TOKENS = 192  # of a portion: some 60 ms of one CPU thread (python -m bench explain)


def weigh(first: str, second: str, model: str, *, hidden: Collection[int] = ()) -> SentenceWeights:
    """Return a pair's words, and the answer as it is, without some of them, and turned round.

    Args:
        first: sentence A.
        second: sentence B.
        model: as for `next_sentence.judge`.
        hidden: numbers of the tokens, [CLS] being 0, to be replaced by [MASK] all together.

    Raises:
        InputError: as `next_sentence.judge`; or a hidden token is none of A's or B's.
        AssetError: the weights are not there.
    """
    reader = asked(model)
    a, b = (_read(text, reader) for text in (first, second))
    pair, turned = paired(reader, a, b), paired(reader, b, a)
    words, together = _words(reader, pair, a, b)
    for i in hidden:
        if not 0 <= i < len(pair.tokens) or words[i] < 0:
            raise InputError("nsp_hidden", got=i)
    read = [pair.ids, turned.ids]
    segments = [pair.segments, turned.segments]
    if hidden:
        other = pair.ids.copy()
        other[list(hidden)] = reader.tokenizer.token_to_id(MASK)
        read.append(other)
        segments.append(pair.segments)
    difference, turned_difference, *without = _differences(reader, read, segments).tolist()
    return SentenceWeights(
        tokens=pair.tokens,
        segments=tuple(pair.segments.tolist()),
        special=tuple((words < 0).tolist()),
        joined=tuple(token.startswith("##") for token in pair.tokens),
        words=tuple(words.tolist()),
        n_words=int(words.max()) + 1,
        together=together,
        difference=difference,
        hidden_difference=without[0] if without else difference,
        turned_difference=turned_difference,
    )


def hide(first: str, second: str, model: str, begin: int) -> HiddenWords:
    """Hide some words of a pair, one at a time: as many as there is time for at once.

    Args:
        first: sentence A.
        second: sentence B.
        model: as for `next_sentence.judge`.
        begin: number of the first word; the portion's length is the answer's to say.

    Raises:
        InputError: as `weigh`; or there is no such word.
        AssetError: the weights are not there.
    """
    reader = asked(model)
    a, b = (_read(text, reader) for text in (first, second))
    pair = paired(reader, a, b)
    words, _ = _words(reader, pair, a, b)
    n_words = int(words.max()) + 1
    if not 0 <= begin < n_words:
        raise InputError("nsp_hidden", got=begin)
    end = begin + max(1, MAX_TOKENS // len(pair.ids))
    some = range(begin, min(end, n_words))
    rows = hiding.without(some, pair.ids, words, token_id(reader.tokenizer, MASK))
    return HiddenWords(begin, _differences(reader, rows, [pair.segments] * len(rows)))


def costs(first: str, second: str, model: str) -> np.ndarray:
    """Return what hiding each token's word costs, float32 [T], portion by portion as the page asks.

    Arguments and errors as `weigh`.
    """
    seen = weigh(first, second, model)
    scores: list[float] = []
    while len(scores) < seen.n_words:
        scores += hide(first, second, model, len(scores)).differences.tolist()
    of_words = np.array([seen.difference, *scores], np.float32)
    return hiding.at_tokens(hiding.costs(of_words), np.array(seen.words))


def compare(first: str, second: str, model: str) -> Reasons:
    """Return what other ways of explaining say of each word; arguments and errors as `weigh`."""
    return reasons.compare(explained(first, second, model))


def explained(first: str, second: str, model: str) -> reasons.Explained:
    """Return a pair as the ways of explaining ask for it; arguments and errors as `weigh`."""
    reader = asked(model)
    a, b = (_read(text, reader) for text in (first, second))
    pair = paired(reader, a, b)
    words, _ = _words(reader, pair, a, b)
    starts = np.concatenate([[0], a.starts[: pair.kept[0]], [0], b.starts[: pair.kept[1]], [0]])
    ends = np.concatenate([[0], a.ends[: pair.kept[0]], [0], b.ends[: pair.kept[1]], [0]])
    spelt = []
    for word in range(words.max() + 1):
        at = np.flatnonzero(words == word)
        text = second if pair.segments[at[0]] else first
        spelt.append(text[starts[at[0]] : ends[at[-1]]].strip())
    head = reader.model.cls["seq_relationship"]

    def score(read: BertOutput) -> Tensor:
        return _difference(head(read.pooled).float())

    return reasons.Explained(
        bert=reader.model.bert,
        ids=pair.ids,
        segments=pair.segments,
        words=words,
        spelt=tuple(spelt),
        mask_id=token_id(reader.tokenizer, MASK),
        scores=lambda rows, segments: _differences(reader, rows, segments),
        score=score,
    )


def _read(text: str, reader: Reader) -> Pieces:
    """Cut a sentence into pieces; Chinese has words, too, though no spaces between them."""
    chinese = pieces.looks_like(pieces.checked(text)) == "zh"
    return pieces.read(text, reader.tokenizer, cuts=boundaries(text) if chinese else None)


def _words(reader: Reader, pair: Pair, a: Pieces, b: Pieces) -> hiding.Numbered:
    """Return which word each token belongs to."""
    limit = hiding.at_most(len(pair.tokens), reader.model.bert.config)
    kept = (part.words[:n] for part, n in zip((a, b), pair.kept, strict=True))
    return hiding.framed(list(kept), limit)


@torch.inference_mode()
def _differences(
    reader: Reader, rows: Sequence[np.ndarray], segments: Sequence[np.ndarray]
) -> np.ndarray:
    """Return "follows" - "random" of each row, [B]."""
    cls = fast_bert.states(reader.model, rows, [[0]] * len(rows), segments)  # [B, D]
    logits = reader.model.cls["seq_relationship"](reader.model.bert.pool(cls))
    return _difference(logits.float()).cpu().numpy()


def _difference(logits: Tensor) -> Tensor:
    """Return "B follows" - "B is random" [B]; its sigmoid is the probability."""
    return logits[:, IS_NEXT] - logits[:, IS_RANDOM]
