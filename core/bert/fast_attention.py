"""All attention of one text, computed faster on a CPU by ONNX Runtime.

    ids, segments [T] -> attention [L, H, T, T]

As core/bert/fast_bert.py, from whose parts the graph is built: the same answers as
core/models/bert.py (tests/test_fast_attention.py), and nothing that nobody asked for. The last
layer ends with its attention: what it makes of it is another question's.
"""

from typing import TYPE_CHECKING

import numpy as np

from core.bert.onnx_bert import Graph, Twins, after_mixing, block, embedded
from core.models.bert import BertForPreTraining

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def attend(model: BertForPreTraining, ids: np.ndarray, segments: np.ndarray) -> np.ndarray | None:
    """Return the attention of one text, float32 [L, H, T, T]; None where this can't compute it.

    Args:
        model: frozen; on the CPU in float32, else the answer is None.
        ids: int64 [T].
        segments: int64 [T].
    """
    session = _TWINS.of(model)
    if session is None:
        return None
    positions = np.arange(len(ids))
    return session.run(None, {"ids": ids, "positions": positions, "segments": segments})[0]


def _session(model: BertForPreTraining) -> "InferenceSession":
    from onnx import TensorProto

    config, graph = model.bert.config, Graph(model)
    x = embedded(graph)  # [T, D]
    n_numbers = config.width // config.n_heads  # K, of a query
    graph.constant("heads", np.array([-1, config.n_heads, n_numbers]))
    graph.constant("flat", np.array([-1, config.width]))
    graph.constant("first", np.array([0]))
    shares: list[str] = []
    for i in range(config.n_layers):
        if shares:
            x = after_mixing(graph, i - 1, x, _mixed(graph, i - 1, x, shares[-1]))
        shares.append(_shares(graph, i, x, n_numbers**-0.5))
    layers = [graph.add("Unsqueeze", [one, "first"], f"{one}.layer") for one in shares]
    inputs = {name: (TensorProto.INT64, "T") for name in ("ids", "positions", "segments")}
    return graph.session(inputs, graph.add("Concat", layers, "attention", axis=0))


def _shares(graph: Graph, i: int, x: str, scale: float) -> str:
    """Write one layer's attention down, [T, D] -> [H, T, T]; `scale` is 1 / sqrt(K)."""
    for name, factor in (("query", scale), ("key", 1.0)):
        linear = f"{block(i)}.attention.self.{name}"
        weight = graph.constant(f"{i}.{name}.weight", graph.weights[f"{linear}.weight"].T * factor)
        bias = graph.constant(f"{i}.{name}.bias", graph.weights[f"{linear}.bias"] * factor)
        graph.add("Gemm", [x, weight, bias], f"{i}.{name}")
        graph.add("Reshape", [f"{i}.{name}", "heads"], f"{i}.{name}.heads")  # [T, H, K]
    queries = graph.add("Transpose", [f"{i}.query.heads"], f"{i}.queries", perm=[1, 0, 2])
    keys = graph.add("Transpose", [f"{i}.key.heads"], f"{i}.keys", perm=[1, 2, 0])
    scores = graph.add("MatMul", [queries, keys], f"{i}.scores")
    return graph.add("Softmax", [scores], f"{i}.shares", axis=-1)


def _mixed(graph: Graph, i: int, x: str, shares: str) -> str:
    """Write down how one layer's heads mix the values, [T, D] and [H, T, T] -> [T, D]."""
    value = f"{block(i)}.attention.self.value"
    weight = graph.constant(f"{i}.value.weight", graph.weights[f"{value}.weight"].T)
    y = graph.add("Gemm", [x, weight, graph.weight(f"{value}.bias")], f"{i}.value")
    y = graph.add("Reshape", [y, "heads"], f"{i}.value.heads")  # [T, H, K]
    y = graph.add("Transpose", [y], f"{i}.values", perm=[1, 0, 2])
    y = graph.add("MatMul", [shares, y], f"{i}.mixed")  # [H, T, K]
    y = graph.add("Transpose", [y], f"{i}.mixed.side", perm=[1, 0, 2])
    return graph.add("Reshape", [y, "flat"], f"{i}.context")


_TWINS = Twins(_session)
