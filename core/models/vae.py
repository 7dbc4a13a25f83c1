"""Variational autoencoder (Kingma & Welling 2013, arXiv:1312.6114).

    x [B, P] -> mean, logvar [B, Z] -> z [B, Z] -> logits [B, P]

The encoder answers not with a point but with a cloud, q(z|x) = N(mean, exp(logvar)); the decoder
sees one random point of it. The loss asks for two things at once: the digit must come back, and
the clouds together must look like the prior N(0, I). So the space between digits gets used, and
a point drawn from the prior decodes to a digit.

B batch, P pixels, Z latent dimensions. Pixels are probabilities of ink, in [0, 1].
Trained by core/training/vae.py.
"""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

SIDE = 28  # pixels of a digit, each way


class VAEOutput(NamedTuple):
    """What one pass through a VAE gives."""

    logits: Tensor  # [B, P] or [B, 1, 28, 28], as the input, before the sigmoid
    mean: Tensor  # [B, Z]
    logvar: Tensor  # [B, Z], log of the variance (not of the deviation)


class VAELoss(NamedTuple):
    """The two sides of the bargain, averaged over the batch, and their sum."""

    reconstruction: Tensor  # nats a digit: -log p(x|z)
    kl: Tensor  # nats a digit: KL(q(z|x) || p(z))
    total: Tensor  # reconstruction + beta * kl; for beta 1 it is -ELBO


@dataclass(frozen=True, slots=True)
class VAEConfig:
    """Fully connected layers; small enough for a browser to decode while the mouse moves."""

    n_pixels: int = SIDE * SIDE
    encoder_hidden: tuple[int, ...] = (512, 256)
    decoder_hidden: tuple[int, ...] = (64, 128, 256)
    n_latent: int = 2  # two, so that the whole space fits on a screen


class VAE(nn.Module):
    """Fully connected VAE."""

    def __init__(self, config: VAEConfig | None = None) -> None:
        """Build untrained layers; without a config, those of the shipped Z = 2."""
        super().__init__()
        self.config = config = config or VAEConfig()
        self.encoder = _mlp((config.n_pixels, *config.encoder_hidden, 2 * config.n_latent))
        self.decoder = _mlp((config.n_latent, *config.decoder_hidden, config.n_pixels))

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and logvar [B, Z] of q(z|x) for pixels [B, P] in [0, 1]."""
        mean, logvar = self.encoder(x).chunk(2, dim=-1)
        return mean, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Return logits [B, P] of p(x|z)."""
        return self.decoder(z)

    def forward(self, x: Tensor, *, generator: Generator | None = None) -> VAEOutput:
        """Encode, take one sample, decode. Noise comes from `generator`, on x's device."""
        mean, logvar = self.encode(x)
        return VAEOutput(self.decode(sample(mean, logvar, generator)), mean, logvar)


@dataclass(frozen=True, slots=True)
class ConvVAEConfig:
    """The shipped network with 16 numbers, for quality."""

    n_first: int = 16  # channels at 14 x 14
    n_second: int = 32  # channels at 7 x 7
    n_hidden: int = 256  # width of the fully connected layer beside the code
    n_latent: int = 16


class ConvVAE(nn.Module):
    """Convolutional VAE, x [B, 1, 28, 28]."""

    def __init__(self, config: ConvVAEConfig | None = None) -> None:
        """Build untrained layers; without a config, the shipped ones."""
        super().__init__()
        self.config = config = config or ConvVAEConfig()
        a, b, n_hidden = config.n_first, config.n_second, config.n_hidden
        self.encoder = nn.Sequential(  # [B, 1, 28, 28]
            nn.Conv2d(1, a, kernel_size=4, stride=2, padding=1),  # [B, 16, 14, 14]
            nn.GELU(),
            nn.Conv2d(a, b, kernel_size=4, stride=2, padding=1),  # [B, 32, 7, 7]
            nn.GELU(),
            nn.Flatten(),  # [B, 1568]
            nn.Linear(b * 7 * 7, n_hidden),
            nn.GELU(),
            nn.Linear(n_hidden, 2 * config.n_latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(config.n_latent, n_hidden),
            nn.GELU(),
            nn.Linear(n_hidden, b * 7 * 7),
            nn.GELU(),
            nn.Unflatten(1, (b, 7, 7)),
            # A kernel of 4 at stride 2 covers each pixel equally often: no chessboard.
            nn.ConvTranspose2d(b, a, kernel_size=4, stride=2, padding=1),  # [B, 16, 14, 14]
            nn.GELU(),
            nn.ConvTranspose2d(a, 1, kernel_size=4, stride=2, padding=1),  # [B, 1, 28, 28]
        )

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and logvar [B, Z] of q(z|x) for pixels [B, 1, 28, 28] in [0, 1]."""
        mean, logvar = self.encoder(x).chunk(2, dim=-1)
        return mean, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Return logits [B, 1, 28, 28] of p(x|z)."""
        return self.decoder(z)

    def forward(self, x: Tensor, *, generator: Generator | None = None) -> VAEOutput:
        """Encode, take one sample, decode. Noise comes from `generator`, on x's device."""
        mean, logvar = self.encode(x)
        return VAEOutput(self.decode(sample(mean, logvar, generator)), mean, logvar)


def _mlp(widths: tuple[int, ...]) -> nn.Sequential:
    layers = nn.Sequential()
    for n_in, n_out in itertools.pairwise(widths):
        layers.extend([nn.Linear(n_in, n_out), nn.GELU()])
    return layers[:-1]  # the last layer is linear: means, logvars and logits are any number


def sample(mean: Tensor, logvar: Tensor, generator: Generator | None = None) -> Tensor:
    """Draw z ~ N(mean, exp(logvar)), [B, Z], so that gradients pass (section 2.4).

    The randomness stands outside, z = mean + deviation * noise: the reparameterisation.
    """
    noise = torch.empty_like(mean).normal_(generator=generator)
    return mean + (0.5 * logvar).exp() * noise


def negative_log_likelihood(logits: Tensor, x: Tensor) -> Tensor:
    """Return -log p(x|z) of Bernoulli pixels in nats, [B] (appendix C.1)."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(-1)


def kl_per_dimension(mean: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mean_i, exp(logvar_i)) || N(0, 1)) in nats, [B, Z] (appendix B)."""
    return 0.5 * (mean.square() + logvar.exp() - 1.0 - logvar)


def kl_to_prior(mean: Tensor, logvar: Tensor) -> Tensor:
    """Return KL(N(mean, exp(logvar)) || N(0, I)) in nats, [B] (appendix B)."""
    return kl_per_dimension(mean, logvar).sum(-1)


def elbo(output: VAEOutput, x: Tensor) -> Tensor:
    """Return the evidence lower bound of each digit in nats, [B] (eq. 3, one sample of z)."""
    return -negative_log_likelihood(output.logits, x) - kl_to_prior(output.mean, output.logvar)


def vae_loss(output: VAEOutput, x: Tensor, *, beta: float = 1.0) -> VAELoss:
    """Return both terms and their sum, in nats a digit.

    `beta` weighs the prior against the picture (Higgins et al. 2017, beta-VAE): 0 forgets the
    prior, 1 is the bound of the paper, more than 1 keeps less about each digit.
    """
    reconstruction = negative_log_likelihood(output.logits, x).mean()
    kl = kl_to_prior(output.mean, output.logvar).mean()
    return VAELoss(reconstruction, kl, reconstruction + beta * kl)
