"""Page: does sentence B follow sentence A?"""

from dataclasses import asdict

from core import texts
from core.inference import (
    failures,
    next_sentence,
    next_sentence_scores,
    next_sentence_weights,
    openings,
    readers,
    training_lapse,
    trials,
)
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view

MAX_SENT = 100  # candidates on the wire; how many are judged is for the question to say
MAX_HIDDEN = 510


@told_to_learner
def judge_candidates(request: dict) -> dict:
    """Return the probability that each candidate follows sentence A."""
    first, model = wire.text(request, "first"), wire.text(request, "model")
    candidates = wire.texts(request, "candidates", MAX_SENT)
    stored = openings.follows(first, candidates, model)
    return asdict(stored or next_sentence.judge(first, candidates, model))


@told_to_learner
def weigh_words(request: dict) -> dict:
    """Return the words of one pair, and the answer without some of them."""
    return asdict(
        next_sentence_weights.weigh(
            wire.text(request, "first"),
            wire.text(request, "second"),
            wire.text(request, "model"),
            hidden=wire.integers(request, "hidden", MAX_HIDDEN),
        )
    )


@told_to_learner
def hide_words(request: dict) -> dict:
    """Return the answer without each of the next few words of one pair."""
    hidden = next_sentence_weights.hide(
        wire.text(request, "first"),
        wire.text(request, "second"),
        wire.text(request, "model"),
        wire.integer(request, "begin"),
    )
    return {"begin": hidden.begin, "differences": wire.numbers(hidden.differences)}


@told_to_learner
def compare_reasons(request: dict) -> dict:
    """Return what other ways of explaining say of each word of one pair."""
    return wire.reasons(
        next_sentence_weights.compare(
            wire.text(request, "first"), wire.text(request, "second"), wire.text(request, "model")
        )
    )


@told_to_learner
def show_scores(request: dict) -> dict:
    """Return a bundled model's accuracy on held-out pairs, and where it fails."""
    language = wire.choice(request, "language", texts.LANGUAGES)
    return {
        "failures": [asdict(one) for one in failures.stored(language)[1]],
        "score": asdict(next_sentence_scores.score(language)),
        "reader": asdict(readers.score(language)),
    }


@told_to_learner
def show_lapse(request: dict) -> dict:
    """Return how a bundled model's verdicts came with its training."""
    language = wire.choice(request, "language", texts.LANGUAGES)
    return {"lapse": asdict(training_lapse.lapse(language))}


@told_to_learner
def show_trial(_request: dict) -> dict:
    """Return the runs with and without next sentence prediction, if they have been made."""
    trial = trials.stored("nsp")
    return {"trial": asdict(trial) if trial else None}


def build() -> None:
    """Lay out the page."""
    view(
        "next_sentence",
        judge_candidates,
        weigh_words,
        hide_words,
        compare_reasons,
        show_scores,
        show_lapse,
        show_trial,
        max_candidates=next_sentence.MAX_CANDIDATES,
    )
