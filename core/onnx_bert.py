"""A BERT written down for ONNX Runtime, which computes it faster on a CPU than torch does.

The parts that core/fast_bert.py and core/fast_attention.py share: a graph that weights are copied
into, the embeddings, the half of a block that treats tokens one by one, and who keeps the result.
Token by token means: [R, D], whatever texts the R rows belong to.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor, nn

from core.models.bert import BertEmbeddings, BertLayer

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto
    from onnxruntime import InferenceSession

OPSET, OWN_OPSET, IR = 17, 1, 9  # of ONNX, of ONNX Runtime's own operations, of the file format
OWN = ("BiasGelu", "SkipLayerNormalization", "MultiHeadAttention")  # ONNX Runtime's own

Twin = TypeVar("Twin")


class Twins(Generic[Twin]):
    """The fast twin of each model, made once, and gone with it."""

    def __init__(self, make: Callable[[nn.Module], Twin]) -> None:
        """Say how a twin is made."""
        self._make = make
        self._made: WeakKeyDictionary[nn.Module, Twin] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._made)

    def of(self, model: nn.Module) -> Twin | None:
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

    def __init__(self) -> None:
        """Begin with nothing."""
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: Tensor | np.ndarray) -> str:
        """Add an array; returns its name."""
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


def embedded(graph: Graph, embeddings: BertEmbeddings) -> str:
    """Write the sum of the three tables down: ids, positions, segments [R] -> [R, D]."""
    tables = {
        "ids": embeddings.word_embeddings,
        "positions": embeddings.position_embeddings,
        "segments": embeddings.token_type_embeddings,
    }
    looked_up = [
        graph.add("Gather", [graph.constant(f"table.{name}", table.weight), name], f"{name}.looked")
        for name, table in tables.items()
    ]
    x = graph.add("Add", looked_up[:2], "two")
    x = graph.add("Add", [x, looked_up[2]], "three")
    return graph.norm("embedded", x, embeddings.LayerNorm)


def after_mixing(graph: Graph, i: int, x: str, context: str, layer: BertLayer) -> str:
    """Write the rest of block i down, from its input and what its heads mixed: [R, D] -> [R, D]."""
    out, wide, narrow = layer.attention.output, layer.intermediate["dense"], layer.output
    bias = graph.constant(f"{i}.out.bias", out.dense.bias)
    y = graph.product(f"{i}.out", context, out.dense)
    x = graph.norm(f"{i}.attended", y, out.LayerNorm, x, bias)
    bias = graph.constant(f"{i}.wide.bias", wide.bias)
    y = graph.add("BiasGelu", [graph.product(f"{i}.wide", x, wide), bias], f"{i}.gelu")
    bias = graph.constant(f"{i}.narrow.bias", narrow.dense.bias)
    y = graph.product(f"{i}.narrow", y, narrow.dense)
    return graph.norm(f"{i}.layer", y, narrow.LayerNorm, x, bias)
