"""codec_lab/code.js: bits as the model has them, read one by one; where a tree's nodes stand."""

import numpy as np
import pytest

from core.inference import codec_lab
from core.models import huffman, jpeg, jpeg_file

pytestmark = pytest.mark.browser


def coded(text: str) -> dict:
    found = codec_lab.code_text(text, "characters")
    return {
        "message": list(found.message),
        "symbols": list(found.symbols),
        "counts": list(found.counts),
        "merges": [list(pair) for pair in found.merges],
        "codes": list(found.codes),
    }


def test_bits_are_those_of_the_model_and_are_read_back(bare):
    for text in ("a", "ab", "aabbbbc", "she sells sea shells", "四是四，十是十", "xyz" * 50):
        one = coded(text)
        bits, read, same, at = bare.evaluate(
            """async one => {
              const code = await import("/codec_lab/code.js");
              const { bitsOf, flipped, inStepFrom, places, readBits } = code;
              const bits = bitsOf(one), read = readBits(bits, one);
              const turned = flipped(flipped(bits, [0]), [0]);
              const same = [turned === bits, inStepFrom(read, read)];
              return [bits, read.map(({ symbol }) => symbol), same, places(one)];
            }""",
            one,
        )
        codes = dict(zip(one["symbols"], one["codes"], strict=True))
        assert bits == huffman.encode(one["message"], codes)
        assert read == one["message"]
        assert same == [True, 0]
        leaves = len(one["symbols"])
        assert sorted(place["x"] for place in at[:leaves]) == list(range(leaves))
        for k, (left, right) in enumerate(one["merges"]):
            assert at[left]["x"] < at[leaves + k]["x"] < at[right]["x"]
            assert at[leaves + k]["y"] > max(at[left]["y"], at[right]["y"])


def test_after_a_flip_the_page_says_where_all_is_right_again(bare):
    one = coded("she sells sea shells on the sea shore")
    codes = dict(zip(one["symbols"], one["codes"], strict=True))
    bits = huffman.encode(one["message"], codes)
    steps = bare.evaluate(
        """async ([one, bits]) => {
          const { flipped, inStepFrom, readBits } = await import("/codec_lab/code.js");
          const meant = readBits(bits, one);
          return Array.from(bits, (_, at) => {
            const read = readBits(flipped(bits, [at]), one);
            return [inStepFrom(meant, read), read.map(({ symbol }) => symbol)];
          });
        }""",
        [one, bits],
    )
    for at, (step, read) in enumerate(steps):
        assert read != one["message"], at
        if step is not None:
            assert step > at
            rest = huffman.decode(bits[step:], codes, huffman_count(bits[step:], codes))
            assert read[len(read) - len(rest) :] == rest


def huffman_count(bits: str, codes: dict[int, str]) -> int:
    """Return how many whole codes a text of bits holds."""
    known, n, start = set(codes.values()), 0, 0
    for end in range(1, len(bits) + 1):
        if bits[start:end] in known:
            n, start = n + 1, end
    return n


def test_a_block_is_told_in_jpegs_order_and_runs(bare):
    dice = np.random.default_rng(1)
    blocks = [np.zeros(64, int), np.arange(1, 65)]
    blocks += [dice.integers(-3, 4, 64) * (dice.random(64) < 0.2) for _ in range(6)]
    blocks = [one.tolist() for one in blocks]
    order, told = bare.evaluate(
        """async blocks => {
          const { ZIGZAG, zigzagRuns } = await import("/codec_lab/code.js");
          return [ZIGZAG, blocks.map(zigzagRuns)];
        }""",
        blocks,
    )
    assert order == jpeg.ZIGZAG
    for block, found in zip(blocks, told, strict=True):
        mean, *pieces = jpeg_file.block_pieces([block[place] for place in order], 0, 0)
        assert jpeg_file.bits_number(mean.bits) == found["mean"]
        assert found["ends"] == bool(pieces and pieces[-1].symbol == 0)
        zeros, numbers = 0, []
        for piece in pieces:
            zeros += piece.symbol // 16
            if piece.symbol % 16:
                numbers.append({"zeros": zeros, "number": jpeg_file.bits_number(piece.bits)})
                zeros = 0
            elif piece.symbol:
                zeros += 1  # sixteen in all
        assert numbers == found["runs"]
