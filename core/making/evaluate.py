"""Measure shipped image models on t10k: `python -m core.making.evaluate`.

For each: squared error (pixels in [0, 1]), 5-NN accuracy of the code (neighbours: the 50,000
digits of training and validation), and for a VAE the evidence lower bound in nats. With --write
the figures go into the manifest; t10k is meant to be looked at once, when all choices are made.
"""

import argparse

import torch

from core import assets, runtime
from core.images import datasets
from core.inference.codes import MODELS
from core.models.vae import VAE, ConvVAE
from core.training import evaluation


def score(name: str) -> dict[str, float]:
    """Return a shipped model's figures on t10k."""
    model, device = MODELS[name](), runtime.device()
    reference, test = datasets.reference_digits(), datasets.test_digits()
    images = torch.tensor(test.images, device=device)
    found = {
        "test_mse": round(evaluation.reconstruction_mse(model, images), 5),
        "test_knn5": evaluation.knn_accuracy(
            evaluation.codes_of(model, torch.tensor(reference.images, device=device)),
            torch.tensor(reference.labels, device=device),
            evaluation.codes_of(model, images),
            torch.tensor(test.labels, device=device),
        ),
    }
    if isinstance(model, VAE | ConvVAE):
        found["test_elbo_nats"] = round(evaluation.elbo_binarised(model, images), 2)
    return found


def main() -> None:
    """Print a line a model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {sorted(MODELS)}; default: all"
    )
    parser.add_argument("--write", action="store_true", help="into the manifest")
    arguments = parser.parse_args()
    for name in arguments.names or MODELS:
        found = score(name)
        print(f"{name:14}", *(f"{figure} {value:.5g}" for figure, value in found.items()))
        if arguments.write:
            assets.set_score(f"weights/{name}.safetensors", found)


if __name__ == "__main__":
    main()
