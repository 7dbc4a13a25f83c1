"""What does a fine-tuned model say, in the labels that it was fine-tuned for?

    last hidden state [1, T, D] -> its head -> logits [n], [T, n] or [T, 2] -> probabilities

A label for the text (or the pair), a label for each token, or where in sentence B the answer to
sentence A stands (Devlin et al. 2018, figure 4; section 4.2 for the span). Probabilities are made
as transformers' pipelines make them.
"""

from collections.abc import Collection

import torch
from torch import Tensor

from core.bert.checkpoint_heads import Task
from core.errors import InputError
from core.inference import readings
from core.inference.readings import Keep, Reading
from core.results.attention import OwnAnswer, Span

MAX_ANSWER = 15  # tokens of a span
N_SPANS = 3


@torch.inference_mode()
def say(
    model: str,
    text: str,
    second: str = "",
    *,
    at: int | None = None,
    keep: Keep = "head",
    off: Collection[int] = (),
) -> OwnAnswer:
    """Return a fine-tuned model's answer to a text, or two.

    Args:
        model: as `berts.reader` takes.
        text: sentence A; the question, for a model that finds answers.
        second: sentence B; the text that the answer is in.
        at: a token to hide behind [MASK]; None hides none.
        keep: which end stays when there are too many tokens.
        off: heads to switch off, layer * H + head.

    Raises:
        InputError: as `readings.read`; the model was not fine-tuned, or it needs a sentence B.
        AssetError: the bundled weights are missing or damaged.
    """
    reading = readings.read(model, text, second, at=at, keep=keep)
    reader, task = reading.bert, reading.bert.task
    if task is None:
        raise InputError("attention_no_own", name=readings.title(reader.name))
    if task.kind == "span" and not reading.read.segments.any():
        readings.needs("attention_own_span", reader.name)
    bert, heads = reader.model.bert, readings.head_mask(reading, off)
    hidden = bert(reading.ids, reading.segments, head_mask=heads).hidden[0]  # [T, D]
    if task.kind == "text":
        return OwnAnswer("text", labels=_labels(task, task.layers(hidden[0])), scale=task.scale)
    logits = task.layers(hidden)
    if task.kind == "tokens":
        shares, best = logits.softmax(-1).max(-1)
        named = zip(best.tolist(), shares.tolist(), strict=True)
        return OwnAnswer("tokens", tokens=tuple((task.labels[i], share) for i, share in named))
    return _spans(reading, logits)


def _labels(task: Task, logits: Tensor) -> tuple[tuple[str, float], ...]:
    """Return each label with its probability (or its number, as it is), the largest first."""
    scale = {"softmax": lambda x: x.softmax(-1), "sigmoid": torch.sigmoid, "number": lambda x: x}
    values = scale[task.scale](logits).tolist()
    return tuple(sorted(zip(task.labels, values, strict=True), key=lambda one: -one[1]))


def _spans(reading: Reading, logits: Tensor) -> OwnAnswer:
    """Return the likeliest spans of sentence B: P(it begins here) P(it ends there)."""
    read = reading.read
    inside = torch.from_numpy((read.segments == 1) & ~read.special).to(logits.device)
    inside[0] = True  # [CLS]: "there is no answer"
    begins, ends = logits.masked_fill(~inside[:, None], -1e4).softmax(0).T
    nothing = float(begins[0] * ends[0])
    begins[0] = ends[0] = 0
    n = len(begins)
    products = torch.outer(begins, ends).triu().tril(MAX_ANSWER - 1)
    top = products.flatten().topk(min(N_SPANS, n))
    found = zip(top.indices.tolist(), top.values.tolist(), strict=True)
    spans = tuple(Span(i // n, i % n, share) for i, share in found if share)
    return OwnAnswer("span", spans=spans, nothing=nothing)
