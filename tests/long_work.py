"""Long work as a page does it: begin it, then ask how far it is until it is over."""

import time
from collections.abc import Callable, Iterator

Handler = Callable[[dict], dict]
PAUSE = 0.01  # seconds


def reports(begin: Handler, follow: Handler, request: dict) -> Iterator[dict]:
    """Begin at once; yield each report, the last one being the refusal if there is one."""
    refused = begin(request)

    def rest() -> Iterator[dict]:
        report = refused
        while "error" not in report:
            report = follow({"job": request["job"]})
            yield report
            if report.get("over"):
                return
            time.sleep(PAUSE)

    return iter([refused]) if "error" in refused else rest()
