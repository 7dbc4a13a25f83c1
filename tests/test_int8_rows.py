"""Weights in eight bits come back to within half a step of their row; other files are refused."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.torch import load_file, save_file
from torch.testing import assert_close

from core import assets, zoo
from core.bert import int8_rows
from core.bert.checkpoints import WEIGHTS
from core.bert.int8_rows import SCALE
from core.errors import AssetError
from core.making import bert_large
from core.models.bert import BertConfig, BertForPreTraining
from core.text.tokenizer import SPECIAL

matrices = arrays.arrays(
    "float32",
    arrays.array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-(2.0**10), 2.0**10, width=32),
)
TINY = BertConfig(n_vocabulary=9, width=8, n_layers=2, n_heads=2, n_feed_forward=16)


@given(matrices)
def test_each_number_comes_back_to_within_half_of_its_rows_scale(array):
    weights = torch.from_numpy(array)
    packed = int8_rows.pack({"w": weights})
    assert packed["w"].dtype == torch.int8
    assert packed["w" + SCALE].shape == (len(array), 1)
    found = int8_rows.unpack(packed)["w"]
    bound = packed["w" + SCALE] / 2
    rounding = weights.abs().amax(1, keepdim=True) * 2.0**-22 + 2.0**-126  # of float32
    assert ((found - weights).abs() <= bound + rounding).all()


@given(matrices)
def test_what_was_packed_twice_is_what_was_packed_once(array):
    once = int8_rows.pack({"w": torch.from_numpy(array)})
    twice = int8_rows.pack(int8_rows.unpack(once))
    assert torch.equal(once["w"], twice["w"])


def test_vectors_are_halves_and_a_row_of_zeros_stays_one():
    packed = int8_rows.pack({"bias": torch.tensor([0.1, -3.0]), "w": torch.zeros(2, 3)})
    assert packed["bias"].dtype == torch.float16
    found = int8_rows.unpack(packed)
    assert_close(found["bias"], torch.tensor([0.1, -3.0]), atol=1e-3, rtol=1e-3)
    assert torch.equal(found["w"], torch.zeros(2, 3))


DAMAGE = {
    "no scale": lambda p: p.pop("w" + SCALE),
    "no rows": lambda p: p.pop("w"),
    "too few scales": lambda p: p.update({"w" + SCALE: p["w" + SCALE][:1]}),
    "one scale too many": lambda p: p.update({"w" + SCALE: torch.ones(3, 1)}),
    "whole scales": lambda p: p.update({"w" + SCALE: torch.ones(2, 1, dtype=torch.int8)}),
    "rows of floats": lambda p: p.update({"w": p["w"].float()}),
    "a vector with a scale": lambda p: p.update({"w": p["w"][:, 0]}),
    "not finite": lambda p: p["w" + SCALE].fill_(float("nan")),
    "a bias that isn't finite": lambda p: p["bias"].fill_(float("inf")),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_another_file_is_refused(how):
    packed = int8_rows.pack({"w": torch.randn(2, 3), "bias": torch.randn(2)})
    DAMAGE[how](packed)
    with pytest.raises(ValueError, match=r"w|bias"):
        int8_rows.unpack(packed)


# ---- A model in this format ----------------------------------------------------------------------


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A tiny model as `zoo.bert_large("tiny")` finds it; returns the model it was."""
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    model = BertForPreTraining(TINY).eval()
    with torch.no_grad():
        model.bert.embeddings.token_type_embeddings.weight.zero_()
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join([*SPECIAL, "a", "A", "##b", "."]) + "\n", "utf-8")
    bert_large.write(model, vocabulary, tmp_path / "weights" / "bert-tiny")
    register()
    return model


def register():
    for file in zoo.large_files("tiny"):
        assets.register(
            file, licence="MIT", source="", paper="", command="python -m x", made_from=()
        )


def test_a_model_comes_back_frozen_and_answers_as_its_rounded_weights_do(shipped):
    model = zoo.bert_large("tiny")
    assert model.bert.config.n_segments == 1
    assert not any(p.requires_grad or p.dtype != torch.float32 for p in model.parameters())
    ids = torch.tensor([[2, 5, 4, 7, 3]])
    unrounded = shipped(ids).mlm_logits
    shipped.load_state_dict(int8_rows.unpack(int8_rows.pack(shipped.state_dict())))
    assert_close(model(ids).mlm_logits, shipped(ids).mlm_logits.detach())
    assert not torch.equal(model(ids).mlm_logits, unrounded)


def broken(file, weights):
    if weights is None:
        file.write_bytes(file.read_bytes()[:100])
    else:
        save_file(weights, file)


CONTENTS = {
    "cut off, and listed so": lambda w: None,
    "a weight is missing": lambda w: {k: v for k, v in w.items() if "position" not in k},
    "one too many": lambda w: w | {"more": torch.ones(2)},
    "another shape": lambda w: w | {"cls.predictions.bias": torch.ones(4)},
    "without scales": lambda w: {k: v for k, v in w.items() if not k.endswith(SCALE)},
}


@pytest.mark.parametrize("how", CONTENTS)
def test_a_listed_file_with_other_contents_is_named_in_both_languages(shipped, how):
    file = assets.FOLDER / "weights" / "bert-tiny" / WEIGHTS
    broken(file, CONTENTS[how](load_file(file)))
    register()
    with pytest.raises(AssetError) as error:
        zoo.bert_large("tiny")
    for language in ("en", "zh"):
        assert f"bert-tiny/{WEIGHTS}" in error.value.sentence(language)
        assert "python -m x" in error.value.sentence(language)
