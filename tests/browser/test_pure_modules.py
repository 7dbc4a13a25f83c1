"""Modules of the views that know no page, in a browser without the lab."""

import base64
import csv
import io
import itertools
import math
import random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.testing import assert_close

from core import texts
from demos.common import modules

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

HOST = "http://modules.test/"  # answered by this process from demos
BARE = "<!doctype html><title>modules</title><script type=application/json id=lab-files>{}</script>"
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


@pytest.fixture(scope="module")
def bare(chromium) -> "Page":
    """An empty page that can import every module by its name."""

    def answer(route: "Route") -> None:
        name = urlsplit(route.request.url).path.lstrip("/")
        if name:
            route.fulfill(path=modules.FOLDER / name, content_type="text/javascript")
        else:
            route.fulfill(body=BARE, content_type="text/html")

    page = chromium.new_page()
    page.route(f"{HOST}**", answer)
    page.goto(HOST)
    return page


# ---- Scales --------------------------------------------------------------------------------------


def spans() -> list[list[float]]:
    """Return [low, high, n]: round ends, odd ends, wide and narrow, and none."""
    rng = random.Random(3)
    drawn = [[rng.uniform(-1, 1) * 10 ** rng.randint(-4, 5) for _ in range(2)] for _ in range(300)]
    ends = [[0, 1], [0, 0.3], [0.4, 1], [-3, 3], [0, 1000], [0, 0.25], [7, 7.5], *drawn]
    return [[min(pair), max(pair), rng.choice([4, 5, 6])] for pair in ends]


def test_a_step_is_the_smallest_round_one_that_is_wide_enough(bare):
    cases = spans()
    steps = bare.evaluate(
        """async cases => { const { roundStep } = await import("/common/views/scales.js");
        return cases.map(([low, high, n]) => roundStep(high - low, n)); }""",
        cases,
    )
    for (low, high, n), step in zip(cases, steps, strict=True):
        power = 10.0 ** math.floor(math.log10(step) + 1e-9)
        assert round(step / power, 6) in (1, 2, 5)
        assert (high - low) / step <= n * 1.002
        finer = step / (2.5 if round(step / power, 6) == 5 else 2)
        assert (high - low) / finer > n * 0.99


def test_a_span_of_nothing_still_has_a_step_and_a_tick(bare):
    step, ticks = bare.evaluate(
        """async () => { const { roundStep, ticks } = await import("/common/views/scales.js");
        return [roundStep(0, 5), ticks(3, 3)]; }"""
    )
    assert (step, ticks) == (1, [3])


def test_ticks_are_the_multiples_of_the_step_between_the_ends(bare):
    cases = spans()
    answers = bare.evaluate(
        """async cases => { const { roundStep, ticks } = await import("/common/views/scales.js");
        return cases.map(([low, high, n]) => [roundStep(high - low, n), ticks(low, high, n)]); }""",
        cases,
    )
    for (low, high, n), (step, ticks) in zip(cases, answers, strict=True):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        assert ticks == pytest.approx([k * step for k in range(first, last + 1)], abs=1e-9 * step)
        assert len(ticks) <= n + 1
    assert answers[1][1] == [0, 0.1, 0.2, 0.3], "and nothing like 0.30000000000000004"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0.0%"),
        (1e-6, "<0.01%"),
        (0.0002, "0.02%"),
        (0.0123, "1.2%"),
        (0.5, "50.0%"),
        (0.9994, "99.9%"),
        (0.9996, ">99.9%"),
        (1, "100%"),
    ],
)
def test_a_share_that_is_not_quite_all_or_nothing_never_reads_as_such(bare, share, said):
    script = 'async (share) => (await import("/common/views/scales.js")).percent(share)'
    assert bare.evaluate(script, share) == said


