"""Train an autoencoder: `python -m core.training.autoencoder ae3`.

    ae3-lecture    the lecture's MLP as the lecture trains it
    ae3            the same widths, trained well
    conv-lecture   the lecture's convolutions as the lecture trains them
    conv           the same layers, trained well
    dense32        convolutions around a dense code of 32 numbers

What "trained well" means, in the order of what it brings: a rate that rises and then falls to
nothing (one cycle); batch norm, without which a high rate kills the ReLUs and a low one crawls
(the convolutions ship without it again, folded into the lecture's layers); GELU for the narrow MLP,
and digits that are moved a little each time, so that it can't learn them by heart.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn
from tqdm import tqdm

from core.images import coding
from core.making import shipping
from core.models.autoencoder import (
    ConvAutoencoder,
    ConvAutoencoderConfig,
    DenseConvAutoencoder,
    MLPAutoencoder,
    MLPAutoencoderConfig,
    reconstruction_loss,
)
from core.training import evaluation
from core.training.folding import without_batch_norm
from core.training.loop import Recipe, train

PAPER = "Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647"
LECTURE = Recipe(epochs=100, learning_rate=1e-3, batch_size=128, weight_decay=1e-5, one_cycle=False)
TUNED_MLP = MLPAutoencoderConfig(activation="gelu", batch_norm=True)


@dataclass(frozen=True, slots=True)
class Preset:
    """A network and how to train it."""

    make: Callable[[], nn.Module]
    recipe: Recipe
    time_lapse: bool = False
    fold: bool = False  # ship without the batch norm it was trained with


PRESETS = {
    "ae3-lecture": Preset(MLPAutoencoder, LECTURE, time_lapse=True),
    "ae3": Preset(
        lambda: MLPAutoencoder(TUNED_MLP),
        Recipe(epochs=110, learning_rate=6e-2, batch_size=512, weight_decay=1e-3, augment=True),
        time_lapse=True,
    ),
    "conv-lecture": Preset(ConvAutoencoder, replace(LECTURE, epochs=40)),
    "conv": Preset(
        lambda: ConvAutoencoder(ConvAutoencoderConfig(batch_norm=True)),
        Recipe(epochs=60, learning_rate=6e-2, batch_size=128),
        fold=True,
    ),
    "dense32": Preset(
        DenseConvAutoencoder,
        Recipe(epochs=16, learning_rate=4e-3, batch_size=128, weight_decay=1e-2),
    ),
}


def loss(model: nn.Module, pixels: Tensor, _generator: Generator) -> Tensor:
    """Return the reconstruction loss of pixels [B, 28, 28] in [0, 1]."""
    x = coding.as_input(model, pixels)
    return reconstruction_loss(model(x).reconstruction, x)


def main() -> None:
    """Train one preset; write weights, time-lapse and manifest entries."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", choices=PRESETS)
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU; a second saves a third")
    parser.add_argument("--trial", action="store_true", help="print the score, write no file")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    name, preset = arguments.preset, PRESETS[arguments.preset]
    recipe = replace(preset.recipe, epochs=arguments.epochs or preset.recipe.epochs)
    validation = shipping.validation_images()
    model = shipping.seeded(preset.make, arguments.seed)
    moments = train(
        f"{name}-trial" if arguments.trial else name,
        model,
        loss,
        shipping.training_images(),
        recipe,
        seed=arguments.seed,
        resume=arguments.resume,
        observe=shipping.watcher(validation) if preset.time_lapse else None,
        validate=lambda model: evaluation.reconstruction_mse(model, validation),
    )
    if preset.fold:
        model = without_batch_norm(model)
    score = shipping.image_score(model, validation)
    tqdm.write(f"{name}: {score}")
    if arguments.trial:
        return
    command = f"python -m core.training.autoencoder {name} --seed {arguments.seed}"
    if arguments.epochs:
        command += f" --epochs {arguments.epochs}"
    shipping.ship(name, model, paper=PAPER, command=command, score=score)
    if preset.time_lapse:
        shipping.ship_moments(name, moments, paper=PAPER, command=command)


if __name__ == "__main__":
    main()
