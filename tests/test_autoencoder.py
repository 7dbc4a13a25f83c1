"""The lecture's layers to the letter, and what holds for any weights."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from core.images import coding
from core.models.autoencoder import (
    ConvAutoencoder,
    DenseConvAutoencoder,
    DenseConvAutoencoderConfig,
    MLPAutoencoder,
    MLPAutoencoderConfig,
    reconstruction_loss,
)
from core.models.pca import PCA


def shapes_along(layers: nn.Sequential, x: torch.Tensor) -> list[tuple[str, tuple[int, ...]]]:
    found = []
    for layer in layers:
        x = layer(x)
        found.append((type(layer).__name__, tuple(x.shape[1:])))
    return found


def test_lecture_mlp_has_the_lectures_layers():
    model = MLPAutoencoder()
    assert shapes_along(model.encoder, torch.zeros(2, 784)) == [
        ("Linear", (128,)),
        ("ReLU", (128,)),
        ("Linear", (64,)),
        ("ReLU", (64,)),
        ("Linear", (12,)),
        ("ReLU", (12,)),
        ("Linear", (3,)),
    ]
    assert shapes_along(model.decoder, torch.zeros(2, 3)) == [
        ("Linear", (12,)),
        ("ReLU", (12,)),
        ("Linear", (64,)),
        ("ReLU", (64,)),
        ("Linear", (128,)),
        ("ReLU", (128,)),
        ("Linear", (784,)),
        ("Tanh", (784,)),
    ]


def test_lecture_convolutions_have_the_lectures_shapes():
    model = ConvAutoencoder()
    assert shapes_along(model.encoder, torch.zeros(2, 1, 28, 28)) == [
        ("Conv2d", (16, 10, 10)),
        ("ReLU", (16, 10, 10)),
        ("MaxPool2d", (16, 5, 5)),
        ("Conv2d", (8, 3, 3)),
        ("ReLU", (8, 3, 3)),
        ("MaxPool2d", (8, 2, 2)),
    ]
    assert shapes_along(model.decoder, torch.zeros(2, 8, 2, 2)) == [
        ("ConvTranspose2d", (16, 5, 5)),
        ("ReLU", (16, 5, 5)),
        ("ConvTranspose2d", (8, 15, 15)),
        ("ReLU", (8, 15, 15)),
        ("ConvTranspose2d", (1, 28, 28)),
        ("Tanh", (1, 28, 28)),
    ]
    first, second = model.encoder[0], model.encoder[3]
    assert (first.kernel_size, first.stride, first.padding) == ((3, 3), (3, 3), (1, 1))
    assert (second.kernel_size, second.stride, second.padding) == ((3, 3), (2, 2), (1, 1))


def test_batch_norm_stands_between_linear_and_activation():
    config = MLPAutoencoderConfig(hidden=(8,), n_latent=2, activation="gelu", batch_norm=True)
    model = MLPAutoencoder(config)
    names = [type(layer).__name__ for layer in (*model.encoder, *model.decoder)]
    half = ["Linear", "BatchNorm1d", "GELU", "Linear"]
    assert names == [*half, *half, "Tanh"]


@pytest.mark.parametrize(
    ("model", "shape", "n_latent"),
    [
        (MLPAutoencoder(), (5, 784), 3),
        (ConvAutoencoder(), (5, 1, 28, 28), 32),
        (DenseConvAutoencoder(DenseConvAutoencoderConfig(4, 6, 10, 7)), (5, 1, 28, 28), 7),
    ],
)
def test_output_is_as_the_input_and_each_digit_alone(model, shape, n_latent):
    model = model.double().eval()
    x = torch.rand(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) * 2 - 1
    output = model(x)
    assert output.reconstruction.shape == shape
    assert output.code.shape == (5, n_latent)
    assert output.reconstruction.abs().max() <= 1
    assert_close(model(x[2:3]).code, output.code[2:3])
    assert_close(model.decode(output.code), output.reconstruction)


def test_loss_is_the_mean_over_digits_and_pixels():
    generator = torch.Generator().manual_seed(2)
    x, y = torch.rand(2, 4, 9, dtype=torch.float64, generator=generator)
    assert_close(reconstruction_loss(y, x), ((x - y) ** 2).sum() / 36)
    # over [-1, 1] four times as much as over [0, 1]
    assert_close(reconstruction_loss(2 * y - 1, 2 * x - 1), 4 * reconstruction_loss(y, x))


def test_pca_is_the_best_linear_autoencoder():
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(50, 12, dtype=torch.float64, generator=generator) @ torch.randn(
        12, 12, dtype=torch.float64, generator=generator
    )
    pca = PCA.fit(x, 4)
    error = (pca(x).reconstruction - x).square().sum()
    # Eckart & Young: what is lost is the energy of the singular values left out
    values = torch.linalg.svdvals(x - x.mean(0))
    assert_close(error, values[4:].square().sum())
    assert_close(pca.components @ pca.components.T, torch.eye(4, dtype=torch.float64))
    assert_close(pca.first(2).encode(x), pca.encode(x)[:, :2])


@pytest.mark.parametrize("model", [MLPAutoencoder(), ConvAutoencoder(), DenseConvAutoencoder()])
def test_coding_speaks_pictures_in_0_1(model):
    images = torch.rand(3, 28, 28, generator=torch.Generator().manual_seed(4))
    back = coding.decode(model.eval(), coding.encode(model, images))
    assert back.shape == images.shape
    assert back.min() >= 0
    assert back.max() <= 1
    x = coding.as_input(model, images)
    assert_close(back.flatten(), (model(x).reconstruction.flatten() + 1) / 2)


def test_coding_refuses_what_is_no_image_model():
    with pytest.raises(TypeError, match="Linear is no image model"):
        coding.as_input(nn.Linear(2, 2), torch.zeros(1, 28, 28))
