"""What the questions of the page masking turn out to be."""

import re

import numpy as np

from core.inference import masking
from core.text.masking import Action
from tests.claims import said
from tests.measured_choices import ELSEWHERE, Option, shows

ELSEWHERE["masking.3"] = "why a kept token is asked for: Devlin et al. 2018, section 3.1"


@shows("masking.1")
def what_static_masking_asks_for() -> Option:
    def asked(n_epochs: int) -> int:
        text = said("masking.example.1")["en"].replace("|", "")
        how = {"unit": "token", "dynamic": False, "seed": 1, "n_epochs": n_epochs}
        epochs = masking.mask(text, "en", **how).epochs
        return int((np.stack([one.actions for one in epochs]) != Action.LEFT).any(0).sum())

    return (
        ("one throw", "一次") if asked(masking.MAX_EPOCHS) == asked(1) else ("All of them", "全部")
    )


@shows("masking.2")
def how_hard_one_piece_is() -> Option:
    (found,) = re.findall(r"(\d+)%[^%]*?(\d+)%", said("masking.predict.2.answer")["zh"])[:1]
    one, whole = map(int, found)  # test_a_single_character_is_easier_than_its_word measures both
    return ("No", "不难") if one > 2 * whole else ("Yes", "难，")
