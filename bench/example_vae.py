"""The peer of vae16: the VAE of PyTorch's examples, 784-400-20, trained as long as ours.

    python -m bench.example_vae            # trains it, as many epochs as vae16; resumable

Fully connected, ReLU, Adam 1e-3, batches of 128: the example's network and recipe. It sees the
same digits as ours, binarised anew each time, since that is what both are measured on. It lies
in checkpoints/bench, under its number of epochs, and is trained when it is asked for and absent.
"""

import argparse
import re
from pathlib import Path

import torch
from torch import nn

from core import assets
from core.making import shipping
from core.models.vae import VAE, VAEConfig
from core.training import vae
from core.training.loop import CHECKPOINTS, Recipe, train

FOLDER = CHECKPOINTS / "bench"
N_PIXELS, N_HIDDEN, N_LATENT = 784, 400, 20
SEED = 0


class ExampleVAE(VAE):
    """784 -> 400 -> mean, logvar of 20 -> 400 -> 784."""

    def __init__(self) -> None:
        """Build untrained layers; one Linear gives mean and logvar, as two of half its width."""
        super().__init__(
            VAEConfig(encoder_hidden=(N_HIDDEN,), decoder_hidden=(N_HIDDEN,), n_latent=N_LATENT)
        )
        self.encoder = _mlp(N_PIXELS, 2 * N_LATENT)
        self.decoder = _mlp(N_LATENT, N_PIXELS)


def _mlp(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(n_in, N_HIDDEN), nn.ReLU(), nn.Linear(N_HIDDEN, n_out))


def epochs_of_vae16() -> int:
    """Return for how many epochs the shipped vae16 was trained, by its command in the manifest."""
    command = str(assets.manifest().get("weights/vae16.safetensors", {}).get("command", ""))
    given = re.search(r"--epochs[ =](\d+)", command)
    return int(given[1]) if given else vae.PRESETS["vae16"].recipe.epochs


def trained(n_epochs: int, *, folder: Path = FOLDER) -> ExampleVAE:
    """Return the example after so many epochs, trained now where no checkpoint lies in `folder`."""
    model = shipping.seeded(ExampleVAE, SEED)
    recipe = Recipe(epochs=n_epochs, learning_rate=1e-3, batch_size=128, one_cycle=False)
    train(
        f"example-vae-{n_epochs}",
        model,
        vae.loss_with(beta=1.0),
        shipping.training_images(),
        recipe,
        seed=SEED,
        resume=True,
        folder=folder,
    )
    return model


def main() -> None:
    """Train it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of the CPU")
    torch.set_num_threads(parser.parse_args().threads)
    trained(epochs_of_vae16())


if __name__ == "__main__":
    main()
