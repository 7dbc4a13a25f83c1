"""How long until another BERT is here?

A few models are fetched and opened at a time (core/jobs/line.py), and everybody else's answers
go on. Only here does the lab ask the hub, in a process of its own (core/bert/fetching.py).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.bert import berts, fast_bert, fetching
from core.errors import InputError
from core.inference import readers, readings
from core.jobs import line
from core.jobs.line import Job, Line
from core.results.answers import LoadingReport

AT_ONCE = 2  # one that comes slowly leaves a place
MAX_LINE = 6  # models under way and waiting
PAUSE = 0.2  # seconds between two reports

_line: Line["_Job"] = Line("model", MAX_LINE, "models_busy", at_once=AT_ONCE)


@dataclass
class _Job(Job):
    began: float = field(default_factory=time.monotonic)
    here: int = 0
    total: int = 0

    def report(self, here: int, total: int) -> None:
        """Note how much has come in; the place to stop at."""
        self.here, self.total = max(self.here, here), total
        self.check()


def begin(job: str, name: str, *, attention: bool = False, visitor: str | None = None) -> None:
    """Let a model be fetched and opened as soon as it is its turn; `follow` tells how far it is.

    Args:
        job: a name of the caller's choice, which nobody else can guess.
        name: what `readers.source` takes.
        attention: whether any model that shows its attention will do, or only a BERT that answers.
        visitor: who wants it, as `Line.join` takes.

    Raises:
        InputError: the model's name is not allowed, `job` is taken, the line is full, or the
            visitor has enough places.
    """
    source = readers.source(name)
    mine = _Job()
    _line.join(job, mine, lambda: _load(mine, source, name, attention), visitor)


def follow(job: str) -> LoadingReport:
    """Return how far a model is; it is loaded as long as somebody asks.

    Raises:
        InputError: there is no job of that name, or no longer; there is no such model, no answer
            from the hub, it is damaged or no BERT or has no MLM head.
    """
    mine = _line.follow(job)
    if mine.failure:
        raise mine.failure
    done = mine.ended.is_set() and mine.state != "stopped"
    seconds = time.monotonic() - mine.began
    return LoadingReport("done" if done else mine.state, mine.ahead, mine.here, mine.total, seconds)


def load(job: str, name: str) -> Iterator[LoadingReport]:
    """Begin to load a model and report until it is over; `Raises` as `begin` and `follow`."""
    begin(job, name)
    return line.watched(lambda: follow(job), lambda report: report.over, PAUSE)


def stop(job: str) -> None:
    """Give a model up; an unknown name is one that is here already."""
    _line.stop(job)


def _load(job: _Job, source: str, name: str, attention: bool) -> None:
    ships = source in berts.BUNDLED
    if not ships and not readings.is_open(source) and fetching.kept(source) is None:
        job.state = "fetching"
        fetching.fetch_apart(source, job.report)
        job.check()
    job.state = "opening"
    if attention:
        readings.model_called(source)
        return
    reader = berts.reader(source)
    if not reader.has_mlm:
        raise InputError("model_without_mlm", name=name)
    fast_bert.of(reader.model)  # a second or more, which the first answer would take
