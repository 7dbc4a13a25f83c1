"""Arithmetic coding: what is written is read, and is as long as the entropy says."""

import math
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.models import arithmetic, huffman

messages = st.lists(st.integers(0, 2**21 - 1), max_size=400)
skewed = st.lists(st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 1, 7, 255]), max_size=600)


@given(messages | skewed)
@example([])
@example([5])
@example([7] * 256)
@example([*range(256)])
def test_what_is_written_is_read(message):
    counts = Counter(message)
    bits = arithmetic.encode(message, counts)
    assert set(bits) <= {"0", "1"}
    assert arithmetic.decode(bits, counts, len(message)) == message


@given(st.binary(max_size=2000))
def test_it_takes_two_bits_more_than_the_entropy_at_most(data):
    counts = Counter(data)
    bits = arithmetic.encode(data, counts)
    entropy = len(data) * huffman.entropy(counts)
    assert arithmetic.ideal_bits(counts) == pytest.approx(entropy)
    assert entropy - 1 <= len(bits) <= math.ceil(entropy) + 2


def test_a_frequent_symbol_costs_less_than_a_bit():
    message = [0] * 990 + [1] * 10
    counts = Counter(message)
    tree = huffman.lengths(huffman.tree(counts))
    assert sum(tree[symbol] for symbol in message) == 1000
    assert len(arithmetic.encode(message, counts)) < 85


@given(st.lists(st.sampled_from("aab!"), min_size=1, max_size=60).map(lambda m: [*map(ord, m)]))
def test_the_bits_are_a_number_in_the_messages_interval(message):
    """The definition, by exact fractions: intervals in intervals."""
    counts = Counter(message)
    if len(counts) == 1:
        return
    total, starts, sum_so_far = len(message), {}, 0
    for symbol in sorted(counts):
        starts[symbol] = Fraction(sum_so_far, total)
        sum_so_far += counts[symbol]
    low, width = Fraction(0), Fraction(1)
    rounding = Fraction(0)  # both ends lie on a grid, of at least a quarter of 2 ** PRECISION parts
    for symbol in message:
        rounding += width * Fraction(8, 2**arithmetic.PRECISION)
        low, width = low + width * starts[symbol], width * Fraction(counts[symbol], total)
    bits = arithmetic.encode(message, counts)
    number = Fraction(int(bits, 2), 2 ** len(bits))
    assert low - rounding <= number < low + width + rounding


@given(messages.filter(bool), st.data())
def test_counts_of_others_cost_more_but_are_read_too(message, data):
    expected = Counter(message)
    for symbol in expected:
        expected[symbol] += data.draw(st.integers(0, 50))
    bits = arithmetic.encode(message, expected)
    assert arithmetic.decode(bits, expected, len(message)) == message
    if set(expected.values()) != {0}:
        own = arithmetic.ideal_bits(Counter(message))
        assert len(bits) >= math.floor(own) - 1


def test_what_can_not_be_told_is_refused():
    with pytest.raises(KeyError):
        arithmetic.encode([1, 2], {1: 5, 3: 5})
    with pytest.raises(ValueError, match="more than"):
        arithmetic.encode([1], {1: arithmetic.MAX_TOTAL, 2: 1})
    with pytest.raises(ValueError, match="no symbol"):
        arithmetic.decode("0101", {}, 1)


@given(st.text("01", max_size=80), st.integers(0, 60))
def test_any_bits_are_some_message(bits, n):
    counts = {1: 3, 2: 1, 9: 900}
    assert len(arithmetic.decode(bits, counts, n)) == n
