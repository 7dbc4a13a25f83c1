"""A BERT written down for ONNX Runtime, which computes it faster on a CPU than torch does.

The parts that core/bert/fast_bert.py and core/bert/fast_attention.py share: a graph that weights
are copied into, the embeddings, the half of a block that treats tokens one by one, and who keeps
the result.
Token by token means: [R, D], whatever texts the R rows belong to.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from core.models.bert import BertForPreTraining
from core.models.bert_classifier import BertForClassification

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto
    from onnxruntime import InferenceSession

OPSET, OWN_OPSET, IR = 17, 1, 9  # of ONNX, of ONNX Runtime's own operations, of the file format
OWN = ("BiasGelu", "SkipLayerNormalization", "MultiHeadAttention")  # ONNX Runtime's own

Whole = BertForPreTraining | BertForClassification
Model = TypeVar("Model", bound=Whole)
Twin = TypeVar("Twin")


class Twins(Generic[Model, Twin]):
    """The fast twin of each model, made once, and gone with it."""

    def __init__(self, make: Callable[[Model], Twin]) -> None:
        """Say how a twin is made."""
        self._make = make
        self._made: WeakKeyDictionary[Model, Twin] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)

    def of(self, model: Model) -> Twin | None:
        """Return a model's twin; None where the model itself is to answer.

        The first call takes about a second, and its weights take their room in memory again.
        """
        parameter = next(model.parameters())
        if parameter.device.type != "cpu" or parameter.dtype != torch.float32 or model.training:
            return None
        if model.bert.config.activation != "gelu":  # the one that `BiasGelu` computes
            return None
        with self._lock:
            if model not in self._made:
                self._made[model] = self._make(model)
            return self._made[model]


class Graph:
    """An ONNX graph being written down: each value has a name, weights are constants."""

    def __init__(self, model: Whole) -> None:
        """Begin with nothing; the weights will be this model's, by their names there."""
        self.weights, self.epsilon = model.state_dict(), model.bert.config.epsilon
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: Tensor | np.ndarray) -> str:
        """Add an array; returns its name."""
        from onnx import numpy_helper

        array = values.cpu().numpy() if isinstance(values, Tensor) else values
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weight(self, name: str) -> str:
        """Add a weight of the model; returns its name."""
        return self.constant(name, self.weights[name])

    def add(
        self, kind: str, inputs: Sequence[str], *names: str, **settings: int | float | list[int]
    ) -> str:
        """Add an operation; returns the name of its (first) result."""
        from onnx import helper

        domain = "com.microsoft" if kind in OWN else ""
        node = helper.make_node(kind, inputs, names, names[0], domain=domain)
        node.attribute.extend(helper.make_attribute(*setting) for setting in settings.items())
        self.nodes.append(node)
        return names[0]

    def product(self, name: str, x: str, *maps: str) -> str:
        """Multiply by the weights of one linear map or of several side by side; no bias."""
        weight = torch.cat([self.weights[f"{linear}.weight"] for linear in maps]).T
        return self.add("MatMul", [x, self.constant(f"{name}.weight", weight)], name)

    def norm(self, name: str, x: str, layer: str, *more: str) -> str:
        """Normalise x, or the sum of x and `more`: what went past, and a bias."""
        inputs = [x, *more[:1], *(self.weight(f"{layer}.{w}") for w in ("weight", "bias"))]
        kind = "SkipLayerNormalization" if more else "LayerNormalization"
        return self.add(kind, [*inputs, *more[1:]], name, epsilon=self.epsilon)

    def session(
        self, inputs: Mapping[str, tuple[int, str | list[int | str]]], output: str
    ) -> "InferenceSession":
        """Return the graph ready to run; `inputs` have a type and axes (letters or sizes)."""
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


def embedded(graph: Graph) -> str:
    """Write the sum of the three tables down: ids, positions, segments [R] -> [R, D]."""
    tables = {"ids": "word", "positions": "position", "segments": "token_type"}
    looked_up = [
        graph.add(
            "Gather", [graph.weight(f"bert.embeddings.{table}_embeddings.weight"), name], table
        )
        for name, table in tables.items()
    ]
    x = graph.add("Add", looked_up[:2], "two")
    x = graph.add("Add", [x, looked_up[2]], "three")
    return graph.norm("embedded", x, "bert.embeddings.LayerNorm")


def block(i: int) -> str:
    """Return what the names of block i's weights begin with."""
    return f"bert.encoder.layer.{i}"


def after_mixing(graph: Graph, i: int, x: str, context: str) -> str:
    """Write the rest of block i down, from its input and what its heads mixed: [R, D] -> [R, D]."""
    here = block(i)
    out, wide, narrow = f"{here}.attention.output", f"{here}.intermediate", f"{here}.output"
    y = graph.product(f"{i}.out", context, f"{out}.dense")
    bias = graph.weight(f"{out}.dense.bias")
    x = graph.norm(f"{i}.attended", y, f"{out}.LayerNorm", x, bias)
    y = graph.product(f"{i}.wide", x, f"{wide}.dense")
    y = graph.add("BiasGelu", [y, graph.weight(f"{wide}.dense.bias")], f"{i}.gelu")
    y = graph.product(f"{i}.narrow", y, f"{narrow}.dense")
    bias = graph.weight(f"{narrow}.dense.bias")
    return graph.norm(f"{i}.layer", y, f"{narrow}.LayerNorm", x, bias)
