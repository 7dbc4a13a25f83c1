"""What a process that trains tells the lab (core/jobs/worker.py), and how long it may."""

from dataclasses import dataclass, field

from core.results.training import RunFacts, Samples

MAX_SECONDS = 300.0  # of training, pauses not counted
MAX_PAUSE = 120.0  # seconds; others may be waiting


@dataclass(frozen=True, slots=True)
class Begun:
    """The run stands ready."""

    facts: RunFacts


@dataclass(slots=True)
class News:
    """What happened since the last report."""

    step: int = 0
    losses: list[tuple[int, float]] = field(default_factory=list)
    checks: list[tuple[int, float, float | None]] = field(default_factory=list)
    samples: Samples | None = None
    seconds: float = 0.0
    share: float = 0.0
    state: str = "running"  # or "paused", "testing"


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over: "done", "stopped", "diverged", "limit" or "left"."""

    state: str
    test: float | None = None  # accuracy on the test data, after the last step


@dataclass(frozen=True, slots=True)
class Refused:
    """The run can't begin, or go on; a LabError's key and values."""

    key: str
    values: dict[str, object]


Report = Begun | News | Ended | Refused
