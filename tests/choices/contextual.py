"""What the questions of "In context" ask about."""

import numpy as np

from core.inference import contextual
from tests.measured_choices import Option, shows


@shows("contextual.1")
def how_often_layer_0_tells_the_sense() -> Option:
    for scores in contextual.stored()["scores"].values():
        assert abs(scores["accuracy"][0] - 0.5) < 0.06
    return "About half", "一半左右"


@shows("contextual.2")
def which_layer_adds_most() -> Option:
    for scores in contextual.stored()["scores"].values():
        assert np.diff(scores["accuracy"]).argmax() == 0
    return "The first one", "第一层"


@shows("contextual.3")
def whether_a_word_becomes_more_like_itself() -> Option:
    for scores in contextual.stored()["scores"].values():
        assert scores["self_similarity"][-1] < scores["self_similarity"][0] - 0.1
    return "Less", "越来越不像"
