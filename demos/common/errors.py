"""What the learner is told when something can't be done."""

import functools
from collections.abc import Callable, Iterator

from core import texts
from core.errors import LabError

Handler = Callable[[dict], dict]
Reporter = Callable[[dict], Iterator[dict]]


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


def told_in_reports(handler: Reporter) -> Reporter:
    """Do so for a handler that reports on long work (queued): the sentence is its last report.

    Each report bears the request's `job`, by which the view knows it; `state` "error" has `error`.
    """

    @functools.wraps(handler)
    def reported(request: dict) -> Iterator[dict]:
        said = {"job": request.get("job") if isinstance(request, dict) else None}
        try:
            for report in handler(request):
                yield {**said, **report}
        except LabError as error:
            yield {**said, "state": "error", "error": {"key": error.key, **sentences(error)}}

    return reported


def sentences(error: LabError) -> dict[str, str]:
    """Return the error's sentence in every language."""
    return {language: error.sentence(language) for language in texts.LANGUAGES}
