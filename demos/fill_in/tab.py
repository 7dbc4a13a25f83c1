"""Page: blanks in a sentence, and what BERT puts there."""

from dataclasses import asdict

from core import texts
from core.errors import InputError
from core.inference import (
    failures,
    fill_in,
    layer_by_layer,
    masking,
    model_loading,
    pronouns,
    readers,
    stepwise,
    training_lapse,
    trials,
)
from demos.common import wire
from demos.common.errors import FOLLOWED, about_long_work, told_to_learner
from demos.common.view import view
from demos.common.visitors import visitor


@told_to_learner
def fill_blanks(request: dict) -> dict:
    """Return a sentence's pieces and the answers at its blanks."""
    asked = _asked(request)
    return asdict(fill_in.fill(reader=readers.ready(wire.text(request, "model")), **asked))


@told_to_learner
def open_example(request: dict) -> dict:
    """Return the stored answers to a sentence, which need no model; `known` says if there are."""
    language = wire.choice(request, "model", texts.LANGUAGES)
    stored = fill_in.remembered(wire.text(request, "text"), language)
    return {"known": False} if stored is None else {"known": True, **asdict(stored)}


@told_to_learner
def ask_layers(request: dict) -> dict:
    """Return what each layer would answer at one blank."""
    asked, reader = _asked(request), readers.ready(wire.text(request, "model"))
    blank = wire.integer(request, "blank")
    return asdict(layer_by_layer.ask_each_layer(reader=reader, blank=blank, **asked))


@told_to_learner
def fill_next(request: dict) -> dict:
    """Return the next blank to be filled after those that are; an empty answer when none is left.

    `filled` holds piece numbers and token ids by turns.
    """
    flat = wire.integers(request, "filled", 2 * fill_in.MAX_BLANKS)
    if len(flat) % 2:
        raise InputError("bad_request", field="filled")
    asked, reader = _asked(request), readers.ready(wire.text(request, "model"))
    filled = dict(zip(flat[::2], flat[1::2], strict=True))
    step = stepwise.next_step(reader=reader, filled=filled, **asked)
    return {"done": True} if step is None else {"done": False, **asdict(step)}


@told_to_learner
def show_training(request: dict) -> dict:
    """Return a bundled BERT's training in time-lapse."""
    language = wire.choice(request, "language", texts.LANGUAGES)
    return {"lapse": asdict(training_lapse.lapse(language))}


@told_to_learner
def show_score(request: dict) -> dict:
    """Return a bundled BERT's score, and where it fails."""
    language = wire.choice(request, "language", texts.LANGUAGES)
    return {
        "failures": [asdict(one) for one in failures.stored(language)[0]],
        "score": asdict(readers.score(language)),
    }


@told_to_learner
def show_transfer(_request: dict) -> dict:
    """Return the runs from an English body and from random weights, if they have been made."""
    trial = trials.stored("transfer")
    return {"trial": asdict(trial) if trial else None}


@told_to_learner
def compare_pronouns(request: dict) -> dict:
    """Return each profession's pronouns in a template."""
    professions = wire.text(request, "professions").split("\n")
    template, reader = wire.text(request, "template"), readers.ready(wire.text(request, "model"))
    return asdict(pronouns.compare(template, professions, reader))


@told_to_learner
def wake_chinese_words(_request: dict) -> dict:
    """Read the Chinese dictionary, so that the first word needn't wait for it."""
    masking.wake_words()
    return {}


@about_long_work
def load_model(request: dict) -> dict:
    """Begin to fetch and open a model, or wait in line for it."""
    model_loading.begin(wire.job(request), wire.text(request, "name"), visitor=visitor())
    return {}


@told_to_learner
def list_folders(_request: dict) -> dict:
    """Return the folders that there are now."""
    return {"folders": readers.folders()}


@about_long_work(pause=FOLLOWED)
def follow_loading(request: dict) -> dict:
    """Tell how far a model is."""
    report = model_loading.follow(wire.job(request))
    return {**asdict(report), "over": report.over}


@about_long_work
def stop_loading(request: dict) -> dict:
    """Give a model up."""
    model_loading.stop(wire.job(request))
    return {}


def _asked(request: dict) -> dict:
    """Return the sentence and its blanks, checked."""
    return {
        "text": wire.text(request, "text"),
        "hidden": wire.integers(request, "hidden", fill_in.MAX_HIDDEN),
        "by_word": wire.flag(request, "by_word"),
    }


def build() -> None:
    """Lay out the page."""
    view(
        "fill_in",
        fill_blanks,
        open_example,
        ask_layers,
        fill_next,
        show_training,
        show_score,
        show_transfer,
        compare_pronouns,
        wake_chinese_words,
        load_model,
        follow_loading,
        stop_loading,
        list_folders,
        weights=readers.bundled(),
        large={name: asdict(readers.cost(name)) for name in readers.large()},
        folders=readers.folders(),
        hub=readers.hub(),
        rule=readers.hub_rule(),
    )
