"""What map does UMAP draw of these codes, with your settings?

UMAP: McInnes et al. 2018, arXiv:1802.03426. One map is made at a time, whoever asks
(core/jobs/line.py).
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.inference import code_maps, codes
from core.jobs import line
from core.jobs.line import Job, Line, StoppedError
from core.results.images import UmapProgress

MIN_DIGITS, MAX_DIGITS = 50, 2000
MIN_NEIGHBORS, MAX_NEIGHBORS = 2, 100
MIN_DIST, MAX_DIST = 0.0, 0.99
MAX_SEED = 9999
MAX_LINE = 8  # maps under way and waiting
N_EPOCHS = 200
STAGES = (0, 5, 10, 20, 35, 55, 80, 120, N_EPOCHS)  # epochs to keep, denser early
PAUSE = 0.15  # seconds between two reports


@dataclass
class _Job(Job):
    epoch: int = 0
    started: float = 0.0
    first: bool = False
    result: UmapProgress | None = None  # once it is done

    def write(self, text: str) -> None:
        """Take tqdm's bar, the epoch's number, as the report that it is; the place to stop at."""
        shown = text.strip()
        if shown.isdigit():
            self.state, self.epoch = "layout", int(shown)
        self.check()

    def flush(self) -> None:
        """Do nothing; tqdm asks for it."""

    def check(self) -> None:
        """Raise if the job is stopped, once: tqdm writes again while it is taken down."""
        if self.state != "stopped" and self.given_up():
            self.state = "stopped"
            raise StoppedError


_line: Line[_Job] = Line("umap", MAX_LINE, "umap_busy")
_compiled = threading.Event()  # numba has translated UMAP into machine code


def begin(
    job: str,
    net: str,
    *,
    n_digits: int,
    n_neighbors: int,
    min_dist: float,
    seed: int,
    visitor: str | None = None,
) -> None:
    """Let a map of the first sample digits' codes be made; `follow` tells how far it is.

    Args:
        job: a name of the caller's choice, which nobody else can guess.
        net: one of `code_maps.NETS`.
        n_digits: MIN_DIGITS..MAX_DIGITS.
        n_neighbors: MIN_NEIGHBORS..MAX_NEIGHBORS, less than n_digits; few show detail, many the
            large picture.
        min_dist: MIN_DIST..MAX_DIST, how close points may come to each other on the map.
        seed: 0..MAX_SEED; the same seed gives the same map.
        visitor: who wants it, as `Line.join` takes.

    Raises:
        InputError: an argument is out of range, the name is taken, the line is full, or the visitor
            has enough places.
    """
    code_maps.known(net)
    _check("umap_digits", n_digits, MIN_DIGITS, MAX_DIGITS)
    _check("umap_neighbors", n_neighbors, MIN_NEIGHBORS, min(MAX_NEIGHBORS, n_digits - 1))
    _check("umap_min_dist", min_dist, MIN_DIST, MAX_DIST)
    _check("seed_range", seed, 0, MAX_SEED)
    mine = _Job()

    def work() -> None:
        _make(mine, codes.sample_codes(net)[:n_digits], n_neighbors, min_dist, seed)

    _line.join(job, mine, work, visitor)


def follow(job: str) -> UmapProgress:
    """Return how far a map is, the map itself when it is done; it goes on as long as somebody asks.

    Raises:
        InputError: there is none of that name, or no longer.
        AssetError: the model's file is missing or damaged.
    """
    mine = _line.follow(job)
    if mine.failure:
        raise mine.failure
    if not mine.ended.is_set():
        return _progress(mine)
    return mine.result or UmapProgress("stopped")


def fit(
    job: str, net: str, *, n_digits: int, n_neighbors: int, min_dist: float, seed: int
) -> Iterator[UmapProgress]:
    """Begin a map and report until it is over; arguments and `Raises` as `begin` and `follow`."""
    begin(job, net, n_digits=n_digits, n_neighbors=n_neighbors, min_dist=min_dist, seed=seed)
    return line.watched(lambda: follow(job), lambda report: report.over, PAUSE)


def stages(job: str) -> np.ndarray:
    """Return the finished map of that name as it formed, [S, N, 2]; it is kept for a while.

    Raises:
        InputError: there is none, or no longer.
    """
    try:
        found = follow(job)
    except InputError as error:
        raise InputError("umap_gone") from error
    if found.stages is None:
        raise InputError("umap_gone")
    return found.stages


def stop(job: str) -> None:
    """Let the map of that name be given up at its next epoch; unknown names are done already."""
    _line.stop(job)


def _progress(mine: _Job) -> UmapProgress:
    return UmapProgress(
        state=mine.state,
        ahead=mine.ahead,
        epoch=mine.epoch,
        n_epochs=N_EPOCHS,
        first=mine.first,
        seconds=time.monotonic() - mine.started if mine.started else 0.0,
    )


def _make(mine: _Job, high: np.ndarray, n_neighbors: int, min_dist: float, seed: int) -> None:
    """Run in the line's thread: import, compile, fit."""
    try:
        mine.started = time.monotonic()
        mine.first = not _compiled.is_set()
        mine.state = "starting"
        from umap import UMAP  # seconds to import, and most pages need none

        mine.check()
        mine.state = "graph"
        reducer = UMAP(
            n_neighbors=n_neighbors,
            min_dist=min_dist,
            n_epochs=list(STAGES),
            random_state=seed,  # also keeps it to one thread
            n_jobs=1,
            tqdm_kwds={
                "file": mine,
                "bar_format": "{n}",
                "mininterval": 0.05,
                "miniters": 1,
                "disable": False,
            },
        )
        reducer.fit(high)
        mine.check()
    except StoppedError:
        _unlock_bars()
        raise
    _compiled.set()
    stages = np.stack(reducer.embedding_list_).astype(np.float32)
    mine.result = UmapProgress(
        state="done",
        epoch=N_EPOCHS,
        n_epochs=N_EPOCHS,
        seconds=time.monotonic() - mine.started,
        stages=stages,
        kept=code_maps.neighbours_kept(high, stages[-1]),
    )


def _unlock_bars() -> None:
    """Give back tqdm's lock, as often as this thread holds it.

    An exception out of a bar's `refresh` leaves it taken, and every other bar of the process waits.
    """
    from tqdm import tqdm

    with contextlib.suppress(RuntimeError):  # not held, or no longer
        while True:
            tqdm.get_lock().release()


def _check(key: str, got: float, low: float, high: float) -> None:
    if not low <= got <= high:
        raise InputError(key, low=low, high=high, got=got)
