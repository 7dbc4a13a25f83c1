"""A multilingual-e5-small of a few pieces and one layer, in the file format of the real one."""

import struct
from pathlib import Path

import numpy as np

WIDTH, N_LAYERS, N_HEADS, N_FEED_FORWARD, N_POSITIONS = 32, 1, 2, 64, 24
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
PIECES = (*SPECIAL, "▁", "▁query", ":", "▁good", "▁bad", "▁film", "好", "坏", "书", "好书")
SCORES = (0.0,) * 4 + tuple(-float(i) for i in range(1, len(PIECES) - 3))


def packed(values: np.ndarray) -> bytes:
    """Return numbers in blocks of 32: a float16 scale and 4 bits each."""
    blocks = values.astype(np.float32).reshape(-1, 32)
    scales = (np.abs(blocks).max(1) / 7).astype(np.float16)
    divided = blocks / np.maximum(scales.astype(np.float32), 1e-9)[:, None]
    fours = np.clip(np.rint(divided) + 8, 0, 15).astype(np.uint8)
    pairs = fours[:, :16] | fours[:, 16:] << 4
    return b"".join(
        scale.tobytes() + row.tobytes() for scale, row in zip(scales, pairs, strict=True)
    )


def tensors() -> dict[str, np.ndarray]:
    """Return the tensors by their names in the file, before they are packed."""
    dice, width, middle = np.random.default_rng(0), WIDTH, N_FEED_FORWARD
    shapes = {"emb.word": (len(PIECES), width), "emb.pos": (N_POSITIONS, width)}
    shapes |= {"emb.type": (2, width)}
    found = {name: dice.normal(size=shape) for name, shape in shapes.items()}
    found |= {"emb.ln.w": np.ones(width), "emb.ln.b": np.zeros(width)}
    matrices = dict.fromkeys(("q", "k", "v", "ao"), (width, width))
    matrices |= {"fi": (middle, width), "fo": (width, middle)}
    for name, shape in matrices.items():
        found[f"l0.{name}.w"] = dice.normal(size=shape) / 4
        found[f"l0.{name}.b"] = dice.normal(size=shape[0]) / 4
    for name in ("aln", "oln"):
        found |= {f"l0.{name}.w": np.ones(width), f"l0.{name}.b": np.zeros(width)}
    return found


def write(file: Path) -> Path:
    """Write the whole file; returns it."""
    sizes = WIDTH, N_LAYERS, N_HEADS, N_FEED_FORWARD, len(PIECES), N_POSITIONS, 2
    text = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, text)])
    head = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, ends[-1])
    head += ends.astype("<u4").tobytes() + np.array(SCORES, "<f4").tobytes() + b"".join(text)
    head += struct.pack("<iIIBI", 1, 9, 0x3000, 1, 0x20)  # an ideographic space is read as a space
    given = tensors()
    is_packed = {name: name == "emb.word" or value.ndim > 1 for name, value in given.items()}
    is_packed |= {"emb.pos": False, "emb.type": False}
    blocks = {
        name: packed(value) if is_packed[name] else value.astype("<f4").tobytes()
        for name, value in given.items()
    }
    at = len(head) + 4 + sum(2 + len(name) + 1 + 4 + 8 + 8 for name in blocks)
    directory = struct.pack("<i", len(blocks))
    for name, block in blocks.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", is_packed[name], given[name].size, at, len(block))
        at += len(block)
    file.write_bytes(head + directory + b"".join(blocks.values()))
    return file
