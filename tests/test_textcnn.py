"""TextCNN: Mish, the maximum over time, padding, and the vectors that the lecture's code drops."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from core.models.textcnn import Mish, TextCNN, TextCNNConfig

PAD = 0


def tiny(**start) -> TextCNN:
    with torch.random.fork_rng():
        torch.manual_seed(4)
        model = TextCNN(TextCNNConfig(11, 6, 3, (2, 3, 5), padding_id=PAD), **start)
    return model.double().eval()


def texts(n_tokens: int, batch: int = 4, seed: int = 0) -> torch.Tensor:
    return torch.randint(1, 11, (batch, n_tokens), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parity
def test_mish_is_torchs():
    x = torch.linspace(-30, 90, 4001, dtype=torch.float64)
    assert_close(Mish()(x), F.mish(x))


@pytest.mark.parity
def test_forward_is_what_the_paper_says():
    model, ids = tiny(), texts(9)
    output = model(ids)
    words = model.embedding.weight[ids]
    for b in range(len(ids)):
        for w, size in enumerate(model.config.filter_widths):
            weight, bias = model.convolutions[w].weight, model.convolutions[w].bias
            for f in range(3):
                window = [
                    float(((words[b, i : i + size] * weight[f, 0]).sum() + bias[f]).detach())
                    for i in range(9 - size + 1)
                ]
                met = F.mish(torch.tensor(window, dtype=torch.float64))
                assert_close(output.maxima[b, 3 * w + f], met.max())
                assert int(output.windows[b, 3 * w + f]) == int(met.argmax())
    assert_close(output.logits, model.linear(output.maxima))


@pytest.mark.slow
@given(st.integers(1, 9), st.integers(0, 7), st.integers(0, 99))
def test_padding_changes_nothing(n_tokens, n_padding, seed):
    model, ids = tiny(), texts(n_tokens, 2, seed)
    padded = F.pad(ids, (0, n_padding), value=PAD)
    for ours, theirs in zip(model(ids), model(padded), strict=True):
        assert_close(ours, theirs)


def test_each_text_of_a_batch_is_read_as_if_alone():
    model, long, short = tiny(), texts(9, 1), texts(3, 1, 1)
    both = model(torch.cat([long, F.pad(short, (0, 6), value=PAD)]))
    assert_close(both.logits, torch.cat([model(long).logits, model(short).logits]))


def test_pretrained_vectors_are_used_and_the_lectures_call_drops_them():
    vectors = torch.randn(11, 6, generator=torch.Generator().manual_seed(1)).double()
    model = tiny(vectors=vectors)
    assert_close(model.embedding.weight[1:], vectors[1:])
    assert not model.embedding.weight[PAD].any()
    lecture = tiny()
    before = lecture.embedding.weight.clone()
    lecture.embedding.from_pretrained(vectors)  # what the lecture's code does
    assert_close(lecture.embedding.weight, before)
    ids = texts(7)
    assert not torch.allclose(model(ids).logits, lecture(ids).logits)


def test_frozen_vectors_stay_and_others_learn():
    vectors = torch.randn(11, 6, generator=torch.Generator().manual_seed(1)).double()
    for frozen in (True, False):
        model = tiny(vectors=vectors, frozen=frozen).train()
        model(texts(7)).logits.sum().backward()
        assert (model.embedding.weight.grad is None) == frozen
        if not frozen:
            assert not model.embedding.weight.grad[PAD].any()


def test_word_vectors_are_dropped_in_training_only():
    ids = torch.arange(1, 7)[None]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = TextCNNConfig(8, 16, 4, (1, 2), dropout=0.0)
        plain = TextCNN(config)
        torch.manual_seed(0)
        model = TextCNN(replace(config, word_dropout=0.5))
        dropped = [model(ids).maxima for _ in range(2)]
    assert not torch.equal(*dropped)
    assert torch.equal(plain(ids).maxima, plain.eval()(ids).maxima)
    assert torch.equal(model.eval()(ids).maxima, plain(ids).maxima)
