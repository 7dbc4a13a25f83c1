"""The same BERT, computed faster on a CPU by ONNX Runtime.

    texts of T_1, T_2 ... tokens -> hidden [N, D] at the N places asked for -> MLM logits [N, V]

core/models/bert.py is written to be read. This one gives the same answers (tests/test_fast_bert.py)
in a fraction of the time (bench/language.py), by leaving out what nobody asked for:

- **no padding**: all tokens stand in one list of R rows, and what treats tokens one by one works on
  that list; only attention sees texts side by side, [B, T], those of similar length together
- **the last layer only where asked**: its output anywhere else would be thrown away
- **queries, keys and values in one product**, and what follows a product in one pass over it

It computes in float32: a CPU with AVX2 alone multiplies 8-bit numbers hardly twice as fast, and
that costs accuracy. Elsewhere than on a CPU, and in other precisions, the model itself answers.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from core.bert.onnx_bert import Graph, Twins, Whole, after_mixing, block, embedded
from core.models.bert import BertForPreTraining

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

MAX_ROWS = 256  # tokens at a time: what a layer hands to the next then stays in the cache


def states(
    model: Whole,
    texts: Sequence[np.ndarray],
    asked: Sequence[Sequence[int]],
    segments: Sequence[np.ndarray] | None = None,
) -> Tensor:
    """Return the last layer's states at the places asked for, [N, D], text by text.

    Args:
        model: frozen; who reads.
        texts: ids of each text, with [CLS] and [SEP], int64 [T_i].
        asked: of each text, the places whose state is wanted.
        segments: of each text, int64 [T_i]; by default all 0.
    """
    fast = of(model)
    if fast:
        return torch.from_numpy(fast.states(texts, asked, segments))
    parameter = next(model.parameters())
    there, _, wanted = _lie(texts, asked)
    ids, kinds = np.zeros(there.shape, np.int64), np.zeros(there.shape, np.int64)
    ids[there] = np.concatenate(texts)
    if segments is not None:
        kinds[there] = np.concatenate(segments)
    arrays = (torch.from_numpy(x).to(parameter.device) for x in (ids, kinds, there))
    with torch.inference_mode():
        hidden = model.bert(*arrays).hidden
    return hidden[torch.from_numpy(there).to(parameter.device)][wanted]


def decode(model: BertForPreTraining, hidden: Tensor) -> Tensor:
    """Return MLM logits [N, V] of states [N, D]."""
    fast = of(model)
    if fast:
        return torch.from_numpy(fast.decode(hidden.numpy()))
    with torch.inference_mode():
        return model.decode(hidden)


def of(model: Whole) -> "FastBert | None":
    """Return a model's fast twin; None where the model itself is to answer."""
    return _TWINS.of(model)


class FastBert:
    """A BERT's body and MLM head as two ONNX Runtime sessions; several threads may ask at once."""

    def __init__(self, model: Whole) -> None:
        """Copy the weights of a model; one that classifies has no MLM head."""
        self._body, self._width = _body(model), model.bert.config.width
        self._head = _head(model) if isinstance(model, BertForPreTraining) else None

    def states(
        self,
        texts: Sequence[np.ndarray],
        asked: Sequence[Sequence[int]],
        segments: Sequence[np.ndarray] | None,
    ) -> np.ndarray:
        """Return states [N, D] float32; arguments as for the function `states`."""
        counts = [len(places) for places in asked]
        ends = np.cumsum(counts)
        found = np.empty((sum(counts), self._width), np.float32)
        for group in _groups([len(ids) for ids in texts]):
            feeds = _feeds(
                [texts[i] for i in group],
                [asked[i] for i in group],
                None if segments is None else [segments[i] for i in group],
            )
            places = np.concatenate([np.arange(ends[i] - counts[i], ends[i]) for i in group])
            found[places] = self._body.run(None, feeds)[0]
        return found

    def decode(self, hidden: np.ndarray) -> np.ndarray:
        """Return MLM logits [N, V] of states [N, D]."""
        if self._head is None:
            raise TypeError("A model that classifies has no MLM head.")
        return self._head.run(None, {"hidden": hidden})[0]


def _groups(lengths: Sequence[int]) -> list[list[int]]:
    """Return numbers of texts to be read together: of similar length, MAX_ROWS tokens in all."""
    groups: list[list[int]] = []
    room = 0
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if lengths[i] > room:
            groups.append([])
            room = MAX_ROWS
        groups[-1].append(i)
        room -= lengths[i]
    return groups


