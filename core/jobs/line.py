"""Work that takes long is done a little at a time: who is waiting, and does anybody still want it?

The work is done in a thread of its own, while whoever asked is told how far it is; others wait in a
line. What nobody asks about any more (a closed page) is given up, and a name that only its visitor
knows finds it again until then (a page that is loaded anew).
"""

import functools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from core.errors import InputError

FORGOTTEN = 10.0  # seconds without a question after which nobody is waiting
KEPT = 60.0  # seconds that the end of a job can be read
MAX_PLACES = 2  # jobs of one visitor in all lines


class StoppedError(Exception):
    """Ends a job from within."""


@dataclass
class Job:
    """Something that somebody waits for."""

    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    wanted_until: float = 0.0  # by the monotonic clock, if nobody asks before
    state: str = "waiting"
    failure: BaseException | None = None  # what ended it, once it has ended
    ahead: int = 0  # jobs that must end before this one begins
    visitor: str | None = None

    def given_up(self) -> bool:
        """Say whether it was stopped, or nobody asks for it any more."""
        return self.stop.is_set() or time.monotonic() > self.wanted_until

    def check(self) -> None:
        """Raise StoppedError if the job is given up."""
        if self.given_up():
            raise StoppedError

    def over(self) -> bool:
        """Say whether it has ended, or will at once."""
        return self.ended.is_set() or self.given_up()


J = TypeVar("J", bound=Job)
R = TypeVar("R")


class Places:
    """Who has how many jobs, in all lines together?"""

    def __init__(self, limit: int) -> None:
        """Say how many one visitor may have."""
        self._limit = limit
        self._jobs: list[Job] = []
        self._lock = threading.Lock()

    def take(self, job: Job) -> None:
        """Count a job of its visitor's.

        Raises:
            InputError: that visitor has as many as allowed.
        """
        with self._lock:
            self._jobs = [one for one in self._jobs if not one.over()]
            if sum(one.visitor == job.visitor for one in self._jobs) >= self._limit:
                raise InputError("places_taken", limit=self._limit)
            self._jobs.append(job)


PLACES = Places(MAX_PLACES)


class Line(Generic[J]):
    """Jobs by name, in the order in which they came; the first are under way."""

    def __init__(
        self, name: str, limit: int, full: str, *, at_once: int = 1, places: Places = PLACES
    ) -> None:
        """Begin with nobody.

        Args:
            name: of the threads.
            limit: jobs under way and waiting.
            full: what the InputError says when there are more.
            at_once: jobs that may be under way together.
            places: what visitors have in this line and in others.
        """
        self._limit, self._full = limit, full
        self._at_once, self._places = at_once, places
        self._workers = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix=name)
        self._lock = threading.RLock()  # a job that ends at once does so where it begins
        self._waiting: dict[str, tuple[J, Callable[[], None]]] = {}
        self._under_way: dict[str, J] = {}
        self._ended: dict[str, tuple[J, float]] = {}  # with when it did, the oldest first

    def join(self, name: str, job: J, work: Callable[[], None], visitor: str | None = None) -> None:
        """Let a job wait for its turn to `work`.

        Args:
            name: by which it is followed and stopped.
            job: as it is before.
            work: what to do; what it raises is `job.failure`, but for StoppedError.
            visitor: who wants it; None is somebody who may want as many as there is room for.

        Raises:
            InputError: the line is full, the name is taken, or the visitor has enough places.
        """
        with self._lock:
            self._tidy()
            if name in self._waiting or name in self._under_way:
                raise InputError("job_taken")
            if len(self._waiting) + len(self._under_way) >= self._limit:
                raise InputError(self._full, limit=self._limit)
            job.visitor, job.wanted_until = visitor, time.monotonic() + FORGOTTEN
            if visitor is not None:
                self._places.take(job)
            self._ended.pop(name, None)
            self._waiting[name] = job, work
            self._begin()

    def follow(self, name: str) -> J:
        """Return a job, which is wanted for a while longer.

        Raises:
            InputError: there is none of that name, or no longer.
        """
        with self._lock:
            self._tidy()
            if name in self._ended:
                return self._ended[name][0]
            job = self._under_way.get(name) or self._waiting.get(name, (None,))[0]
            if job is None:
                raise InputError("job_gone")
            job.wanted_until = time.monotonic() + FORGOTTEN
            before = list(self._waiting).index(name) if name in self._waiting else -1
            job.ahead = before + 1 + len(self._under_way) - self._at_once if before >= 0 else 0
            return job

    def find(self, name: str) -> J | None:
        """Return a job that is under way, None if there is none of that name."""
        with self._lock:
            return self._under_way.get(name)

    def stop(self, name: str) -> None:
        """Give a job up; an unknown name is over already."""
        with self._lock:
            job = self._under_way.get(name) or self._waiting.get(name, (None,))[0]
            if job is not None:
                job.stop.set()
            self._tidy()

    def _tidy(self) -> None:
        """Drop what nobody waits for, and what ended long ago; the lock is held."""
        now = time.monotonic()
        for name, (job, _) in list(self._waiting.items()):
            if job.given_up():
                del self._waiting[name]
                self._end(name, job)
        while self._ended:
            name, (_, when) = next(iter(self._ended.items()))
            if now - when < KEPT and len(self._ended) <= 2 * self._limit:
                break
            del self._ended[name]
        self._begin()

    def _begin(self) -> None:
        """Let those work for whom there is room; the lock is held."""
        while self._waiting and len(self._under_way) < self._at_once:
            name = next(iter(self._waiting))
            job, work = self._waiting.pop(name)
            self._under_way[name] = job
            future = self._workers.submit(_checked, job, work)
            future.add_done_callback(functools.partial(self._leave, name, job))

    def _leave(self, name: str, job: J, future: "Future[None]") -> None:
        failure = future.exception()
        with self._lock:
            if isinstance(failure, StoppedError):
                job.state = "stopped"
            else:
                job.failure = failure
            del self._under_way[name]
            self._end(name, job)
            self._tidy()

    def _end(self, name: str, job: J) -> None:
        if job.state == "waiting":
            job.state = "stopped"
        job.ahead = 0
        self._ended[name] = job, time.monotonic()
        job.ended.set()


def _checked(job: Job, work: Callable[[], None]) -> None:
    job.check()
    work()


def watched(follow: Callable[[], R], over: Callable[[R], bool], pause: float) -> Iterator[R]:
    """Report on a job until it is over: for those that wait beside it.

    Args:
        follow: returns the next report.
        over: says whether that was the last one.
        pause: seconds between two.
    """
    while True:
        report = follow()
        yield report
        if over(report):
            return
        time.sleep(pause)
