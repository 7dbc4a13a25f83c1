"""Learning to tell classes apart, whatever the model: batches of similar length, steps, scores."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn
from torch.optim import AdamW

from core import runtime

Classify = Callable[[Tensor], Tensor]  # ids [B, T] -> logits [B, C]
Loss = Callable[[Tensor, Tensor], Tensor]  # ids [B, T], labels -> nats
WINDOW = 50  # batches sorted by length at a time: little padding, still a random order


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """N texts as numbers."""

    ids: tuple[Tensor, ...]  # N of int64 [T], T at least 1
    labels: Tensor  # int64 [N], or P(class) to learn from, float32 [N, C]

    def first(self, n: int) -> "Examples":
        """Return the first n."""
        return Examples(self.ids[:n], self.labels[:n])

    def padded(self, rows: Sequence[int], pad_id: int) -> tuple[Tensor, Tensor]:
        """Return ids [B, T], filled up at the end, and the labels of some rows."""
        ids = [self.ids[row] for row in rows]
        padded = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=pad_id)
        return padded, self.labels[list(rows)]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how long to learn."""

    epochs: int = 4
    batch_size: int = 50
    warmup: float = 0.1  # share of the steps in which the rate rises; then it falls to 0
    seed: int = 0


class Run:
    """A classifier, its optimizer and its place in the texts; `state` resumes it to the bit."""

    def __init__(
        self,
        model: nn.Module,
        classify: Classify,
        groups: list[dict],
        examples: Examples,
        pad_id: int,
        pace: Pace,
    ) -> None:
        """Begin before the first step.

        Args:
            model: what learns.
            classify: reads ids with the model.
            groups: parameters with their "lr" and "weight_decay".
            examples: to train on.
            pad_id: fills up shorter texts.
            pace: epochs, batches, seed.
        """
        self.model, self.classify, self.examples = model, classify, examples
        self.pad_id, self.pace = pad_id, pace
        self.loss: Loss = lambda ids, labels: F.cross_entropy(classify(ids), labels)
        self.optimizer = AdamW(groups, fused=True)
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.n_done = 0  # steps
        self._epoch, self._rows = 0, self._order(0)
        self.per_epoch = len(self._rows)
        self.n_steps = self.per_epoch * pace.epochs
        self._dropout = runtime.generator(pace.seed).get_state()

    def _order(self, epoch: int) -> list[list[int]]:
        generator = runtime.generator(1000 * self.pace.seed + epoch)
        return batches(self.examples, self.pace.batch_size, generator)

    def step(self) -> float:
        """Learn from one batch; returns the loss before it, nats."""
        epoch, i = divmod(self.n_done, self.per_epoch)
        if epoch != self._epoch:
            self._epoch, self._rows = epoch, self._order(epoch)
        ids, labels = self.examples.padded(self._rows[i], self.pad_id)
        factor = rate(self.n_done, self.n_steps, warmup=self.pace.warmup)
        for group, full in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = full * factor
        self.model.train()
        with torch.random.fork_rng(devices=[]):  # dropout draws from torch's global source
            torch.set_rng_state(self._dropout)
            loss = self.loss(ids, labels)
            self._dropout = torch.get_rng_state()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.n_done += 1
        return loss.item()

    @property
    def done(self) -> bool:
        """Whether all epochs are over."""
        return self.n_done >= self.n_steps

    def shares(self, examples: Examples) -> np.ndarray:
        """Return P(class) [N, C] of texts."""
        self.model.eval()
        return probabilities(self.classify, examples, self.pad_id)

    def state(self) -> dict[str, object]:
        """Return all that `restore` needs: weights, Adam's memory, the place, dropout's dice."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "n_done": self.n_done,
            "dropout": self._dropout,
        }

    def restore(self, state: dict[str, object]) -> None:
        """Go on from a state of a run with the same arguments."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.n_done = state["n_done"]
        self._dropout = state["dropout"]


def batches(examples: Examples, size: int, generator: Generator) -> list[list[int]]:
    """Return the rows of each batch of one epoch."""
    order = torch.randperm(len(examples.ids), generator=generator).tolist()
    found = []
    for i in range(0, len(order), size * WINDOW):
        window = sorted(order[i : i + size * WINDOW], key=lambda row: len(examples.ids[row]))
        found += [window[k : k + size] for k in range(0, len(window), size)]
    return [found[i] for i in torch.randperm(len(found), generator=generator).tolist()]


def rate(step: int, n_steps: int, *, warmup: float) -> float:
    """Return the factor of the learning rate: a linear rise, then a linear fall to 0."""
    n_rising = max(1, math.ceil(warmup * n_steps))
    return min((step + 1) / n_rising, max(0.0, (n_steps - step) / max(1, n_steps - n_rising)))


@torch.inference_mode()
def probabilities(
    classify: Classify, examples: Examples, pad_id: int, *, size: int = 128
) -> np.ndarray:
    """Return P(class) [N, C] of each text."""
    order = sorted(range(len(examples.ids)), key=lambda row: len(examples.ids[row]))
    found = {}
    for i in range(0, len(order), size):
        rows = order[i : i + size]
        shares = classify(examples.padded(rows, pad_id)[0]).float().softmax(-1)
        found.update(zip(rows, shares.numpy(), strict=True))
    return np.stack([found[row] for row in range(len(order))])


def both(second: Tensor) -> Tensor:
    """Return P of two classes, [N, 2], from P of the second, [N]."""
    return torch.stack([1 - second, second], 1)


def accuracy(shares: np.ndarray, labels: Tensor) -> float:
    """Return the share of texts whose likeliest class is the right one."""
    return float((shares.argmax(1) == labels.numpy()).mean())


def cross_entropy(shares: np.ndarray, labels: Tensor) -> float:
    """Return the mean of -log P(right class), nats."""
    right = shares[np.arange(len(shares)), labels.numpy()]
    return float(-np.log(np.maximum(right, 1e-12)).mean())
