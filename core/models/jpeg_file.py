"""JPEG's lossless part: run lengths, Huffman codes and the baseline file (ITU-T T.81, JFIF 1.02).

    Coded [R, C, 64] each plane -> (symbol, further bits) ... -> bytes, and back

A block's mean is told as its difference to the block before. Of the other 63 numbers only those
that are not 0 are told: a symbol says how many zeros came before and how many bits the number has,
and the bits follow. The codes are made for this very picture (libjpeg's "optimize"): none is longer
than 16 bits, and none consists of ones only.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from core.models import huffman
from core.models.jpeg import Coded

MAX_CODE = 16  # bits
_END, _SIXTEEN_ZEROS = 0x00, 0xF0  # symbols: nothing but zeros follows; sixteen more zeros
_RESERVED = 256  # takes the code of ones only, and never comes
_ORDER = 63  # of the last number of a block
# Markers: each begins a part of the file.
_START, _STOP, _JFIF, _QUANTISATION = 0xD8, 0xD9, 0xE0, 0xDB
_FRAME, _HUFFMAN, _SCAN = 0xC0, 0xC4, 0xDA


class Piece(NamedTuple):
    """A symbol of a Huffman table, and the bits that follow its code."""

    table: tuple[int, int]  # 0 means, 1 waves; 0 light, 1 colour
    symbol: int  # 16 * zeros before + number of bits
    bits: str


def number_bits(number: int) -> str:
    """Return a number's bits: as it is if positive, else its size's with 0 and 1 exchanged."""
    if number > 0:
        return format(number, "b")
    size = (-number).bit_length()
    return format(number + (1 << size) - 1, f"0{size}b") if size else ""


def bits_number(bits: str) -> int:
    """Return the number again."""
    if not bits:
        return 0
    return int(bits, 2) - (0 if bits[0] == "1" else (1 << len(bits)) - 1)


def block_pieces(block: list[int], before: int, kind: int) -> Iterator[Piece]:
    """Yield a block [64] in zigzag order; `before` is the mean of the last block of its plane."""
    difference = number_bits(block[0] - before)
    yield Piece((0, kind), len(difference), difference)
    zeros = 0
    for number in block[1:]:
        if not number:
            zeros += 1
            continue
        while zeros > 15:
            yield Piece((1, kind), _SIXTEEN_ZEROS, "")
            zeros -= 16
        bits = number_bits(number)
        yield Piece((1, kind), 16 * zeros + len(bits), bits)
        zeros = 0
    if zeros:
        yield Piece((1, kind), _END, "")


def in_order(coded: Coded) -> tuple[tuple[int, int], list[tuple[int, int, int]]]:
    """Return units down and across, and (plane, row, column) of the blocks of the file in order.

    In a colour picture at half size a unit has 2 x 2 blocks of light and one of each colour.
    """
    return _order(coded.height, coded.width, len(coded.planes), coded.halved)


def _order(
    height: int, width: int, n_planes: int, halved: bool
) -> tuple[tuple[int, int], list[tuple[int, int, int]]]:
    n = 2 if halved else 1
    down, across = -(-height // (8 * n)), -(-width // (8 * n))
    light = [(row, column) for row in range(n) for column in range(n)]
    places = [
        (plane, n * unit_row + row, n * unit_column + column)
        if plane == 0
        else (plane, unit_row, unit_column)
        for unit_row in range(down)
        for unit_column in range(across)
        for plane in range(n_planes)
        for row, column in (light if plane == 0 else [(0, 0)])
    ]
    return (down, across), places


def pieces(coded: Coded) -> Iterator[Piece]:
    """Yield all that the file tells, in order."""
    (down, across), places = in_order(coded)
    n = 2 if coded.halved else 1
    rows = []
    for i, plane in enumerate(coded.planes):
        wanted = (down * n, across * n) if i == 0 else (down, across)
        rows.append(_filled(plane, *wanted).tolist())
    before = [0] * len(rows)
    for plane_number, row, column in places:
        block = rows[plane_number][row][column]
        yield from block_pieces(block, before[plane_number], min(plane_number, 1))
        before[plane_number] = block[0]


def _filled(plane: Tensor, n_rows: int, n_columns: int) -> Tensor:
    """Add blocks up to whole units: no waves, and the mean of the last block, which costs least."""
    down, across = n_rows - plane.shape[0], n_columns - plane.shape[1]
    if across:
        plane = torch.cat([plane, _flat(plane[:, -1:]).expand(-1, across, -1)], 1)
    if down:
        plane = torch.cat([plane, _flat(plane[-1:]).expand(down, -1, -1)], 0)
    return plane


def _flat(blocks: Tensor) -> Tensor:
    means = torch.zeros_like(blocks)
    means[..., 0] = blocks[..., 0]
    return means


# ---- Writing -----------------------------------------------------------------------------------


def code_lengths(counts: Counter[int]) -> dict[int, int]:
    """Return the lengths of a table's codes, and of one that stays unused."""
    return huffman.limited_lengths({**counts, _RESERVED: 0}, MAX_CODE)


