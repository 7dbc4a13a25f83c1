"""Huffman's code (Huffman 1952): frequent symbols get short bit strings, none begins another.

    symbols [N] -> counts {symbol: n} -> tree -> lengths {symbol: bits} -> codes -> bits [M]

The two rarest become one, again and again, until one tree is left; a symbol's code is the way to
its leaf. No code that gives each symbol a whole number of bits is shorter on average. Only the
lengths travel: both sides make the same canonical codes from them (Schwartz & Kallick 1964).
Symbols are numbers from 0 on: bytes, or the code points of characters.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

MAX_RUN = 255  # the longest run that a run length of one byte can tell
_COUNT_BITS = 32  # how many symbols there are: the first field of `pack`
_KINDS_BITS = 21  # how many different ones
_BYTE_BITS = 8


class Tree(NamedTuple):
    """The merges in their order. Nodes 0..S-1 are leaves, node S + i is made by merge i."""

    symbols: tuple[int, ...]  # [S], of the leaves: the rarest first, then by number
    counts: tuple[int, ...]  # [2S - 1], of all nodes; empty where there is no symbol
    merges: tuple[tuple[int, int], ...]  # [S - 1], pairs of nodes; the left one gets the bit 0


def tree(counts: Mapping[int, int]) -> Tree:
    """Join the two nodes of the smallest counts until one is left.

    Leaves wait in one queue and merged nodes in another, both in order of their counts (van
    Leeuwen 1976), so that no heap is needed. Of equal counts a leaf goes first: this keeps the
    longest code as short as it can be.
    """
    leaves = sorted((n, symbol) for symbol, n in counts.items() if n > 0)
    sums = [n for n, _ in leaves]
    waiting, merged = deque(range(len(leaves))), deque[int]()
    merges = []

    def smallest() -> int:
        if not merged or (waiting and sums[waiting[0]] <= sums[merged[0]]):
            return waiting.popleft()
        return merged.popleft()

    while len(waiting) + len(merged) > 1:
        pair = smallest(), smallest()
        merged.append(len(sums))
        sums.append(sums[pair[0]] + sums[pair[1]])
        merges.append(pair)
    return Tree(tuple(symbol for _, symbol in leaves), tuple(sums), tuple(merges))


def lengths(grown: Tree) -> dict[int, int]:
    """Return how many bits each symbol gets: its leaf's depth.

    A single symbol gets none: it is enough to say how often it comes.
    """
    depths = [0] * len(grown.counts)
    for place, pair in reversed(list(enumerate(grown.merges, len(grown.symbols)))):
        for node in pair:
            depths[node] = depths[place] + 1
    return dict(zip(grown.symbols, depths, strict=False))


def limited_lengths(counts: Mapping[int, int], limit: int) -> dict[int, int]:
    """Return the best lengths of which none is above `limit` (Larmore & Hirschberg 1990).

    Package-merge: `limit` times over, neighbours are joined into packages and laid among the
    symbols again; a symbol's length is how many of the cheapest 2S - 2 packages contain it.

    Raises:
        ValueError: so many symbols have no codes of `limit` bits.
    """
    coins = sorted((n, (symbol,)) for symbol, n in counts.items())
    if len(coins) > 1 << limit:
        raise ValueError(f"{len(coins)} symbols need more than {limit} bits.")
    packages: list[tuple[int, tuple[int, ...]]] = []
    for _ in range(limit):
        pairs = zip(packages[::2], packages[1::2], strict=False)
        packages = sorted(coins + [(a[0] + b[0], a[1] + b[1]) for a, b in pairs])
    found = Counter(symbol for _, inside in packages[: 2 * len(coins) - 2] for symbol in inside)
    return {symbol: found[symbol] for symbol in counts}


def canonical(bits_of: Mapping[int, int]) -> dict[int, str]:
    """Return codes as texts of 0 and 1: counted upwards, the short ones first, then by symbol."""
    codes, code, before = {}, 0, 0
    for symbol, length in sorted(bits_of.items(), key=lambda item: (item[1], item[0])):
        code <<= length - before
        codes[symbol] = format(code, f"0{length}b") if length else ""
        code, before = code + 1, length
    return codes


def encode(symbols: Iterable[int], codes: Mapping[int, str]) -> str:
    """Return the symbols' bits as a text of 0 and 1."""
    return "".join([codes[symbol] for symbol in symbols])


