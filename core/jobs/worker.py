"""What a process does that trains for the lab, one run after the other.

It is begun by core/jobs/workers.py and runs core/training/live.py, which knows what can be trained.
Settings and orders ("pause", "go", "step", "stop") come in on stdin, reports go out on stdout, all
pickled. It has one thread and steps aside for everybody else (nice); it ends when its stdin closes,
that is when the lab has gone, and when nobody has wanted it for a while.
"""

import contextlib
import os
import pickle
import queue
import threading
import time
from collections.abc import Callable
from typing import BinaryIO

from core.errors import LabError
from core.jobs.live import Checked, Diverged, Kind, Run, Stepped
from core.jobs.reports import MAX_PAUSE, MAX_SECONDS, Begun, Ended, News, Refused, Report
from core.jobs.settings import Settings

NICE = 10
IDLE = 600.0  # seconds without work after which the process makes room
REPORT_EVERY = 0.2  # seconds
SAMPLES_EVERY = 0.4  # seconds, longer where they take long
ORDERS = ("pause", "go", "step", "stop")


Make = Callable[[Settings], Kind]
Send = Callable[[Report], None]
Orders = queue.Queue[str | Settings]


class Watched:
    """One run on its way, told in reports and open to orders."""

    def __init__(self, kind: Kind, orders: Orders, send: Send) -> None:
        """Say that it stands ready."""
        self._kind, self._run = kind, Run(kind)
        self._orders, self._send = orders, send
        self._news = News()
        self._paused = False
        self._clock, self._cpu = time.monotonic(), time.process_time()
        self._seconds = 0.0
        self._reported, self._sampled, self._samples_take = 0.0, 0.0, 0.0
        send(Begun(self._kind.facts()))

    def train(self) -> str:
        """Train to the end; return how it ended."""
        self._clock = time.monotonic()
        for event in self._run.events():
            self._note(event)
            if isinstance(event, Diverged):
                self._report(samples=False)
                return "diverged"
            first = isinstance(event, Checked) and event.step == 0
            if first or time.monotonic() - self._reported > REPORT_EVERY:
                self._report(samples=self._samples_due())
            if isinstance(event, Stepped) and (ended := self._obey()):
                return ended
            if self._seconds_now() > MAX_SECONDS:
                self._report(samples=True)
                return "limit"
        self._report(samples=True)
        return "done"

    def test(self) -> float | None:
        """Return the accuracy on the test data, where there is something to be right about."""
        self._report(samples=False, state="testing")
        return self._kind.test()

    def _note(self, event: Stepped | Checked | Diverged) -> None:
        self._news.step = event.step
        if isinstance(event, Stepped):
            self._news.losses.append((event.step, event.loss))
        elif isinstance(event, Checked):
            self._news.checks.append((event.step, *event.score))

    def _obey(self) -> str | None:
        """Follow the orders that have come; in a pause wait for one. Return how the run ends."""
        while self._paused or not self._orders.empty():
            if self._paused:
                self._report(samples=True)
            waited = time.monotonic()
            try:
                order = self._orders.get(timeout=MAX_PAUSE)
            except queue.Empty:
                return "left"
            if self._paused:  # a pause doesn't count
                self._clock += time.monotonic() - waited
            if order == "stop":
                self._report(samples=True)
                return "stopped"
            if order == "pause":
                self._paused = True
            elif order == "go":
                self._paused = False
            elif order == "step":
                self._paused = True
                return None  # one step, then here again
        return None

    def _seconds_now(self) -> float:
        return time.monotonic() - self._clock

    def _samples_due(self) -> bool:
        since = time.monotonic() - self._sampled
        return since > max(SAMPLES_EVERY, 4 * self._samples_take)

    def _report(self, *, samples: bool, state: str | None = None) -> None:
        now, cpu = time.monotonic(), time.process_time()
        if samples:
            self._news.samples = self._kind.samples()
            self._sampled = time.monotonic()
            self._samples_take = self._sampled - now
        self._news.seconds = self._seconds_now()
        self._news.share = min(1.0, (cpu - self._cpu) / max(1e-3, now - (self._reported or now)))
        self._news.state = state or ("paused" if self._paused else "running")
        self._send(self._news)
        self._news = News(step=self._news.step)
        self._reported, self._cpu = now, cpu


def serve(make: Make, orders: Orders, send: Send) -> None:
    """Train what comes in, until nothing has come for a while."""
    while True:
        try:
            settings = orders.get(timeout=IDLE)
        except queue.Empty:
            return
        if not isinstance(settings, str):  # else an order for a run that has just ended
            _run(make, settings, orders, send)
        del settings  # it may hold somebody's pictures


def _run(make: Make, settings: Settings, orders: Orders, send: Send) -> None:
    try:
        watched = Watched(make(settings), orders, send)
        state = watched.train()
        send(Ended(state, watched.test() if state == "done" else None))
    except LabError as error:
        send(Refused(error.key, error.values))


def main(make: Make, usual: Settings) -> None:
    """Talk to the lab over stdin and stdout.

    Args:
        make: what these settings train.
        usual: what is trained most.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever libraries print must not get among the reports
    orders: Orders = queue.Queue()

    def send(report: Report) -> None:
        pickle.dump(report, out)
        out.flush()

    # A reader of its own: Python closes sys.stdin's as it ends, and a thread waits in it.
    pipe = os.fdopen(os.dup(0), "rb")
    threading.Thread(target=_listen, args=(pipe, orders), daemon=True).start()
    warm_up(make, usual)
    if hasattr(os, "nice"):  # only now: somebody may be waiting for the imports
        os.nice(NICE)
    serve(make, orders, send)


def _listen(pipe: BinaryIO, orders: Orders) -> None:
    try:
        while True:
            orders.put(pickle.load(pipe))
    except (EOFError, pickle.UnpicklingError):
        os._exit(0)  # the lab has gone


def warm_up(make: Make, usual: Settings) -> None:
    """Take a step of what is trained most, so that the first run begins at once."""
    with contextlib.suppress(LabError):  # a run that needs the same file will say so
        kind = make(usual)
        kind.step()
        kind.samples()
