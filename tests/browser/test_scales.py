"""scales.js: round steps, ticks, shares and signs as they are written."""

import math
import random

import pytest

pytestmark = pytest.mark.browser


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
