"""Page: train a model yourself, and watch it learn."""

import math
from dataclasses import asdict
from typing import TypedDict

import numpy as np

from core.inference import train as training
from core.inference.train import limits
from core.results.training import PictureSamples, RunFacts, Samples, TextSamples, TrainingReport
from demos.common import wire
from demos.common.errors import FOLLOWED, about_long_work, told_to_learner
from demos.common.view import view
from demos.common.visitors import visitor

Settings = training.AutoencoderSettings | training.TextCNNSettings | training.FineTuningSettings
KINDS = {
    "autoencoder": training.AutoencoderSettings,
    "textcnn": training.TextCNNSettings,
    "bert": training.FineTuningSettings,
}
N_LABELS = (100, 500, 2000, 0)  # sentences to learn from; 0 for all
EVERYTHING = -1  # `n_layers` on the wire: all layers and the word vectors learn
LOW_RANK = -2  # the same: low-rank changes of all layers learn
N_LAYERS = (0, 1, 2, 4, LOW_RANK, EVERYTHING)


@told_to_learner
def show_examples(_request: dict) -> dict:
    """Send the stored trainings and the stored race; let processes get ready for live ones."""
    training.warm_up()
    stored = {name: _report(report) for name, report in training.examples().items()}
    return {"examples": stored, "race": training.race()}


@about_long_work
def train(request: dict) -> dict:
    """Begin to train, or wait in line for it."""
    training.begin(wire.job(request), _settings(request), visitor())
    return {}


@about_long_work(pause=FOLLOWED)
def follow_training(request: dict) -> dict:
    """Tell how far a training is."""
    return _report(training.follow(wire.job(request)))


@about_long_work
def tell_training(request: dict) -> dict:
    """Pause a training, let it go on, or let it take one step."""
    order = wire.choice(request, "order", training.ORDERS)
    training.tell(wire.job(request), order)
    return {}


@about_long_work
def stop_training(request: dict) -> dict:
    """End a training."""
    training.stop(wire.job(request))
    return {}


class Common(TypedDict):
    """What is chosen before each training."""

    learning_rate: float
    batch_size: int
    epochs: int
    seed: int


def _settings(request: dict) -> Settings:
    common: Common = {
        "learning_rate": wire.number(request, "learning_rate"),
        "batch_size": wire.integer(request, "batch_size"),
        "epochs": wire.integer(request, "epochs"),
        "seed": wire.integer(request, "seed"),
    }
    kind = wire.choice(request, "kind", tuple(KINDS))
    if kind == "autoencoder":
        return training.AutoencoderSettings(
            code_size=wire.integer(request, "code_size"),
            activation=wire.choice(request, "activation", limits.ACTIVATIONS),
            noise=wire.number(request, "noise"),
            **common,
        )
    language = wire.choice(request, "language", limits.LANGUAGES)
    n_labels = wire.integer(request, "n_labels")
    if kind == "textcnn":
        vectors = wire.choice(request, "vectors", limits.VECTORS)
        return training.TextCNNSettings(language, vectors, n_labels, **common)
    n_layers = wire.integer(request, "n_layers")
    return training.FineTuningSettings(
        language=language,
        n_labels=n_labels,
        n_layers=None if n_layers in (EVERYTHING, LOW_RANK) else n_layers,
        low_rank=n_layers == LOW_RANK,
        **common,
    )


def _wire(settings: Settings) -> dict:
    """Return settings as the view knows and sends them; `_settings` reads them again."""
    kind = next(name for name, one in KINDS.items() if isinstance(settings, one))
    fields = {**asdict(settings), "kind": kind}
    if isinstance(settings, training.FineTuningSettings):
        if fields.pop("low_rank"):  # the view has one field for what learns
            fields["n_layers"] = LOW_RANK
        elif settings.n_layers is None:
            fields["n_layers"] = EVERYTHING
    return fields


def _report(report: TrainingReport) -> dict:
    return {
        "over": report.over,
        "state": report.state,
        "ahead": report.ahead,
        "step": report.step,
        "seconds": report.seconds,
        "share": report.share,
        "test": report.test,
        "losses": wire.floats(report.losses),
        "checks": [_finite(row) for row in report.checks],
        "facts": report.facts and _facts(report.facts),
        "samples": _samples(report.samples),
    }


def _finite(row: np.ndarray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in row.tolist()]


def _facts(facts: RunFacts) -> dict:
    return {
        "n_train": facts.n_train,
        "n_validation": facts.n_validation,
        "n_parameters": facts.n_parameters,
        "n_steps": facts.n_steps,
        "per_epoch": facts.steps_per_epoch,
        "digits": list(facts.digits),
        "spoilt": None if facts.spoilt is None else wire.packed(facts.spoilt),
        "cloud": list(facts.cloud),
        "sentences": list(facts.sentences),
        "labels": list(facts.labels),
    }


def _samples(samples: Samples | None) -> dict | None:
    # None, or of a run of demos/retrain or demos/word2vec
    if not isinstance(samples, TextSamples | PictureSamples):
        return None
    if isinstance(samples, TextSamples):
        return {"good": wire.numbers(samples.good)}
    return {
        "pixels": wire.packed(samples.pixels),
        "codes": wire.floats(samples.codes),
        "points": wire.floats(samples.points),
        "dimensions": samples.points.shape[1],
        "size": samples.codes.shape[1],
        "explained": samples.explained,
    }


def build() -> None:
    """Lay out the page."""
    defaults = {name: _wire(kind()) for name, kind in KINDS.items()}
    ranges = {
        "code_size": [limits.MIN_CODE, limits.MAX_CODE],
        "noise": [limits.MIN_NOISE, limits.MAX_NOISE],
        "learning_rate": [limits.MIN_RATE, limits.MAX_RATE],
        "batch_size": [limits.MIN_BATCH, limits.MAX_BATCH],
        "epochs": [limits.MIN_EPOCHS, limits.MAX_EPOCHS],
        "seed": [0, limits.MAX_SEED],
    }
    choices = {
        "activation": limits.ACTIVATIONS,
        "language": limits.LANGUAGES,
        "vectors": limits.VECTORS,
        "n_labels": N_LABELS,
        "n_layers": N_LAYERS,
    }
    view(
        "train",
        show_examples,
        train,
        follow_training,
        tell_training,
        stop_training,
        defaults=defaults,
        ranges=ranges,
        choices=choices,
        at_once=training.AT_ONCE,
        max_seconds=training.MAX_SECONDS,
        max_pause=training.MAX_PAUSE,
    )
