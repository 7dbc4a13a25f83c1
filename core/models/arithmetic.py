"""Arithmetic coding (Witten, Neal & Cleary 1987, doi:10.1145/214762.214771).

    symbols [N] -> counts {symbol: n} -> an interval that each symbol narrows -> bits [M]

A message is a number: the unit interval is divided among the symbols by how often they come, the
first symbol chooses its part, which is divided again, and so on. The last interval is as wide as
the message is likely, and a number inside takes that many bits and at most two more. No symbol gets
bits of its own, so a frequent one may cost less than one. Whole numbers of `PRECISION` bits do it:
as soon as both ends of the interval begin with the same bit, it is written and the rest is doubled.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

PRECISION = 48  # bits of the interval's ends
_WHOLE = 1 << PRECISION
_HALF, _QUARTER = _WHOLE // 2, _WHOLE // 4
MAX_TOTAL = _QUARTER  # symbols of a message: every one keeps a part of the narrowest interval


def encode(symbols: Sequence[int], counts: Mapping[int, int]) -> str:
    """Return a message as a text of 0 and 1; empty where there is only one kind of symbol.

    Args:
        symbols: the message.
        counts: how often each symbol is expected, above 0 for every one that comes.

    Raises:
        ValueError: the counts add up to more than `MAX_TOTAL`.
        KeyError: a symbol has no count.
    """
    parts, total = _parts(counts)
    if len(parts) <= 1 and all(symbol in parts for symbol in symbols):
        return ""
    low, high, waiting = 0, _WHOLE, 0  # the interval [low, high)
    bits: list[str] = []

    def write(bit: int) -> None:
        nonlocal waiting
        bits.append(str(bit) + str(1 - bit) * waiting)
        waiting = 0

    for symbol in symbols:
        below, above = parts[symbol]
        width = high - low
        low, high = low + width * below // total, low + width * above // total
        while True:
            if high <= _HALF:
                write(0)
            elif low >= _HALF:
                write(1)
                low, high = low - _HALF, high - _HALF
            elif low >= _QUARTER and high <= _HALF + _QUARTER:
                waiting += 1  # both ends are near the middle: which side is known later
                low, high = low - _QUARTER, high - _QUARTER
            else:
                break
            low, high = 2 * low, 2 * high
    if symbols:
        waiting += 1
        write(0 if low < _QUARTER else 1)  # a quarter that lies in the interval
    return "".join(bits)


def decode(bits: str, counts: Mapping[int, int], n_symbols: int) -> list[int]:
    """Return the first `n_symbols` symbols that `encode` wrote with the same counts.

    Args:
        bits: a text of 0 and 1; what is missing at its end counts as 0.
        counts: those of the encoder.
        n_symbols: how many to read: the bits don't say where the message ends.

    Raises:
        ValueError: there is no symbol to choose from, or too many.
    """
    parts, total = _parts(counts)
    if n_symbols and not parts:
        raise ValueError("There is no symbol to choose from.")
    if len(parts) == 1:
        return [*parts] * n_symbols
    ends = [above for _, above in parts.values()]
    known = [*parts]
    coming = _digits(bits)
    low, high = 0, _WHOLE
    number = 0
    for _ in range(PRECISION):
        number = 2 * number + next(coming)
    found = []
    for _ in range(n_symbols):
        width = high - low
        place = _part_of(number - low, width, total, ends)
        symbol = known[place]
        found.append(symbol)
        below, above = parts[symbol]
        low, high = low + width * below // total, low + width * above // total
        while True:
            if high <= _HALF:
                shift = 0
            elif low >= _HALF:
                shift = _HALF
            elif low >= _QUARTER and high <= _HALF + _QUARTER:
                shift = _QUARTER
            else:
                break
            low, high = 2 * (low - shift), 2 * (high - shift)
            number = 2 * (number - shift) + next(coming)
    return found


def ideal_bits(counts: Mapping[int, int]) -> float:
    """Return how many bits the interval of a message with these counts is narrow: N * entropy."""
    total = sum(counts.values())
    return sum(n * math.log2(total / n) for n in counts.values() if n)


def _parts(counts: Mapping[int, int]) -> tuple[dict[int, tuple[int, int]], int]:
    """Return each symbol's part [below, above) of the whole, by number, and the whole."""
    parts, total = {}, 0
    for symbol, n in sorted(counts.items()):
        if n > 0:
            parts[symbol] = total, total + n
            total += n
    if total > MAX_TOTAL:
        raise ValueError(f"{total} symbols are more than {MAX_TOTAL}.")
    return parts, total


def _part_of(offset: int, width: int, total: int, ends: Sequence[int]) -> int:
    """Return whose part a number lies in, by halving: the first whose end is above it."""
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high) // 2
        if width * ends[middle] // total > offset:
            high = middle
        else:
            low = middle + 1
    return low


def _digits(bits: str) -> Iterator[int]:
    yield from map(int, bits)
    while True:
        yield 0
