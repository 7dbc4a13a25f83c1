"""How many heads can go before the answer changes?

    remove the head whose absence costs the answer least, again and again -> a curve

The greedy pruning of Michel et al. 2019 (arXiv:1905.10650, section 4), for one answer instead of a
test set, and by the measured effect instead of its gradient. Heads stand in for each other: what is
needless while the others work may be vital once they are gone. So the order is measured anew after
each removal, or, to see the difference, once for all.
"""

from collections.abc import Collection, Iterator

import torch
from torch import Tensor

from core.inference import questions, readings
from core.inference.head_effects import MAX_TOKENS, read_once, without_each
from core.inference.questions import Question
from core.results.attention import HeadProgress, Pruning, PruningStep

# Measuring anew each time costs (L H)^2 / 4 readings. What 72 heads of width 384 and 32 tokens
# cost, some ten seconds, is the most; beyond, several heads go at a time.
MAX_WORK = 72**2 * 32 * 6 * 384**2


def prune(
    asked: Question, *, each: bool = True, off: Collection[int] = ()
) -> Iterator[HeadProgress]:
    """Remove heads, the least important first; report after each round.

    Args:
        asked: the question.
        each: measure anew when a head has gone, and end when another answer comes first; else
            measure once, and remove all.
        off: heads that are off from the start, layer * H + head.

    Raises:
        InputError: no such head.
    """
    shape = asked.reading.n_layers, asked.reading.n_heads
    mask = readings.head_mask(asked.reading, off)
    mask = torch.ones(shape, device=asked.reading.ids.device) if mask is None else mask.clone()
    total = int(mask.sum())
    before = questions.prediction(asked, read_once(asked, mask)[0])
    every = _every(asked) if each else total
    steps: list[PruningStep] = []
    yield HeadProgress(0, total)
    while len(steps) < total:
        order = []
        for ranked in _least_important(asked, mask):
            order = ranked
            yield HeadProgress(len(steps), total)
        steps += _remove(asked, mask, order[:every])
        if each and any(step.first != before.top[0][0] for step in steps[-every:]):
            break
        yield HeadProgress(len(steps), total)
    changed = (i for i, step in enumerate(steps) if step.first != before.top[0][0])
    result = Pruning(asked.at, before, tuple(steps), next(changed, None), every)
    yield HeadProgress(total, total, result)


def _every(asked: Question) -> int:
    """Return how many heads go between two measurements."""
    reading, width = asked.reading, asked.reader.model.bert.config.width
    n_heads = reading.n_layers * reading.n_heads
    return -(-(n_heads**2) * len(reading.read.tokens) * reading.n_layers * width**2 // MAX_WORK)


def _least_important(asked: Question, mask: Tensor) -> Iterator[list[int]]:
    """Yield after each layer the heads that are on, those first whose absence costs least."""
    n_heads, found = asked.reading.n_heads, []
    _, states = read_once(asked, mask)
    for layer in range(asked.reading.n_layers):
        heads = mask[layer].nonzero()[:, 0].tolist()
        if heads:
            after = without_each(asked, mask, states[layer], layer, heads)[:, asked.target]
            found += [
                (score, layer * n_heads + head)
                for head, score in zip(heads, after.tolist(), strict=True)
            ]
        yield [head for _, head in sorted(found, key=lambda one: (-one[0], one[1]))]


@torch.inference_mode()
def _remove(asked: Question, mask: Tensor, heads: list[int]) -> list[PruningStep]:
    """Switch heads off one after the other, in `mask` too, and return each answer."""
    reading = asked.reading
    masks = mask.flatten().repeat(len(heads), 1)  # [n, L * H]
    for i, head in enumerate(heads):
        masks[i:, head] = 0
    masks = masks.view(len(heads), reading.n_layers, reading.n_heads)
    mask.copy_(masks[-1])
    steps: list[PruningStep] = []
    for some in masks.split(max(1, MAX_TOKENS // len(reading.read.tokens))):
        ids, segments = (x.expand(len(some), -1) for x in (reading.ids, reading.segments))
        hidden = asked.reader.model.bert(ids, segments, head_mask=some).hidden
        for row in questions.answers(asked, hidden):
            said = questions.prediction(asked, row)
            place = divmod(heads[len(steps)], reading.n_heads)
            steps.append(PruningStep(*place, said.top[0][0], said.log_probability, said.rank))
    return steps
