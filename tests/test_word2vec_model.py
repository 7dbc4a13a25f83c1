"""word2vec: one step equals a naive one, gradients equal autograd's, and so does machine code."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from core.models import word2vec
from core.models.word2vec import PADDING, Word2Vec, Word2VecConfig
from core.text import corpora
from core.training import fast_words

V, D, K = 9, 4, 3
TEXT = [["a", "b", "c", "a", "d"], ["b", "a"], ["c", "d", "b", "b", "a", "e", "e", "d", "c"]] * 3


def model(dtype: torch.dtype = torch.float64) -> Word2Vec:
    made = Word2Vec(Word2VecConfig(V, D), torch.Generator().manual_seed(0)).to(dtype)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for table in made.parameters():
            table.copy_(torch.randn(V, D, generator=generator, dtype=dtype))
    return made


def examples(n: int, n_given: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    dice = np.random.default_rng(seed)
    given_words = dice.integers(0, V, (n, n_given))
    if n_given > 1:
        given_words[:, dice.integers(1, n_given) :] = PADDING
    return torch.from_numpy(given_words), torch.from_numpy(dice.integers(0, V, (n, 1 + K)))


def naive_step(one: Word2Vec, words: list[int], candidates: list[int], rate: float) -> float:
    """Word by word, number by number, as the paper's formulas say; changes the tables."""
    source, target = one.given.tolist(), one.guessed.tolist()
    words = [w for w in words if w != PADDING]
    h = [sum(source[w][d] for w in words) / len(words) for d in range(D)]
    loss, back = 0.0, [0.0] * D
    new = [row[:] for row in target]
    for k, candidate in enumerate(candidates):
        logit = sum(target[candidate][d] * h[d] for d in range(D))
        probability = 1 / (1 + math.exp(-logit))
        loss -= math.log(probability if k == 0 else 1 - probability)
        error = probability - (k == 0)
        for d in range(D):
            back[d] += error * target[candidate][d]
            new[candidate][d] -= rate * error * h[d]
    for w in words:
        for d in range(D):
            source[w][d] -= rate * back[d] / len(words)
    with torch.no_grad():
        one.given.copy_(torch.tensor(source, dtype=torch.float64))
        one.guessed.copy_(torch.tensor(new, dtype=torch.float64))
    return loss


@pytest.mark.parity
@pytest.mark.parametrize("n_given", [1, 6])
def test_a_step_equals_a_naive_one(n_given):
    ours, naive = model(), model()
    for words, candidates in zip(*examples(20, n_given), strict=True):
        loss = ours.learn(words[None], candidates[None], 0.1)
        assert loss.item() == pytest.approx(
            naive_step(naive, words.tolist(), candidates.tolist(), 0.1), rel=1e-12
        )
        assert_close(ours.given, naive.given)
        assert_close(ours.guessed, naive.guessed)


@pytest.mark.parity
@pytest.mark.parametrize("n_given", [1, 6])
def test_gradients_equal_autograds(n_given):
    one = model()
    words, candidates = examples(30, n_given, seed=2)
    one.loss(words, candidates).sum().backward()
    found = one.gradients(words, candidates)
    whole = torch.zeros(V, D, dtype=torch.float64)
    whole.index_add_(0, words.clamp(min=0).reshape(-1), found.given.reshape(-1, D))
    assert_close(whole, one.given.grad)
    whole = torch.zeros(V, D, dtype=torch.float64)
    whole.index_add_(0, candidates.reshape(-1), found.guessed.reshape(-1, D))
    assert_close(whole, one.guessed.grad)


