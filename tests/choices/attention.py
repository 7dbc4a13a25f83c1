"""What the questions of the page attention turn out to be."""

import numpy as np

from core import texts
from core.inference import attention, head_ablation, head_effects, head_patterns, questions, sources
from tests.claims import said
from tests.measured_choices import Option, shows


def example(number: int, language: str) -> dict[str, object]:
    """Return an example of Attention as `attention.show` takes it."""
    first, _, second = said(f"attention.example.{number}")[language].partition("‖")
    return {"model": language, "text": first.replace("|", ""), "second": second}


@shows("attention.1")
def where_most_attention_goes() -> Option:
    given = []
    for language in texts.LANGUAGES:
        seen = attention.show(**example(1, language))
        given.append(np.nanmean(head_patterns.score(seen).patterns["cls"]))
    return ("Something else", "别的") if min(given) > 0.4 else ("Nouns", "名词")


@shows("attention.2")
def whether_an_answer_survives() -> Option:
    asked = questions.ask("en", "paris is the capital of [MASK].")
    *_, last = head_effects.measure(asked)
    order = np.argsort(-last.result.change, axis=None)  # the least important first
    n_heads = len(order)

    def survives(off: list[int]) -> bool:
        after = head_ablation.switch_off(asked, off=off)
        return after.before.top[0][0] == after.after.top[0][0]

    half = n_heads // 2
    outcomes = {survives(order[:half].tolist()), survives(order[-half:].tolist())}
    return ("It depends", "要看") if outcomes == {True, False} else ("Yes", "还在")


@shows("attention.3")
def whether_the_thickest_line_is_the_reason() -> Option:
    agree = []
    for language in texts.LANGUAGES:
        for number in range(1, 4):
            read = example(number, language)
            seen = attention.show(**read).read
            at = int(np.flatnonzero(~seen.special & (seen.segments == 0))[2])
            *_, last = sources.trace(questions.ask(**read, at=at))
            found, compared = last.result, last.result.compared
            agree.append(found.attention[compared].argmax() == found.hidden[compared].argmax())
    return ("Not necessarily", "不一定") if not all(agree) else ("Yes", "是")
