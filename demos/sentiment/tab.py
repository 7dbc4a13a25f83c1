"""Page: does a sentence praise or complain, and because of which words?"""

from dataclasses import asdict

from core.inference import sentiment, sentiment_bert, sentiment_examples
from core.results.sentiment import Judged, JudgedByBert
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view

MODELS = (*sentiment.STARTS, "bow", "bert")


@told_to_learner
def judge_text(request: dict) -> dict:
    """Return what the small models say of a text, and the reasons of one TextCNN."""
    return _judged(sentiment.judge(*_asked(request)))


@told_to_learner
def judge_by_bert(request: dict) -> dict:
    """Return what the fine-tuned BERT says of a text, and its pieces' shares."""
    text = wire.text(request, "text")
    return _by_bert(sentiment_bert.judge(text, wire.choice(request, "language", ("en", "zh"))))


@told_to_learner
def open_example(request: dict) -> dict:
    """Return all stored answers to an example, which need no model; `known` says if there are."""
    stored = sentiment_examples.remembered(*_asked(request))
    if stored is None:
        return {"known": False}
    judged, by_bert = stored
    return {"known": True, "judged": _judged(judged), "by_bert": _by_bert(by_bert)}


@told_to_learner
def compare_reasons(request: dict) -> dict:
    """Return what other ways of explaining say of each word, for a TextCNN or the BERT."""
    text = wire.text(request, "text")
    model = wire.choice(request, "model", (*sentiment.STARTS, "bert"))
    if model == "bert":
        language = wire.choice(request, "language", ("en", "zh"))
        return wire.reasons(sentiment_bert.compare(text, language))
    kind = wire.choice(request, "kind", sentiment.KINDS)
    return wire.reasons(sentiment.compare(text, kind, model))


@told_to_learner
def show_ngrams(request: dict) -> dict:
    """Return the n-grams of the training texts that excite one filter most."""
    ngrams = sentiment.exciting(
        wire.choice(request, "kind", sentiment.KINDS),
        wire.choice(request, "start", sentiment.STARTS),
        wire.integer(request, "filter"),
    )
    return {"ngrams": [asdict(one) for one in ngrams]}


def _asked(request: dict) -> tuple[str, str, str]:
    """Return text, kind of units and start, checked."""
    return (
        wire.text(request, "text"),
        wire.choice(request, "kind", sentiment.KINDS),
        wire.choice(request, "start", sentiment.STARTS),
    )


def _judged(judged: Judged) -> dict:
    names = "sizes", "begins", "met", "towards_good", "costs"
    filters = {name: wire.numbers(getattr(judged.filters, name)) for name in names}
    return {
        "tokens": judged.tokens,
        "starts": judged.starts,
        "ends": judged.ends,
        "unknown": judged.unknown,
        "n_cut": judged.n_cut,
        "looks_like": judged.looks_like,
        "verdicts": [asdict(verdict) for verdict in judged.verdicts],
        "filters": filters | {"bias": judged.filters.bias},
        "costs": wire.numbers(judged.costs),
        "bag": wire.numbers(judged.bag),
    }


def _by_bert(judged: JudgedByBert) -> dict:
    return asdict(judged) | {"costs": wire.numbers(judged.costs)}


def build() -> None:
    """Lay out the page."""
    view("sentiment", judge_text, judge_by_bert, compare_reasons, open_example, show_ngrams)
