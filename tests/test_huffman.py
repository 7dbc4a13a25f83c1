"""Huffman's code: the shortest there is, read back without loss, and what it costs in all."""

import heapq
import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models import huffman

messages = st.binary(max_size=400) | st.lists(st.sampled_from(b"aab c"), max_size=60).map(bytes)
some = messages.filter(len)
countings = st.dictionaries(st.integers(0, 300), st.integers(1, 5000), min_size=1, max_size=120)


def heap_bits(counts: dict[int, int]) -> int:
    """All bits of the best code: each merge adds a bit to all that is below it."""
    heap, bits = list(counts.values()), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        bits += joined
        heapq.heappush(heap, joined)
    return bits


def lengths_of(counts: dict[int, int]) -> dict[int, int]:
    return huffman.lengths(huffman.tree(counts))


@given(messages)
def test_what_is_packed_comes_back(message):
    assert bytes(huffman.unpack(huffman.pack(message))) == message


@given(st.text(max_size=80))
def test_characters_come_back_too(text):
    points = [ord(character) for character in text]
    assert huffman.unpack(huffman.pack(points, 21), 21) == points


@given(countings)
def test_the_mean_length_is_less_than_a_bit_above_the_entropy(counts):
    entropy = huffman.entropy(counts)
    assert entropy - 1e-9 <= huffman.average_length(counts, lengths_of(counts)) < entropy + 1


@given(countings)
def test_no_heap_finds_a_shorter_one(counts):
    lengths = lengths_of(counts)
    assert sum(n * lengths[symbol] for symbol, n in counts.items()) == heap_bits(counts)


@given(countings)
def test_no_code_begins_another_and_none_is_left(counts):
    codes = sorted(huffman.canonical(lengths_of(counts)).values())
    assert not any(b.startswith(a) for a, b in itertools.pairwise(codes))
    assert sum(2.0 ** -len(code) for code in codes) == 1


@given(countings)
def test_a_merge_takes_the_two_smallest_that_are_left(counts):
    grown = huffman.tree(counts)
    left = set(range(len(grown.symbols)))
    for place, pair in enumerate(grown.merges, len(grown.symbols)):
        smallest = sorted(grown.counts[node] for node in left)[:2]
        assert [grown.counts[node] for node in pair] == smallest
        left = left - set(pair) | {place}
    assert len(left) == 1
    assert grown.counts[left.pop()] == sum(counts.values())


@given(countings)
def test_limited_lengths_are_the_best_where_the_limit_is_far(counts):
    far = huffman.limited_lengths(counts, 60)
    lengths = lengths_of(counts)
    assert sum(n * far[s] for s, n in counts.items()) == sum(
        n * lengths[s] for s, n in counts.items()
    )


@given(countings, st.integers(7, 9))
def test_no_limited_length_is_above_the_limit_and_each_bit_is_used(counts, limit):
    lengths = huffman.limited_lengths(counts, limit)
    assert max(lengths.values()) <= limit
    assert len(counts) == 1 or sum(2.0**-n for n in lengths.values()) == 1


def test_counts_of_fibonacci_show_what_a_limit_costs():
    counts = {0: 1, 1: 1}
    for symbol in range(2, 20):
        counts[symbol] = counts[symbol - 1] + counts[symbol - 2]
    assert max(lengths_of(counts).values()) == 19
    limited = huffman.limited_lengths(counts, 6)
    assert max(limited.values()) == 6
    assert sum(2.0**-n for n in limited.values()) == 1
    with pytest.raises(ValueError, match="20 symbols need more than 4 bits"):
        huffman.limited_lengths(counts, 4)


def test_nothing_is_a_table_without_symbols():
    assert huffman.tree({}) == huffman.Tree((), (), ())
    assert huffman.entropy({}) == huffman.average_length({}, {}) == 0
    assert huffman.unpack(huffman.pack(b"")) == []


def test_one_symbol_needs_no_bits():
    assert lengths_of({65: 7}) == {65: 0}
    assert huffman.encode(b"AAAAAAA", {65: ""}) == ""
    assert len(huffman.pack(b"A" * 10**6)) == len(huffman.pack(b"A"))
    assert huffman.unpack(huffman.pack(b"A" * 300)) == [65] * 300


def test_256_equal_symbols_get_a_byte_each():
    lengths = lengths_of(dict.fromkeys(range(256), 3))
    assert set(lengths.values()) == {8}
    assert huffman.canonical(lengths) == {n: format(n, "08b") for n in range(256)}


def test_abracadabra_by_hand():
    """A 5, b 2, r 2, c 1, d 1: c and d join first, and A needs one bit."""
    grown = huffman.tree(Counter(b"abracadabra"))
    assert [chr(s) for s in grown.symbols] == list("cdbra")
    assert grown.merges[0] == (0, 1)
    lengths = huffman.lengths(grown)
    assert lengths[ord("a")] == 1
    assert len(huffman.encode(b"abracadabra", huffman.canonical(lengths))) == 23


@given(some, st.data())
def test_what_is_cut_is_refused(message, data):
    packed = huffman.pack(message)
    short = packed[: data.draw(st.integers(0, len(packed) - 1))]
    with pytest.raises(ValueError, match="follows|ends"):
        huffman.unpack(short)


@given(messages)
def test_the_bits_that_are_counted_are_those_that_travel(message):
    counts = Counter(message)
    lengths = lengths_of(counts)
    bits = huffman.table_bits(lengths) + sum(n * lengths[s] for s, n in counts.items())
    assert len(huffman.pack(message)) == -(-bits // 8)


@given(st.lists(st.integers(0, 2), max_size=900))
def test_runs_come_back(symbols):
    runs = huffman.run_lengths(symbols)
    assert huffman.from_runs(runs) == symbols
    assert all(0 < n <= huffman.MAX_RUN for _, n in runs)


def test_long_runs_are_cut():
    assert huffman.run_lengths([7] * 600 + [1]) == [(7, 255), (7, 255), (7, 90), (1, 1)]
