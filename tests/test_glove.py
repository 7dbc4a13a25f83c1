"""GloVe: counts and steps equal naive ones, gradients equal autograd's, AdaGrad is torch's."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from core.models import glove
from core.models.glove import GloVe, GloVeConfig
from core.text import corpora
from core.training import fast_words

V, D = 8, 3
CONFIG = GloVeConfig(V, D, most=5.0)


def model(dtype: torch.dtype = torch.float64) -> GloVe:
    generator = torch.Generator().manual_seed(1)
    made = GloVe(CONFIG, generator).to(dtype)
    made.squares = {name: value.to(dtype) for name, value in made.squares.items()}
    with torch.no_grad():
        for table in made.parameters():
            table.copy_(torch.randn(table.shape, generator=generator, dtype=dtype))
    return made


def pairs(n: int, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(2)
    i, j = torch.randint(0, V, (2, n), generator=generator)
    return i, j, 0.2 + 9 * torch.rand(n, generator=generator, dtype=dtype)


@pytest.mark.parity
def test_a_step_equals_a_naive_one():
    ours, naive = model(), model()
    tables = {name: value.tolist() for name, value in naive.named_parameters()}
    squares = {name: value.tolist() for name, value in naive.squares.items()}
    for i, j, x in zip(*(part.tolist() for part in pairs(20)), strict=True):
        w, c = tables["words"][i], tables["contexts"][j]
        difference = (
            sum(a * b for a, b in zip(w, c, strict=True))
            + tables["words_bias"][i]
            + tables["contexts_bias"][j]
            - math.log(x)
        )
        f = (x / 5) ** 0.75 if x < 5 else 1.0
        loss = ours.learn(
            *(torch.tensor([part]) for part in (i, j)), torch.tensor([x], dtype=torch.float64), 0.1
        )
        assert loss.item() == pytest.approx(f * difference**2, rel=1e-12)
        up, down = ([2 * f * difference * one for one in row] for row in (c, w))
        for d in range(D):
            for name, row, gradient in (("words", i, up[d]), ("contexts", j, down[d])):
                squares[name][row][d] += gradient**2
                tables[name][row][d] -= 0.1 * gradient / math.sqrt(squares[name][row][d])
        for name, row in (("words_bias", i), ("contexts_bias", j)):
            squares[name][row] += (2 * f * difference) ** 2
            tables[name][row] -= 0.1 * 2 * f * difference / math.sqrt(squares[name][row])
        for name, value in ours.named_parameters():
            assert_close(value.detach(), torch.tensor(tables[name], dtype=torch.float64))


@pytest.mark.parity
def test_gradients_equal_autograds():
    one = model()
    i, j, x = pairs(40)
    one.loss(i, j, x).sum().backward()
    found = one.gradients(i, j, x)
    for name, rows, gradient in (
        ("words", i, found.words),
        ("contexts", j, found.contexts),
        ("words_bias", i, found.bias),
        ("contexts_bias", j, found.bias),
    ):
        table = getattr(one, name)
        assert_close(torch.zeros_like(table).index_add_(0, rows, gradient), table.grad)


@pytest.mark.parity
def test_adagrad_is_torchs():
    ours, other = model(), model()
    optimizer = torch.optim.Adagrad(
        other.parameters(), lr=0.05, initial_accumulator_value=glove.FIRST_SQUARES, eps=0
    )
    for _ in range(3):
        batch = pairs(16)
        ours.learn(*batch, 0.05)
        optimizer.zero_grad()
        other.loss(*batch).sum().backward()
        optimizer.step()
        for mine, its in zip(ours.parameters(), other.parameters(), strict=True):
            assert_close(mine, its)


@pytest.mark.parity
def test_machine_code_takes_the_models_steps():
    slow, fast = model(torch.float32), model(torch.float32).requires_grad_(False)
    i, j, x = pairs(50, torch.float32)
    losses = [
        slow.learn(a[None], b[None], c[None], 0.05).item() for a, b, c in zip(i, j, x, strict=True)
    ]
    names = [name for name, _ in fast.named_parameters()]
    order = ["words", "contexts", "words_bias", "contexts_bias"]
    assert set(names) == set(order)
    loss = fast_words.learn_pairs(
        i.int().numpy(),
        j.int().numpy(),
        x.log().numpy(),
        glove.weight(x, CONFIG.most, CONFIG.power).numpy(),
        tuple(getattr(fast, name).numpy() for name in order),
        tuple(fast.squares[name].numpy() for name in order),
        0.05,
    )
    assert loss == pytest.approx(np.mean(losses), rel=1e-4)
    for name in order:
        assert_close(getattr(fast, name), getattr(slow, name).detach(), atol=1e-5, rtol=1e-4)


words = st.lists(st.sampled_from("abcde"), min_size=1, max_size=9)


@settings(max_examples=40, deadline=None)
@given(st.lists(words, min_size=1, max_size=4), st.integers(1, 4))
def test_counts_are_symmetric_and_those_of_the_fast_count(text, window):
    corpus = corpora.corpus(text, least=1)
    numbered = [corpus.sentence(k).tolist() for k in range(len(corpus.starts) - 1)]
    counts = glove.cooccurrences(numbered, window)
    assert all(x == pytest.approx(counts[j, i]) and x > 0 for (i, j), x in counts.items())
    i, j, x = fast_words.count_neighbours(corpus, window)
    found = {(a, b): c for a, b, c in zip(i.tolist(), j.tolist(), x.tolist(), strict=True)}
    assert found == pytest.approx(counts)
    # as many as places where two words are d apart, each counted 1 / d, both ways
    whole = sum(2 * max(0, len(said) - d) / d for said in numbered for d in range(1, window + 1))
    assert sum(counts.values()) == pytest.approx(whole)


@given(st.floats(1e-3, 1e4), st.floats(1e-3, 1e4))
def test_the_weight_rises_and_ends_at_one(a, b):
    low, high = sorted([a, b])
    f = glove.weight(torch.tensor([low, high, 100.0, 1e6]), most=100, power=0.75)
    assert 0 < f[0] <= f[1] <= 1
    assert f[2] == f[3] == 1


def test_it_fits_counts_that_two_dimensions_can_hold():
    generator = torch.Generator().manual_seed(3)
    made = GloVe(CONFIG, generator).double()
    made.squares = {name: value.double() for name, value in made.squares.items()}
    hidden = torch.randn(V, 2, generator=generator, dtype=torch.float64)
    i, j = (
        part.flatten() for part in torch.meshgrid(torch.arange(V), torch.arange(V), indexing="ij")
    )
    x = (hidden[i] * hidden[j]).sum(1).exp()
    first = made.loss(i, j, x).mean()
    for _ in range(800):
        made.learn(i, j, x, 0.2)
    assert made.loss(i, j, x).mean() < 0.01 * first
