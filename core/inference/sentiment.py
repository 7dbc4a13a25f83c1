"""Does a sentence praise or complain, and which words and n-grams of it say so?

    log-odds of good = bias + sum over filters of (largest value in the text x weight)

Two exact things can be said. What each filter adds to that sum: book-keeping, in which each filter
adds something whatever it finds. And what the log-odds lose when a unit or an n-gram is hidden; for
models without a [MASK] that means taken out, as the page does when a learner crosses out a word:
its neighbours then stand side by side, and other n-grams may win. Only the second tells what speaks
for an answer; the first may even have the other sign (python -m bench explain).
"""

import functools
import json

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from core import assets, runtime, zoo
from core.errors import InputError
from core.inference import gradients, reasons
from core.models.textcnn import TextCNN, TextCNNOutput
from core.results.reasons import Reasons
from core.results.sentiment import Filters, Judged, NGram, Verdict
from core.text import pieces, units
from core.text.units import PAD_ID, UNKNOWN_ID, Units

STARTS = ("random", "tuned", "frozen")
KINDS = tuple(units.KINDS)
N_SHOWN = 6  # filters either way whose n-grams are taken out, those that add most
MAX_UNITS = 192  # of a text are read, as in training
BAD, GOOD = 0, 1
WAYS = ("left_out", "unknown", "shares", "gradient")


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
    given = _given(text, kind)
    read = given.first(MAX_UNITS)
    models = {name: zoo.textcnn(kind, name) for name in STARTS}
    ids = numbered(read.tokens, kind)
    with torch.inference_mode():
        outputs = {name: found.model(ids) for name, found in models.items()}
        odds = {name: log_odds(output.logits) for name, output in outputs.items()}
        chosen = models[start].model
        one = outputs[start]
        weight = chosen.linear.weight[GOOD] - chosen.linear.weight[BAD]
        sizes = np.repeat(
            chosen.config.filter_widths, len(weight) // len(chosen.config.filter_widths)
        )
        begins = runtime.to_numpy(one.windows[0])
        added = runtime.to_numpy(one.maxima[0] * weight)
        rest = _without_ngrams(chosen, ids, sizes, begins, added)
        filters = Filters(
            sizes=sizes,
            begins=begins,
            met=runtime.to_numpy(one.maxima[0]),
            towards_good=added,
            costs=float(odds[start]) - rest,
            bias=float(chosen.linear.bias[GOOD] - chosen.linear.bias[BAD]),
        )
        costs = odds[start] - log_odds(without_each(chosen, ids))
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
        costs=runtime.to_numpy(costs),
        bag=bag_costs(ids, kind),
    )


def _given(text: str, kind: str) -> Units:
    """Return a text's units, all of them."""
    given = units.cut(text, kind, zoo.textcnn(kind, STARTS[0]).numbers)
    if not given.tokens:
        raise InputError("text_empty")
    return given


def numbered(tokens: tuple[str, ...], kind: str) -> Tensor:
    """Return the ids of units, [1, T]; all TextCNNs of a kind share them."""
    numbers = zoo.textcnn(kind, STARTS[0]).numbers
    ids = [numbers.get(token, UNKNOWN_ID) for token in tokens]
    return torch.tensor([ids], device=runtime.device())


def log_odds(logits: Tensor) -> Tensor:
    """Return log P(good) - log P(bad) [B] of logits [B, 2]."""
    return (logits[:, GOOD] - logits[:, BAD]).float()


def _without_ngrams(
    model: TextCNN, ids: Tensor, sizes: np.ndarray, begins: np.ndarray, added: np.ndarray
) -> np.ndarray:
    """Return the log-odds without the n-gram of each filter that adds most, float32 [F * W].

    NaN for the filters that add less than the `N_SHOWN` largest either way.
    """
    order = np.argsort(added)
    shown = [k for k in (*order[:N_SHOWN], *order[-N_SHOWN:]) if added[k]]
    spans = sorted({(int(begins[k]), int(sizes[k])) for k in shown})
    if not spans:
        return np.full(len(added), np.nan, np.float32)
    rest = [torch.cat([ids[0, :begin], ids[0, begin + size :]]) for begin, size in spans]
    texts = pad_sequence(rest, batch_first=True, padding_value=PAD_ID)
    if not texts.shape[1]:
        texts = torch.full((len(spans), 1), PAD_ID, device=ids.device)
    odds = dict(zip(spans, log_odds(model(texts).logits).tolist(), strict=True))
    found = np.full(len(added), np.nan, np.float32)
    for k in shown:
        found[k] = odds[int(begins[k]), int(sizes[k])]
    return found


