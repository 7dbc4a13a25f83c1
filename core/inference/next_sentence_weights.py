"""Which words speak for B following A, and which against it?

    word vectors [1, T, D] -> NSP logits -> gradient of their difference -> gradient x input [T]

Gradient x input (Shrikumar et al. 2016, arXiv:1605.01713): to first order, how much of the
difference "B follows" - "B is random" would go if a token's vector shrank to zero. Networks are not
linear, so the page lets the learner hide a token and see what really happens.
"""

from collections.abc import Collection

import torch

from core import runtime
from core.errors import InputError
from core.inference.next_sentence import IS_NEXT, IS_RANDOM, asked, paired, tensors
from core.results.answers import SentenceWeights
from core.text import pieces
from core.text.tokenizer import MASK


def weigh(first: str, second: str, model: str, *, hidden: Collection[int] = ()) -> SentenceWeights:
    """Return what each token adds to the answer, and the answer without the hidden ones.

    Args:
        first: sentence A.
        second: sentence B.
        model: as for `next_sentence.judge`.
        hidden: numbers of the tokens, [CLS] being 0, to be replaced by [MASK] in a second reading.

    Raises:
        InputError: as `next_sentence.judge`; or a hidden token is none of A's or B's.
        AssetError: the weights are not there.
    """
    reader = asked(model)
    a, b = (pieces.read(text, reader.tokenizer) for text in (first, second))
    pair, turned = paired(reader, a, b), paired(reader, b, a)
    for i in hidden:
        if not 0 <= i < len(pair.tokens) or i in _frame(pair.kept):
            raise InputError("nsp_hidden", got=i)
    ids, segments = tensors(pair)
    head, bert = reader.model.cls["seq_relationship"], reader.model.bert
    words = bert.embeddings.word_embeddings(ids).requires_grad_()  # [1, T, D]
    difference = _difference(head(bert(None, segments, embeddings=words).pooled).float())
    (gradient,) = torch.autograd.grad(difference.sum(), words)
    with torch.inference_mode():
        ids[0, list(hidden)] = reader.tokenizer.token_to_id(MASK)
        other = _difference(head(bert(ids, segments).pooled).float())
        back = _difference(head(bert(*tensors(turned)).pooled).float())
    return SentenceWeights(
        tokens=pair.tokens,
        segments=tuple(pair.segments.tolist()),
        special=tuple(i in _frame(pair.kept) for i in range(len(pair.tokens))),
        joined=tuple(token.startswith("##") for token in pair.tokens),
        weights=runtime.to_numpy((gradient * words).sum(-1)[0]),
        difference=difference.item(),
        hidden_difference=other.item(),
        turned_difference=back.item(),
    )


def _difference(logits: torch.Tensor) -> torch.Tensor:
    """Return "B follows" - "B is random" [B]; its sigmoid is the probability."""
    return logits[:, IS_NEXT] - logits[:, IS_RANDOM]


def _frame(kept: tuple[int, int]) -> tuple[int, int, int]:
    """Return where [CLS] and both [SEP] stand."""
    return 0, kept[0] + 1, kept[0] + kept[1] + 2
