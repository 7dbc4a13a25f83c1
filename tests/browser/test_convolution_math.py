"""convolution/math.js: a convolution as torch computes it, or refuses it."""

import random

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from core import texts

pytestmark = pytest.mark.browser

MODES = ("zeros", "reflect", "replicate", "circular")
N_VALID, N_ANY = 150, 300
RUN = """async cases => {
  const { pad, forward, outputSize, counts, line } = await import("/convolution/math.js");
  return cases.map(({ layer, picture, weight, bias }) => {
  const out = forward(pad(picture, layer), layer, weight, bias);
  const size = outputSize(layer, [picture.height, picture.width]);
  return { values: [...out.values], shape: [out.channels, out.height, out.width], size,
           n: counts(layer, size), line: line(layer) };
}); }"""


def drawn_layer(rng: random.Random, most: int) -> tuple[dict, list[int]]:
    """Return a layer as the page has it, and a picture's size; torch may refuse them."""
    groups = rng.choice([1, 1, 2, 3])
    channels = [groups * rng.randint(1, 3) for _ in range(2)]
    if rng.random() < 0.1:
        channels[rng.randint(0, 1)] += 1
    padding = rng.choice(["same", "valid", None, None])
    layer = {
        "in": channels[0],
        "out": channels[1],
        "kernel": [rng.randint(1, most) for _ in range(2)],
        "stride": [1, 1]
        if padding == "same" and rng.random() < 0.8
        else rng.choices([1, 2, 3], k=2),
        "padding": padding or [rng.randint(0, most) for _ in range(2)],
        "dilation": rng.choices([1, 1, 2, 3], k=2),
        "groups": groups,
        "bias": rng.random() < 0.5,
        "mode": rng.choice(MODES),
    }
    return layer, [rng.randint(2, 11) for _ in range(2)]


def torch_layer(layer: dict) -> nn.Conv2d:
    return nn.Conv2d(
        layer["in"],
        layer["out"],
        kernel_size=tuple(layer["kernel"]),
        stride=tuple(layer["stride"]),
        padding=layer["padding"] if isinstance(layer["padding"], str) else tuple(layer["padding"]),
        dilation=tuple(layer["dilation"]),
        groups=layer["groups"],
        bias=layer["bias"],
        padding_mode=layer["mode"],
        dtype=torch.float64,
    )


def torch_refusal(layer: dict, size: list[int]) -> str | None:
    """Return torch's own words, or None if it computes."""
    try:
        torch_layer(layer)(torch.zeros(1, layer["in"], *size, dtype=torch.float64))
    except (ValueError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parity
def test_the_browser_convolves_as_torch_does(bare):
    rng, generator = random.Random(5), torch.Generator().manual_seed(5)
    cases, expected = [], []
    while len(cases) < N_VALID:
        layer, size = drawn_layer(rng, 4)
        if torch_refusal(layer, size):
            continue
        conv = torch_layer(layer)
        x = torch.randn(1, layer["in"], *size, generator=generator, dtype=torch.float64)
        cases.append(
            {
                "layer": layer,
                "picture": {
                    "channels": layer["in"],
                    "height": size[0],
                    "width": size[1],
                    "values": x.flatten().tolist(),
                },
                "weight": conv.weight.detach().flatten().tolist(),
                "bias": conv.bias.tolist() if layer["bias"] else [],
            }
        )
        expected.append((conv, conv(x)[0].detach()))
    assert {case["layer"]["mode"] for case in cases} == set(MODES)
    answers = bare.evaluate(RUN, cases)
    for case, answer, (conv, out) in zip(cases, answers, expected, strict=True):
        assert answer["shape"] == list(out.shape), case["layer"]
        assert answer["size"] == list(out.shape[1:])
        got = torch.tensor(answer["values"], dtype=torch.float64).reshape(out.shape)
        assert_close(got, out, atol=1e-5, rtol=0)
        counted = answer["n"]["weights"] + answer["n"]["biases"]
        assert counted == sum(p.numel() for p in conv.parameters())
        again = eval(answer["line"], {"nn": nn})  # the line to copy makes the same layer
        assert repr(again) == repr(conv)


@pytest.mark.parity
def test_the_browser_refuses_what_torch_refuses_and_its_remedy_works(bare):
    rng = random.Random(7)
    cases = [drawn_layer(rng, 8) for _ in range(N_ANY)]
    said = [torch_refusal(layer, size) for layer, size in cases]
    answers = bare.evaluate(
        """async cases => { const { refusal } = await import("/convolution/math.js");
        return cases.map(([layer, size]) => {
          const first = refusal(layer, size);
          let now = layer, left = first, rounds = 0;
          for (; left && rounds < 6; rounds++) {
            now = { ...now, ...left.fix };
            left = refusal(now, size);
          }
          return { first, mended: !left, now };
        }); }""",
        cases,
    )
    kinds: set[str] = set()
    for (layer, size), torch_said, answer in zip(cases, said, answers, strict=True):
        first = answer["first"]
        assert (first is None) == (torch_said is None), (layer, size, torch_said)
        assert answer["mended"], (layer, size)
        assert torch_refusal(answer["now"], size) is None
        if first:
            kinds.add(first["key"])
            assert torch_said.startswith(first["torch"]), (layer, size)
    assert kinds >= {"groups_in", "groups_out", "same_stride", "reflect_rows", "circular_columns"}
    assert kinds >= {"kernel_rows", "kernel_columns"}
    assert all(f"convolution.refused.{key}" in texts.table() for key in kinds)


@pytest.mark.parity
def test_activations_and_their_derivatives_are_torchs(bare):
    x = torch.cat([torch.linspace(-12, 12, 481), torch.tensor([0.0, -60.0, 60.0, 800.0, -800.0])])
    x = x.double().requires_grad_()
    answers = bare.evaluate(
        """async x => { const { ACTIVATIONS } = await import("/convolution/math.js");
        return Object.fromEntries(Object.entries(ACTIVATIONS)
          .map(([name, [f, slope]]) => [name, [x.map(f), x.map(slope)]])); }""",
        x.tolist(),
    )
    reference = {"none": lambda v: v, "relu": F.relu, "gelu": F.gelu, "mish": F.mish}
    assert answers.keys() == reference.keys()
    for name, f in reference.items():
        y = f(x)
        (slope,) = torch.autograd.grad(y.sum(), x)
        values, slopes = (torch.tensor(part, dtype=torch.float64) for part in answers[name])
        assert_close(values, y.detach(), atol=1e-5, rtol=0)
        assert_close(slopes, slope, atol=1e-5, rtol=0)
