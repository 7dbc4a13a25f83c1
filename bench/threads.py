"""On how many CPU threads should one request compute, when many learners draw at once?

`core/runtime.py` gives each request one thread; torch alone would give it one a core. Both are
measured in turns, on what the first page asks for: all its models for one drawing.
"""

import contextlib
import itertools
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import torch

from bench.figures import Measured
from core import runtime
from core.inference import reconstruction

PEER = "torch's default, a thread a core"
N_CORES = os.cpu_count() or 1
N_LEARNERS = 8
N_DRAWINGS = 160  # of the crowd, a turn
N_ALONE = 40
N_TURNS = 3


@contextlib.contextmanager
def all_cores() -> Iterator[None]:
    """Compute on all cores, as torch would by itself; the lab's one thread is for its pages."""
    before = torch.get_num_threads()
    torch.set_num_threads(N_CORES)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def crowd_and_alone() -> Sequence[Measured]:
    """Return drawings a second for a crowd, and milliseconds for one learner alone."""
    _draw(0)  # models are loaded
    crowds, alones = {True: [], False: []}, {True: [], False: []}
    with all_cores():
        for _, ours in itertools.product(range(N_TURNS), (True, False)):
            runtime.set_threads() if ours else torch.set_num_threads(N_CORES)
            crowds[ours].append(_crowd())
            alones[ours].append(statistics.median(_alone(i) for i in range(N_ALONE)))
    return [
        Measured(*(statistics.median(turns[ours]) for ours in (True, False)))
        for turns in (crowds, alones)
    ]


def _crowd() -> float:
    # A thread takes torch's number when it first computes: a new pool, each turn.
    with ThreadPoolExecutor(N_LEARNERS) as learners:
        list(learners.map(_draw, range(2 * N_LEARNERS)))
        start = time.perf_counter()
        list(learners.map(_draw, range(N_DRAWINGS)))
        return N_DRAWINGS / (time.perf_counter() - start)


def _alone(index: int) -> float:
    start = time.perf_counter()
    _draw(index)
    return 1_000 * (time.perf_counter() - start)


def _draw(index: int) -> None:
    seen = reconstruction.sample(index)
    for name in reconstruction.MODELS:
        reconstruction.reconstruct(name, seen)
