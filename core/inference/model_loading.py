"""How long until another BERT is here?

One model is fetched and opened at a time, in a thread of its own, while whoever asked is told how
far it is; others wait in a line, and everybody else's answers go on. A model that nobody waits for
any more (a closed page) is given up.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from core import berts, fetching
from core.berts import Reader
from core.errors import InputError
from core.inference import readers
from core.results.answers import LoadingReport

MAX_LINE = 6  # models under way and waiting
FORGOTTEN = 6.0  # seconds without a question after which nobody is waiting
PAUSE = 0.2  # seconds between two reports


class _StoppedError(Exception):
    """Ends a download from within."""


@dataclass
class _Job:
    stop: threading.Event = field(default_factory=threading.Event)
    asked: float = field(default_factory=time.monotonic)
    began: float = field(default_factory=time.monotonic)
    state: str = "waiting"
    here: int = 0
    total: int = 0

    def report(self, here: int, total: int) -> None:
        """Note how much has come in; the place to stop at."""
        self.here, self.total = max(self.here, here), total
        self.check()

    def check(self) -> None:
        """Raise if the job is stopped or nobody asks for it any more."""
        if self.stop.is_set() or time.monotonic() - self.asked > FORGOTTEN:
            raise _StoppedError


_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="model")
_jobs: dict[str, _Job] = {}  # under way and waiting, in the order of the line
_lock = threading.Lock()


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
    with _lock:
        if job in _jobs or len(_jobs) >= MAX_LINE:
            raise InputError("models_busy", limit=MAX_LINE)
        _jobs[job] = mine
    try:
        future = _worker.submit(_load, mine, source)
        future.add_done_callback(lambda _: _leave(job))
    except RuntimeError:  # the lab is shutting down
        _leave(job)
        raise
    return _reports(job, mine, future, name)


def stop(job: str) -> None:
    """Give a model up; an unknown name is one that is here already."""
    with _lock:
        if job in _jobs:
            _jobs[job].stop.set()


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
            with _lock:
                ahead = list(_jobs).index(job) if job in _jobs else 0
            yield _report(mine, mine.state, ahead)
            # A finished or stopped job is reported at once.
            with contextlib.suppress(TimeoutError, _StoppedError, InputError):
                future.result(timeout=PAUSE)
        try:
            if not future.result().has_mlm:
                raise InputError("model_without_mlm", name=name)
            yield _report(mine, "done")
        except _StoppedError:
            yield _report(mine, "stopped")
    finally:
        mine.stop.set()


def _report(job: _Job, state: str, ahead: int = 0) -> LoadingReport:
    return LoadingReport(state, ahead, job.here, job.total, time.monotonic() - job.began)


def _leave(job: str) -> None:
    with _lock:
        _jobs.pop(job, None)
