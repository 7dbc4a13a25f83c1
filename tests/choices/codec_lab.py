"""What the questions of the page codec_lab turn out to be."""

import numpy as np

from core import texts
from core.inference import codec_lab
from core.models import huffman
from core.results.codecs import LosslessCode
from tests.claims import said
from tests.measured_choices import Option, shows


@shows("codec_lab.1")
def bits_of_a_letter_that_is_alone() -> Option:
    for language in texts.LANGUAGES:
        text = said("codec_lab.example_one")[language]
        assert codec_lab.code_text(text, "characters").codes == ("",)
    return ("None", "0 个")


@shows("codec_lab.2")
def who_writes_digits_shorter() -> Option:
    sizes = [codec_lab.code_digit(index).sizes for index in range(0, 5000, 250)]
    ours, zlib = ([one[name] for one in sizes] for name in ("packed", "zlib"))
    assert all(a > b for a, b in zip(ours, zlib, strict=True))
    assert np.mean(ours) > 1.3 * np.mean(zlib)  # clearly
    return ("zlib", "zlib")


def read_with_a_bit_flipped(found: LosslessCode, at: int) -> tuple[int, ...]:
    """Return the symbols that a reader of codes finds, to the last whole one."""
    code_of = dict(zip(found.symbols, found.codes, strict=True))
    bits = huffman.encode(found.message, code_of)
    bits = bits[:at] + "10"[int(bits[at])] + bits[at + 1 :]
    symbol_of, symbols, start = {code: s for s, code in code_of.items()}, [], 0
    for end in range(1, len(bits) + 1):
        if bits[start:end] in symbol_of:
            symbols.append(symbol_of[bits[start:end]])
            start = end
    return tuple(symbols)


@shows("codec_lab.3")
def what_a_flipped_bit_spoils() -> Option:
    for key in ("example", "example_long"):
        for language in texts.LANGUAGES:
            found = codec_lab.code_text(said(f"codec_lab.{key}")[language], "characters")
            n_bits = found.sizes["huffman"]
            read = [read_with_a_bit_flipped(found, at) for at in range(n_bits // 4, n_bits // 2)]
            in_step = np.mean([one[-3:] == found.message[-3:] for one in read])
            assert in_step > 0.6, (key, language, in_step)  # mostly
            assert found.message not in read  # nothing is corrected
            alone = [
                len(one) == len(found.message)
                and sum(a != b for a, b in zip(one, found.message, strict=True)) == 1
                for one in read
            ]
            assert 0.1 < np.mean(alone) < 0.9, (key, language, np.mean(alone))  # one, or a few
    return ("falls into step", "对上了")
