"""Laws of masking: rates, units, seeds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text.masking import RATE, Action, Masking, choose, corrupt, draws

MASK_ID, ORDINARY = 3, np.arange(5, 50)
UNITS = ("token", "word", "span")


def mask(words, dice, unit="token") -> Masking:
    ids = np.where(words >= 0, 100 + np.arange(len(words)), 0)
    chosen = choose(words, dice, unit=unit)
    return corrupt(ids, chosen, dice, mask_id=MASK_ID, ordinary=ORDINARY, together=unit == "span")


def text(sizes, padding=3) -> np.ndarray:
    """Word numbers of `[CLS] words [SEP] padding`, for words of some numbers of pieces."""
    inner = np.repeat(np.arange(len(sizes)), sizes)
    return np.concatenate([[-1], inner, [-1], np.full(padding, -1)])


SIZES = st.lists(st.integers(1, 5), min_size=0, max_size=40)


@pytest.mark.parametrize("unit", ["token", "span"])
def test_rates_over_100_000_tokens(unit):
    words = text([1] * 100)
    actions = np.concatenate([mask(words, draws(1, i), unit).actions[1:101] for i in range(1000)])
    share = {a: (actions == a).mean() for a in Action}
    answered = 1 - share[Action.LEFT]
    # Three standard deviations of a share among 15,000 chosen tokens (of 4,000 spans) and more.
    assert abs(answered - RATE) < 0.002
    tolerance = 0.01 if unit == "token" else 0.025
    assert abs(share[Action.MASKED] / answered - 0.8) < tolerance
    assert abs(share[Action.RANDOM] / answered - 0.1) < tolerance
    assert abs(share[Action.KEPT] / answered - 0.1) < tolerance


def test_whole_words_reach_the_rate_nearly():
    dice = np.random.default_rng(0)
    shares = []
    for i in range(500):
        words = text(dice.choice([1, 1, 1, 2, 3], 60))
        shares.append((mask(words, draws(2, i), "word").actions > 0).sum() / (words >= 0).sum())
    assert abs(np.mean(shares) - RATE) < 0.003


def test_every_place_is_chosen_equally_often():
    words = text([1] * 20, padding=0)
    counts = sum((choose(words, draws(3, i)) >= 0).astype(int) for i in range(6000))
    assert counts[0] == counts[-1] == 0
    assert abs(counts[1:-1] / 6000 - RATE).max() < 0.02


@given(SIZES, st.sampled_from(UNITS), st.integers(0, 2**32), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_special_tokens_and_padding_are_never_chosen(sizes, unit, seed, padding):
    words = text(sizes, padding)
    masking = mask(words, draws(seed, 0), unit)
    assert not masking.chosen[words < 0].any()
    assert masking.chosen.any() == bool(sizes)  # short texts are asked for one token at least


@given(SIZES, st.sampled_from(("word", "span")), st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_words_are_never_split(sizes, unit, seed):
    words = text(sizes)
    chosen = choose(words, draws(seed, 0), unit=unit)
    for number in range(len(sizes)):
        pieces = chosen[words == number]
        assert (pieces >= 0).all() or (pieces < 0).all()
        assert len(set(pieces)) == 1  # all in one unit


@given(SIZES, st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_spans_are_contiguous_and_short_and_change_together(sizes, seed):
    words, dice = text(sizes), draws(seed, 0)
    chosen = choose(words, dice, unit="span")
    masking = corrupt(
        np.arange(len(words)), chosen, dice, mask_id=MASK_ID, ordinary=ORDINARY, together=True
    )
    for unit in set(chosen[chosen >= 0]):
        places = np.flatnonzero(chosen == unit)
        assert (np.diff(places) == 1).all()
        assert len(set(words[places])) <= 10
        assert len(set(masking.actions[places])) == 1


def test_spans_are_longer_than_words():
    words = text([1] * 200)
    runs = []
    for i in range(200):
        chosen = choose(words, draws(4, i), unit="span")
        runs += [int((chosen == unit).sum()) for unit in set(chosen[chosen >= 0])]
    assert 2.5 < np.mean(runs) < 4.5  # geometric with p = .2, cut at 10 and by the rest's length


def test_ids_become_what_the_actions_say():
    words = text([1] * 400)
    masking = mask(words, draws(5, 0))
    before = np.where(words >= 0, 100 + np.arange(len(words)), 0)
    untouched = (masking.actions == Action.LEFT) | (masking.actions == Action.KEPT)
    assert (masking.ids[untouched] == before[untouched]).all()
    assert (masking.ids[masking.actions == Action.MASKED] == MASK_ID).all()
    assert np.isin(masking.ids[masking.actions == Action.RANDOM], ORDINARY).all()
    assert set(masking.actions) == set(Action)


@pytest.mark.parametrize("unit", UNITS)
def test_a_seed_repeats(unit):
    words = text([1, 2, 1, 3] * 20)
    first, again = (mask(words, draws(6, 1, 2), unit) for _ in range(2))
    assert (first.ids == again.ids).all()
    assert (first.actions == again.actions).all()
    assert (first.actions != mask(words, draws(7, 1, 2), unit).actions).any()


def test_static_repeats_and_dynamic_does_not():
    words = text([1] * 100)
    static = [mask(words, draws(8, 0)).actions for _ in range(3)]
    dynamic = [mask(words, draws(8, 0, reading)).actions for reading in range(3)]
    assert (static[0] == static[1]).all()
    assert (static[1] == static[2]).all()
    assert (dynamic[0] != dynamic[1]).any()
    assert (dynamic[1] != dynamic[2]).any()
    assert (dynamic[0] != static[0]).any()


def test_the_rate_can_be_chosen():
    words = text([1] * 1000)
    assert (choose(words, draws(9, 0), rate=0.4) >= 0).sum() in (400, 401)
