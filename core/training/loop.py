"""The loop that every image model is trained by.

The digits lie as one tensor of bytes on the device; a batch is one `index_select`. After each
epoch all that the next one depends on goes into a checkpoint (weights, optimizer, schedule,
randomness, the moments of the time-lapse), so that a run that was stopped and resumed ends with
the same bits as one that was not.
"""

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from tqdm import tqdm

from core import runtime
from core.training.augmentation import random_affine

CHECKPOINTS = Path(__file__).parent.parent.parent / "checkpoints"  # git ignores it

# Loss of a batch [B, 28, 28] of pixels in [0, 1]; randomness, if any, from the generator.
Loss = Callable[[nn.Module, Tensor, Generator], Tensor]
# What the time-lapse keeps of a moment: codes [2000, Z] and the validation error, a scalar.
Observe = Callable[[nn.Module], tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    With `one_cycle` (Smith & Topin 2017, arXiv:1708.07120) the rate rises over the first tenth of
    the steps to `learning_rate` and then falls to almost nothing, under AdamW. Without it, the
    lecture's way: a constant rate, under Adam.
    """

    epochs: int
    learning_rate: float
    batch_size: int = 128
    weight_decay: float = 0.0
    one_cycle: bool = True
    augment: bool = False  # move each digit a little, each time anew


@dataclass
class Moments:
    """What the time-lapse shows: some moments of training, denser early."""

    epochs: list[float] = field(default_factory=list)
    codes: list[Tensor] = field(default_factory=list)  # float16 [2000, Z] each
    errors: list[Tensor] = field(default_factory=list)  # scalars


def moments_of(n_steps: int, n_moments: int = 40) -> list[int]:
    """Return the steps to keep: 0, then evenly spaced in the logarithm, up to the last."""
    spaced = torch.logspace(0, float(torch.tensor(n_steps).log10()), n_moments - 1)
    return sorted({0, *(round(float(step)) for step in spaced), n_steps})


def optimizer_of(
    model: nn.Module, recipe: Recipe, n_steps: int
) -> tuple[torch.optim.Optimizer, LRScheduler | None]:
    """Return the optimizer and, for a one-cycle recipe, its schedule over `n_steps` steps."""
    if not recipe.one_cycle:
        return torch.optim.Adam(
            model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        ), None
    optimizer = torch.optim.AdamW(
        model.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
    )
    schedule = OneCycleLR(optimizer, recipe.learning_rate, total_steps=n_steps, pct_start=0.1)
    return optimizer, schedule


def train_epoch(
    model: nn.Module,
    loss: Loss,
    images: Tensor,
    recipe: Recipe,
    *,
    optimizer: torch.optim.Optimizer,
    schedule: LRScheduler | None,
    generator: Generator,
    after_step: Callable[[], None] = lambda: None,
) -> float:
    """Show each digit once, in random order; return the mean loss.

    Args:
        model: is changed.
        loss: of a batch.
        images: uint8 [N, 28, 28], on the model's device.
        recipe: batch size and augmentation are read from it.
        optimizer: is changed.
        schedule: is changed; None for a constant rate.
        generator: order, augmentation and noise, on the model's device.
        after_step: called after each step.
    """
    model.train()
    total = torch.zeros((), device=images.device)
    order = torch.randperm(len(images), generator=generator, device=images.device)
    batches = order.split(recipe.batch_size)
    for batch in batches:
        pixels = images[batch].float().div_(255)
        if recipe.augment:
            pixels = random_affine(pixels, generator)
        value = loss(model, pixels, generator)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        if schedule:
            schedule.step()
        total += value.detach()  # read once an epoch: each read would make a GPU wait
        after_step()
    return float(total) / len(batches)


def train(
    name: str,
    model: nn.Module,
    loss: Loss,
    images: Tensor,
    recipe: Recipe,
    *,
    seed: int,
    resume: bool = False,
    observe: Observe | None = None,
    validate: Callable[[nn.Module], float] | None = None,
    folder: Path = CHECKPOINTS,
    stop_after: int | None = None,
) -> Moments:
    """Train a model in place, with a progress bar and a checkpoint each epoch.

    Args:
        name: of the checkpoint.
        model: on its device.
        loss: of a batch.
        images: uint8 [N, 28, 28], on the model's device.
        recipe: how.
        seed: of order, augmentation and noise; the model comes with its first weights.
        resume: go on from the checkpoint, if there is one.
        observe: looks at the model at some 40 moments, for the time-lapse.
        validate: error on the validation digits, shown in the progress bar every fifth epoch.
        folder: of checkpoints.
        stop_after: stop as if interrupted after this many epochs.

    Raises:
        RuntimeError: the checkpoint is of another recipe or seed.
    """
    device = images.device
    generator = runtime.generator(seed, device)
    steps_per_epoch = -(-len(images) // recipe.batch_size)
    optimizer, schedule = optimizer_of(model, recipe, steps_per_epoch * recipe.epochs)
    moments, first_epoch = Moments(), 0
    wanted = set(moments_of(steps_per_epoch * recipe.epochs)) if observe else set()
    checkpoint = folder / f"{name}.pt"
    setting = {**dataclasses.asdict(recipe), "seed": seed, "n_images": len(images)}
    if resume and checkpoint.exists():
        kept = torch.load(checkpoint, map_location=device, weights_only=True)
        if kept["setting"] != setting:
            raise RuntimeError(f"{checkpoint} was trained by {kept['setting']}, not {setting}.")
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        if schedule:
            schedule.load_state_dict(kept["schedule"])
        generator.set_state(kept["generator"].cpu())
        moments, first_epoch = Moments(**kept["moments"]), kept["epoch"]

    step = first_epoch * steps_per_epoch

    def look() -> None:
        if observe is None or step not in wanted:
            return
        model.eval()
        codes, error = observe(model)
        model.train()
        moments.epochs.append(step / steps_per_epoch)
        moments.codes.append(codes.to("cpu", torch.float16))
        moments.errors.append(error.cpu())

    def count_and_look() -> None:
        nonlocal step
        step += 1
        look()

    if step == 0:
        look()
    last = min(recipe.epochs, stop_after or recipe.epochs)
    with tqdm(total=recipe.epochs, initial=first_epoch, desc=name, unit="epoch") as bar:
        for epoch in range(first_epoch, last):
            mean_loss = train_epoch(
                model,
                loss,
                images,
                recipe,
                optimizer=optimizer,
                schedule=schedule,
                generator=generator,
                after_step=count_and_look,
            )
            _save(
                checkpoint,
                {
                    "setting": setting,
                    "epoch": epoch + 1,
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict() if schedule else {},
                    "generator": generator.get_state(),
                    "moments": dataclasses.asdict(moments),
                },
            )
            shown = {"loss": f"{mean_loss:.4f}"}
            if validate and (epoch % 5 == 4 or epoch + 1 == last):
                model.eval()
                shown["validation"] = f"{validate(model):.5f}"
            bar.set_postfix(shown)
            bar.update()
    model.eval()
    return moments


def _save(checkpoint: Path, state: dict[str, object]) -> None:
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    half = checkpoint.with_suffix(f".{os.getpid()}")
    torch.save(state, half)
    half.replace(checkpoint)  # an interrupted write leaves the old checkpoint
