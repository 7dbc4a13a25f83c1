"""How far is a measurement that takes long?

A few are under way at once, others wait in a line (core/jobs/line.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.jobs.line import Job, Line
from core.results.attention import HeadProgress, MeasuringReport

AT_ONCE = 2
MAX_LINE = 12  # measurements under way and waiting


@dataclass
class _Job(Job):
    progress: HeadProgress | None = None


_line: Line[_Job] = Line("measuring", MAX_LINE, "measuring_busy", at_once=AT_ONCE)


def begin(
    job: str, measure: Callable[[], Iterator[HeadProgress]], visitor: str | None = None
) -> None:
    """Let something be measured as soon as it is its turn; `follow` tells how far it is.

    Args:
        job: a name of the caller's choice, which nobody else can guess.
        measure: what to do; its last report has the result.
        visitor: who wants it, as `Line.join` takes.

    Raises:
        InputError: the name is taken, the line is full, or the visitor has enough places.
    """
    mine = _Job()

    def work() -> None:
        mine.state = "busy"
        for mine.progress in measure():
            mine.check()

    _line.join(job, mine, work, visitor)


def follow(job: str) -> MeasuringReport:
    """Return how far a measurement is; it goes on as long as somebody asks.

    Raises:
        InputError: there is none of that name, or no longer; or what the measurement raises.
    """
    mine = _line.follow(job)
    if mine.failure:
        raise mine.failure
    done = mine.ended.is_set() and mine.state != "stopped"
    return MeasuringReport("done" if done else mine.state, mine.ahead, mine.progress)


def stop(job: str) -> None:
    """Give a measurement up; an unknown name is over already."""
    _line.stop(job)
