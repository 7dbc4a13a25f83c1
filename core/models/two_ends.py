"""One encoder with two ends: what it is asked for decides what it keeps.

    x [B, P] -> code [B, Z] -> logits [B, K]            told: which kind is it?
                            -> reconstruction [B, P]    not told: give back what you saw

Told: cross-entropy on labels (Rumelhart et al. 1986, doi:10.1038/323533a0). Not told: an
autoencoder (Hinton & Salakhutdinov 2006), or a denoising one, which sees spoilt pictures (Vincent
et al. 2008, doi:10.1145/1390156.1390294). Both at once: a supervised autoencoder (Le, Patterson &
White 2018, NeurIPS 31).

B batch, P pixels in [-1, 1], Z latent dimensions, K kinds. Trained by core/training/told.py.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from core.models.autoencoder import MLPAutoencoder, MLPAutoencoderConfig, reconstruction_loss

TOLD, AE, DENOISING, BOTH = OBJECTIVES = ("told", "ae", "denoising", "both")
N_KINDS = 10
NOISE = 0.5  # standard deviation, pixels in [0, 1]
# Of the reconstruction in the sum of both losses: at the end of training they are about as large.
WEIGHT = 2.0
CONFIG = MLPAutoencoderConfig(hidden=(128, 64), n_latent=32, activation="gelu", batch_norm=True)


class TwoEndsOutput(NamedTuple):
    """What one pass gives."""

    code: Tensor  # [B, Z]
    logits: Tensor  # [B, K]
    reconstruction: Tensor  # [B, P] in [-1, 1]


class TwoEnds(nn.Module):
    """784 -> 128 -> 64 -> 32, from there to ten kinds and back to 784."""

    def __init__(self, config: MLPAutoencoderConfig = CONFIG) -> None:
        """Build untrained layers."""
        super().__init__()
        self.autoencoder = MLPAutoencoder(config)
        self.head = nn.Linear(config.n_latent, N_KINDS)

    def forward(self, x: Tensor) -> TwoEndsOutput:
        """Return both ends of pixels [B, P] in [-1, 1]."""
        code = self.autoencoder.encode(x)
        return TwoEndsOutput(code, self.head(code), self.autoencoder.decode(code))


def spoil(x: Tensor, generator: Generator) -> Tensor:
    """Return pixels [B, P] in [-1, 1] with normal noise, cut off where ink ends."""
    noise = torch.randn(x.shape, generator=generator, device=x.device)
    return (x + 2 * NOISE * noise).clamp(-1, 1)  # [-1, 1] is twice as wide as [0, 1]


def objective_loss(
    objective: str, model: TwoEnds, x: Tensor, labels: Tensor, generator: Generator
) -> Tensor:
    """Return what an objective asks to be small, a scalar.

    Args:
        objective: one of `OBJECTIVES`; "ae" and "denoising" never look at the labels, "told" never
            at the decoder.
        model: in train mode.
        x: pixels [B, P] in [-1, 1].
        labels: [B], 0..9.
        generator: of the noise of "denoising"; the others leave it as it is.

    Raises:
        ValueError: there is no such objective.
    """
    match objective:
        case "told":
            return F.cross_entropy(model.head(model.autoencoder.encode(x)), labels)
        case "ae":
            return reconstruction_loss(model.autoencoder(x).reconstruction, x)
        case "denoising":
            return reconstruction_loss(model.autoencoder(spoil(x, generator)).reconstruction, x)
        case "both":
            _, logits, back = model(x)
            return F.cross_entropy(logits, labels) + WEIGHT * reconstruction_loss(back, x)
    raise ValueError(f"No objective {objective!r}: one of {OBJECTIVES}.")