def without_each(model: TextCNN, ids: Tensor) -> Tensor:
    """Return the logits [T, 2] of a text [1, T] without its first unit, without its second, ...

    Whatever is left out, windows hold the same units: each unit is multiplied once with each row of
    each filter, and a window's value is a sum of these products. Reading T texts takes 8 ms more.
    """
    n = ids.shape[1]
    if n <= max(model.config.filter_widths):  # too short without padding
        texts = torch.full((n, max(n - 1, 1)), PAD_ID, device=ids.device)
        for k in range(n):
            texts[k, : n - 1] = torch.cat([ids[0, :k], ids[0, k + 1 :]])
        return model(texts).logits
    others = ~torch.eye(n, dtype=torch.bool, device=ids.device)
    left = torch.arange(n, device=ids.device).expand(n, n)[others].reshape(n, n - 1)
    words, maxima = model.embedding(ids)[0], []
    for size, convolution in zip(model.config.filter_widths, model.convolutions, strict=True):
        weight, bias = convolution.get_parameter("weight"), convolution.get_parameter("bias")
        products = torch.einsum("td,fsd->stf", words, weight[:, 0])  # [size, T, F]
        rows = (products[j][left[:, j : j + n - size]] for j in range(size))
        met = functools.reduce(torch.add, rows)  # [T, windows, F]
        # Mish falls until -1.2 and rises from there: its best value is at one end.
        ends = torch.stack([met.amax(1), met.amin(1)]) + bias
        maxima.append(model.activation(ends).amax(0))
    return model.linear(torch.cat(maxima, 1))


def compare(text: str, kind: str, start: str) -> Reasons:
    """Hold other ways of explaining a TextCNN against taking each unit out.

    "shares" gives each unit its part of what the filters add: of an n-gram of n units, each gets an
    n-th. "unknown" puts the unknown unit in the unit's place, which keeps its neighbours apart.

    Arguments and errors as for `judge`.
    """
    read = _given(text, kind).first(MAX_UNITS)
    model, ids = zoo.textcnn(kind, start).model, numbered(read.tokens, kind)
    n = len(read.tokens)
    masked = ids.repeat(n, 1)
    masked.fill_diagonal_(UNKNOWN_ID)
    vectors = model.embedding(ids).detach()

    def score(words: Tensor) -> Tensor:
        return log_odds(model.read(words, torch.full((len(words),), n, device=ids.device)).logits)

    with torch.inference_mode():
        output = model(ids)
        odds = log_odds(output.logits)
        others = [log_odds(without_each(model, ids)), log_odds(model(masked).logits)]
        shares = _shares(model, output, n)
    costs = [runtime.to_numpy(odds - other) for other in others]
    values = [*costs, shares, gradients.times_input(score, vectors)]
    words = [text[a:b].strip() for a, b in zip(read.starts, read.ends, strict=True)]
    return reasons.reasons(words, WAYS, np.stack(values))


def _shares(model: TextCNN, output: TextCNNOutput, n_units: int) -> np.ndarray:
    """Return each unit's part of what the filters add, float32 [T]."""
    weight = model.linear.weight[GOOD] - model.linear.weight[BAD]
    added = runtime.to_numpy(output.maxima[0] * weight)
    shares = np.zeros(n_units, np.float32)
    sizes = np.repeat(model.config.filter_widths, len(added) // len(model.config.filter_widths))
    for begin, size, share in zip(output.windows[0].tolist(), sizes, added, strict=True):
        where = slice(begin, min(begin + size, n_units))
        shares[where] += share / (where.stop - where.start)
    return shares


def bag(ids: Tensor, kind: str) -> float:
    """Return P(good) by the bag of units: logistic regression over which of them occur."""
    weights = bag_weights(kind)
    total = weights["weight"][runtime.to_numpy(ids.unique())].sum() + weights["bias"][0]
    return float(1 / (1 + np.exp(-total)))


def bag_costs(ids: Tensor, kind: str) -> np.ndarray:
    """Return what the bag's log-odds lose without each unit, float32 [T].

    That is its weight; 0 where the unit stands a second time, for the bag doesn't count.
    """
    numbers = runtime.to_numpy(ids[0])
    once = np.bincount(numbers)[numbers] == 1
    return np.where(once, bag_weights(kind)["weight"][numbers], 0).astype(np.float32)


@functools.cache
def bag_weights(kind: str) -> dict[str, np.ndarray]:
    """Return "weight" [V] and "bias" [1]; only read."""
    return load_file(assets.locate(f"weights/textcnn-{kind}/bow.safetensors"))


def accuracy(kind: str, name: str) -> float:
    """Return a shipped model's accuracy on the test part, from its manifest entry."""
    return assets.manifest()[f"weights/textcnn-{kind}/{name}.safetensors"]["score"]["test_acc"]


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
