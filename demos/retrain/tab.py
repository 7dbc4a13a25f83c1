"""Page: retrain the last layers of an image network, on classes of one's own."""

import base64
import math

import numpy as np

from core.errors import InputError
from core.inference import retrain as retraining
from core.inference import retrain_curve
from core.inference.retrain import DEPTHS
from core.inference.retrain_curve import WAYS
from core.results.training import AnswerSamples, TrainingReport
from demos.common import wire
from demos.common.errors import FOLLOWED, about_long_work, told_to_learner
from demos.common.view import view
from demos.common.visitors import visitor


@told_to_learner
def show_retraining(_request: dict) -> dict:
    """Send the stored runs that the page opens with; let processes get ready for live ones."""
    retraining.warm_up()
    stored = retraining.examples()
    runs = {name: _report(run) for name, run in stored.runs.items()}
    return {
        "kinds": list(stored.kinds),
        "n_learned": stored.n_learned,
        "runs": runs,
        "sheets": {
            kind: {"file": file.removeprefix("samples/"), "n": n}
            for kind, (file, n) in retraining.sheets().items()
        },
    }


@told_to_learner
def read_picture(request: dict) -> dict:
    """Send back what the network sees of a picture's file; the server keeps neither."""
    file = wire.raw(request, "file")
    seen = retraining.preview(file)
    return {"picture": base64.b64encode(seen).decode(), "moves": retraining.moves(file)}


@told_to_learner
def show_curve(_request: dict) -> dict:
    """Send accuracy against pictures a class, as measured beforehand."""
    stored = retrain_curve.stored()
    return {
        "n_held": stored.n_held,
        "right": stored.right,
        "seconds": stored.seconds,
    }


@about_long_work
def measure_point(request: dict) -> dict:
    """Begin one run of that curve, on other drawings than the stored ones if its seed is new."""
    wanted = retrain_curve.settings(
        wire.choice(request, "way", tuple(WAYS)),
        wire.integer(request, "n_learned"),
        wire.integer(request, "seed"),
    )
    retraining.begin(wire.job(request), wanted, visitor())
    return {}


@about_long_work
def retrain(request: dict) -> dict:
    """Begin to train on the pictures of the request, or wait in line for it."""
    wanted = retraining.settings(
        _classes(request),
        n_learned=wire.integer(request, "n_learned"),
        depth=wire.choice(request, "depth", DEPTHS),
        background=wire.flag(request, "background"),
        seed=wire.integer(request, "seed"),
        network=wire.choice(request, "network", retraining.NETWORKS),
    )
    retraining.begin(wire.job(request), wanted, visitor())
    return {}


@about_long_work(pause=FOLLOWED)
def follow_retraining(request: dict) -> dict:
    """Tell how far a training is."""
    return _report(retraining.follow(wire.job(request)))


@about_long_work
def stop_retraining(request: dict) -> dict:
    """End a training."""
    retraining.stop(wire.job(request))
    return {}


def _classes(request: dict) -> list[list[np.ndarray]]:
    """Return each class's pictures; `Raises` where there are too many before one is decoded."""
    sent = wire.field(request, "classes")
    if not isinstance(sent, list) or not all(isinstance(mine, list) for mine in sent):
        raise InputError("bad_request", field="classes")
    retraining.split([len(mine) for mine in sent], retraining.MIN_LEARNED)
    return [[_picture(picture) for picture in mine] for mine in sent]


def _picture(sent: object) -> np.ndarray:
    """Return a drawing that ships, {kind, row}, or a visitor's own, {file}."""
    if isinstance(sent, dict) and "file" in sent:
        return retraining.read(wire.raw(sent, "file"))
    kind = wire.choice(sent, "kind", retraining.KINDS)
    return retraining.drawing(kind, wire.integer(sent, "row"))


def _report(report: TrainingReport) -> dict:
    facts, samples = report.facts, report.samples
    return {
        "over": report.over,
        "state": report.state,
        "ahead": report.ahead,
        "step": report.step,
        "seconds": report.seconds,
        "losses": wire.floats(report.losses),
        "checks": [_finite(row) for row in report.checks.tolist()],
        "facts": facts
        and {
            "n_train": facts.n_train,
            "n_parameters": facts.n_parameters,
            "n_steps": facts.n_steps,
            "labels": list(facts.labels),
        },
        "samples": _samples(samples) if isinstance(samples, AnswerSamples) else None,
    }


def _finite(row: list[float]) -> list[float | None]:
    return [x if math.isfinite(x) else None for x in row]


def _samples(samples: AnswerSamples) -> dict:
    return {
        "shares": wire.floats(samples.shares),
        "maps": wire.halves(np.clip(samples.maps, -1e4, 1e4)),
        "side": samples.maps.shape[-1],
    }


def build() -> None:
    """Lay out the page."""
    view(
        "retrain",
        show_retraining,
        read_picture,
        show_curve,
        measure_point,
        retrain,
        follow_retraining,
        stop_retraining,
        kinds=retraining.KINDS,
        columns=retraining.N_COLUMNS,
        depths=DEPTHS,
        networks=retraining.networks(),
        curve={
            "counts": retrain_curve.COUNTS,
            "kinds": len(retrain_curve.KINDS),
            "seeds": retrain_curve.N_SEEDS,
            "ways": list(WAYS),
        },
        limits={
            "classes": [retraining.MIN_CLASSES, retraining.MAX_CLASSES],
            "learned": [retraining.MIN_LEARNED, retraining.MAX_LEARNED],
            "pictures": [retraining.MIN_PICTURES, retraining.MAX_PICTURES],
            "held": retraining.MAX_HELD,
        },
        tint=f"rgb({', '.join(map(str, retraining.TINT))})",
    )
