"""Which single head matters for an answer?

    for each layer l: hidden [1, T, D] below l -> H copies, each without one head -> answers [H, V]

What lies below the missing head is the same for all, so it is computed once: half of the work of
L x H readings, and in large batches. The heads' importance by switching them off: Michel et al.
2019 (arXiv:1905.10650), section 3.1.
"""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from core.inference import questions, readings
from core.inference.questions import Question
from core.results.attention import HeadEffects, HeadProgress

MAX_TOKENS = 4096  # of a batch; more need memory and win no time


def measure(asked: Question, *, off: Collection[int] = ()) -> Iterator[HeadProgress]:
    """Switch off each head alone; report after each layer, the last time with the effects.

    Args:
        asked: the question.
        off: heads that are off all the time, layer * H + head; their own effect is 0.

    Raises:
        InputError: no such head.
    """
    mask = readings.head_mask(asked.reading, off)
    n_layers, n_heads = asked.reading.n_layers, asked.reading.n_heads
    before, states = read_once(asked, mask)
    best = before.topk(min(questions.N_TOP, len(before))).indices
    change, kept, first = [], [], []
    yield HeadProgress(0, n_layers)
    for layer in range(n_layers):
        after = without_each(asked, mask, states[layer], layer, range(n_heads))  # [H, V]
        now = after.topk(len(best)).indices  # [H, 5]
        change.append(after[:, asked.target] - before[asked.target])
        kept.append((now[:, :, None] == best).any(-1).sum(-1))
        first.append(tuple(questions.name(asked, i) for i in now[:, 0].tolist()))
        if layer < n_layers - 1:
            yield HeadProgress(layer + 1, n_layers)
    effects = HeadEffects(
        at=asked.at,
        before=questions.prediction(asked, before),
        change=torch.stack(change).cpu().numpy(),
        kept=torch.stack(kept).cpu().numpy(),
        first=tuple(first),
    )
    yield HeadProgress(n_layers, n_layers, effects)


@torch.inference_mode()
def read_once(asked: Question, mask: Tensor | None) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Return the answers [V] and each layer's input [1, T, D], with the heads that are on."""
    reading = asked.reading
    bert = asked.reader.model.bert
    encoder = bert(reading.ids, reading.segments, head_mask=mask, hidden_states=True)
    return questions.answers(asked, encoder.hidden)[0], encoder.hidden_states


@torch.inference_mode()
def without_each(
    asked: Question, mask: Tensor | None, below: Tensor, layer: int, heads: Sequence[int]
) -> Tensor:
    """Return the answers without each of some heads of one layer, nats [n, V].

    Args:
        asked: the question.
        mask: factors of the heads [L, H] that hold besides; None for all on.
        below: the layer's input, [1, T, D].
        layer: whose heads they are.
        heads: n of them.
    """
    reading, n = asked.reading, len(heads)
    size = n, reading.n_layers, reading.n_heads
    factors = torch.ones(size, device=below.device) if mask is None else mask.repeat(n, 1, 1)
    factors[np.arange(n), layer, list(heads)] = 0
    found = []
    for some in factors.split(max(1, MAX_TOKENS // below.shape[1])):
        x = below.expand(len(some), -1, -1)
        *_, last = asked.reader.model.bert.blocks(x, None, some, first=layer)
        found.append(questions.answers(asked, last.output))
    return torch.cat(found)
