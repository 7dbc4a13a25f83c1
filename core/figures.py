"""The lab's charts as Plotly figures, for notebooks and programs.

The pages draw the same with Plotly in the browser (demos/common/views/charts.js); here each
function takes a record of `core.results`, or plain numbers, and returns a figure in the same look.
Names stand in both languages. Plotly comes with requirements-notebooks.txt; the lab itself needs
none in Python.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core import texts
from core.results.answers import TrainingLapse, Trial
from core.results.attention import Pruning
from core.results.images import ElboSplit
from core.results.training import TrainingReport

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDTH, HEIGHT = 860, 440  # pixels
INK, SOFT, LINE = "#16202f", "#4d5a6e", "#cfd5df"
INPUT, CODE, OUTPUT, ERROR, HIDDEN = "#1d4f9e", "#b04a00", "#0a6b62", "#b3185f", "#8a93a1"
FOR, AGAINST = "#12a14d", "#701515"
DIGITS = ("#530298", "#b67bcf", "#103967", "#c88401", "#809598")
DIGITS += ("#0201fe", "#ab0104", "#1da35d", "#68242f", "#e522ff")
RACERS = {  # model -> colour and shape, one each
    "random": (HIDDEN, "square"),
    "static": (CODE, "triangle-up"),
    "frozen": (OUTPUT, "diamond"),
    "tuned": (INPUT, "circle"),
}
FONT = "system-ui, Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


def named(key: str) -> str:
    """Return a sentence of the lab in both languages, on one line."""
    both = [texts.text(key, language) for language in texts.LANGUAGES]
    return " · ".join(dict.fromkeys(both))


def blank(x: str = "", y: str = "", *, width: int = WIDTH, height: int = HEIGHT) -> "go.Figure":
    """Return an empty figure in the lab's look.

    Args:
        x: name of the horizontal axis; "" for none.
        y: name of the vertical one.
        width: in pixels.
        height: in pixels.
    """
    import plotly.graph_objects as go

    axis = {"gridcolor": LINE, "linecolor": SOFT, "zeroline": False, "automargin": True}
    figure = go.Figure()
    figure.update_layout(
        template="none",
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="white",
        plot_bgcolor="white",
        colorway=[INPUT, CODE, OUTPUT, ERROR, HIDDEN],
        xaxis={**axis, "title": {"text": x}, "showgrid": False, "showline": True},
        yaxis={**axis, "title": {"text": y}},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        margin={"l": 70, "r": 20, "t": 60, "b": 60},
        width=width,
        height=height,
    )
    return figure


def learning_curves(runs: Mapping[str, TrainingReport], *, log: bool = True) -> "go.Figure":
    """Draw the loss of one or more trainings against epochs.

    Args:
        runs: name -> its report, with `facts`; thin, each training batch; thick, validation.
        log: whether the loss stands on a logarithmic axis.
    """
    reports = list(runs.values())
    is_text = bool(reports and reports[0].facts and reports[0].facts.sentences)
    unit = "train.axis.entropy" if is_text else "train.axis.error"
    figure = blank(named("train.axis.epochs"), named(unit))
    for colour, (name, report) in zip((ERROR, INPUT, OUTPUT, CODE), runs.items(), strict=False):
        per_epoch = report.facts.steps_per_epoch if report.facts else 1
        for kind, points, width in (
            ("batches", report.losses, 1),
            ("validation", report.checks, 3),
        ):
            figure.add_scatter(
                x=points[:, 0] / per_epoch,
                y=points[:, 1],
                name=f"{name}: {named(f'train.series.{kind}')}",
                line={"color": colour, "width": width},
                opacity=1 if kind == "validation" else 0.5,
                mode="lines",
            )
    return figure.update_yaxes(type="log" if log else "linear")


def race(points: Sequence[Mapping[str, object]]) -> "go.Figure":
    """Draw accuracy against the number of labels.

    Args:
        points: {model, n_labels, accuracies: one for each seed}, as core.inference.train
            keeps them.
    """
    figure = blank(named("train.race.axis"), named("train.axis.accuracy"))
    for model, (colour, symbol) in RACERS.items():
        mine = [one for one in points if one["model"] == model]
        tried = [np.asarray(one["accuracies"], float) for one in mine]
        mean = np.array([values.mean() for values in tried])
        figure.add_scatter(
            x=[one["n_labels"] for one in mine],
            y=mean,
            name=named(f"train.race.name.{model}"),
            error_y={
                "array": np.array([values.max() for values in tried]) - mean,
                "arrayminus": mean - np.array([values.min() for values in tried]),
            },
            line={"color": colour, "width": 2.5},
            marker={"symbol": symbol, "size": 10},
            mode="lines+markers",
        )
    ticks = sorted({one["n_labels"] for one in points})
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[str(n) for n in ticks])
    return figure.update_yaxes(tickformat=".0%")


def trial_runs(trial: Trial, *, names: str, score: str = "top1") -> "go.Figure":
    """Draw short trainings that differ in one thing, side by side.

    Args:
        trial: all of them.
        names: where their names stand, such as "fill_in.transfer".
        score: a field of TrialPoint.
    """
    figure = blank(named("charts.steps"), named(f"{names}.{score}"))
    colours = (INPUT, CODE, OUTPUT)[: len(trial.runs)]
    for colour, (name, points) in zip(colours, trial.runs, strict=True):
        figure.add_scatter(
            x=[point.step for point in points],
            y=[getattr(point, score) for point in points],
            name=named(f"{names}.{name}"),
            line={"color": colour, "width": 2.5},
            mode="lines+markers",
        )
    return figure.update_yaxes(tickformat=".2f" if score == "loss" else ".0%")


def time_lapse(lapse: TrainingLapse, *, scores: Sequence[str] = ("top1", "top5")) -> "go.Figure":
    """Draw how a training went, against the tokens read.

    Args:
        lapse: its moments.
        scores: fields of LapseMoment: top1, top5, nsp_accuracy (shares), or loss (nats).
    """
    figure = blank(named("training_lapse.axis"), "")
    for score in scores:
        figure.add_scatter(
            x=[moment.tokens for moment in lapse.moments],
            y=[getattr(moment, score) for moment in lapse.moments],
            name=named(f"training_lapse.line.{score}"),
            mode="lines",
        )
    figure.update_xaxes(type="log")  # where the start, 0 tokens, has no place
    return figure.update_yaxes(tickformat=".2f" if "loss" in scores else ".0%")


def pruning(found: Pruning) -> "go.Figure":
    """Draw an answer's probability against the number of heads gone."""
    shares = np.exp([found.before.log_probability, *(s.log_probability for s in found.steps)])
    before = found.before.top[0][0]
    same = [True, *(step.first == before for step in found.steps)]
    figure = blank("heads gone · 去掉的头数", f"P({found.before.target})")
    figure.add_scatter(
        x=np.arange(len(shares)),
        y=shares,
        mode="lines+markers",
        line={"color": CODE},
        marker={"color": [OUTPUT if one else ERROR for one in same], "size": 8},
        text=[before, *(step.first for step in found.steps)],
    )
    if found.n_kept is not None:
        figure.add_vline(x=found.n_kept + 0.5, line_dash="dash", line_color=ERROR)
    return figure.update_yaxes(tickformat=".0%", rangemode="tozero")


