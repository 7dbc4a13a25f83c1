"""Autoencoders (Hinton & Salakhutdinov 2006, doi:10.1126/science.1127647).

    x [B, P] -> code [B, Z] -> reconstruction [B, P]

A network that must give back its own input after squeezing it through a few numbers, the code.
Whatever those numbers keep is what the network found worth knowing about digits. Three of them:

- `MLPAutoencoder`: fully connected, a code of three numbers, which can be looked at;
- `ConvAutoencoder`: convolutions only; its code of 32 numbers is still a tiny picture, [8, 2, 2];
- `DenseConvAutoencoder`: convolutions around a fully connected layer, so that each of the 32
  numbers may speak about the whole picture.

B batch, P pixels, Z latent dimensions. Pixels lie in [-1, 1] on both sides (Tanh).
Trained by core/training/autoencoder.py.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

SIDE = 28  # pixels of a digit, each way

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU}


class AutoencoderOutput(NamedTuple):
    """What one pass through an autoencoder gives."""

    reconstruction: Tensor  # [B, P] or [B, 1, 28, 28], as the input, in [-1, 1]
    code: Tensor  # [B, Z]


@dataclass(frozen=True, slots=True)
class MLPAutoencoderConfig:
    """The lecture's network."""

    n_pixels: int = SIDE * SIDE
    hidden: tuple[int, ...] = (128, 64, 12)  # widths from the pixels to the code
    n_latent: int = 3  # three, so that the whole space fits into a plot
    activation: str = "relu"
    batch_norm: bool = False  # after each hidden layer, before the activation


class MLPAutoencoder(nn.Module):
    """784 -> 128 -> 64 -> 12 -> 3 -> 12 -> 64 -> 128 -> 784."""

    def __init__(self, config: MLPAutoencoderConfig | None = None) -> None:
        """Build untrained layers; without a config, the lecture's."""
        super().__init__()
        self.config = config = config or MLPAutoencoderConfig()
        widths = (config.n_pixels, *config.hidden, config.n_latent)
        self.encoder = self._layers(widths)
        self.decoder = self._layers(widths[::-1])
        self.decoder.append(nn.Tanh())

    def _layers(self, widths: tuple[int, ...]) -> nn.Sequential:
        layers = nn.Sequential()
        for n_in, n_out in itertools.pairwise(widths):
            layers.append(nn.Linear(n_in, n_out))
            if self.config.batch_norm:
                layers.append(nn.BatchNorm1d(n_out))
            layers.append(ACTIVATIONS[self.config.activation]())
        # The last layer is linear: a code may be any number, and Tanh wants any number.
        return layers[: -2 if self.config.batch_norm else -1]

    def encode(self, x: Tensor) -> Tensor:
        """Return the code [B, Z] of pixels [B, P] in [-1, 1]."""
        return self.encoder(x)

    def decode(self, code: Tensor) -> Tensor:
        """Return pixels [B, P] in [-1, 1] for a code [B, Z]."""
        return self.decoder(code)

    def forward(self, x: Tensor) -> AutoencoderOutput:
        """Squeeze pixels [B, P] through the code and back."""
        code = self.encode(x)
        return AutoencoderOutput(self.decode(code), code)


@dataclass(frozen=True, slots=True)
class ConvAutoencoderConfig:
    """The lecture's network."""

    n_first: int = 16  # channels next to the pixels
    n_second: int = 8  # channels of the code
    batch_norm: bool = False  # before each ReLU; while training only, see core/training/folding.py


