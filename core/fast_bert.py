"""The same BERT, computed faster on a CPU by ONNX Runtime.

    texts of T_1, T_2 ... tokens -> hidden [N, D] at the N places asked for -> MLM logits [N, V]

core/models/bert.py is written to be read. This one gives the same answers (tests/test_fast_bert.py)
in a fraction of the time (bench/language.py), by leaving out what nobody asked for:

- **no padding**: all tokens stand in one list of R rows, and what treats tokens one by one works on
  that list; only attention sees texts side by side, [B, T]
- **the last layer only where asked**: its output anywhere else would be thrown away
- **queries, keys and values in one product**, and what follows a product in one pass over it

It computes in float32: a CPU with AVX2 alone multiplies 8-bit numbers hardly twice as fast, and
that costs accuracy. Elsewhere than on a CPU, and in other precisions, the model itself answers.
"""

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from core.models.bert import BertForPreTraining, BertLayer

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto
    from onnxruntime import InferenceSession

OPSET, OWN_OPSET, IR = 17, 1, 9  # of ONNX, of ONNX Runtime's own operations, of the file format
OWN = ("BiasGelu", "SkipLayerNormalization", "MultiHeadAttention")  # ONNX Runtime's own


def states(
    model: BertForPreTraining,
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


def of(model: BertForPreTraining) -> "FastBert | None":
    """Return a model's fast twin, made once; None where the model itself is to answer.

    The first call takes about a second, and its weights take their room in memory again.
    """
    parameter = next(model.parameters())
    if parameter.device.type != "cpu" or parameter.dtype != torch.float32 or model.training:
        return None
    with _LOCK:
        if model not in _TWINS:
            _TWINS[model] = FastBert(model)
        return _TWINS[model]


_TWINS: WeakKeyDictionary[BertForPreTraining, "FastBert"] = WeakKeyDictionary()
_LOCK = threading.Lock()


class FastBert:
    """A BERT's body and MLM head as two ONNX Runtime sessions; several threads may ask at once."""

    def __init__(self, model: BertForPreTraining) -> None:
        """Copy the weights of a model."""
        self._body, self._head = _body(model), _head(model)

    def states(
        self,
        texts: Sequence[np.ndarray],
        asked: Sequence[Sequence[int]],
        segments: Sequence[np.ndarray] | None,
    ) -> np.ndarray:
        """Return states [N, D] float32; arguments as for the function `states`."""
        there, rows, wanted = _lie(texts, asked)
        back = np.flatnonzero(there)  # where each row stands in [B * T]
        feeds = {
            "ids": np.concatenate(texts),
            "positions": np.nonzero(there)[1],
            "segments": np.zeros(len(back), np.int64)
            if segments is None
            else np.concatenate(segments),
            "rows": rows,
            "there": there.astype(np.int32),
            "back": back,
            "wanted": wanted,
            "wanted_back": back[wanted],
        }
        return self._body.run(None, feeds)[0]

    def decode(self, hidden: np.ndarray) -> np.ndarray:
        """Return MLM logits [N, V] of states [N, D]."""
        return self._head.run(None, {"hidden": hidden})[0]


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


class _Graph:
    """An ONNX graph being written down: each value has a name, weights are constants."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: Tensor | np.ndarray) -> str:
        from onnx import numpy_helper

        array = values.detach().cpu().numpy() if isinstance(values, Tensor) else values
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, kind: str, inputs: Sequence[str], *names: str, **settings: object) -> str:
        """Add an operation; returns the name of its (first) result."""
        from onnx import helper

        domain = "com.microsoft" if kind in OWN else ""
        self.nodes.append(
            helper.make_node(kind, inputs, names, names[0], domain=domain, **settings)
        )
        return names[0]

    def product(self, name: str, x: str, *maps: nn.Linear) -> str:
        """Multiply by the weights of one linear map or of several side by side; no bias."""
        weight = torch.cat([linear.weight for linear in maps]).T
        return self.add("MatMul", [x, self.constant(f"{name}.weight", weight)], name)

    def norm(self, name: str, x: str, module: nn.LayerNorm, *more: str) -> str:
        """Normalise x, or the sum of x and `more`: what went past, and a bias."""
        scale = self.constant(f"{name}.scale", module.weight)
        shift = self.constant(f"{name}.shift", module.bias)
        if not more:
            return self.add("LayerNormalization", [x, scale, shift], name, epsilon=module.eps)
        past, bias = more
        return self.add(
            "SkipLayerNormalization", [x, past, scale, shift, bias], name, epsilon=module.eps
        )

    def session(self, inputs: dict[str, tuple[int, str]], output: str) -> "InferenceSession":
        """Return the graph ready to run; `inputs` have a type and a letter for each axis."""
        import onnxruntime
        from onnx import TensorProto, helper

        values = [
            helper.make_tensor_value_info(k, kind, list(axes)) for k, (kind, axes) in inputs.items()
        ]
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "bert", values, [result], self.constants)
        imports = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", OWN_OPSET)]
        file = helper.make_model(graph, opset_imports=imports, ir_version=IR).SerializeToString()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # as core/runtime.py says
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def _body(model: BertForPreTraining) -> "InferenceSession":
    """Write the encoder down: embeddings, then layer by layer."""
    from onnx import TensorProto

    bert, graph = model.bert, _Graph()
    tables = {
        "ids": bert.embeddings.word_embeddings,
        "positions": bert.embeddings.position_embeddings,
        "segments": bert.embeddings.token_type_embeddings,
    }
    looked_up = [
        graph.add("Gather", [graph.constant(f"table.{name}", table.weight), name], f"{name}.looked")
        for name, table in tables.items()
    ]
    x = graph.add("Add", looked_up[:2], "two")
    x = graph.add("Add", [x, looked_up[2]], "three")
    x = graph.norm("embedded", x, bert.embeddings.LayerNorm)  # [R, D]
    graph.constant("flat", np.array([-1, bert.config.width], np.int64))
    for i, layer in enumerate(bert.encoder["layer"]):
        x = _layer(graph, i, x, layer, last=i + 1 == bert.config.n_layers)
    lists = ("ids", "positions", "segments", "back")
    inputs = {name: (TensorProto.INT64, "R") for name in lists}
    inputs |= {name: (TensorProto.INT64, "N") for name in ("wanted", "wanted_back")}
    inputs |= {"rows": (TensorProto.INT64, "BT"), "there": (TensorProto.INT32, "BT")}
    return graph.session(inputs, x)


def _layer(graph: _Graph, i: int, x: str, layer: BertLayer, *, last: bool) -> str:
    """Write one block down, [R, D] -> [R, D]; the last one only where asked, -> [N, D]."""
    heads, out = layer.attention.self, layer.attention.output
    three = (heads.query, heads.key, heads.value)
    bias = graph.constant(f"{i}.three.bias", torch.cat([linear.bias for linear in three]))
    side = graph.add("Gather", [graph.product(f"{i}.three", x, *three), "rows"], f"{i}.side")
    parts = [f"{i}.{name}" for name in ("queries", "keys", "values")]  # [B, T, D]
    graph.add("Split", [side], *parts, axis=2)
    inputs, n_heads = [*parts, bias, "there"], heads.n_heads
    context = graph.add("MultiHeadAttention", inputs, f"{i}.context", num_heads=n_heads)
    context = graph.add("Reshape", [context, "flat"], f"{i}.flat")  # [B * T, D]
    y = graph.add("Gather", [context, "wanted_back" if last else "back"], f"{i}.rows")
    x = graph.add("Gather", [x, "wanted"], "asked") if last else x
    bias = graph.constant(f"{i}.out.bias", out.dense.bias)
    x = graph.norm(f"{i}.attended", graph.product(f"{i}.out", y, out.dense), out.LayerNorm, x, bias)
    wide, narrow = layer.intermediate["dense"], layer.output
    bias = graph.constant(f"{i}.wide.bias", wide.bias)
    y = graph.add("BiasGelu", [graph.product(f"{i}.wide", x, wide), bias], f"{i}.gelu")
    bias = graph.constant(f"{i}.narrow.bias", narrow.dense.bias)
    y = graph.product(f"{i}.narrow", y, narrow.dense)
    return graph.norm(f"{i}.layer", y, narrow.LayerNorm, x, bias)


def _head(model: BertForPreTraining) -> "InferenceSession":
    """Write the MLM head down: transform, then the tied table."""
    from onnx import TensorProto

    head, graph = model.cls["predictions"], _Graph()
    dense, words = head.transform["dense"], model.bert.embeddings.word_embeddings.weight
    x = graph.product("dense", "hidden", dense)
    x = graph.add("BiasGelu", [x, graph.constant("bias", dense.bias)], "gelu")
    x = graph.norm("meant", x, head.transform["LayerNorm"])
    x = graph.add("MatMul", [x, graph.constant("words", words.T)], "decoded")
    x = graph.add("Add", [x, graph.constant("words.bias", head.bias)], "logits")
    return graph.session({"hidden": (TensorProto.FLOAT, ["N", dense.in_features])}, x)
