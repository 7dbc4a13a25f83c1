"""What do encoders keep that were told the answer, and those that were not?

Read from assets/samples/told-*.json, where `python -m core.making.told NAME` stores what it
measured on test pictures with five seeds; training them anew takes minutes a set.
"""

import json
from collections.abc import Mapping

from bench.figures import Figure, Group, Measured, Measurement
from core import assets

SETS = {"digits": "", "clothes": ".clothes", "animals": ".animals"}  # name -> end of the figure's
OBJECTIVES = ("told", "ae", "denoising", "both")
N_LABELS = ("100", "all")
PIXELS, KIND_MEAN = "the pixels themselves", "the mean picture of its kind"


def stored(name: str) -> Mapping[str, dict]:
    """Return what was measured of a set of pictures."""
    return json.loads(assets.locate(f"samples/told-{name}.json").read_text("utf-8"))


def _probe(name: str, objective: str, n: str) -> Measurement:
    figure = f"told.linear_probe.{objective}.{n}{SETS[name]}"
    labels = "all labels" if n == "all" else f"{n} labels"

    def read() -> list[Measured]:
        found = stored(name)
        probe, peer = (
            one["linear_probe"][n] for one in (found["objectives"][objective], found["pixels"])
        )
        return [Measured(probe["mean"], peer["mean"]), Measured(probe["sd"], peer["sd"])]

    says = f"Share of test {name} that a linear probe of the code names rightly, {labels}."
    return Measurement(
        (
            Figure(figure, "", says, peer=PIXELS),
            Figure(f"{figure}.sd", "", "Its standard deviation over five seeds.", peer=PIXELS),
        ),
        read,
    )


def _decoder(name: str, objective: str) -> Measurement:
    figure = f"told.decode_mse.{objective}{SETS[name]}"

    def read() -> list[Measured]:
        found = stored(name)
        error = found["objectives"][objective]["decode_mse"]
        return [Measured(error["mean"], found["pixels"]["kind_mean_mse"]), Measured(error["sd"])]

    says = f"Squared error of test {name} given back by a decoder trained after the encoder."
    return Measurement(
        (
            Figure(figure, "pixel²", says, peer=KIND_MEAN),
            Figure(f"{figure}.sd", "pixel²", "Its standard deviation over five seeds."),
        ),
        read,
    )


def _strokes(objective: str, what: str) -> Measurement:
    figure = f"told.{what}_r2.{objective}"

    def read() -> list[Measured]:
        found = stored("digits")["objectives"][objective]["strokes_r2"][what]
        return [Measured(found["mean"]), Measured(found["sd"])]

    says = f"R² of a digit's {what.replace('_', ' ')} within its kind, read off the code by a line."
    return Measurement(
        (
            Figure(figure, "", says),
            Figure(f"{figure}.sd", "", "Its standard deviation over five seeds."),
        ),
        read,
    )


GROUP = Group(
    "told",
    "Encoders told and not told (`core/training/told.py`): five seeds each, measured on test "
    "pictures and stored by `python -m core.making.told NAME`.",
    (
        *(_probe(name, one, n) for name in SETS for one in OBJECTIVES for n in N_LABELS),
        *(_decoder(name, one) for name in SETS for one in OBJECTIVES),
        *(_strokes(one, what) for what in ("slant", "pen_width") for one in OBJECTIVES),
    ),
)
