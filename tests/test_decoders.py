"""What the browser computes is what torch computes."""

import numpy as np
import pytest
import torch

from core import runtime
from core.images import coding
from core.inference.codes import MODELS, sample_codes
from core.inference.decoders import export, folded
from core.models.autoencoder import MLPAutoencoder, MLPAutoencoderConfig
from core.models.vae import VAE, VAEConfig
from core.results.images import DecoderWeights


def run(weights: DecoderWeights, codes: np.ndarray) -> np.ndarray:
    """The browser's loop, in NumPy: ink in [0, 1] of codes [B, Z]."""
    x = codes.astype(np.float32)
    for number, (weight, bias) in enumerate(weights.layers, start=1):
        x = x @ weight.astype(np.float32).T + bias.astype(np.float32)
        if number < len(weights.layers):
            x = (
                np.maximum(x, 0)
                if weights.activation == "relu"
                else x / 2 * (1 + torch.erf(torch.from_numpy(x) / 2**0.5).numpy())
            )
    return (np.tanh(x) + 1) / 2 if weights.output == "tanh" else 1 / (1 + np.exp(-x))


def worn(model: torch.nn.Module) -> torch.nn.Module:
    """Give each batch norm statistics and scales as after training."""
    generator = torch.Generator().manual_seed(1)
    for layer in model.modules():
        if isinstance(layer, torch.nn.BatchNorm1d):
            n = layer.num_features
            layer.running_mean.copy_(torch.randn(n, generator=generator))
            layer.running_var.copy_(torch.rand(n, generator=generator) + 0.3)
            layer.weight.data.copy_(torch.rand(n, generator=generator) + 0.5)
            layer.bias.data.copy_(torch.randn(n, generator=generator))
    return model.eval()


@pytest.mark.parametrize(
    ("model", "activation", "output", "n_layers"),
    [
        (MLPAutoencoder(), "relu", "tanh", 4),
        (
            worn(MLPAutoencoder(MLPAutoencoderConfig(activation="gelu", batch_norm=True))),
            "gelu",
            "tanh",
            4,
        ),
        (VAE(), "gelu", "sigmoid", 4),
        (VAE(VAEConfig(n_latent=3, decoder_hidden=(9, 7))), "gelu", "sigmoid", 3),
    ],
    ids=["lecture", "batch norm", "vae2", "vae3"],
)
def test_exported_layers_decode_as_torch_does(model, activation, output, n_layers):
    codes = torch.randn(200, model.config.n_latent, generator=torch.Generator().manual_seed(2))
    weights = export(model.eval(), "tried")
    assert (weights.name, weights.activation, weights.output) == ("tried", activation, output)
    assert len(weights.layers) == n_layers
    assert {part.dtype for layer in weights.layers for part in layer} == {np.dtype("float16")}
    with torch.inference_mode():
        reference = model.decode(codes)
        reference = reference.sigmoid() if output == "sigmoid" else (reference + 1) / 2
    # half precision keeps 11 bits: a few thousandths after four layers
    assert np.abs(run(weights, codes.numpy()) - reference.numpy()).max() < 0.01


def test_folding_is_exact_before_rounding():
    linear = torch.nn.Linear(4, 6).double()
    norm = worn(torch.nn.BatchNorm1d(6)).double()
    x = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    weight, bias = folded(linear.weight, linear.bias, norm)
    torch.testing.assert_close(x @ weight.T + bias, norm(linear(x)))


@pytest.mark.weights
@pytest.mark.parametrize("name", ["ae3-lecture", "ae3", "vae2-beta0", "vae2-beta1", "vae3"])
def test_the_browser_decodes_the_sample_as_torch_does(name):
    model, codes = MODELS[name](), sample_codes(name)[:1000]
    reference = coding.decode(model, torch.tensor(codes, device=runtime.device()))
    ink = run(export(model, name), codes).reshape(-1, 28, 28)
    assert np.abs(ink - runtime.to_numpy(reference)).max() < 0.01
