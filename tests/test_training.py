"""The loop that all image models share, the augmentation, and the figures."""

import dataclasses

import pytest
import torch
from torch.testing import assert_close

from core import runtime
from core.making import shipping
from core.models.autoencoder import (
    ConvAutoencoder,
    ConvAutoencoderConfig,
    MLPAutoencoder,
    MLPAutoencoderConfig,
)
from core.models.pca import PCA
from core.models.vae import VAE, VAEConfig
from core.training import autoencoder, evaluation, loop, vae
from core.training.augmentation import random_affine
from core.training.folding import without_batch_norm
from core.training.loop import Recipe

TINY = MLPAutoencoderConfig(hidden=(8,), n_latent=2, activation="gelu", batch_norm=True)
TINY_VAE = VAEConfig(encoder_hidden=(6,), decoder_hidden=(5,), n_latent=2)
RECIPE = Recipe(epochs=4, learning_rate=1e-2, batch_size=16, weight_decay=1e-2, augment=True)
CPU = torch.device("cpu")


def digits(n: int = 40) -> torch.Tensor:
    return torch.randint(
        0, 256, (n, 28, 28), dtype=torch.uint8, generator=runtime.generator(0, CPU)
    )


def observe(model):
    return evaluation.codes_of(model, digits(3)), torch.tensor(0.5)


def train(make, loss, folder, recipe=RECIPE, **options):
    model = shipping.seeded(make, 3).to(CPU)
    moments = loop.train(
        "tiny", model, loss, digits(), recipe, seed=1, folder=folder, observe=observe, **options
    )
    return model, moments


@pytest.mark.parametrize(
    ("make", "loss", "recipe"),
    [
        (lambda: MLPAutoencoder(TINY), autoencoder.loss, RECIPE),
        (
            lambda: MLPAutoencoder(TINY),
            autoencoder.loss,
            dataclasses.replace(RECIPE, one_cycle=False, augment=False),
        ),
        (lambda: VAE(TINY_VAE), vae.loss_with(4.0), RECIPE),
    ],
    ids=["one-cycle", "lecture", "vae"],
)
def test_resumed_ends_with_the_same_bits_as_unbroken(tmp_path, make, loss, recipe):
    whole, moments = train(make, loss, tmp_path / "whole", recipe)
    train(make, loss, tmp_path / "broken", recipe, stop_after=2)
    resumed, again = train(make, loss, tmp_path / "broken", recipe, resume=True)
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name
    assert moments.epochs == again.epochs
    assert all(map(torch.equal, moments.codes, again.codes))


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path):
    def make():
        return MLPAutoencoder(TINY)

    train(make, autoencoder.loss, tmp_path, stop_after=1)
    other = dataclasses.replace(RECIPE, learning_rate=1.0)
    with pytest.raises(RuntimeError, match=r"'learning_rate': 0\.01"):
        train(make, autoencoder.loss, tmp_path, other, resume=True)


def test_training_makes_the_loss_smaller(tmp_path):
    recipe = Recipe(epochs=10, learning_rate=2e-2, batch_size=16)
    model, _ = train(lambda: MLPAutoencoder(TINY), autoencoder.loss, tmp_path, recipe)
    untrained = shipping.seeded(lambda: MLPAutoencoder(TINY), 3).to(CPU).eval()
    before = evaluation.reconstruction_mse(untrained, digits())
    assert evaluation.reconstruction_mse(model, digits()) < 0.9 * before


def test_moments_begin_untrained_end_trained_and_are_dense_early(tmp_path):
    steps = loop.moments_of(35_200)
    assert (steps[0], steps[1], steps[-1]) == (0, 1, 35_200)
    assert len(steps) >= 30
    assert sum(step < 352 for step in steps) >= 15  # in the first of a hundred epochs
    _, moments = train(lambda: MLPAutoencoder(TINY), autoencoder.loss, tmp_path)
    assert moments.epochs[0] == 0
    assert moments.epochs[-1] == 4
    assert moments.epochs == sorted(set(moments.epochs))
    assert moments.codes[0].shape == (3, 2)
    assert not torch.equal(moments.codes[0], moments.codes[-1])


def test_first_weights_come_from_the_seed_and_the_global_one_is_put_back():
    state = torch.get_rng_state()
    first, again = (shipping.seeded(lambda: MLPAutoencoder(TINY), 5) for _ in range(2))
    other = shipping.seeded(lambda: MLPAutoencoder(TINY), 6)
    assert torch.equal(first.encoder[0].weight, again.encoder[0].weight)
    assert not torch.equal(first.encoder[0].weight, other.encoder[0].weight)
    assert torch.equal(torch.get_rng_state(), state)


