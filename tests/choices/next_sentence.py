"""What the questions of the page next_sentence turn out to be."""

import itertools

import numpy as np

from core import texts
from core.inference import openings, trials
from tests.claims import said
from tests.measured_choices import ELSEWHERE, Option, shows

ELSEWHERE["next_sentence.2"] = "no option is true: it differs from pair to pair, as the answer says"


@shows("next_sentence.1")
def whether_order_is_told_from_topic() -> Option:
    same, strangers = [], []
    for language in texts.LANGUAGES:
        stories = [
            said(f"next_sentence.story.{k}")[language].split("|")
            for k in range(1, openings.N_STORIES + 1)
        ]
        for own in stories:
            others = [story[2] for story in stories if story is not own]
            for first, second in itertools.pairwise(own):
                rest = [one for one in own if one not in (first, second)]
                for found, wrong in ((same, rest), (strangers, others)):
                    judged = openings.follows(first, [second, *wrong], language).candidates
                    found.append(max(judged, key=lambda one: one.probability) is judged[0])
    assert np.mean(strangers) > 0.7
    less = np.mean(same) < np.mean(strangers) - 0.2
    return ("less often", "常常分不出") if less else ("nearly always", "几乎每次")


@shows("next_sentence.3")
def what_leaving_the_task_out_costs() -> Option:
    without = dict(trials.stored("nsp").runs)["without"][-1].top1
    assert without > dict(trials.stored("nsp").runs)["with"][-1].top1 - 0.005
    return "as well or better", "一样好甚至更好"
