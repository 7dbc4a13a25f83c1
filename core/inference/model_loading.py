"""How long until another BERT is here?

One model is fetched and opened at a time (core/inference/line.py), and everybody else's answers go
on.
"""

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from core import berts, fetching
from core.berts import Reader
from core.errors import InputError
from core.inference import readers
from core.inference.line import Job, Line, StoppedError
from core.results.answers import LoadingReport

MAX_LINE = 6  # models under way and waiting
PAUSE = 0.2  # seconds between two reports

_line = Line("model", MAX_LINE, "models_busy")


@dataclass
class _Job(Job):
    began: float = field(default_factory=time.monotonic)
    here: int = 0
    total: int = 0

    def report(self, here: int, total: int) -> None:
        """Note how much has come in; the place to stop at."""
        self.here, self.total = max(self.here, here), total
        self.check()


def load(job: str, name: str) -> Iterator[LoadingReport]:
    """Fetch and open a model; report until it can answer.

    Args:
        job: a name of the caller's choice that `stop` knows it by.
        name: what `readers.source` takes.

    Raises:
        InputError: the name is not allowed, there is no such model, no internet, it is damaged or
            no BERT or has no MLM head, the line is full, or `job` is taken.
    """
    source = readers.source(name)
    mine = _Job()
    return _reports(job, mine, _line.join(job, mine, _load, mine, source), name)


def stop(job: str) -> None:
    """Give a model up; an unknown name is one that is here already."""
    _line.stop(job)


def _load(job: _Job, source: str) -> Reader:
    job.check()
    if berts.ready(source) is None and not Path(source).is_dir():
        job.state = "fetching"
        fetching.fetch(source, job.report)
    job.check()
    job.state = "opening"
    return berts.reader(source)


def _reports(job: str, mine: _Job, future: Future[Reader], name: str) -> Iterator[LoadingReport]:
    try:
        while not future.done():
            mine.asked = time.monotonic()
            yield _report(mine, mine.state, _line.ahead(job))
            # A finished or stopped job is reported at once.
            with contextlib.suppress(TimeoutError, StoppedError, InputError):
                future.result(timeout=PAUSE)
        try:
            if not future.result().has_mlm:
                raise InputError("model_without_mlm", name=name)
            yield _report(mine, "done")
        except StoppedError:
            yield _report(mine, "stopped")
    finally:
        mine.stop.set()


def _report(job: _Job, state: str, ahead: int = 0) -> LoadingReport:
    return LoadingReport(state, ahead, job.here, job.total, time.monotonic() - job.began)
