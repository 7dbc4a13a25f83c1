"""Which long measurements has somebody given up?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import InputError

_running: dict[str, threading.Event] = {}
_lock = threading.Lock()


@contextmanager
def running(job: str) -> Iterator[threading.Event]:
    """Do a job under a name; the event is set when somebody gives it up.

    Raises:
        InputError: a job of that name is running already.
    """
    stopped = threading.Event()
    with _lock:
        if job in _running:
            raise InputError("bad_request", field="job")
        _running[job] = stopped
    try:
        yield stopped
    finally:
        with _lock:
            del _running[job]


def stop(job: str) -> None:
    """Give a job up; a name that is unknown is done already."""
    with _lock:
        if job in _running:
            _running[job].set()
