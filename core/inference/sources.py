"""Which words does an answer come from? Attention and gradients need not agree with the model.

    hiding:                log p(target) - log p(target) with the word behind [MASK]    [T]
    attention, rollout:    the asked token's row, of the last layer and through all     [T]
    gradient x input, integrated gradients: core/inference/gradients.py                 [T]

Hiding a word is what really happens (core/inference/hiding.py); the other four are held against it.
Integrated gradients start from the text with every word hidden, so that what the words get adds up
to what knowing them changes. That attention ranks words otherwise than gradients do is what Jain &
Wallace 2019 (arXiv:1902.10186) found: attention is not explanation.
"""

from collections.abc import Collection, Iterator

import numpy as np
import torch
from torch import Tensor

from core.inference import agreement, attention, gradients, hiding, questions, readings, rollout
from core.inference.questions import Question
from core.inference.reasons import of_words
from core.results.attention import Attention, HeadProgress, Sources
from core.text.tokenizer import MASK, token_id


def trace(asked: Question, *, off: Collection[int] = ()) -> Iterator[HeadProgress]:
    """Trace an answer back to the tokens by five measures; report after each batch.

    Args:
        asked: the question; the answer that it follows is explained.
        off: heads to switch off, layer * H + head.

    Raises:
        InputError: no such head.
    """
    read = asked.reading.read
    mask = readings.head_mask(asked.reading, off)
    words = _words(asked)
    n_words = int(words.max()) + 1
    total = n_words + sum(gradients.STEPS)
    yield HeadProgress(0, total)
    batches = _hidden_in_turn(asked, mask, words)
    before, scores = next(batches)
    said = questions.prediction(asked, before)
    yield HeadProgress(len(scores) - 1, total)
    for _, more in batches:
        scores += more
        yield HeadProgress(len(scores) - 1, total)
    costs = hiding.costs(np.array(scores, np.float32))
    rolled = rollout.roll(Attention(read, asked.reading.can, attention.attend(asked.reading, off)))

    def score(vectors: Tensor) -> Tensor:
        return questions.answers(asked, _encode(asked, mask, vectors))[:, asked.target]

    vectors = _vectors(asked, asked.reading.ids)
    for integral in gradients.integrate(score, vectors, _vectors(asked, _all_hidden(asked))):
        yield HeadProgress(n_words + integral.done, total)
    measures = (
        hiding.at_tokens(costs, words),
        rolled.raw[-1, asked.at],
        rolled.rollout[-1, asked.at],
        gradients.times_input(score, vectors),
        integral.shares,
    )
    by_word = [costs, *(of_words(measure, words) for measure in measures[1:])]
    result = Sources(
        asked.at,
        said,
        *measures,
        words=words,
        gap=integral.gap,
        off_by=integral.off_by,
        n_steps=integral.n_steps,
        compared=np.flatnonzero(words >= 0),
        same_sign=tuple(agreement.same_sign(costs, one) for one in by_word[-2:]),
        same_strongest=tuple(agreement.same_strongest(costs, one) for one in by_word),
        **agreement.ranks([np.abs(one) for one in by_word]),
    )
    yield HeadProgress(total, total, result)


def _words(asked: Question) -> np.ndarray:
    """Return which word each token belongs to, [T]; -1 at the frame and where the question is."""
    read = asked.reading.read
    there = ~read.special & (np.arange(len(read.tokens)) != asked.at)
    words = np.full(len(there), -1)
    sides = [there & (read.segments == side) for side in (0, 1)]
    limit = hiding.at_most(len(there), asked.reader.model.bert.config)
    numbers, _ = hiding.number([read.words[side] for side in sides], limit)
    for side, some in zip(sides, numbers, strict=True):
        words[side] = some
    return words


@torch.inference_mode()
def _hidden_in_turn(
    asked: Question, mask: Tensor | None, words: np.ndarray
) -> Iterator[tuple[Tensor, list[float]]]:
    """Yield some scores of the target and all answers [V] of the first reading they belong to.

    The scores come in the order of `hiding.without_each`.
    """
    reading = asked.reading
    mask_id = token_id(asked.reader.tokenizer, MASK)
    ids = reading.ids[0].cpu().numpy()
    rows = torch.from_numpy(np.stack(hiding.without_each(ids, words, mask_id)))
    for some in rows.to(reading.ids.device).split(max(1, gradients.MAX_TOKENS // len(ids))):
        segments = reading.segments.expand(len(some), -1)
        hidden = asked.reader.model.bert(some, segments, head_mask=mask).hidden
        answers = questions.answers(asked, hidden)
        yield answers[0], answers[:, asked.target].tolist()


def _vectors(asked: Question, ids: Tensor) -> Tensor:
    """Return word vectors [1, T, D], before positions and segments are added."""
    with torch.no_grad():
        return asked.reader.model.bert.embeddings.word_embeddings(ids)


def _all_hidden(asked: Question) -> Tensor:
    """Return the same text with [MASK] for every ordinary token, [1, T]."""
    ids = asked.reading.ids.clone()
    ordinary = torch.from_numpy(~asked.reading.read.special).to(ids.device)
    ids[0, ordinary] = token_id(asked.reader.tokenizer, MASK)
    return ids


def _encode(asked: Question, mask: Tensor | None, vectors: Tensor) -> Tensor:
    segments = asked.reading.segments.expand(len(vectors), -1)
    bert = asked.reader.model.bert
    return bert(None, segments, embeddings=vectors, head_mask=mask).hidden
