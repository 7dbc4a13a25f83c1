"""Which option of "Predict, then look" the models show.

Each file of tests/choices measures the questions of one page; tests/test_claims_choices.py compares
them with the texts.
"""

from collections.abc import Callable

Option = tuple[str, str]  # what only this option of a question says, in each language
SHOWN: dict[str, Callable[[], Option]] = {}
ELSEWHERE: dict[str, str] = {}  # question -> the test that measures it, or why none can


def shows(question: str) -> Callable[[Callable[[], Option]], Callable[[], Option]]:
    """List a measurement of the question, such as "train.1"."""

    def listed(measure: Callable[[], Option]) -> Callable[[], Option]:
        SHOWN[question] = measure
        return measure

    return listed
