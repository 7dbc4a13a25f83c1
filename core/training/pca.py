"""Fit PCA: `python -m core.training.pca`. Seconds; there is nothing to choose."""

import argparse

from core.making import shipping
from core.models.pca import PCA
from core.training import evaluation

PAPER = "Pearson 1901, doi:10.1080/14786440109462720; Hotelling 1933, doi:10.1037/h0071325"
N_LATENT = 32


def main() -> None:
    """Fit on the training digits; write the weights and their manifest entry."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    images = shipping.training_images()
    pca = PCA.fit(evaluation.as_pixels(images).flatten(1), N_LATENT).eval()
    score = shipping.image_score(pca, shipping.validation_images())
    shipping.ship("pca32", pca, paper=PAPER, command="python -m core.training.pca", score=score)


if __name__ == "__main__":
    main()