@pytest.mark.parity
@pytest.mark.parametrize("n_given", [1, 6])
def test_machine_code_takes_the_models_steps(n_given):
    slow, fast = model(torch.float32), model(torch.float32).requires_grad_(False)
    words, candidates = examples(64, n_given, seed=3)
    losses = [
        slow.learn(a[None], b[None], 0.05).item() for a, b in zip(words, candidates, strict=True)
    ]
    batch = fast_words.Batch(n_given, K)
    batch.n = len(words)
    batch.given[: batch.n], batch.candidates[: batch.n] = words, candidates
    loss = fast_words.learn(batch, fast.given.numpy(), fast.guessed.numpy(), 0.05)
    assert loss == pytest.approx(np.mean(losses[:: fast_words.LOSS_EVERY]), rel=1e-5)
    assert_close(fast.given, slow.given.detach(), atol=1e-5, rtol=1e-4)
    assert_close(fast.guessed, slow.guessed.detach(), atol=1e-5, rtol=1e-4)


def test_what_is_no_number_stays_no_number():
    one = model(torch.float32).requires_grad_(False)
    one.given[0] = torch.nan
    batch = fast_words.Batch(1, K)
    batch.n = 1
    batch.given[0], batch.candidates[0] = 0, [1, 2, 3, 4]
    assert math.isnan(fast_words.learn(batch, one.given.numpy(), one.guessed.numpy(), 0.05))
    assert one.guessed[1].isnan().all()


def test_padding_changes_nothing():
    one = model()
    words, candidates = torch.tensor([[3, 5]]), torch.tensor([[1, 2, 4, 6]])
    padded = torch.tensor([[3, 5, PADDING, PADDING]])
    assert_close(one(words, candidates), one(padded, candidates))
    before = one.given.detach().clone()
    one.learn(padded, candidates, 0.1)
    changed = (one.given != before).any(1).nonzero().flatten().tolist()
    assert changed == [3, 5]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=30), st.floats(1e-6, 0.9))
def test_what_stays_of_a_word_and_how_often_it_is_drawn(counts, threshold):
    table = torch.tensor(counts)
    kept, noise = word2vec.kept_share(table, threshold), word2vec.noise(table)
    assert noise.sum().item() == pytest.approx(1)
    assert ((kept > 0) & (kept <= 1)).all()
    order = table.argsort()
    assert (kept[order].diff() <= 1e-12).all(), "the more frequent, the less of it stays"
    assert (noise[order].diff() >= -1e-12).all(), "and the more often it is drawn"
    share = table.double() / table.sum()
    assert noise.max() <= share.max() + 1e-12, "but less often than it stands in the text"
    assert (word2vec.kept_share(table, 0) == 1).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 99))
def test_windows_hold_those_within_reach_in_order(length, window, seed):
    dice = torch.Generator().manual_seed(seed)
    sentence = torch.randint(0, 50, (length,), generator=dice)
    reaches = torch.randint(1, window + 1, (length,), generator=dice)
    found = word2vec.windows(sentence, reaches, window)
    for at, (row, reach) in enumerate(zip(found.tolist(), reaches.tolist(), strict=True)):
        said = sentence.tolist()
        expected = said[max(0, at - reach) : at] + said[at + 1 : at + 1 + reach]
        assert [w for w in row if w != PADDING] == expected


# ---- What is drawn -------------------------------------------------------------------------------


def draws(**how) -> fast_words.Draws:
    chosen = {"window": 2, "n_negative": K, "threshold": 0.0, "cbow": False, "seed": 1} | how
    return fast_words.Draws(corpora.corpus(TEXT, least=1), **chosen)


def neighbours_of(text: list[list[int]], reach: int) -> set[tuple[int, int]]:
    return {
        (word, other)
        for said in text
        for at, word in enumerate(said)
        for other in said[max(0, at - reach) : at] + said[at + 1 : at + 1 + reach]
    }


def numbered() -> list[list[int]]:
    text = corpora.corpus(TEXT, least=1)
    return [text.sentence(k).tolist() for k in range(len(text.starts) - 1)]


def test_what_is_drawn_stands_in_the_text_and_negatives_are_others():
    drawn = draws()
    seen: set[tuple[int, int]] = set()
    for _ in range(40):
        batch = drawn.next()
        some = slice(batch.n)
        pairs = zip(batch.given[some, 0].tolist(), batch.candidates[some, 0].tolist(), strict=True)
        seen |= set(pairs)
        assert (batch.candidates[some, 1:] != batch.candidates[some, :1]).all()
        assert (batch.candidates[some] >= 0).all()
    assert drawn.epoch == 40  # a text this short is one batch
    assert seen == neighbours_of(numbered(), 2)