def _feeds(
    texts: Sequence[np.ndarray],
    asked: Sequence[Sequence[int]],
    segments: Sequence[np.ndarray] | None,
) -> dict[str, np.ndarray]:
    """Return the inputs of the body's graph."""
    there, rows, wanted = _lie(texts, asked)
    back = np.flatnonzero(there)  # where each row stands in [B * T]
    return {
        "ids": np.concatenate(texts),
        "positions": np.nonzero(there)[1],
        "segments": np.zeros(len(back), np.int64) if segments is None else np.concatenate(segments),
        "rows": rows,
        "there": there.astype(np.int32),
        "back": back,
        "wanted": wanted,
        "wanted_back": back[wanted],
    }


def _lie(
    texts: Sequence[np.ndarray], asked: Sequence[Sequence[int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how texts lie in one list of R rows.

    Returns:
        bool [B, T], whether a text has a token there; int64 [B, T], its row; the rows asked for.
    """
    lengths = np.array([len(ids) for ids in texts])
    starts = np.cumsum(lengths) - lengths
    columns = np.arange(lengths.max())
    there = columns < lengths[:, None]
    wanted = [start + k for start, places in zip(starts, asked, strict=True) for k in places]
    return there, np.where(there, starts[:, None] + columns, 0), np.array(wanted, np.int64)


def _body(model: Whole) -> "InferenceSession":
    """Write the encoder down: embeddings, then layer by layer."""
    from onnx import TensorProto

    config, graph = model.bert.config, Graph(model)
    x = embedded(graph)  # [R, D]
    graph.constant("flat", np.array([-1, config.width], np.int64))
    for i in range(config.n_layers):
        x = _layer(graph, i, x, config.n_heads, last=i + 1 == config.n_layers)
    lists = ("ids", "positions", "segments", "back")
    inputs = {name: (TensorProto.INT64, "R") for name in lists}
    inputs |= {name: (TensorProto.INT64, "N") for name in ("wanted", "wanted_back")}
    inputs |= {"rows": (TensorProto.INT64, "BT"), "there": (TensorProto.INT32, "BT")}
    return graph.session(inputs, x)


def _layer(graph: Graph, i: int, x: str, n_heads: int, *, last: bool) -> str:
    """Write one block down, [R, D] -> [R, D]; the last one only where asked, -> [N, D]."""
    three = [f"{block(i)}.attention.self.{name}" for name in ("query", "key", "value")]
    biases = [graph.weights[f"{linear}.bias"] for linear in three]
    bias = graph.constant(f"{i}.three.bias", torch.cat(biases))
    side = graph.add("Gather", [graph.product(f"{i}.three", x, *three), "rows"], f"{i}.side")
    parts = [f"{i}.{name}" for name in ("queries", "keys", "values")]  # [B, T, D]
    graph.add("Split", [side], *parts, axis=2)
    inputs = [*parts, bias, "there"]
    context = graph.add("MultiHeadAttention", inputs, f"{i}.context", num_heads=n_heads)
    context = graph.add("Reshape", [context, "flat"], f"{i}.flat")  # [B * T, D]
    y = graph.add("Gather", [context, "wanted_back" if last else "back"], f"{i}.rows")
    x = graph.add("Gather", [x, "wanted"], "asked") if last else x
    return after_mixing(graph, i, x, y)


def _head(model: BertForPreTraining) -> "InferenceSession":
    """Write the MLM head down: transform, then the table of words, or a decoder of its own."""
    from onnx import TensorProto

    head, config, graph = "cls.predictions", model.bert.config, Graph(model)
    words = "bert.embeddings.word_embeddings" if config.tied else f"{head}.decoder"
    x = graph.product("dense", "hidden", f"{head}.transform.dense")
    x = graph.add("BiasGelu", [x, graph.weight(f"{head}.transform.dense.bias")], "gelu")
    x = graph.norm("meant", x, f"{head}.transform.LayerNorm")
    x = graph.product("decoded", x, words)
    x = graph.add("Add", [x, graph.weight(f"{head}.bias")], "logits")
    return graph.session({"hidden": (TensorProto.FLOAT, ["N", config.width])}, x)


_TWINS = Twins(FastBert)
