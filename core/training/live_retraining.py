"""A network that knows ImageNet learns other classes while somebody watches.

    layer   only a new last layer: the rest computes each picture once, then only its features are
            looked at
    block   the last block (and convolution), too: the rest computes each picture once
    all     every layer, so that each step computes everything anew, and back

Statistics of batch norm stay those of ImageNet: a few pictures have none worth the name.
"""

import copy
import functools
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core import runtime
from core.jobs.live import Batches, Score
from core.jobs.settings import RetrainingSettings
from core.models import cam
from core.models.efficientnet import EfficientNet
from core.models.resnet import ResNet
from core.results.training import AnswerSamples, RunFacts
from core.training.backbones import Pixels, backbone

# depth -> steps, pictures a step, checks in all
PACES = {"layer": (100, 64, 25), "block": (60, 32, 12), "all": (24, 16, 6)}
RATE_HEAD, RATE_BODY = 1e-3, 2e-4  # learning rates of the new layer, and of what was pre-trained
AT_ONCE = 16  # pictures in one pass


class Retraining:
    """A `Kind` (core/jobs/live.py)."""

    def __init__(self, settings: RetrainingSettings) -> None:
        """Get the network ready; it sees the pictures as the run begins, on the run's clock.

        Raises:
            AssetError: the weights are missing or damaged.
            InputError: those of a folder are.
        """
        under = backbone(settings)
        model = under.model.cpu().to(memory_format=torch.channels_last)
        self._as_input, self._untaught = under.as_input, under.untaught
        model.requires_grad_(False)
        model.classifier = nn.Linear(model.classifier.in_features, settings.n_classes)
        for weights in model.classifier.parameters():
            nn.init.zeros_(weights)  # every class equally likely
        self._model, self._n_frozen = model, _frozen(model, settings.depth)
        body = _learning(model, settings.depth)
        head = [*model.classifier.parameters()]
        for weights in body + head:
            weights.requires_grad_(True)
        rates = [{"params": head, "lr": RATE_HEAD}]
        if body:
            rates.append({"params": body, "lr": RATE_BODY})
        self._optimizer = torch.optim.AdamW(rates, weight_decay=0.01)
        self._n_learning = sum(weights.numel() for weights in body + head)
        self._pictures = settings.pictures, settings.held
        self._labels, self._held_labels = _whole(settings.labels), _whole(settings.held_labels)
        self.n_steps, size, n_checks = PACES[settings.depth]
        self._generator = runtime.generator(settings.seed)
        self._batches = Batches(len(self._labels), size, self._generator)
        self.steps_per_epoch = self._batches.per_epoch
        self.steps_per_check = self.n_steps // n_checks

    def step(self) -> float:
        """Learn one batch; return its cross entropy in nats."""
        rows = self._batches.next()
        features = self._map(self._inputs[rows]).mean((2, 3))
        loss = F.cross_entropy(self._model.classifier(features), self._labels[rows])
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss.item()

    def validate(self) -> Score:
        """Return cross entropy and accuracy on the pictures held out."""
        logits = self._places().mean((2, 3))
        right = (logits.argmax(1) == self._held_labels).float().mean()
        return Score(float(F.cross_entropy(logits, self._held_labels)), float(right))

    def test(self) -> None:
        """Return nothing: the pictures held out have been looked at."""

    def samples(self) -> AnswerSamples | None:
        """Return what it says of each picture held out, and where it sees that."""
        places = self._places()
        if not places.isfinite().all():
            return None
        return AnswerSamples(places.mean((2, 3)).softmax(1).numpy(), places.numpy())

    def facts(self) -> RunFacts:
        """Return how much learns, from how many pictures."""
        return RunFacts(
            n_train=len(self._labels),
            n_validation=len(self._held_labels),
            n_parameters=self._n_learning,
            n_steps=self.n_steps,
            steps_per_epoch=self.steps_per_epoch,
            labels=tuple(self._held_labels.tolist()),
        )

    def state(self) -> dict[str, object]:
        """Return weights, the optimizer's memory, and where in the epoch it is."""
        state = {"model": self._model.state_dict(), "optimizer": self._optimizer.state_dict()}
        return copy.deepcopy({**state, "batches": self._batches.state()})

    def restore(self, state: dict[str, object]) -> None:
        """Go back to what `state` returned."""
        state = copy.deepcopy(state)  # the optimizer goes on with the tensors that it is given
        self._model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._batches.restore(state["batches"])

    @functools.cached_property
    def _inputs(self) -> Tensor:
        if self._untaught:
            self._measure(self._pictures[0])
        return self._seen(self._pictures[0])

    @functools.cached_property
    def _held(self) -> Tensor:
        return self._seen(self._pictures[1])

    def _batches_of(self, pictures: np.ndarray) -> Iterator[Tensor]:
        """Yield pictures [N, S, S, 3] as the network wants them, a few at a time."""
        for first in range(0, len(pictures), AT_ONCE):
            pixels = torch.tensor(pictures[first : first + AT_ONCE]).permute(0, 3, 1, 2)
            inputs = self._as_input(pixels.float() / 255)
            yield inputs.contiguous(memory_format=torch.channels_last)

    @torch.no_grad()
    def _measure(self, pictures: np.ndarray) -> None:
        """Let batch norms whose weights were drawn by lot see what range their inputs have."""
        norms = [part for part in self._model.modules() if isinstance(part, nn.BatchNorm2d)]
        for norm in norms:
            norm.momentum = None  # the mean of all batches
            norm.reset_running_stats()
        order = torch.randperm(len(pictures), generator=runtime.generator(0)).numpy()
        self._model.train()
        for x in self._batches_of(pictures[order]):
            self._model.after(self._model.before(x, 0), 0)
        self._model.eval()

    @torch.no_grad()
    def _seen(self, pictures: np.ndarray) -> Tensor:
        """Return what the frozen part makes of pictures [N, S, S, 3]."""
        whole = []
        for x in self._batches_of(pictures):
            if self._n_frozen is None:
                x = self._model.after(self._model.before(x, 0), 0)
            elif self._n_frozen:
                x = self._model.before(x, self._n_frozen)
            whole.append(x)
        return torch.cat(whole)

    def _map(self, seen: Tensor) -> Tensor:
        """Return the last map [B, D, H, W] of what `_seen` returned."""
        if self._n_frozen is None:
            return seen
        inside = seen if self._n_frozen else self._model.before(seen, 0)
        return self._model.after(inside, self._n_frozen)

    @torch.no_grad()
    def _places(self) -> Tensor:
        """Return the logits of each place of the pictures held out, [N, C, H, W]."""
        layer = self._model.classifier
        return torch.cat(
            [
                cam.class_activation_maps(self._map(some), layer.weight, layer.bias)
                for some in self._held.split(AT_ONCE)
            ]
        )


def _frozen(model: EfficientNet | ResNet | Pixels, depth: str) -> int | None:
    """Return how many blocks don't learn; None: nothing but the last layer does."""
    return {"layer": None, "block": len(model.blocks) - 1, "all": 0}[depth]


def _learning(model: EfficientNet | ResNet | Pixels, depth: str) -> list[nn.Parameter]:
    """Return what learns of the pre-trained part."""
    if depth == "layer":
        return []
    parts = [model.blocks[-1], model.head]
    if depth == "all":
        parts = [model.stem, *model.blocks, model.head]
    return [weights for part in parts for weights in part.parameters()]


def _whole(labels: np.ndarray) -> Tensor:
    return torch.tensor(labels, dtype=torch.int64)
