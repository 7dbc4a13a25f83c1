"""From a trained model to the files that ship: weights, time-lapse, manifest entries."""

import dataclasses
from collections.abc import Callable, Collection, Mapping

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from core import assets, runtime
from core.images import coding, datasets
from core.training import evaluation
from core.training.loop import Moments, Observe

LICENCE = "Apache-2.0"
SOURCE = "trained by this project on MNIST train[10000:55000] (CC BY-SA 3.0)"
MANY = 500_000  # numbers of a network
N_WATCHED = 2_000  # sample digits whose codes the time-lapse keeps


def seeded(make: Callable[[], nn.Module], seed: int) -> nn.Module:
    """Return a model with first weights drawn by `seed`.

    torch draws them from the global source of randomness, which is put back as it was.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make().to(runtime.device(), memory_format=torch.channels_last)


def training_images(n: int | None = None) -> Tensor:
    """Return the first `n` training digits, uint8 [n, 28, 28], on the device."""
    return torch.tensor(datasets.training_digits().images[:n], device=runtime.device())


def validation_images() -> Tensor:
    """Return the validation digits, uint8 [5000, 28, 28], on the device."""
    return torch.tensor(datasets.validation_digits().images, device=runtime.device())


def watcher(validation: Tensor) -> Observe:
    """Return what looks at a model for the time-lapse."""
    watched = torch.tensor(datasets.sample_digits().images[:N_WATCHED], device=validation.device)

    def observe(model: nn.Module) -> tuple[Tensor, Tensor]:
        error = evaluation.reconstruction_mse(model, validation)
        return evaluation.codes_of(model, watched), torch.tensor(error)

    return observe


def kept(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return what ships of a model's numbers: of more than `MANY`, matrices in half precision."""
    if sum(value.numel() for value in state.values()) <= MANY:
        return dict(state)
    return {key: value.half() if value.ndim > 1 else value for key, value in state.items()}


def as_shipped(model: nn.Module) -> nn.Module:
    """Round a model to the numbers that `ship` keeps of it, in place; what is scored is what ships.

    Half precision turns one answer in thousands round.
    """
    model.load_state_dict(kept(model.state_dict()))
    return model


def ship(
    name: str,
    model: nn.Module,
    *,
    paper: str,
    command: str,
    score: dict[str, float],
    source: str = SOURCE,
    made_from: Collection[str] = (),
    began_from: Collection[str] = (),
) -> None:
    """Write assets/weights/NAME.safetensors and its manifest entry.

    Networks of more than `MANY` numbers keep their matrices in half precision: half the bytes of
    the repository, and the score hardly changes (`as_shipped`). Biases and statistics stay as they
    are, and so does what the model computes in. Other arguments as for `assets.register`.
    """
    file = f"weights/{name}.safetensors"
    (assets.FOLDER / file).parent.mkdir(parents=True, exist_ok=True)
    state = {key: value.detach().cpu().contiguous() for key, value in model.state_dict().items()}
    config = getattr(model, "config", None)
    meta = {"config": str(dataclasses.asdict(config))} if config else None
    save_file(kept(state), assets.FOLDER / file, metadata=meta)
    assets.register(
        file,
        licence=LICENCE,
        source=source,
        paper=paper,
        command=command,
        made_from=made_from,
        began_from=began_from,
        score=score,
    )


def ship_moments(name: str, moments: Moments, *, paper: str, command: str) -> None:
    """Write assets/samples/timelapse-NAME.safetensors and its manifest entry."""
    file = f"samples/timelapse-{name}.safetensors"
    tensors = {
        "codes": torch.stack(moments.codes),  # float16 [M, 2000, Z]
        "epochs": torch.tensor(moments.epochs, dtype=torch.float32),  # [M]
        "validation_mse": torch.stack(moments.errors).float(),  # [M], pixels in [0, 1]
    }
    save_file(tensors, assets.FOLDER / file)
    assets.register(
        file,
        licence=LICENCE,
        source=SOURCE,
        paper=paper,
        command=command,
        made_from=datasets.SAMPLE_FILES,
    )


def image_score(model: coding.ImageModel, validation: Tensor) -> dict[str, float]:
    """Return the score that a training run writes: the error on the validation digits."""
    return {"validation_mse": round(evaluation.reconstruction_mse(model, validation), 5)}
