"""Page: does a sentence praise or complain, and because of which words?"""

from dataclasses import asdict

from core.inference import sentiment, sentiment_bert
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view

MODELS = (*sentiment.STARTS, "bow", "bert")


@told_to_learner
def judge_text(request: dict) -> dict:
    """Return what the small models say of a text, and the reasons of one TextCNN."""
    judged = sentiment.judge(
        wire.text(request, "text"),
        wire.choice(request, "kind", sentiment.KINDS),
        wire.choice(request, "start", sentiment.STARTS),
    )
    names = "sizes", "begins", "met", "towards_good"
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
        "effects": wire.numbers(judged.effects),
        "bag": wire.numbers(judged.bag),
    }


@told_to_learner
def judge_by_bert(request: dict) -> dict:
    """Return what the fine-tuned BERT says of a text, and its pieces' shares."""
    judged = sentiment_bert.judge(
        wire.text(request, "text"), wire.choice(request, "language", ("en", "zh"))
    )
    return asdict(judged) | {
        "gradients": wire.numbers(judged.gradients),
        "effects": wire.numbers(judged.effects),
    }


@told_to_learner
def show_ngrams(request: dict) -> dict:
    """Return the n-grams of the training texts that excite one filter most."""
    ngrams = sentiment.exciting(
        wire.choice(request, "kind", sentiment.KINDS),
        wire.choice(request, "start", sentiment.STARTS),
        wire.integer(request, "filter"),
    )
    return {"ngrams": [asdict(one) for one in ngrams]}


def build() -> None:
    """Lay out the page."""
    view("sentiment", judge_text, judge_by_bert, show_ngrams)
