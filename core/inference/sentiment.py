"""Does a sentence praise or complain, and which n-grams of it say so?

A TextCNN's answer is a sum: for each filter, its largest value in the text times a weight. So one
can say exactly what each n-gram adds to the log-odds, log P(good) - log P(bad).
"""

import functools
import json

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor

from core import assets, runtime, zoo
from core.errors import InputError
from core.models.textcnn import TextCNN
from core.results.sentiment import Filters, Judged, NGram, Verdict
from core.text import pieces, units
from core.text.units import PAD_ID, UNKNOWN_ID, Units

STARTS = ("random", "tuned", "frozen")
KINDS = tuple(units.KINDS)
MAX_UNITS = 192  # of a text are read, as in training
BAD, GOOD = 0, 1


def judge(text: str, kind: str, start: str) -> Judged:
    """Return what the TextCNNs and the bag of units say, and one TextCNN's reasons.

    Args:
        text: a sentence or a few.
        kind: of the units, one of `core.text.units.KINDS`.
        start: which TextCNN's filters and effects to return, one of `STARTS`.

    Raises:
        InputError: the text is empty or too long, or holds nothing to read.
        AssetError: the weights are not there.
    """
    given = units.cut(text, kind, zoo.textcnn(kind, start).numbers)
    if not given.tokens:
        raise InputError("text_empty")
    read = Units(*(field[:MAX_UNITS] for field in given))
    models = {name: zoo.textcnn(kind, name) for name in STARTS}
    ids = numbered(read.tokens, kind)
    with torch.inference_mode():
        outputs = {name: found.model(ids) for name, found in models.items()}
        odds = {name: log_odds(output.logits) for name, output in outputs.items()}
        chosen = models[start].model
        one = outputs[start]
        weight = chosen.linear.weight[GOOD] - chosen.linear.weight[BAD]
        filters = Filters(
            sizes=np.repeat(chosen.filter_sizes, len(weight) // len(chosen.filter_sizes)),
            begins=runtime.to_numpy(one.windows[0]),
            met=runtime.to_numpy(one.maxima[0]),
            towards_good=runtime.to_numpy(one.maxima[0] * weight),
            bias=float(chosen.linear.bias[GOOD] - chosen.linear.bias[BAD]),
        )
        effects = odds[start] - log_odds(without_each(chosen, ids))
    verdicts = [
        Verdict(name, float(torch.sigmoid(odds[name])), accuracy(kind, name)) for name in STARTS
    ]
    return Judged(
        *read,
        unknown=tuple((ids[0] == UNKNOWN_ID).tolist()),
        n_cut=len(given.tokens) - len(read.tokens),
        looks_like=pieces.looks_like(text),
        verdicts=(*verdicts, Verdict("bow", bag(ids, kind), accuracy(kind, "bow"))),
        filters=filters,
        effects=runtime.to_numpy(effects),
        bag=bag_weights(kind)["weight"][runtime.to_numpy(ids[0])],
    )


def numbered(tokens: tuple[str, ...], kind: str) -> Tensor:
    """Return the ids of units, [1, T]; all TextCNNs of a kind share them."""
    numbers = zoo.textcnn(kind, STARTS[0]).numbers
    ids = [numbers.get(token, UNKNOWN_ID) for token in tokens]
    return torch.tensor([ids], device=runtime.device())


def log_odds(logits: Tensor) -> Tensor:
    """Return log P(good) - log P(bad) [B] of logits [B, 2]."""
    return (logits[:, GOOD] - logits[:, BAD]).float()


def without_each(model: TextCNN, ids: Tensor) -> Tensor:
    """Return the logits [T, 2] of a text [1, T] without its first unit, without its second, ...

    Whatever is left out, windows hold the same units: each unit is multiplied once with each row of
    each filter, and a window's value is a sum of these products. Reading T texts takes 8 ms more.
    """
    n = ids.shape[1]
    if n <= max(model.filter_sizes):  # too short without padding
        texts = torch.full((n, max(n - 1, 1)), PAD_ID, device=ids.device)
        for k in range(n):
            texts[k, : n - 1] = torch.cat([ids[0, :k], ids[0, k + 1 :]])
        return model(texts).logits
    others = ~torch.eye(n, dtype=torch.bool, device=ids.device)
    left = torch.arange(n, device=ids.device).expand(n, n)[others].reshape(n, n - 1)
    words, maxima = model.embedding(ids)[0], []
    for size, convolution in zip(model.filter_sizes, model.convolutions, strict=True):
        products = torch.einsum("td,fsd->stf", words, convolution.weight[:, 0])  # [size, T, F]
        n_windows = n - size
        met = sum(products[j][left[:, j : j + n_windows]] for j in range(size))  # [T, windows, F]
        # Mish falls until -1.2 and rises from there: its best value is at one end.
        ends = torch.stack([met.amax(1), met.amin(1)]) + convolution.bias
        maxima.append(model.activation(ends).amax(0))
    return model.linear(torch.cat(maxima, 1))


def bag(ids: Tensor, kind: str) -> float:
    """Return P(good) by the bag of units: logistic regression over which of them occur."""
    weights = bag_weights(kind)
    total = weights["weight"][runtime.to_numpy(ids.unique())].sum() + weights["bias"][0]
    return float(1 / (1 + np.exp(-total)))


@functools.cache
def bag_weights(kind: str) -> dict[str, np.ndarray]:
    """Return "weight" [V] and "bias" [1]; only read."""
    return load_file(assets.locate(f"weights/textcnn-{kind}/bow.safetensors"))


def accuracy(kind: str, name: str) -> float:
    """Return a shipped model's accuracy on the test part, from its manifest entry."""
    score = assets.manifest()[f"weights/textcnn-{kind}/{name}.safetensors"]["score"]
    return float(score["test_acc"])


def exciting(kind: str, start: str, number: int) -> tuple[NGram, ...]:
    """Return the n-grams of the training texts that excite a filter most, the strongest first.

    Raises:
        InputError: there is no such filter.
    """
    filters = _exciting(kind)[start]
    if not 0 <= number < len(filters):
        raise InputError("filter_number", got=number, high=len(filters) - 1)
    return tuple(NGram(text, met) for text, met in filters[number])


@functools.cache
def _exciting(kind: str) -> dict[str, list[list[tuple[str, float]]]]:
    return json.loads(assets.locate(f"samples/ngrams-{kind}.json").read_text("utf-8"))
