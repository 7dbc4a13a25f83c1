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
    filters = asdict(judged.filters)
    arrays = {
        name: wire.numbers(filters[name]) for name in ("sizes", "begins", "met", "towards_good")
    }
    return asdict(judged) | {
        "filters": filters | arrays,
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
