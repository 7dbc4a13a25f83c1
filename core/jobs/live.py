"""A training that somebody watches: an iterator of events.

Nothing happens but when the next event is asked for. So whoever watches can pause (ask no more),
take a single step (ask until the next `Stepped`), stop (forget it), or put it aside and take it up
later: `Run.state()` holds all that the next step depends on, and a resumed training equals an
unbroken one, bit for bit on a CPU.

What is trained is a `Kind`: a small class that knows its model, its data and its loss.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import torch
from torch import Generator, Tensor

from core.results.training import RunFacts, Samples

State = dict[str, Any]  # tensors and plain values, of which each kind knows its own


class Score(NamedTuple):
    """How good the model is on data that it doesn't learn from."""

    loss: float
    accuracy: float | None = None  # 0..1; None where there is nothing to be right about


class Stepped(NamedTuple):
    """One batch was learned."""

    step: int  # how many there have been
    loss: float  # of this batch, before its step


class Checked(NamedTuple):
    """The model was tried on the validation data, after `step` steps."""

    step: int
    score: Score


class Diverged(NamedTuple):
    """The loss is no number any more: infinite, or NaN."""

    step: int


Event = Stepped | Checked | Diverged


class Kind(Protocol):
    """What can be trained. Looking at it (`validate`, `samples`) changes nothing."""

    n_steps: int
    steps_per_epoch: int
    steps_per_check: int

    def step(self) -> float:
        """Learn one batch; return its loss."""

    def validate(self) -> Score:
        """Return the score on the validation data."""

    def test(self) -> float | None:
        """Return the accuracy on data that was never looked at; None where there is none."""

    def samples(self) -> Samples | None:
        """Return what the model does with a few fixed inputs; None if that is no number."""

    def facts(self) -> RunFacts:
        """Return what does not change while it trains."""

    def state(self) -> State:
        """Return what the next step depends on, tensors and plain values."""

    def restore(self, state: State) -> None:
        """Go back to what `state` returned."""


class Run:
    """A training under way."""

    def __init__(self, kind: Kind) -> None:
        """Begin; all randomness is the kind's."""
        self.kind, self.step = kind, 0
        self._checked = False

    def events(self) -> Iterator[Event]:
        """Yield what happens, until the last step is checked or the loss is no number any more."""
        while True:
            last = self.step == self.kind.n_steps
            if not self._checked and (last or self.step % self.kind.steps_per_check == 0):
                score = self.kind.validate()
                if not math.isfinite(score.loss):
                    yield Diverged(self.step)
                    return
                self._checked = True
                yield Checked(self.step, score)
            if last:
                return
            loss = self._learn()
            if not math.isfinite(loss):
                yield Diverged(self.step)
                return
            yield Stepped(self.step, loss)

    def _learn(self) -> float:
        loss = self.kind.step()
        self.step += 1
        self._checked = False
        return loss

    def state(self) -> State:
        """Return all that the next event depends on."""
        own = {"step": self.step, "checked": self._checked}
        return {**own, "kind": self.kind.state()}

    def restore(self, state: State) -> None:
        """Go on from what `state` returned, of a run with the same settings."""
        self.step, self._checked = state["step"], state["checked"]
        self.kind.restore(state["kind"])


class Batches:
    """Which examples the next batch holds: all of them once an epoch, each time in a new order."""

    def __init__(self, n: int, batch_size: int, generator: Generator) -> None:
        """Deal from `n` examples; the orders come from `generator`, which others may use, too."""
        self._n, self._size, self._generator = n, batch_size, generator
        self._order, self._at = torch.empty(0, dtype=torch.int64), 0
        self.per_epoch = -(-n // batch_size)

    def next(self) -> Tensor:
        """Return the indices of the next batch, int64 [B]."""
        if self._at >= len(self._order):
            self._order, self._at = torch.randperm(self._n, generator=self._generator), 0
        batch = self._order[self._at : self._at + self._size]
        self._at += self._size
        return batch

    def state(self) -> State:
        """Return where in the epoch it is, and the source of randomness."""
        return {"order": self._order, "at": self._at, "generator": self._generator.get_state()}

    def restore(self, state: State) -> None:
        """Go back to what `state` returned."""
        self._order, self._at = state["order"], state["at"]
        self._generator.set_state(state["generator"])
