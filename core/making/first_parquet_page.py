"""The first strings of a Parquet file's only column, without a library that reads all of Parquet.

A column of strings that are all different begins with a *dictionary page* (Apache Parquet, format
2.11): a header in Thrift's compact protocol, then strings one after the other, each after its
length in four bytes, and the whole compressed by Snappy.
"""

import struct
from collections.abc import Iterator

MAGIC = b"PAR1"
DICTIONARY = 2  # type of a page
I32 = 5  # type of a field, in the compact protocol
N_FIELDS = 3  # type, size as it is, size as it is compressed; what follows isn't needed
LITERAL, COPY_1, COPY_2 = 0, 1, 2  # Snappy's elements


def strings(content: bytes) -> list[str]:
    """Return the strings of the dictionary page that a file begins with.

    Raises:
        ValueError: it doesn't begin with one.
    """
    if content[:4] != MAGIC:
        raise ValueError("This is no Parquet file.")
    (kind, n_plain, n_packed), at = _sizes(content, 4)
    if kind != DICTIONARY:
        raise ValueError(f"The first page must be a dictionary (2), not of type {kind}.")
    at = _end_of_struct(content, at)
    plain = unpacked(content[at : at + n_packed])
    if len(plain) != n_plain:
        raise ValueError(f"The first page must have {n_plain} bytes, not {len(plain)}.")
    return list(_split(plain))


def _split(plain: bytes) -> Iterator[str]:
    at = 0
    while at < len(plain):
        (length,) = struct.unpack_from("<I", plain, at)
        yield plain[at + 4 : at + 4 + length].decode("utf-8")
        at += 4 + length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _sizes(content: bytes, at: int) -> tuple[list[int], int]:
    """Return a page header's first three numbers, and where they end."""
    found = []
    for _ in range(N_FIELDS):
        if content[at] != (1 << 4) + I32:
            raise ValueError("The first page has another header than expected.")
        value, at = _varint(content, at + 1)
        found.append((value >> 1) ^ -(value & 1))  # zigzag
    return found, at


def _end_of_struct(content: bytes, at: int) -> int:
    """Return where a header ends whose other fields are numbers, flags and structs of these."""
    depth = 1
    while depth:
        kind = content[at] & 15
        at += 1
        if kind == 0:  # stop
            depth -= 1
        elif kind == 12:  # struct
            depth += 1
        elif kind in (4, 5, 6):  # integers; 1 and 2, true and false, hold nothing more
            _, at = _varint(content, at)
        elif kind not in (1, 2):
            raise ValueError("The first page has statistics, which aren't read here.")
    return at


def unpacked(packed: bytes) -> bytes:
    """Return what Snappy compressed (format description of 2011-10-05)."""
    size, at = _varint(packed, 0)
    out = bytearray()
    while at < len(packed):
        tag = packed[at]
        at += 1
        if tag & 3 == LITERAL:
            length = tag >> 2
            if length >= 60:
                n_bytes = length - 59
                length = int.from_bytes(packed[at : at + n_bytes], "little")
                at += n_bytes
            out += packed[at : at + length + 1]
            at += length + 1
            continue
        if tag & 3 == COPY_1:
            length, offset = 4 + ((tag >> 2) & 7), ((tag >> 5) << 8) + packed[at]
            at += 1
        else:
            n_bytes = 2 if tag & 3 == COPY_2 else 4
            length, offset = (tag >> 2) + 1, int.from_bytes(packed[at : at + n_bytes], "little")
            at += n_bytes
        for _ in range(length):  # one by one: a copy may reach into itself
            out.append(out[-offset])
    if len(out) != size:
        raise ValueError(f"Snappy promised {size} bytes, not {len(out)}.")
    return bytes(out)
