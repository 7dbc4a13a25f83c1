"""Does sentence B follow sentence A?

    [CLS] A [SEP] B [SEP] for each candidate B -> NSP logits [B, 2] -> P(B follows A) [B]

Section 3.1 of Devlin et al. 2018, task 2. Half of the pairs in pre-training were neighbours, half
had a random sentence of the same source for B, so a probability of .5 means "can't tell".
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core import runtime
from core.bert import berts, fast_bert
from core.bert.berts import Reader
from core.errors import InputError
from core.inference import readers
from core.results.answers import JudgedCandidate, JudgedCandidates
from core.results.language import CutSentence
from core.text import pieces
from core.text.pairs import Pair, frame
from core.text.pieces import Pieces
from core.text.tokenizer import CLS, SEP, token_id

MAX_CANDIDATES = 8  # in one batch, so that all bars can follow the typing
IS_NEXT, IS_RANDOM = 0, 1  # columns of the NSP logits, as in the authors' code


def judge(first: str, candidates: Sequence[str], model: str) -> JudgedCandidates:
    """Return for each candidate the probability that it follows the first sentence.

    Args:
        first: sentence A.
        candidates: sentences B, 1..MAX_CANDIDATES of them, none blank.
        model: a language or another model's name (core/inference/readers.py).

    Raises:
        InputError: nothing to read in a sentence or too much of it, too many candidates, or a
            model that never learned this question.
        AssetError: the weights are not there.
    """
    return judged(asked(model), first, candidates)


@torch.inference_mode()
def judged(reader: Reader, first: str, candidates: Sequence[str]) -> JudgedCandidates:
    """Return what `judge` does, for a reader at hand that has learned the question.

    Raises:
        InputError: nothing to read in a sentence or too much of it, or too many candidates.
    """
    if not 1 <= len(candidates) <= MAX_CANDIDATES:
        raise InputError("nsp_candidates", high=MAX_CANDIDATES, got=len(candidates))
    a = pieces.read(first, reader.tokenizer)
    all_b = [pieces.read(candidate, reader.tokenizer) for candidate in candidates]
    pairs = [paired(reader, a, b) for b in all_b]
    rows, segments = [pair.ids for pair in pairs], [pair.segments for pair in pairs]
    cls = fast_bert.states(reader.model, rows, [[0]] * len(pairs), segments)  # [B, D]
    pooled = reader.model.bert.pool(cls)
    probabilities = reader.model.cls["seq_relationship"](pooled).float().softmax(-1)
    return JudgedCandidates(
        candidates=tuple(
            JudgedCandidate(
                probability=p,
                n_tokens=len(pair.tokens),
                cut_first=_cut(a, pair.kept[0]),
                cut_second=_cut(b, pair.kept[1]),
            )
            for b, pair, p in zip(all_b, pairs, probabilities[:, IS_NEXT].tolist(), strict=True)
        ),
        looks_like=pieces.looks_like(" ".join([first, *candidates])),
        unknown=tuple(dict.fromkeys(u for part in (a, *all_b) for u in pieces.unknown(part))),
        specials=tuple(
            dict.fromkeys(s for text in (first, *candidates) for s in pieces.typed_specials(text))
        ),
        typed_mask=any((part.words < 0).any() for part in (a, *all_b)),
    )


def asked(model: str) -> Reader:
    """Return a model that has learned next sentence prediction, and can answer at once.

    Raises:
        InputError: it hasn't, it isn't loaded, or a learner may not ask for this name.
        AssetError: the bundled weights are missing or damaged.
    """
    reader = berts.ready(readers.source(model))
    if reader is None:
        raise InputError("model_not_loaded", name=model)
    return able(reader, model)


def able(reader: Reader, name: str) -> Reader:
    """Return a reader that has learned next sentence prediction.

    Args:
        reader: any.
        name: what whoever asks calls it.

    Raises:
        InputError: it hasn't.
    """
    if not reader.has_nsp:
        raise InputError("nsp_no_head", name=name)
    if not reader.reads_pairs:
        raise InputError("attention_one_segment", name=name)
    return reader


def paired(reader: Reader, first: Pieces, second: Pieces) -> Pair:
    """Put two sentences into one row of a model's length."""
    return frame(
        first,
        second,
        cls_id=token_id(reader.tokenizer, CLS),
        sep_id=token_id(reader.tokenizer, SEP),
        n_positions=reader.model.bert.config.n_positions,
    )


def tensors(pair: Pair) -> tuple[Tensor, Tensor]:
    """Return ids and segments, int64 [1, T], on the models' device."""
    ids, segments = (torch.from_numpy(x)[None] for x in (pair.ids, pair.segments))
    return ids.to(runtime.device()), segments.to(runtime.device())


def _cut(sentence: Pieces, kept: int) -> CutSentence:
    n_cut = len(sentence.tokens) - kept
    return CutSentence(n_cut, sentence.text[sentence.starts[kept] :] if n_cut else "")
