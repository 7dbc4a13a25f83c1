"""Train one encoder four ways, told and not told: `python -m core.training.told digits`.

    told         cross-entropy on the labels
    ae           give back the picture
    denoising    give back the picture from a spoilt one
    both         the first two at once

Afterwards the encoder stands still, and the same two readers learn from its code, whatever made it:
a decoder, new for each, that must give back the picture, and a linear probe that must name the
kind. Both ship with the encoder.
"""

import argparse
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn
from tqdm import tqdm

from core import runtime
from core.images import coding, picture_sets
from core.images.picture_sets import Pictures
from core.jobs.live import Batches
from core.making import shipping
from core.models.autoencoder import MLPAutoencoder, reconstruction_loss
from core.models.two_ends import CONFIG, OBJECTIVES, TwoEnds, objective_loss
from core.training import evaluation, probing
from core.training.loop import Recipe, optimizer_of

PAPER = (
    "Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647; Vincent et al. 2008, "
    "doi:10.1145/1390156.1390294; Le, Patterson & White 2018, NeurIPS 31"
)
SOURCES = {
    "digits": shipping.SOURCE,
    "clothes": "trained by this project on Fashion-MNIST train[10000:55000] (MIT)",
    "animals": "trained by this project on the PyPI package animal-shape-mnist 0.39 (MIT)",
}
N_STEPS = 1_056  # six times all the digits
RECIPE = Recipe(epochs=6, learning_rate=6e-3, batch_size=256, weight_decay=1e-2)
READER_SEED = 1_000  # added to the seed for the decoder trained afterwards


def pixels_of(pictures: Pictures) -> Tensor:
    """Return pictures as pixels [N, P] in [-1, 1], as the networks take them."""
    return torch.tensor(pictures.images).float().flatten(1) / 127.5 - 1


def labels_of(pictures: Pictures) -> Tensor:
    """Return what they show, [N], 0..9."""
    return torch.tensor(pictures.labels).long()


def learn(
    module: nn.Module,
    loss: Callable[[Tensor], Tensor],
    n_pictures: int,
    generator: Generator,
    n_steps: int,
) -> None:
    """Change a module until the loss of any rows [B] of the pictures is small."""
    batches = Batches(n_pictures, RECIPE.batch_size, generator)
    optimizer, schedule = optimizer_of(module, RECIPE, n_steps)
    module.train()
    for _ in range(n_steps):
        optimizer.zero_grad()
        loss(batches.next()).backward()
        optimizer.step()
        if schedule:
            schedule.step()
    module.eval()


def trained(objective: str, pictures: Pictures, seed: int, *, n_steps: int = N_STEPS) -> TwoEnds:
    """Return a network whose encoder an objective made; its readers learned afterwards.

    Args:
        objective: one of `core.models.two_ends.OBJECTIVES`.
        pictures: to learn from.
        seed: of first weights, order and noise.
        n_steps: of the encoder, and as many of the decoder afterwards.
    """
    x, labels = pixels_of(pictures), labels_of(pictures)
    model = shipping.seeded(TwoEnds, seed).cpu()
    generator = runtime.generator(seed)

    def asked(rows: Tensor) -> Tensor:
        return objective_loss(objective, model, x[rows], labels[rows], generator)

    learn(model, asked, len(x), generator, n_steps)
    codes = codes_of(model, x)
    decoder = shipping.seeded(lambda: MLPAutoencoder(CONFIG), seed + READER_SEED).cpu().decoder

    def given_back(rows: Tensor) -> Tensor:
        return reconstruction_loss(decoder(codes[rows]), x[rows])

    learn(decoder, given_back, len(x), runtime.generator(seed + READER_SEED), n_steps)
    model.autoencoder.decoder = decoder
    probe = probing.linear_probe(codes, labels, codes)
    model.head.load_state_dict({"weight": probe.weight, "bias": probe.bias})
    return model.eval().requires_grad_(False)


@torch.inference_mode()
def codes_of(model: TwoEnds, x: Tensor) -> Tensor:
    """Return the codes [N, Z] of pixels [N, P] in [-1, 1]."""
    device = model.head.weight.device
    chunks = [model.autoencoder.encode(some.to(device)) for some in x.split(evaluation.CHUNK)]
    return torch.cat(chunks).cpu()


def shipped_probe(model: TwoEnds) -> probing.Probe:
    """Return the linear probe that a network ships with."""
    return probing.Probe(model.head.weight.detach().cpu(), model.head.bias.detach().cpu())


def scored(model: TwoEnds, pictures: Pictures) -> tuple[float, float]:
    """Return accuracy of the probe and squared error a pixel in [0, 1] of the decoder."""
    codes = codes_of(model, pixels_of(pictures))
    probe = shipped_probe(model)
    back = coding.decode(model.autoencoder, codes.to(model.head.weight.device)).cpu()
    error = (back - torch.tensor(pictures.images) / 255).square().mean(dtype=torch.float64)
    return probing.accuracy(probe, codes, labels_of(pictures)), float(error)


def main() -> None:
    """Train the four of one set of pictures; write their weights and manifest entry."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", choices=picture_sets.NAMES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trial", action="store_true", help="print the scores, write no file")
    arguments = parser.parse_args()
    name, seed = arguments.pictures, arguments.seed
    pictures, unseen = (
        read(name) for read in (picture_sets.training_pictures, picture_sets.unseen_pictures)
    )
    four = nn.ModuleDict({one: trained(one, pictures, seed) for one in OBJECTIVES})
    shipping.as_shipped(four)
    score = {}
    for one in OBJECTIVES:
        right, error = scored(four[one], unseen)  # type: ignore[arg-type] # a TwoEnds
        tqdm.write(f"{name} {one:10} probe {right:.4f} decoder {error:.5f}")
        score |= {f"unseen_probe_{one}": round(right, 4), f"unseen_mse_{one}": round(error, 5)}
    if not arguments.trial:
        command = f"python -m core.training.told {name} --seed {seed}"
        shipping.ship(
            f"told-{name}",
            four,
            paper=PAPER,
            command=command,
            score=score,
            source=SOURCES[name],
        )


if __name__ == "__main__":
    main()
