"""Work that takes long is done a little at a time: who is waiting, and does anybody still want it?

The work is done in a thread of its own, while whoever asked is told how far it is; others wait in a
line. What nobody asks about any more (a closed page) is given up.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from core.errors import InputError

FORGOTTEN = 6.0  # seconds without a question after which nobody is waiting

P = ParamSpec("P")
R = TypeVar("R")


class StoppedError(Exception):
    """Ends a job from within."""


@dataclass
class Job:
    """Something that somebody waits for."""

    stop: threading.Event = field(default_factory=threading.Event)
    asked: float = field(default_factory=time.monotonic)  # when somebody last asked how far it is
    state: str = "waiting"

    def given_up(self) -> bool:
        """Say whether it was stopped, or nobody asks for it any more."""
        return self.stop.is_set() or time.monotonic() - self.asked > FORGOTTEN

    def check(self) -> None:
        """Raise StoppedError if the job is given up."""
        if self.given_up():
            raise StoppedError


class Line:
    """Jobs by name, in the order in which they came; the first are under way."""

    def __init__(self, name: str, limit: int, full: str, *, at_once: int = 1) -> None:
        """Begin with nobody.

        Args:
            name: of the threads.
            limit: jobs under way and waiting.
            full: what the InputError says when there are more, or the name is taken.
            at_once: jobs that may be under way together.
        """
        self._worker = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix=name)
        self._at_once = at_once
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._limit, self._full = limit, full

    def join(
        self, name: str, job: Job, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """Let a job wait for its turn to `work`.

        Raises:
            InputError: the line is full, or the name is taken.
        """
        with self._lock:
            if name in self._jobs or len(self._jobs) >= self._limit:
                raise InputError(self._full, limit=self._limit)
            self._jobs[name] = job
        try:
            future = self._worker.submit(work, *args, **kwargs)
            future.add_done_callback(lambda _: self._leave(name))
        except RuntimeError:  # the lab is shutting down
            self._leave(name)
            raise
        return future

    def ahead(self, name: str) -> int:
        """Return how many jobs must end before this one begins; 0 for one that is over."""
        with self._lock:
            before = list(self._jobs).index(name) if name in self._jobs else 0
            return max(0, before - self._at_once + 1)

    def stop(self, name: str) -> None:
        """Give a job up; an unknown name is over already."""
        with self._lock:
            if name in self._jobs:
                self._jobs[name].stop.set()

    def _leave(self, name: str) -> None:
        with self._lock:
            self._jobs.pop(name, None)
