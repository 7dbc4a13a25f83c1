"""decoder.js and wire.js: texts from the server, and a decoder that runs in the browser."""

import base64
import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

pytestmark = pytest.mark.browser


def test_halves_are_read_as_numpy_reads_them(bare):
    bits = np.arange(2**16, dtype=np.uint16)
    bits = bits[np.isfinite(bits.view(np.float16))]
    read = bare.evaluate(
        """async sent => { const { halves, toBase64 } = await import("/common/views/wire.js");
        return toBase64(new Uint8Array(halves(sent).buffer)); }""",
        base64.b64encode(bits.tobytes()).decode(),
    )
    values = np.frombuffer(base64.b64decode(read), np.float32)
    np.testing.assert_array_equal(values, bits.view(np.float16).astype(np.float32))


def test_shares_are_read_byte_by_byte(bare):
    values = np.random.default_rng(6).integers(0, 10_001, 500).astype(np.uint16)
    sent = (values & 255).astype(np.uint8).tobytes() + (values >> 8).astype(np.uint8).tobytes()
    script = """async sent => [...(await import("/common/views/wire.js")).shares(sent)]"""
    assert bare.evaluate(script, base64.b64encode(sent).decode()) == values.tolist()


def test_chance_of_a_seed_is_repeatable_and_even(bare):
    drawn = bare.evaluate(
        """async () => { const { randomFrom } = await import("/common/views/wire.js");
        const draw = (seed) => Array.from({ length: 4000 }, randomFrom(seed));
        return [draw(1), draw(1), draw(2)]; }"""
    )
    first, again, other = (np.array(one) for one in drawn)
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.06
    counts = np.histogram(first, bins=10, range=(0, 1))[0]
    assert counts.sum() == 4000, "within [0, 1)"
    assert (abs(counts - 400) < 90).all()


@pytest.mark.parity
@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh", "silu"])
def test_a_decoder_gives_what_torch_gives(bare, activation: str, output: str):
    generator = torch.Generator().manual_seed(2)
    sizes, x = [3, 5, 7], torch.randn(4, 3, generator=generator) * 2
    wire: dict = {"activation": activation, "output": output, "layers": []}
    codes, value = x.tolist(), x
    for depth, (n_in, n_out) in enumerate(itertools.pairwise(sizes)):
        weight = torch.randn(n_out, n_in, generator=generator).half()
        bias = torch.randn(n_out, generator=generator).half()
        sent = [base64.b64encode(part.numpy().tobytes()).decode() for part in (weight, bias)]
        wire["layers"].append({"n_in": n_in, "n_out": n_out, "weight": sent[0], "bias": sent[1]})
        value = F.linear(value, weight.float(), bias.float())
        if depth == 0:
            value = torch.tanh(value) if activation == "tanh" else getattr(F, activation)(value)
    expected = (torch.tanh(value) + 1) / 2 if output == "tanh" else torch.sigmoid(value)
    got = bare.evaluate(
        """async ([wire, codes]) => { const { decoder } = await import("/common/views/decoder.js");
        const decode = decoder(wire);
        return codes.map((code) => [...decode(Float32Array.from(code))]); }""",
        [wire, codes],
    )
    assert_close(torch.tensor(got), expected, atol=2e-6, rtol=0)
