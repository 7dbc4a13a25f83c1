"""Which words speak for B following A, and which against it?

    each word of the pair hidden in turn -> NSP logits -> what that costs "follows" - "random" [T]

A word speaks for B following A if hiding it (core/inference/hiding.py) lowers the difference of the
two logits. That is measured, word by word; what gradients say of the same words is held against it
(core/inference/reasons.py).
"""

from collections.abc import Collection, Sequence

import numpy as np
import torch
from torch import Tensor

from core import fast_bert
from core.berts import Reader
from core.errors import InputError
from core.inference import hiding, reasons
from core.inference.next_sentence import IS_NEXT, IS_RANDOM, asked, paired
from core.models.bert import BertOutput
from core.results.answers import SentenceWeights
from core.results.reasons import Reasons
from core.text import pieces
from core.text.pairs import Pair
from core.text.pieces import Pieces
from core.text.tokenizer import MASK
from core.text.words import boundaries


def weigh(first: str, second: str, model: str, *, hidden: Collection[int] = ()) -> SentenceWeights:
    """Return what hiding each word costs the answer, and the answer without some of them.

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
    mask_id = reader.tokenizer.token_to_id(MASK)
    other = pair.ids.copy()
    other[list(hidden)] = mask_id
    rows = [*hiding.without_each(pair.ids, words, mask_id), other]
    scores = _differences(
        reader, [*rows, turned.ids], [*[pair.segments] * len(rows), turned.segments]
    )
    costs = hiding.costs(scores[:-2])
    return SentenceWeights(
        tokens=pair.tokens,
        segments=tuple(pair.segments.tolist()),
        special=tuple((words < 0).tolist()),
        joined=tuple(token.startswith("##") for token in pair.tokens),
        words=tuple(words.tolist()),
        together=together,
        costs=hiding.at_tokens(costs, words),
        difference=float(scores[0]),
        hidden_difference=float(scores[-2]),
        turned_difference=float(scores[-1]),
    )


def compare(first: str, second: str, model: str) -> Reasons:
    """Return what other ways of explaining say of each word; arguments and errors as `weigh`."""
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

    return reasons.compare(
        reasons.Explained(
            bert=reader.model.bert,
            ids=pair.ids,
            segments=pair.segments,
            words=words,
            spelt=tuple(spelt),
            mask_id=reader.tokenizer.token_to_id(MASK),
            scores=lambda rows, segments: _differences(reader, rows, segments),
            score=score,
        )
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
