"""Page: an LSTM reads a sentence word by word, and what it keeps of it."""

from dataclasses import asdict

from core.inference import lstm, lstm_contexts, lstm_opening
from core.results.lstm import Contexts, ReadSentence, Steps
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view


@told_to_learner
def open_reading(request: dict) -> dict:
    """Return a sentence of a language and its stored reading; no model wakes."""
    language = wire.choice(request, "language", lstm.LANGUAGES)
    return {
        "text": lstm_opening.text(language),
        "answer": _read(lstm_opening.opening()[language]),
    }


@told_to_learner
def read_text(request: dict) -> dict:
    """Return what happens at each word of a text, and what each kind of word vectors leads to."""
    return _read(lstm.read(*_asked(request), _off(request)))


@told_to_learner
def compare_reasons(request: dict) -> dict:
    """Return what other ways of explaining say of each word."""
    direction = wire.choice(request, "direction", lstm.DIRECTIONS)
    return wire.reasons(lstm.compare(*_asked(request), direction, _off(request)))


@told_to_learner
def compare_contexts(request: dict) -> dict:
    """Return how far apart the words are that two sentences share."""
    one, language, start = _asked(request)
    found = lstm_contexts.contexts(one, wire.text(request, "other"), language, start)
    return _contexts(found)


def _asked(request: dict) -> tuple[str, str, str]:
    """Return text, language and word vectors, checked."""
    return (
        wire.text(request, "text"),
        wire.choice(request, "language", lstm.LANGUAGES),
        wire.choice(request, "start", lstm.STARTS),
    )


def _off(request: dict) -> list[int]:
    return wire.integers(request, "off", lstm.MAX_WORDS)


def _read(read: ReadSentence) -> dict:
    return {
        "tokens": read.tokens,
        "starts": read.starts,
        "ends": read.ends,
        "left": read.left,
        "n_cut": read.n_cut,
        "n_mapped": read.n_mapped,
        "looks_like": read.looks_like,
        "start": read.start,
        "steps": {name: _steps(one) for name, one in read.steps.items()},
        "costs": {name: wire.numbers(one) for name, one in read.costs.items()},
        "answers": [asdict(one) for one in read.answers],
    }


def _steps(steps: Steps) -> dict:
    packed = {part: wire.halves(getattr(steps, part)) for part in lstm.PARTS}
    return {**packed, "good": wire.numbers(steps.good)}


def _contexts(found: Contexts) -> dict:
    return {
        "tokens": found.tokens,
        "shared": [asdict(one) for one in found.shared],
        "states": [
            {name: wire.halves(one) for name, one in states.items()} for states in found.states
        ],
    }


def build() -> None:
    """Lay out the page."""
    view("lstm", open_reading, read_text, compare_reasons, compare_contexts)
