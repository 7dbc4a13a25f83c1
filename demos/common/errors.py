"""What the learner is told when something can't be done."""

import functools
from collections.abc import Callable
from typing import overload

from core import texts
from core.errors import LabError

Handler = Callable[[dict], dict]
FOLLOWED = 0.2  # seconds between two reports on long work


def told_to_learner(handler: Handler) -> Handler:
    """Answer with the sentence of a LabError, in every language, instead of raising it.

    The view shows it next to what caused it (`lab.problem`). Bugs are not caught: they go to the
    server's log, and the view says that the server did not answer.
    """

    @functools.wraps(handler)
    def answered(request: dict) -> dict:
        try:
            return handler(request)
        except LabError as error:
            return {"error": {"key": error.key, **sentences(error)}}

    return answered


@overload
def about_long_work(handler: Handler) -> Handler: ...
@overload
def about_long_work(*, pause: float) -> Callable[[Handler], Handler]: ...
def about_long_work(
    handler: Handler | None = None, *, pause: float = 0.0
) -> Handler | Callable[[Handler], Handler]:
    """Do so for a handler that begins, follows or stops long work.

    The door (demos/common/door.py) answers it in threads of its own, so that nobody waits for his
    place behind slow answers.

    Args:
        handler: it, where the decorator stands without brackets.
        pause: seconds to wait before the answer: a page asks again as soon as it has one.
    """

    def decorated(handler: Handler) -> Handler:
        answered = told_to_learner(handler)
        answered.__dict__["pause"] = pause  # the door looks there
        return answered

    return decorated if handler is None else decorated(handler)


def sentences(error: LabError) -> dict[str, str]:
    """Return the error's sentence in every language."""
    return {language: error.sentence(language) for language in texts.LANGUAGES}