def test_cbow_is_given_whole_windows():
    drawn = draws(cbow=True)
    possible = {
        (word, *[*said[max(0, at - r) : at], *said[at + 1 : at + 1 + r]])
        for said in numbered()
        for at, word in enumerate(said)
        for r in (1, 2)
    }
    batch = drawn.next()
    assert batch.n == sum(map(len, TEXT))
    for row in range(batch.n):
        window = [w for w in batch.given[row].tolist() if w != PADDING]
        assert (int(batch.candidates[row, 0]), *window) in possible


def test_negatives_are_drawn_by_the_counts_to_the_power_of_three_quarters():
    drawn = draws(n_negative=20)
    text = corpora.corpus(TEXT, least=1)
    counts, expected = np.zeros(len(text.words)), np.zeros(len(text.words))
    noise = word2vec.noise(torch.from_numpy(text.counts)).numpy()
    for _ in range(60):
        batch = drawn.next()
        counts += np.bincount(batch.candidates[: batch.n, 1:].ravel(), minlength=len(counts))
        for word in batch.candidates[: batch.n, 0]:  # the true one is never drawn
            without = noise.copy()
            without[word] = 0
            expected += 20 * without / without.sum()
    assert counts.sum() > 50_000
    np.testing.assert_allclose(counts, expected, rtol=0.03)


def test_subsampling_thins_out_the_frequent():
    text = corpora.corpus([["the"] * 40 + ["cat", "sat"]] * 5, least=1)
    how = {"window": 2, "n_negative": 1, "cbow": True, "seed": 0}
    everything, few = (
        fast_words.Draws(text, threshold=threshold, **how) for threshold in (0.0, 0.02)
    )
    n_all = sum(everything.next().n for _ in range(50))
    n_few = sum(few.next().n for _ in range(50))
    kept = word2vec.kept_share(torch.from_numpy(text.counts), 0.02).numpy()
    assert n_all == 50 * len(text.tokens)
    assert n_few == pytest.approx(50 * (kept * text.counts).sum(), rel=0.1)


def test_draws_go_on_from_where_they_were():
    one, other = draws(), draws(seed=7)
    one.next()
    other.restore(one.state())
    for _ in range(5):
        a, b = one.next(), other.next()
        np.testing.assert_array_equal(a.given[: a.n], b.given[: b.n])
        np.testing.assert_array_equal(a.candidates[: a.n], b.candidates[: b.n])
    assert not np.array_equal(draws(seed=1).next().candidates, draws(seed=2).next().candidates)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(1e-3, 1), min_size=1, max_size=40))
def test_an_alias_table_has_the_probabilities(weights):
    wanted = np.array(weights) / sum(weights)
    share, other = fast_words.alias_table(wanted)
    n = len(wanted)
    found = share / n + np.bincount(other, (1 - share) / n, n)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_words_of_the_same_company_come_near_each_other():
    """Two kinds of words that share neighbours among their own kind, and never with the other."""
    dice = np.random.default_rng(0)
    text = [
        [f"{kind}{dice.integers(5)}" for _ in range(8)] for _ in range(400) for kind in ("x", "y")
    ]
    one = corpora.corpus(text, least=1)
    made = Word2Vec(Word2VecConfig(len(one.words), 8), torch.Generator().manual_seed(0))
    tables = [table.detach().numpy() for table in (made.given, made.guessed)]
    drawn = fast_words.Draws(one, window=3, n_negative=2, threshold=0, cbow=False, seed=0)
    while drawn.epoch < 15:
        fast_words.learn(drawn.next(), *tables, 0.05)
    for word in range(len(one.words)):
        near, cosines = word2vec.nearest(made.given.detach(), word, 4)
        assert {one.words[k][0] for k in near.tolist()} == {one.words[word][0]}
        assert (cosines[:-1] >= cosines[1:]).all()