class ConvAutoencoder(nn.Module):
    """Strided convolutions down to [8, 2, 2], transposed ones back up."""

    def __init__(self, config: ConvAutoencoderConfig | None = None) -> None:
        """Build untrained layers; without a config, the lecture's."""
        super().__init__()
        self.config = config = config or ConvAutoencoderConfig()
        a, b = config.n_first, config.n_second
        self.encoder = nn.Sequential(  # [B, 1, 28, 28]
            nn.Conv2d(1, a, kernel_size=3, stride=3, padding=1),  # [B, 16, 10, 10]
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=2),  # [B, 16, 5, 5]
            nn.Conv2d(a, b, kernel_size=3, stride=2, padding=1),  # [B, 8, 3, 3]
            nn.ReLU(),
            nn.MaxPool2d(kernel_size=2, stride=1),  # [B, 8, 2, 2]
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(b, a, kernel_size=3, stride=2),  # [B, 16, 5, 5]
            nn.ReLU(),
            nn.ConvTranspose2d(a, b, kernel_size=5, stride=3, padding=1),  # [B, 8, 15, 15]
            nn.ReLU(),
            nn.ConvTranspose2d(b, 1, kernel_size=2, stride=2, padding=1),  # [B, 1, 28, 28]
            nn.Tanh(),
        )
        if config.batch_norm:
            self.encoder = _normalised(self.encoder)
            self.decoder = _normalised(self.decoder)

    def encode(self, x: Tensor) -> Tensor:
        """Return the code [B, 32], the flat form of [B, 8, 2, 2], of [B, 1, 28, 28] in [-1, 1]."""
        return self.encoder(x).flatten(1)

    def decode(self, code: Tensor) -> Tensor:
        """Return pixels [B, 1, 28, 28] in [-1, 1] for a code [B, 32]."""
        return self.decoder(code.unflatten(1, (self.config.n_second, 2, 2)))

    def forward(self, x: Tensor) -> AutoencoderOutput:
        """Squeeze pixels [B, 1, 28, 28] through the code and back."""
        code = self.encode(x)
        return AutoencoderOutput(self.decode(code), code)


def _normalised(layers: nn.Sequential) -> nn.Sequential:
    """Return the layers with a batch norm before each ReLU."""
    found, n_channels = nn.Sequential(), 0
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            n_channels = layer.out_channels
        elif isinstance(layer, nn.ReLU):
            found.append(nn.BatchNorm2d(n_channels))
        found.append(layer)
    return found


@dataclass(frozen=True, slots=True)
class DenseConvAutoencoderConfig:
    """The shipped network with 32 numbers."""

    n_first: int = 16  # channels at 14 x 14
    n_second: int = 32  # channels at 7 x 7
    n_hidden: int = 256  # width of the fully connected layer beside the code
    n_latent: int = 32


class DenseConvAutoencoder(nn.Module):
    """Two convolutions, two fully connected layers to the code, and the same way back."""

    def __init__(self, config: DenseConvAutoencoderConfig | None = None) -> None:
        """Build untrained layers; without a config, the shipped ones."""
        super().__init__()
        self.config = config = config or DenseConvAutoencoderConfig()
        a, b, n_hidden = config.n_first, config.n_second, config.n_hidden
        self.encoder = nn.Sequential(  # [B, 1, 28, 28]
            nn.Conv2d(1, a, kernel_size=4, stride=2, padding=1),  # [B, 16, 14, 14]
            nn.BatchNorm2d(a),
            nn.GELU(),
            nn.Conv2d(a, b, kernel_size=4, stride=2, padding=1),  # [B, 32, 7, 7]
            nn.BatchNorm2d(b),
            nn.GELU(),
            nn.Flatten(),  # [B, 1568]
            nn.Linear(b * 7 * 7, n_hidden),
            nn.BatchNorm1d(n_hidden),
            nn.GELU(),
            nn.Linear(n_hidden, config.n_latent),
        )
        self.decoder = nn.Sequential(
            nn.Linear(config.n_latent, n_hidden),
            nn.BatchNorm1d(n_hidden),
            nn.GELU(),
            nn.Linear(n_hidden, b * 7 * 7),
            nn.Unflatten(1, (b, 7, 7)),
            nn.BatchNorm2d(b),
            nn.GELU(),
            # A kernel of 4 at stride 2 covers each pixel equally often: no chessboard.
            nn.ConvTranspose2d(b, a, kernel_size=4, stride=2, padding=1),  # [B, 16, 14, 14]
            nn.BatchNorm2d(a),
            nn.GELU(),
            nn.ConvTranspose2d(a, 1, kernel_size=4, stride=2, padding=1),  # [B, 1, 28, 28]
            nn.Tanh(),
        )

    def encode(self, x: Tensor) -> Tensor:
        """Return the code [B, Z] of pixels [B, 1, 28, 28] in [-1, 1]."""
        return self.encoder(x)

    def decode(self, code: Tensor) -> Tensor:
        """Return pixels [B, 1, 28, 28] in [-1, 1] for a code [B, Z]."""
        return self.decoder(code)

    def forward(self, x: Tensor) -> AutoencoderOutput:
        """Squeeze pixels [B, 1, 28, 28] through the code and back."""
        code = self.encode(x)
        return AutoencoderOutput(self.decode(code), code)


def reconstruction_loss(reconstruction: Tensor, x: Tensor) -> Tensor:
    """Return the mean squared error a pixel, a scalar, in the units of the pixels given.

    Over [-1, 1] it is four times the error over [0, 1].
    """
    return F.mse_loss(reconstruction, x)
