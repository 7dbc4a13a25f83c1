"""What happens if I train this now?

Trainings run in processes of their own (core/jobs/workers.py), a few at a time,
at low priority; others wait in a line (core/jobs/line.py). Whoever asks is told the whole
curve, thinned; a run that nobody asks about any more is stopped.
"""

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core import assets
from core.errors import InputError, LabError
from core.jobs import line
from core.jobs import settings as limits
from core.jobs.line import Job, Line
from core.jobs.reports import MAX_PAUSE, MAX_SECONDS, Begun, Ended, News, Refused
from core.jobs.settings import AutoencoderSettings, FineTuningSettings, Settings, TextCNNSettings
from core.jobs.workers import GoneError, Worker, Workers
from core.results.training import PictureSamples, RunFacts, Samples, TextSamples, TrainingReport

__all__ = [
    "AutoencoderSettings",
    "FineTuningSettings",
    "TextCNNSettings",
    "begin",
    "examples",
    "follow",
    "limits",
    "race",
    "start",
    "stop",
    "tell",
    "warm_up",
]

AT_ONCE = 2 if (os.cpu_count() or 1) > 1 else 1
MAX_LINE = 16  # runs under way and waiting
N_POINTS = 400  # of a curve, on the page
PAUSE = 0.1  # seconds between two looks for news
GRACE = 5.0  # seconds that a run has to obey
EXAMPLES, RACE = "samples/training_examples.json", "samples/race.json"
ORDERS = ("pause", "go", "step")

_workers = Workers(AT_ONCE)


@dataclass
class _Job(Job):
    """A run as the page sees it; the thread that trains writes, the one that reports reads."""

    worker: Worker | None = None
    facts: RunFacts | None = None
    samples: Samples | None = None
    losses: list[tuple[int, float]] = field(default_factory=list)
    checks: list[tuple[int, float, float]] = field(default_factory=list)
    step: int = 0
    seconds: float = 0.0
    share: float = 0.0
    test: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, news: News) -> None:
        """Add what has happened."""
        with self.lock:
            self.state = news.state
            self.step, self.seconds, self.share = news.step, news.seconds, news.share
            self.losses += news.losses
            self.checks += [(k, loss, np.nan if a is None else a) for k, loss, a in news.checks]
            self.samples = news.samples or self.samples

    def report(self) -> TrainingReport:
        """Return all that is known."""
        over = self.ended.is_set()  # before the rest is read, which then stays as it is
        with self.lock:
            return TrainingReport(
                over=over,
                state=self.state,
                ahead=self.ahead,
                step=self.step,
                seconds=self.seconds,
                share=self.share,
                test=self.test,
                losses=thinned(np.array(self.losses, np.float64).reshape(-1, 2)),
                checks=np.array(self.checks, np.float64).reshape(-1, 3),
                facts=self.facts,
                samples=self.samples,
            )


_line: Line[_Job] = Line("training", MAX_LINE, "training_busy", at_once=AT_ONCE)


def warm_up() -> None:
    """Let the processes import what they need; returns at once."""
    _workers.warm_up()


def begin(
    job: str,
    settings: Settings,
    visitor: str | None = None,
    first: Callable[[Callable[[], None]], Settings] | None = None,
) -> None:
    """Let a model train as soon as it is its turn; `follow` tells how far it is.

    Args:
        job: a name of the caller's choice, which nobody else can guess.
        settings: one of the dataclasses of core/jobs/settings.py.
        visitor: who wants it, as `Line.join` takes.
        first: what has to be fetched before; it returns the settings then, and calls its argument
            again and again, which raises once the run is given up.

    Raises:
        InputError: the name is taken, the line is full, or the visitor has enough places.
    """
    mine = _Job()

    def work() -> None:
        if first:
            mine.state = "fetching"
        _train(mine, first(mine.check) if first else settings)

    _line.join(job, mine, work, visitor)


def follow(job: str) -> TrainingReport:
    """Return all that is known of a run; it goes on as long as somebody asks.

    Raises:
        InputError: there is none of that name, or no longer.
        AssetError: data or weights are missing or damaged.
    """
    mine = _line.follow(job)
    if mine.failure:
        raise mine.failure
    return mine.report()


