"""What a figure is: its name, its unit, what it must reach, and how it is measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class BenchError(Exception):
    """A figure can't be measured here, and why: no browser, or a page that never answered."""


class Measured(NamedTuple):
    """What one measurement gave, both in the figure's unit."""

    value: float
    peer_value: float | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must reach; every condition that is given counts."""

    at_most: float | None = None
    at_least: float | None = None
    times_peer: float | None = None  # at most so many times the peer's value
    near_peer: float | None = None  # at most so far from the peer's value

    def met(self, measured: Measured) -> bool:
        """Say whether a measurement is within the bound.

        Raises:
            ValueError: the bound speaks of a peer, and none was measured.
        """
        value, peer = measured
        if peer is None and (self.times_peer is not None or self.near_peer is not None):
            raise ValueError("The bound compares with a peer that was not measured.")
        return (
            (self.at_most is None or value <= self.at_most)
            and (self.at_least is None or value >= self.at_least)
            and (self.times_peer is None or value <= self.times_peer * peer)
            and (self.near_peer is None or abs(value - peer) <= self.near_peer)
        )

    def __str__(self) -> str:
        """Return the bound as the tables show it, such as "≤ 100, ≤ 5 × peer"."""
        conditions = [
            ("≤ {:g}", self.at_most),
            ("≥ {:g}", self.at_least),
            ("≤ {:g} × peer", self.times_peer),
            ("peer ± {:g}", self.near_peer),
        ]
        return ", ".join(form.format(limit) for form, limit in conditions if limit is not None)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table."""

    name: str  # "<group>.<...>", exact: other programs read it
    unit: str  # "" for a share or a ratio
    says: str  # what it measures, in one sentence
    bound: Bound | None = None  # None: reported, nothing asked
    peer: str | None = None  # what stands beside it, measured in the same run


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures that come out of one and the same measurement."""

    figures: tuple[Figure, ...]
    run: Callable[[], Sequence[Measured]]  # one result a figure, in their order


def single(figure: Figure, run: Callable[[], Measured]) -> Measurement:
    """Return the measurement of a figure that has one of its own."""
    return Measurement((figure,), lambda: [run()])


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one script."""

    name: str
    about: str  # one line under the heading of its table
    measurements: tuple[Measurement, ...]

    @property
    def figures(self) -> list[Figure]:
        """All figures, in the order of the table."""
        return [figure for measurement in self.measurements for figure in measurement.figures]