def kl_bars(split: ElboSplit) -> "go.Figure":
    """Draw how many nats each number of a code carries."""
    names = [f"z{k + 1}" for k in range(len(split.kl_per_dimension))]
    return bars(names, split.kl_per_dimension, named("latent_walk.nats_each"), colour=CODE)


def bars(
    names: Sequence[str],
    values: "Sequence[float] | np.ndarray",
    title: str = "",
    *,
    colour: str | Sequence[str] = INPUT,
    flat: bool = False,
    shares: bool = False,
) -> "go.Figure":
    """Draw one bar for each name.

    Args:
        names: of the bars; the same one may come twice.
        values: how long they are.
        title: of the axis of the values.
        colour: of all bars, or one for each.
        flat: whether they lie, the first on top.
        shares: whether values are shares, written as per cent.
    """
    places = list(range(len(names)))
    figure = blank(title if flat else "", "" if flat else title)
    lying = {"x": list(values), "y": places, "orientation": "h"}
    figure.add_bar(
        **(lying if flat else {"x": places, "y": list(values)}),
        marker={"color": colour if isinstance(colour, str) else list(colour)},
        text=None,
        customdata=list(names),
        hovertemplate="%{customdata}: %{" + ("x" if flat else "y") + "}<extra></extra>",
    )
    ticks = {"tickvals": places, "ticktext": list(names)}
    form = {"tickformat": ".0%" if shares else None, "rangemode": "tozero"}
    if flat:
        figure.update_yaxes(autorange="reversed", showgrid=False, **ticks).update_xaxes(**form)
    else:
        figure.update_xaxes(**ticks).update_yaxes(**form)
    return figure


def signed(values: "Sequence[float] | np.ndarray") -> list[str]:
    """Return the colour of each value: for, or against."""
    return [FOR if value > 0 else AGAINST for value in values]


def cells(
    values: np.ndarray, x: Sequence[str] | None = None, y: Sequence[str] | None = None
) -> "go.Figure":
    """Draw numbers as coloured cells, the first row on top.

    Args:
        values: [rows, columns]. If any is below 0, colours are those of signed numbers.
        x: names of the columns.
        y: names of the rows.
    """
    most = float(np.abs(values).max()) or 1.0
    is_signed = bool((values < 0).any())
    figure = blank(height=560)
    figure.add_heatmap(
        z=values,
        x=x,
        y=y,
        colorscale=[[0, AGAINST], [0.5, "#ffffff"], [1, FOR]] if is_signed else "viridis",
        zmin=-most if is_signed else 0,
        zmax=most,
    )
    return figure.update_yaxes(autorange="reversed")


def flat_map(points: np.ndarray, labels: Sequence[int]) -> "go.Figure":
    """Draw digits on a map of their codes, a colour for each class.

    Args:
        points: [N, 2], as core.inference.code_maps makes them.
        labels: [N], 0..9.
    """
    import plotly.graph_objects as go

    figure = blank(width=760, height=640)
    kinds = np.asarray(labels)
    for digit, colour in enumerate(DIGITS):
        mine = points[kinds == digit]
        figure.add_trace(
            go.Scattergl(
                x=mine[:, 0],
                y=mine[:, 1],
                name=str(digit),
                mode="markers",
                marker={"color": colour, "size": 5},
            )
        )
    figure.update_xaxes(visible=False)
    return figure.update_yaxes(visible=False, scaleanchor="x")


def cloud(codes: np.ndarray, labels: Sequence[int]) -> "go.Figure":
    """Draw digits where their codes of three numbers are.

    Args:
        codes: [N, 3].
        labels: [N], 0..9.
    """
    figure = blank(width=800, height=620)
    kinds = np.asarray(labels)
    for digit, colour in enumerate(DIGITS):
        x, y, z = codes[kinds == digit].T
        marker = {"size": 2.5, "color": colour}
        figure.add_scatter3d(x=x, y=y, z=z, mode="markers", marker=marker, name=str(digit))
    return figure.update_layout(legend={"itemsizing": "constant"})