def write(coded: Coded) -> bytes:
    """Return the file."""
    told = list(pieces(coded))
    counts: dict[tuple[int, int], Counter[int]] = {}
    for piece in told:
        counts.setdefault(piece.table, Counter())[piece.symbol] += 1
    lengths = {table: code_lengths(one) for table, one in counts.items()}
    codes = {table: huffman.canonical(one) for table, one in lengths.items()}
    bits = "".join([codes[piece.table][piece.symbol] + piece.bits for piece in told])
    bits += "1" * (-len(bits) % 8)
    # A byte of ones would begin a marker; a byte of zeros after it says that it does not.
    scan = int(bits, 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\x00")
    return (
        bytes([0xFF, _START])
        + _part(_JFIF, b"JFIF\0\1\2\0\0\1\0\1\0\0")
        + b"".join(
            _part(_QUANTISATION, bytes([i, *table.tolist()]))
            for i, table in enumerate(coded.tables)
        )
        + _part(_FRAME, _frame(coded))
        + b"".join(_part(_HUFFMAN, _table(key, lengths[key])) for key in sorted(lengths))
        + _part(_SCAN, _scan(len(coded.planes)))
        + scan
        + bytes([0xFF, _STOP])
    )


def _part(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content


def _frame(coded: Coded) -> bytes:
    size = coded.height.to_bytes(2) + coded.width.to_bytes(2)
    parts = [
        (i + 1, 0x22 if coded.halved and i == 0 else 0x11, min(i, 1))
        for i in range(len(coded.planes))
    ]
    return b"\x08" + size + bytes([len(parts)]) + b"".join(map(bytes, parts))


def _table(key: tuple[int, int], lengths: dict[int, int]) -> bytes:
    """Tell how many codes there are of 1..16 bits, then their symbols in order."""
    told = sorted((length, symbol) for symbol, length in lengths.items() if symbol != _RESERVED)
    n_of = Counter(length for length, _ in told)
    return bytes(
        [16 * key[0] + key[1], *(n_of[n] for n in range(1, MAX_CODE + 1)), *(s for _, s in told)]
    )


def _scan(n_planes: int) -> bytes:
    tables = b"".join(bytes([i + 1, 0x11 * min(i, 1)]) for i in range(n_planes))
    return bytes([n_planes]) + tables + bytes([0, _ORDER, 0])


# ---- Reading -----------------------------------------------------------------------------------


def read(file: bytes) -> Coded:
    """Return what a baseline file holds, as `write` makes them: one scan, 4:2:0 or 4:4:4.

    Raises:
        ValueError: it is another kind of file, or is damaged.
    """
    tables: dict[int, Tensor] = {}
    codes: dict[tuple[int, int], dict[str, int]] = {}
    height = width = n_planes = place = 0
    halved = False
    if file[:2] != bytes([0xFF, _START]):
        raise ValueError("A JPEG file begins with FF D8.")
    place = 2
    while place + 4 <= len(file):
        marker, size = file[place + 1], int.from_bytes(file[place + 2 : place + 4])
        content = file[place + 4 : place + 2 + size]
        place += 2 + size
        if marker == _QUANTISATION:
            tables[content[0]] = torch.tensor(list(content[1:65]))
        elif marker == _FRAME:
            height, width = int.from_bytes(content[1:3]), int.from_bytes(content[3:5])
            n_planes, halved = content[5], content[7] == 0x22
        elif marker == _HUFFMAN:
            codes[content[0] >> 4, content[0] & 15] = _read_table(content[1:])
        elif marker == _SCAN:
            coded = Coded(
                height, width, halved, tuple(tables[i] for i in sorted(tables)), planes=()
            )
            return _read_scan(file[place:-2], coded, n_planes, codes)
    raise ValueError("The file ends before its picture begins.")


def _read_table(content: bytes) -> dict[str, int]:
    lengths = [n + 1 for n in range(MAX_CODE) for _ in range(content[n])]
    symbols = content[MAX_CODE : MAX_CODE + len(lengths)]
    by_place = huffman.canonical(dict(enumerate(lengths)))  # the order of the file, not of symbols
    return {by_place[i]: symbol for i, symbol in enumerate(symbols)}


def _read_scan(
    scan: bytes, coded: Coded, n_planes: int, codes: dict[tuple[int, int], dict[str, int]]
) -> Coded:
    whole = scan.replace(b"\xff\x00", b"\xff")
    bits = format(int.from_bytes(whole), f"0{8 * len(whole)}b")
    (down, across), places = _order(coded.height, coded.width, n_planes, coded.halved)
    n = 2 if coded.halved else 1
    rows: list[list[list[list[int]]]] = [
        [[[0] * 64 for _ in range(across * (n if i == 0 else 1))] for _ in range(down * k)]
        for i, k in enumerate([n] + [1] * (n_planes - 1))
    ]
    place = 0

    def symbol(table: dict[str, int]) -> int:
        nonlocal place
        for end in range(place + 1, place + MAX_CODE + 1):
            if bits[place:end] in table:
                found, place = table[bits[place:end]], end
                return found
        raise ValueError(f"At bit {place} of {len(bits)} no code follows.")

    def number(size: int) -> int:
        nonlocal place
        place += size
        return bits_number(bits[place - size : place])

    before = [0] * n_planes
    for plane, row, column in places:
        kind, block = min(plane, 1), rows[plane][row][column]
        before[plane] += number(symbol(codes[0, kind]))
        block[0] = before[plane]
        order = 1
        while order <= _ORDER:
            zeros, size = divmod(symbol(codes[1, kind]), 16)
            if not size and zeros < 15:
                break
            order += zeros
            if order > _ORDER:
                raise ValueError("A block has more than 64 numbers.")
            block[order] = number(size)
            order += 1
    planes = []
    for i, filled in enumerate(rows):
        k = 2 if coded.halved and i else 1
        shape = -(-coded.height // (8 * k)), -(-coded.width // (8 * k))
        planes.append(torch.tensor(filled, dtype=torch.int32)[: shape[0], : shape[1]])
    return Coded(coded.height, coded.width, coded.halved, coded.tables, tuple(planes))
