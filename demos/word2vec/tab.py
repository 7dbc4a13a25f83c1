"""Page: word vectors learn from a text while one watches."""

import math
from dataclasses import asdict

import numpy as np

from core.inference import train as training
from core.inference import word2vec
from core.results.training import TrainingReport, WordFacts, WordSamples
from demos.common import wire
from demos.common.errors import FOLLOWED, about_long_work, told_to_learner
from demos.common.view import view
from demos.common.visitors import visitor

limits = word2vec.limits
FIRST = "skipgram"  # the method that the page opens with


@told_to_learner
def show_word_run(request: dict) -> dict:
    """Send a stored run; let processes get ready for live ones."""
    word2vec.warm_up()
    language = wire.choice(request, "language", word2vec.LANGUAGES)
    return _example(language, wire.choice(request, "method", word2vec.METHODS))


@about_long_work
def train_words(request: dict) -> dict:
    """Begin to train, or wait in line for it."""
    own = wire.flag(request, "own")
    wanted = word2vec.settings(
        wire.text(request, "text") if own else None,
        wire.text(request, "watched"),
        language=wire.choice(request, "language", word2vec.LANGUAGES),
        method=wire.choice(request, "method", word2vec.METHODS),
        n_dims=wire.integer(request, "n_dims"),
        window=wire.integer(request, "window"),
        n_negative=wire.integer(request, "n_negative"),
        threshold=wire.number(request, "threshold"),
        epochs=wire.integer(request, "epochs"),
        seed=wire.integer(request, "seed"),
    )
    word2vec.begin(wire.job(request), wanted, visitor())
    return {}


@about_long_work(pause=FOLLOWED)
def follow_words(request: dict) -> dict:
    """Tell how far a training is."""
    return _report(word2vec.follow(wire.job(request)))


@about_long_work
def stop_words(request: dict) -> dict:
    """End a training."""
    word2vec.stop(wire.job(request))
    return {}


def _example(language: str, method: str) -> dict:
    found = word2vec.example(language, method)
    frames = [
        {"step": step, **_samples(one)} for step, one in zip(found.steps, found.frames, strict=True)
    ]
    return {"asked": _wire(found.settings), "report": _report(found.report), "frames": frames}


def _wire(settings: word2vec.WordVectorSettings) -> dict:
    """Return settings as the view knows and sends them."""
    fields = asdict(settings)
    return fields | {
        "own": fields.pop("text") is not None,
        "text": "",
        "watched": " ".join(settings.watched),
    }


def _report(report: TrainingReport) -> dict:
    facts, samples = report.facts, report.samples
    return {
        "over": report.over,
        "state": report.state,
        "ahead": report.ahead,
        "step": report.step,
        "seconds": report.seconds,
        "losses": wire.floats(report.losses),
        "checks": [_finite(row[:2]) for row in report.checks],
        "n_steps": facts and facts.n_steps,
        "facts": facts and facts.words and _facts(facts.words),
        "samples": _samples(samples) if isinstance(samples, WordSamples) else None,
    }


def _finite(row: np.ndarray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in row.tolist()]


def _rows(table: np.ndarray, digits: int = 3) -> list[list[float | None]]:
    return [_finite(row) for row in np.round(table.astype(float), digits)]


def _facts(facts: WordFacts) -> dict:
    return {
        "n_read": facts.n_read,
        "n_tokens": facts.n_tokens,
        "n_words": facts.n_words,
        "least": facts.least,
        "watched": list(facts.watched),
        "counts": [int(n) for n in facts.counts],
        "sentence": list(facts.sentence),
        "targets": _rows(facts.targets),
        "negatives": [list(row) for row in facts.negatives],
        "together": _rows(facts.together, 1),
        "fit": _finite(np.round(facts.fit.astype(float), 3)),
        "fit_names": [list(pair) for pair in facts.fit_names],
        "frequent": [list(one) for one in facts.frequent],
    }


def _samples(samples: WordSamples) -> dict:
    return {
        "vectors": wire.halves(np.clip(samples.vectors, -6e4, 6e4)),
        "near": [list(row) for row in samples.near],
        "cosines": _rows(samples.cosines),
        "pairs": _rows(samples.pairs),
        "negatives": _rows(samples.negatives),
        "fit": _finite(np.round(samples.fit.astype(float), 3)),
    }


def build() -> None:
    """Lay out the page."""
    view(
        "word2vec",
        show_word_run,
        train_words,
        follow_words,
        stop_words,
        methods=word2vec.METHODS,
        ranges={
            "n_dims": [limits.MIN_DIMS, limits.MAX_DIMS],
            "window": [limits.MIN_WINDOW, limits.MAX_WINDOW],
            "n_negative": [limits.MIN_NEGATIVE, limits.MAX_NEGATIVE],
            "threshold": [limits.MIN_THRESHOLD, limits.MAX_THRESHOLD],
            "epochs": [limits.MIN_EPOCHS, limits.MAX_EPOCHS],
        },
        usual={language: _wire(word2vec.usual(language)) for language in word2vec.LANGUAGES},
        longest=limits.MAX_CHARACTERS,
        max_seconds=training.MAX_SECONDS,
    )