def test_numbers_have_a_minus_sign_and_a_zero_has_none(bare):
    script = """async () => { const { minus, signed } = await import("/common/views/scales.js");
        return [[-0.128, 0.128, -0.001, 0, -12].map((x) => minus(x)),
                minus(-0.4, 0), minus(-2.25, 1),
                [-0.128, 0.128, 0, -0.001].map((x) => signed(x)), signed(-0.0004, 4)]; }"""
    assert bare.evaluate(script) == [
        ["−0.13", "0.13", "0.00", "0.00", "−12.00"],
        "0",
        "−2.3",
        ["−0.13", "+0.13", "+0.00", "−0.00"],
        "−0.0004",
    ]


# ---- The decoder, and numbers over the wire ------------------------------------------------------


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


# ---- Links ---------------------------------------------------------------------------------------


@pytest.fixture
def linked(bare):
    """Return a function that opens the bare page with a query, as somebody's link does."""

    def opened(query: str) -> "Page":
        bare.goto(f"{HOST}{query}")
        return bare

    yield opened
    bare.goto(HOST)


def test_what_a_page_puts_into_its_link_is_read_from_it(linked):
    values = {"text": "a & b = c#d 你好，世界", "at": "1,2", "strokes": "1,2:3,4", "k": "-0.25"}
    page = linked("?tab=train&lang=en&old=1")
    page.evaluate(
        """async values => { const { pageLink } = await import("/common/views/links.js");
        pageLink.set("train", { ...values, gone: 1 });
        pageLink.set("train", { gone: null });
        pageLink.set("sentiment", { text: "of another page" }); }""",
        values,
    )
    link = page.url
    assert "strokes=1,2:3,4" in link, "readable"
    assert parse_qs(urlsplit(link).query) == {
        "tab": ["train"],
        "lang": ["en"],
        **{name: [value] for name, value in values.items()},
    }
    read = linked(f"?{urlsplit(link).query}").evaluate(
        """async names => { const { pageLink } = await import("/common/views/links.js");
        return [names.map((name) => pageLink.read("train", name, null)),
                names.map((name) => pageLink.read("sentiment", name, null))]; }""",
        list(values),
    )
    assert read == [list(values.values()), [None] * len(values)]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", 3),
        ("2.5", 2.5),
        ("-9", 0),
        ("1e9", 10),
        ("x", 7),
        ("", 7),
        ("NaN", 7),
        ("Infinity", 7),
    ],
)
def test_a_number_of_a_link_stays_within_its_bounds(linked, written: str, number: float):
    page = linked(f"?tab=train&n={written}")
    script = """async () => { const { pageLink } = await import("/common/views/links.js");
        return pageLink.number("train", "n", 7, 0, 10); }"""
    assert page.evaluate(script) == number


def test_filters_of_a_link_are_the_filters_that_were_written(bare):
    rng = random.Random(4)
    given = [rng.choice(["vertical", "blur", [rng.randint(-9, 9) / 4 for _ in range(9)]])
             for _ in range(12)]  # fmt: skip
    read = bare.evaluate(
        """async given => { const { read, write } = await import("/convolution/filters.js");
        return read(write(given), 9, given.length); }""",
        given,
    )
    assert read == given


# ---- Files ---------------------------------------------------------------------------------------


def test_a_table_is_read_back_and_holds_no_formulas(bare):
    rows = [["plain", 1, -2.5], ['a "b", c', None, "-0.5"], ["two\nlines", True, "中文"]]
    formulas = ["=1+1", "+x", "-x", "@x", "\t=1"]
    text = bare.evaluate(
        """async rows => { const { csv } = await import("/common/views/files.js");
        return csv({ columns: ["a", "b", "c"], rows }); }""",
        [*rows, *([formula, "", ""] for formula in formulas)],
    )
    assert text.startswith("\ufeff"), "spreadsheets read it as UTF-8"
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read[:4] == [
        ["a", "b", "c"],
        ["plain", "1", "-2.5"],
        ['a "b", c', "", "-0.5"],
        ["two\nlines", "true", "中文"],
    ]
    assert [row[0] for row in read[4:]] == [f"'{formula}" for formula in formulas]


# ---- Convolution ---------------------------------------------------------------------------------


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
