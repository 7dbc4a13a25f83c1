"""Principal component analysis (Pearson 1901; Hotelling 1933): the linear autoencoder.

    x [B, P] -> code [B, Z] -> reconstruction [B, P]

The best that a straight line, plane or hyperplane can do: of all linear maps to Z numbers and
back, this one has the least squared error (Baldi & Hornik 1989). Every network of the lab with a
code of Z numbers has to beat it. Fitted, not trained, by core/training/pca.py.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn


class PCAOutput(NamedTuple):
    """What one pass through the hyperplane gives."""

    reconstruction: Tensor  # [B, P], as the input; may leave [0, 1] a little
    code: Tensor  # [B, Z]


class PCA(nn.Module):
    """Mean and directions of largest variance, the largest first."""

    mean: Tensor  # [P]
    components: Tensor  # [Z, P], orthonormal

    def __init__(self, n_pixels: int = 28 * 28, n_latent: int = 32) -> None:
        """Hold room for a mean and `n_latent` directions."""
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_pixels))
        self.register_buffer("components", torch.zeros(n_latent, n_pixels))

    @classmethod
    def fit(cls, x: Tensor, n_latent: int) -> "PCA":
        """Find the `n_latent` directions of largest variance of x [N, P]."""
        pca = cls(x.shape[1], n_latent)
        mean = x.double().mean(0)
        centred = x.double() - mean
        _, vectors = torch.linalg.eigh(centred.T @ centred / len(x))  # ascending
        components = vectors.T.flip(0)[:n_latent]
        # An eigenvector's sign is free: make its largest entry positive, the same everywhere.
        largest = components.gather(1, components.abs().argmax(1, keepdim=True))
        pca.mean, pca.components = mean.to(x), (components * largest.sign()).to(x)
        return pca

    def first(self, n_latent: int) -> "PCA":
        """Return the PCA that keeps only the first `n_latent` numbers."""
        pca = PCA(len(self.mean), n_latent)
        pca.mean, pca.components = self.mean, self.components[:n_latent]
        return pca

    def encode(self, x: Tensor) -> Tensor:
        """Return the code [B, Z] of pixels [B, P] in [0, 1]."""
        return (x - self.mean) @ self.components.T

    def decode(self, code: Tensor) -> Tensor:
        """Return pixels [B, P] for a code [B, Z]."""
        return self.mean + code @ self.components

    def forward(self, x: Tensor) -> PCAOutput:
        """Squeeze pixels [B, P] through the code and back."""
        code = self.encode(x)
        return PCAOutput(self.decode(code), code)
