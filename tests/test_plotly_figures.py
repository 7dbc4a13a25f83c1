"""The figures for notebooks show the numbers that they were given, and say so in both languages."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core import figures, texts
from core.inference import code_maps, train, training_lapse, trials
from core.results.answers import Trial
from core.results.images import ElboSplit

ROOT = Path(__file__).parent.parent
pytest.importorskip("plotly", reason="plotly is not installed: requirements-notebooks.txt")


def test_learning_curves_have_all_points_in_epochs():
    report = train.examples()["autoencoder"]
    batches, validation = figures.learning_curves({"run": report}).data
    assert_allclose(batches.y, report.losses[:, 1])
    assert_allclose(np.asarray(validation.x) * report.facts.steps_per_epoch, report.checks[:, 0])


def test_the_race_has_a_line_a_model_and_its_spread():
    points = train.race()["en"]["points"]
    for line in figures.race(points).data:
        for x, y, up, down in zip(
            line.x, line.y, line.error_y.array, line.error_y.arrayminus, strict=True
        ):
            of = [one["accuracies"] for one in points if one["n_labels"] == x]
            assert any(
                np.allclose([np.mean(a), np.max(a), np.min(a)], [y, y + up, y - down]) for a in of
            )


@pytest.mark.parametrize(
    ("kind", "names", "score"),
    [("transfer", "fill_in.transfer", "loss"), ("nsp", "next_sentence.trial", "top1")],
)
def test_the_runs_are_those_of_the_trial(kind, names, score):
    trial = trials.stored(kind)
    assert isinstance(trial, Trial)
    figure = figures.trial_runs(trial, names=names, score=score)
    for line, (_, points) in zip(figure.data, trial.runs, strict=True):
        assert list(line.y) == [getattr(point, score) for point in points]
        assert texts.text("charts.steps", "zh") in figure.layout.xaxis.title.text


def test_a_time_lapse_and_its_axis():
    lapse = training_lapse.lapse("zh")
    figure = figures.time_lapse(lapse, scores=("loss",))
    assert list(figure.data[0].y) == [moment.loss for moment in lapse.moments]
    assert figure.layout.xaxis.type == "log"


def test_kl_bars_are_the_split():
    nats = np.array([0.5, 2.0, 0.0])
    split = ElboSplit(-1.0, 0.1, 1.0, 2.5, nats, np.zeros((28, 28)))
    assert_allclose(figures.kl_bars(split).data[0].y, nats)


def test_lying_bars_keep_their_order_and_a_name_that_comes_twice():
    figure = figures.bars(["a", "b", "a"], [1.0, 3.0, 2.0], flat=True)
    assert list(figure.data[0].x) == [1.0, 3.0, 2.0]
    assert list(figure.layout.yaxis.ticktext) == ["a", "b", "a"]
    assert figure.layout.yaxis.autorange == "reversed"


@pytest.mark.parametrize("values", [[[1.0, -3.0]], [[1.0, 3.0]]])
def test_signed_cells_have_zero_in_the_middle(values):
    scale = figures.cells(np.array(values)).data[0]
    assert scale.zmin == (-3 if np.min(values) < 0 else 0)
    assert scale.zmax == 3


def test_every_digit_is_on_the_map_once():
    points = code_maps.shipped("dense32", "umap").points
    labels = np.arange(len(points)) % 10
    figure = figures.flat_map(points, labels)
    assert [line.type for line in figure.data] == ["scattergl"] * 10
    assert sum(len(line.x) for line in figure.data) == len(points)
    assert_allclose(figure.data[3].x, points[labels == 3, 0])


def test_the_colours_are_those_of_the_pages():
    style = (ROOT / "assets/style.css").read_text("utf-8")
    light = style[: style.index(".dark")]
    named = {"input": figures.INPUT, "code": figures.CODE, "output": figures.OUTPUT}
    named |= {"error": figures.ERROR, "hidden": figures.HIDDEN, "for": figures.FOR}
    named |= {"against": figures.AGAINST, "ink": figures.INK, "soft": figures.SOFT}
    named |= {f"digit-{digit}": colour for digit, colour in enumerate(figures.DIGITS)}
    assert {name: c for name, c in named.items() if f"--{name}: {c};" not in light} == {}


def test_the_lab_itself_does_without_plotly():
    """It is imported when a figure is asked for, not before."""
    code = "import sys; import core.figures; sys.exit('plotly' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