def test_augmentation_keeps_the_range_and_moves_each_digit_its_own_way():
    bar = torch.zeros(64, 28, 28)
    bar[:, 6:22, 13:15] = 1
    moved = random_affine(bar, runtime.generator(2, CPU))
    assert moved.shape == bar.shape
    assert moved.min() >= 0
    assert moved.max() <= 1
    assert len({tuple(image.flatten().tolist()) for image in moved}) == 64
    # a little: the ink stays, within its scale, and near its place
    ink = moved.sum((1, 2)) / bar[0].sum()
    assert 0.8 < ink.min() < ink.max() < 1.25
    rows = (moved.sum(2) * torch.arange(28.0)).sum(1) / moved.sum((1, 2))
    assert (rows - 13.5).abs().max() < 1.5
    assert_close(moved, random_affine(bar, runtime.generator(2, CPU)))


def test_batch_norm_folds_into_the_lectures_layers():
    model = shipping.seeded(
        lambda: ConvAutoencoder(ConvAutoencoderConfig(batch_norm=True)), 7
    ).double()
    x = torch.rand(6, 1, 28, 28, dtype=torch.float64, generator=runtime.generator(7)) * 2 - 1
    for _ in range(3):
        model(x)  # moves the running statistics
    for parameter in model.parameters():
        parameter.data.mul_(1.3).add_(0.1)  # gamma and beta are no longer 1 and 0
    plain = without_batch_norm(model.eval())
    assert plain.state_dict().keys() == ConvAutoencoder().state_dict().keys()
    assert_close(plain(x), model(x))


def test_reconstruction_mse_is_a_pixel_in_0_1():
    images = digits(7)
    flat = (images.double() / 255).flatten(1)
    pca = PCA.fit(flat.float(), 3)
    reference = ((pca(flat.float()).reconstruction.clamp(0, 1) - flat) ** 2).mean()
    assert evaluation.reconstruction_mse(pca, images) == pytest.approx(float(reference), rel=1e-5)


def test_knn_counts_the_majority_of_the_nearest():
    codes = torch.tensor([[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]])
    labels = torch.tensor([1, 1, 2, 7, 7, 7], dtype=torch.uint8)
    queries, truth = torch.tensor([[0.05], [5.0], [0.3], [4.0]]), torch.tensor([1, 7, 2, 7])
    assert evaluation.knn_accuracy(codes, labels, queries, truth, k=3) == 3 / 4
    generator = runtime.generator(3, CPU)
    codes, queries = (torch.rand(n, 3, generator=generator) for n in (200, 50))
    labels = torch.randint(0, 10, (200,), generator=generator)
    truth = torch.randint(0, 10, (50,), generator=generator)
    expected = 0
    for query, label in zip(queries, truth, strict=True):
        order = (codes - query).square().sum(1).argsort()[:5]
        expected += int(torch.bincount(labels[order], minlength=10).argmax() == label)
    assert evaluation.knn_accuracy(codes, labels, queries, truth) == expected / 50


def test_elbo_repeats_with_its_seed_and_is_log_one_half_a_pixel_for_a_blind_decoder():
    model = VAE(TINY_VAE).eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False).zero_()  # logits 0, and q(z|x) is the prior
    bound = evaluation.elbo_binarised(model, digits(20), seed=4)
    assert bound == pytest.approx(784 * torch.tensor(0.5).log().item(), rel=1e-6)
    model = shipping.seeded(lambda: VAE(TINY_VAE), 1).to(CPU).eval()
    first, again, other = (
        evaluation.elbo_binarised(model, digits(20), seed=seed) for seed in (4, 4, 5)
    )
    assert first == again != other


def test_what_is_scored_is_what_ships():
    large, small = torch.nn.Linear(800, 800), torch.nn.Linear(3, 3)
    exact = {name: weight.detach().clone() for name, weight in large.named_parameters()}
    assert shipping.as_shipped(large) is large
    assert torch.equal(large.weight, exact["weight"].half().float())
    assert not torch.equal(large.weight, exact["weight"])
    assert torch.equal(large.bias, exact["bias"])
    before = small.weight.detach().clone()
    assert torch.equal(shipping.as_shipped(small).weight, before)
