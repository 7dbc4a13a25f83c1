"""Which process trains this? They are kept ready, since torch takes seconds to import.

A process of its own for each run under way, so that the page's handlers go on; it is used again for
the next run. (Not multiprocessing's: its processes import the lab's main module, Gradio and all.)
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent.parent
PROGRAM = "core.training.live"  # by name: importing it is left to the process
# One thread each; and no two processes of the lab on one graphics card.
SETTINGS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LATENT_LAB_DEVICE": "cpu"}


END_IN = 5.0  # seconds that a process may take to end after its last word


class GoneError(Exception):
    """The process has ended; `killed` by the system, for want of memory say, or by a bug."""

    def __init__(self, killed: bool) -> None:
        """Say how."""
        self.killed = killed
        super().__init__("killed" if killed else "ended with an error")


class Worker:
    """A process that trains; orders go in, reports come out."""

    def __init__(self) -> None:
        """Begin the process; it gets ready by itself."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM],
            cwd=ROOT,
            env={**os.environ, **SETTINGS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._orders, self._told = _pipes(self._process)
        self._reports: queue.Queue[object] = queue.Queue()
        threading.Thread(target=self._read, daemon=True, name="training-reports").start()

    def send(self, order: object) -> None:
        """Send settings, or an order.

        Raises:
            GoneError: nobody is there to read it.
        """
        try:
            pickle.dump(order, self._orders)
            self._orders.flush()
        except (BrokenPipeError, ValueError, OSError) as error:
            raise GoneError(self._was_killed()) from error

    def receive(self, timeout: float) -> object | None:
        """Return the next report, None if there is none within `timeout` seconds.

        Raises:
            GoneError: the process has ended, and all its reports have been read.
        """
        try:
            report = self._reports.get(timeout=timeout)
        except queue.Empty:
            return None
        if report is None:
            self._reports.put(None)
            raise GoneError(self._was_killed())
        return report

    def alive(self) -> bool:
        """Say whether the process is there."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        with contextlib.suppress(OSError):
            self._orders.close()
        self._process.wait()

    def _was_killed(self) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(END_IN) < 0  # the number of a signal
        return True

    def _read(self) -> None:
        try:
            with contextlib.suppress(EOFError, pickle.UnpicklingError, OSError):
                while True:
                    self._reports.put(pickle.load(self._told))
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_IN)
            self._process.kill()  # it can't be heard any more, if it lives at all
            self._process.wait()
            self._reports.put(None)


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return where orders go in, and where reports come out."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("The process was begun without pipes.")
    return process.stdin, process.stdout


class Workers:
    """Some processes kept ready."""

    def __init__(self, limit: int) -> None:
        """Begin none yet."""
        self._limit = limit
        self._ready: list[Worker] = []
        self._n_taken = 0
        self._lock = threading.Lock()

    def warm_up(self) -> None:
        """Have as many as may train at once, ready or at work; returns at once."""
        with self._lock:
            self._ready = [worker for worker in self._ready if worker.alive()]
            while len(self._ready) + self._n_taken < self._limit:
                self._ready.append(Worker())

    def take(self) -> Worker:
        """Return one that waits for settings."""
        with self._lock:
            self._n_taken += 1
            while self._ready:
                worker = self._ready.pop(0)
                if worker.alive():
                    return worker
        return Worker()

    def give_back(self, worker: Worker, *, usable: bool) -> None:
        """Keep it for the next run, or end it."""
        with self._lock:
            self._n_taken -= 1
            if usable and worker.alive():
                self._ready.append(worker)
                return
        worker.end()
