"""PPMI by hand, and the factors of a matrix beside those of a full decomposition."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from core.models import ppmi


def symmetric(n: int, seed: int) -> torch.Tensor:
    a = torch.randn(n, n, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return a + a.T


def test_pmi_by_hand():
    counts = torch.tensor([[0.0, 6, 2], [6, 4, 0], [2, 0, 0]]).double()
    found = ppmi.pmi(counts)
    for i, j in ((0, 1), (1, 1), (0, 2)):
        n_i, n_j = counts[i].sum(), counts[:, j].sum()
        assert found[i, j].item() == pytest.approx(math.log(counts[i, j] * 20 / (n_i * n_j)))
    assert found[0, 0] == -math.inf
    assert_close(ppmi.positive(found), ppmi.positive(found).T)
    assert ppmi.positive(found)[0, 0] == 0
    assert (ppmi.positive(found, shift=math.log(5)) <= ppmi.positive(found)).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=6))
def test_what_stands_together_by_chance_has_no_information(shares):
    share = torch.tensor(shares).double()
    assert ppmi.pmi(torch.outer(share, share)).abs().max() < 1e-9


@pytest.mark.parity
@settings(max_examples=8, deadline=None)
@given(st.integers(6, 30), st.integers(1, 5), st.integers(0, 99))
def test_the_factors_are_those_of_a_full_decomposition(n, n_dims, seed):
    turn = torch.linalg.qr(symmetric(n, seed)).Q
    values = (-0.7) ** torch.arange(n, dtype=torch.float64)  # of both signs, as PPMI has them
    matrix = turn * values @ turn.T
    found = ppmi.Factors(matrix, n_dims, torch.Generator().manual_seed(seed))
    for _ in range(30):
        found.step()
    whole = torch.linalg.svd(matrix)
    assert_close(found.values().abs(), whole.S[:n_dims], rtol=1e-3, atol=1e-6)
    missed = whole.S[n_dims:].square().sum() / whole.S.square().sum()
    assert found.missed() == pytest.approx(missed.item(), abs=1e-3)
    lengths = found.vectors().square().sum(0).sqrt()
    assert_close(lengths, whole.S[:n_dims].sqrt(), rtol=1e-3, atol=1e-6)


def test_the_vectors_give_the_matrix_back_where_they_can():
    half = torch.randn(12, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    matrix = half @ half.T
    found = ppmi.Factors(matrix, 3, torch.Generator().manual_seed(1))
    for _ in range(5):
        found.step()
    assert found.missed() < 1e-9
    vectors = found.vectors()
    assert_close(vectors @ vectors.T, matrix)
    rows, columns = torch.tensor([0, 3, 7]), torch.tensor([2, 3, 1])
    assert_close(found.approximation(rows, columns), matrix[rows, columns])


def test_more_dimensions_than_words_are_as_many_as_words():
    found = ppmi.Factors(symmetric(4, 0), 50, torch.Generator().manual_seed(0))
    found.step()
    assert found.vectors().shape == (4, 4)
    assert found.missed() == pytest.approx(0, abs=1e-9)


def test_a_search_goes_on_from_where_it_was():
    matrix = symmetric(30, 5)
    one = ppmi.Factors(matrix, 3, torch.Generator().manual_seed(0))
    one.step()
    other = ppmi.Factors(matrix, 3, torch.Generator().manual_seed(9))
    other.restore(one.state())
    assert one.step() == other.step()
    assert_close(one.vectors(), other.vectors(), rtol=0, atol=0)
