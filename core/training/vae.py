"""Train a VAE: `python -m core.training.vae vae2-beta1`.

    vae2-beta0, vae2-beta1, vae2-beta4   Z = 2, fully connected: the latent walk
    vae3                                 Z = 3, fully connected: beside the lecture's 3 numbers
    vae16                                Z = 16, convolutional: quality

Each epoch draws black-and-white digits anew, a grey pixel being the probability of ink (dynamic
binarisation, Salakhutdinov & Murray 2008): Bernoulli pixels are what the likelihood is of, and
a digit that never looks the same twice can't be learnt by heart.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Generator, Tensor, nn
from tqdm import tqdm

from core.images import coding
from core.making import shipping
from core.models.vae import VAE, ConvVAE, VAEConfig, vae_loss
from core.training import evaluation
from core.training.loop import Recipe, train

PAPER = "Kingma & Welling 2013, arXiv:1312.6114"
PAPER_BETA = f"{PAPER}; Higgins et al. 2017, beta-VAE (ICLR)"
SMALL = Recipe(epochs=40, learning_rate=2e-3, batch_size=128)


@dataclass(frozen=True, slots=True)
class Preset:
    """A VAE and how to train it."""

    make: Callable[[], nn.Module]
    recipe: Recipe
    beta: float = 1.0
    time_lapse: bool = False


PRESETS = {
    "vae2-beta0": Preset(VAE, SMALL, beta=0.0),
    "vae2-beta1": Preset(VAE, replace(SMALL, epochs=60), time_lapse=True),
    "vae2-beta4": Preset(VAE, SMALL, beta=4.0),
    "vae3": Preset(lambda: VAE(VAEConfig(n_latent=3)), SMALL, time_lapse=True),
    "vae16": Preset(ConvVAE, Recipe(epochs=20, learning_rate=2e-3, batch_size=128)),
}


def loss_with(beta: float) -> Callable[[nn.Module, Tensor, Generator], Tensor]:
    """Return the loss of pixels [B, 28, 28] in [0, 1], binarised anew at each call."""

    def loss(model: nn.Module, pixels: Tensor, generator: Generator) -> Tensor:
        x = coding.as_input(model, torch.bernoulli(pixels, generator=generator))
        return vae_loss(model(x, generator=generator), x, beta=beta).total

    return loss


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
        loss_with(preset.beta),
        shipping.training_images(),
        recipe,
        seed=arguments.seed,
        resume=arguments.resume,
        observe=shipping.watcher(validation) if preset.time_lapse else None,
        validate=lambda model: evaluation.elbo_binarised(model, validation),
    )
    score = shipping.image_score(model, validation)
    score["validation_elbo_nats"] = round(evaluation.elbo_binarised(model, validation), 2)
    tqdm.write(f"{name}: {score}")
    if arguments.trial:
        return
    paper = PAPER if preset.beta == 1 else PAPER_BETA
    command = f"python -m core.training.vae {name} --seed {arguments.seed}"
    if arguments.epochs:
        command += f" --epochs {arguments.epochs}"
    shipping.ship(name, model, paper=paper, command=command, score=score)
    if preset.time_lapse:
        shipping.ship_moments(name, moments, paper=paper, command=command)


if __name__ == "__main__":
    main()
