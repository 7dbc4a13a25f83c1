"""How often may one visitor call?"""

import threading
import time
from collections import deque

MAX_VISITORS = 10_000  # that are remembered


class Rate:
    """Counts each visitor's calls in the last so many seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        """Allow everybody `limit` calls in any `seconds`."""
        self.limit, self.seconds = limit, seconds
        self._calls: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait(self, visitor: str) -> float:
        """Count a call, and return 0; or the seconds until the visitor may call again."""
        now = time.monotonic()
        with self._lock:
            calls = self._calls.pop(visitor, None) or deque()
            while calls and now - calls[0] >= self.seconds:
                calls.popleft()
            self._calls[visitor] = calls  # last: who called longest ago stands first
            if len(self._calls) > MAX_VISITORS:
                del self._calls[next(iter(self._calls))]
            if len(calls) >= self.limit:
                return self.seconds - (now - calls[0])
            calls.append(now)
            return 0.0