def decode(bits: str, codes: Mapping[int, str], n_symbols: int) -> list[int]:
    """Return the first `n_symbols` symbols: after each bit, is this a code already?

    Raises:
        ValueError: the bits end before so many symbols, or are no codes.
    """
    symbol_of = {code: symbol for symbol, code in codes.items()}
    if n_symbols and "" in symbol_of:
        return [symbol_of[""]] * n_symbols
    found: list[int] = []
    start, longest = 0, max(map(len, symbol_of), default=0)
    for _ in range(n_symbols):
        for end in range(start + 1, min(start + longest, len(bits)) + 1):
            if bits[start:end] in symbol_of:
                break
        else:
            raise ValueError(f"After {len(found)} of {n_symbols} symbols no code follows.")
        found.append(symbol_of[bits[start:end]])
        start = end
    return found


# ---- What it costs -----------------------------------------------------------------------------


def entropy(counts: Mapping[int, int]) -> float:
    """Return Shannon's bound in bits a symbol; 0 where there is no symbol."""
    total = sum(counts.values())
    return sum(n / total * math.log2(total / n) for n in counts.values() if n)


def average_length(counts: Mapping[int, int], bits_of: Mapping[int, int]) -> float:
    """Return the code's mean length in bits a symbol; 0 where there is no symbol."""
    return sum(n * bits_of[symbol] for symbol, n in counts.items()) / max(1, sum(counts.values()))


def table_bits(bits_of: Mapping[int, int], symbol_bits: int = _BYTE_BITS) -> int:
    """Return how many bits `pack` spends on what the receiver must know before the first code."""
    return len(_header(0, bits_of, symbol_bits))


# ---- A whole message ---------------------------------------------------------------------------


def pack(symbols: Sequence[int], symbol_bits: int = _BYTE_BITS) -> bytes:
    """Return a message that needs nothing else to be read: table, codes, up to 7 zeros."""
    bits_of = lengths(tree(Counter(symbols)))
    bits = _header(len(symbols), bits_of, symbol_bits) + encode(symbols, canonical(bits_of))
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def unpack(message: bytes, symbol_bits: int = _BYTE_BITS) -> list[int]:
    """Return the symbols that `pack` was given.

    Raises:
        ValueError: the message ends too early, or holds bits that are no code.
    """
    bits = format(int.from_bytes(message), f"0{8 * len(message)}b") if message else ""
    place = 0

    def number(width: int) -> int:
        nonlocal place
        place += width
        if place > len(bits):
            raise ValueError("The message ends before its table does.")
        return int(bits[place - width : place], 2)

    n_symbols, n_kinds = number(_COUNT_BITS), number(_KINDS_BITS)
    bits_of, length = {}, 0
    for _ in range(n_kinds):
        while number(1):
            length += 1
        bits_of[number(symbol_bits)] = length
    return decode(bits[place:], canonical(bits_of), n_symbols)


def _header(n_symbols: int, bits_of: Mapping[int, int], symbol_bits: int) -> str:
    """Tell the symbols in canonical order: a 1 for each bit more than the one before, a 0, it."""
    parts = [format(n_symbols, f"0{_COUNT_BITS}b"), format(len(bits_of), f"0{_KINDS_BITS}b")]
    before = 0
    for symbol, length in sorted(bits_of.items(), key=lambda item: (item[1], item[0])):
        parts.append("1" * (length - before) + "0" + format(symbol, f"0{symbol_bits}b"))
        before = length
    return "".join(parts)


# ---- Run lengths -------------------------------------------------------------------------------


def run_lengths(symbols: Iterable[int]) -> list[tuple[int, int]]:
    """Return (symbol, how often in a row); no run is longer than MAX_RUN."""
    runs = []
    for symbol, group in groupby(symbols):
        n = sum(1 for _ in group)
        runs += [(symbol, MAX_RUN)] * (n // MAX_RUN)
        runs += [(symbol, n % MAX_RUN)] * (n % MAX_RUN > 0)
    return runs


def from_runs(runs: Iterable[tuple[int, int]]) -> list[int]:
    """Return the symbols again."""
    return [symbol for symbol, n in runs for _ in range(n)]