def start(job: str, settings: Settings) -> Iterator[TrainingReport]:
    """Begin a run and report until it is over; `Raises` as `begin` and `follow`."""
    begin(job, settings)
    return line.watched(lambda: follow(job), lambda report: report.over, PAUSE)


def tell(job: str, order: str) -> None:
    """Give a run one of ORDERS; one that is over or not yet begun does nothing about it.

    Raises:
        InputError: there is no such order.
    """
    if order not in ORDERS:
        raise InputError("bad_request", field="order")
    mine = _line.find(job)
    worker = mine.worker if mine else None
    if worker:
        with contextlib.suppress(GoneError):
            worker.send(order)


def stop(job: str) -> None:
    """End a run, or take it out of the line; an unknown name is over already."""
    _line.stop(job)


def thinned(losses: np.ndarray, limit: int = N_POINTS) -> np.ndarray:
    """Return at most `limit` points [N, 2] (step, loss); each is the mean of so many neighbours."""
    width = -(-len(losses) // limit)
    if width <= 1:
        return losses
    starts = np.arange(0, len(losses), width)
    return np.add.reduceat(losses, starts) / np.diff([*starts, len(losses)])[:, None]


def examples() -> dict[str, TrainingReport]:
    """Return the stored trainings that the page opens with, by kind and language.

    Raises:
        AssetError: the file is missing or damaged.
    """
    kept = json.loads(assets.locate(EXAMPLES).read_text("utf-8"))
    return {name: _example(**entry) for name, entry in kept.items()}


def _example(
    facts: dict, samples: dict, losses: list, checks: list, **plain: Any
) -> TrainingReport:
    seen: TextSamples | PictureSamples
    if "good" in samples:
        seen = TextSamples(np.array(samples["good"]))
    else:
        arrays = {name: np.array(samples[name]) for name in ("pixels", "codes", "points")}
        seen = PictureSamples(**arrays, explained=samples["explained"])
    return TrainingReport(
        over=True,
        state="done",
        losses=np.array(losses),
        checks=np.array(checks, np.float64),  # null becomes NaN
        facts=RunFacts(**facts),
        samples=seen,
        **plain,
    )


def race() -> dict[str, object] | None:
    """Return accuracy against number of labels (research/race.py), None if it isn't there.

    Raises:
        AssetError: the file is damaged.
    """
    if RACE not in assets.manifest():
        return None
    return json.loads(assets.locate(RACE).read_text("utf-8"))["languages"]


def _train(mine: _Job, settings: Settings) -> None:
    """Run in the line's thread: hand the settings to a process, pass on what it tells."""
    mine.state = "starting"
    worker = _workers.take()
    usable = False
    try:
        worker.send(settings)
        mine.worker = worker
        usable = _follow(mine, worker)
    except GoneError as error:
        mine.state = "lost" if error.killed else "failed"
    finally:
        mine.worker = None
        _workers.give_back(worker, usable=usable)


def _follow(mine: _Job, worker: Worker) -> bool:
    """Note reports until the run is over; say whether the process can be used again.

    Raises:
        GoneError: the process has ended.
        LabError: the run can't begin.
    """
    deadline = time.monotonic() + MAX_SECONDS + GRACE
    obey_by = None
    while True:
        match worker.receive(timeout=PAUSE):
            case Begun(facts):
                mine.facts = facts
            case News() as news:
                mine.note(news)
                if news.state == "paused":
                    deadline = max(deadline, time.monotonic() + MAX_PAUSE + MAX_SECONDS + GRACE)
            case Ended(state, test):
                mine.state, mine.test = state, test
                return True
            case Refused(key, values):
                raise LabError(key, **values)
        now = time.monotonic()
        if obey_by is None and mine.given_up():
            worker.send("stop")
            obey_by = now + GRACE
        if now > (obey_by or deadline):
            mine.state = "stopped" if obey_by else "limit"
            return False
