"""What the questions of the page sentiment turn out to be."""

import numpy as np

from core.inference import sentiment
from core.text import units
from tests.claims import said
from tests.measured_choices import Option, shows


@shows("sentiment.1")
def who_notices_two_negatives() -> Option:
    for kind, language in units.KINDS.items():
        judged = sentiment.judge(said("sentiment.example.3")[language], kind, "tuned")
        if next(one.good for one in judged.verdicts if one.model == "bow") > 0.5:
            return "The bag of words", "词袋"
    return "At best", "至多"


@shows("sentiment.2")
def whether_a_bag_sees_order() -> Option:
    tokens = sentiment.judge(said("sentiment.example.4")["en"], "pieces", "tuned").tokens
    good = [
        sentiment.bag(sentiment.numbered(order, "pieces"), "pieces")
        for order in (tokens, tokens[::-1])
    ]
    return ("notice the order", "看不到语序") if np.ptp(good) < 1e-6 else ("left to right", "从左")


@shows("sentiment.3")
def whether_leaving_out_adds_up() -> Option:
    judged = sentiment.judge(said("sentiment.example.1")["en"], "pieces", "tuned")
    odds = float(judged.filters.towards_good.sum()) + judged.filters.bias
    return ("No", "不等于") if abs(float(judged.costs.sum()) - odds) > 0.2 else ("Yes", "等于")
