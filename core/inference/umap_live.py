"""What map does UMAP draw of these codes, with your settings?

UMAP: McInnes et al. 2018, arXiv:1802.03426. One map is made at a time, whoever asks
(core/inference/line.py).
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.inference import code_maps, codes
from core.inference.line import Job, Line, StoppedError
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


_line = Line("umap", MAX_LINE, "umap_busy")
_done: dict[str, UmapProgress] = {}  # the last few maps, until they are fetched
_lock = threading.Lock()  # of _done
_compiled = threading.Event()  # numba has translated UMAP into machine code


def fit(
    job: str,
    net: str,
    *,
    n_digits: int,
    n_neighbors: int,
    min_dist: float,
    seed: int,
) -> Iterator[UmapProgress]:
    """Make a map of the first sample digits' codes; report until it is done or stopped.

    Args:
        job: a name of the caller's choice that `stop` knows it by.
        net: one of `code_maps.NETS`.
        n_digits: MIN_DIGITS..MAX_DIGITS.
        n_neighbors: MIN_NEIGHBORS..MAX_NEIGHBORS, less than n_digits; few show detail, many the
            large picture.
        min_dist: MIN_DIST..MAX_DIST, how close points may come to each other on the map.
        seed: 0..MAX_SEED; the same seed gives the same map.

    Raises:
        InputError: an argument is out of range, the name is taken, or the line is full.
        AssetError: the model's file is missing or damaged.
    """
    code_maps.known(net)
    _check("umap_digits", n_digits, MIN_DIGITS, MAX_DIGITS)
    _check("umap_neighbors", n_neighbors, MIN_NEIGHBORS, min(MAX_NEIGHBORS, n_digits - 1))
    _check("umap_min_dist", min_dist, MIN_DIST, MAX_DIST)
    _check("seed_range", seed, 0, MAX_SEED)
    high = codes.sample_codes(net)[:n_digits]
    mine = _Job()
    future = _line.join(job, mine, _make, mine, high, n_neighbors, min_dist, seed)
    return _report(job, mine, future)


def result(job: str) -> UmapProgress:
    """Return the finished map of that name; it is kept until MAX_LINE others are finished.

    Raises:
        InputError: there is none, or no longer.
    """
    with _lock:
        if job not in _done:
            raise InputError("umap_gone")
        return _done[job]


def stop(job: str) -> None:
    """Let the map of that name be given up at its next epoch; unknown names are done already."""
    _line.stop(job)


def _report(job: str, mine: _Job, future: "Future[UmapProgress]") -> Iterator[UmapProgress]:
    said = None
    try:
        while not future.done():
            mine.asked = time.monotonic()
            if mine.state == "waiting" and mine.stop.is_set() and future.cancel():
                break
            report = _progress(job, mine)
            news = (report.state, report.ahead, report.epoch, int(report.seconds))
            if news != said:  # at least once a second, so that a closed page is noticed
                said = news
                yield report
            time.sleep(PAUSE)
    finally:
        mine.stop.set()  # also when whoever asked has gone
    last = UmapProgress("stopped") if future.cancelled() else future.result()
    if last.stages is not None:
        with _lock:
            _done[job] = last
            while len(_done) > MAX_LINE:
                del _done[next(iter(_done))]
    yield last


def _progress(job: str, mine: _Job) -> UmapProgress:
    return UmapProgress(
        state=mine.state,
        ahead=_line.ahead(job) if mine.state == "waiting" else 0,
        epoch=mine.epoch,
        n_epochs=N_EPOCHS,
        first=mine.first,
        seconds=time.monotonic() - mine.started if mine.started else 0.0,
    )


def _make(
    mine: _Job, high: np.ndarray, n_neighbors: int, min_dist: float, seed: int
) -> UmapProgress:
    """Run in the worker: import, compile, fit."""
    try:
        mine.check()
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
        mine.state = "stopped"
        return UmapProgress("stopped")
    _compiled.set()
    stages = np.stack(reducer.embedding_list_).astype(np.float32)
    return UmapProgress(
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
