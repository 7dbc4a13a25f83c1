"""How good are the image models, and what are they worth beside something simpler?

Errors and 5-NN are on t10k; the neighbours of 5-NN, and what PCA is fitted on, are MNIST
train[10000:], the digits of training and validation.
"""

import functools
from collections.abc import Callable

import torch
from torch import Tensor, nn

from bench import browser_decoder, example_vae, free_drawing, lecture_loop, threads
from bench.figures import Bound, Figure, Group, Measured, Measurement
from core import runtime, zoo
from core.images import coding, datasets
from core.models.autoencoder import ConvAutoencoder, MLPAutoencoder
from core.models.pca import PCA
from core.training import evaluation

N_DRAWS = 3  # binarisations to average a bound over: one alone is off by about .1 nats
EXAMPLE = "784-400-20 VAE of PyTorch's examples, as many epochs"


def _one(
    name: str,
    unit: str,
    says: str,
    run: Callable[[], Measured],
    bound: Bound | None = None,
    peer: str | None = None,
) -> Measurement:
    def measure() -> list[Measured]:
        with threads.all_cores():
            return [run()]

    return Measurement((Figure(f"images.{name}", unit, says, bound, peer),), measure)


# ---- Digits, once ------------------------------------------------------------------------------


@functools.cache
def _test() -> tuple[Tensor, Tensor]:
    images, labels = datasets.test_digits()
    return _on_device(images), _on_device(labels)


@functools.cache
def _reference() -> tuple[Tensor, Tensor]:
    images, labels = datasets.reference_digits()
    return _on_device(images), _on_device(labels)


def _on_device(array: object) -> Tensor:
    return torch.tensor(array, device=runtime.device())


@functools.cache
def _pca_mse(n_latent: int) -> float:
    pixels = evaluation.as_pixels(_reference()[0]).flatten(1)
    return evaluation.reconstruction_mse(PCA.fit(pixels, n_latent), _test()[0])


# ---- Measurements ------------------------------------------------------------------------------


def _mse(load: Callable[[], coding.ImageModel], n_latent: int) -> Callable[[], Measured]:
    return lambda: Measured(evaluation.reconstruction_mse(load(), _test()[0]), _pca_mse(n_latent))


def _knn(load: Callable[[], coding.ImageModel]) -> Callable[[], Measured]:
    return lambda: Measured(_untouched(load))


@functools.cache
def _untouched(load: Callable[[], coding.ImageModel]) -> float:
    return _accuracy(load, _test()[0])


def _accuracy(load: Callable[[], coding.ImageModel], images: Tensor) -> float:
    (known, labels), truth = _reference(), _test()[1]
    codes, asked = (evaluation.codes_of(load(), digits) for digits in (known, images))
    return evaluation.knn_accuracy(codes, labels, asked, truth)


def _free() -> Measured:
    pads = free_drawing.moved_and_scaled(datasets.test_digits().images)
    drawn = _on_device(free_drawing.prepared(pads))
    return Measured(_accuracy(zoo.mlp_tuned, drawn), _untouched(zoo.mlp_tuned))


def _elbo(model: coding.ImageModel) -> float:
    return evaluation.elbo_binarised(model, _test()[0], n_samples=N_DRAWS)


def _vae16() -> Measured:
    peer = example_vae.trained(example_vae.epochs_of_vae16())
    return Measured(_elbo(zoo.vae16()), _elbo(peer))


def _speedup(network: str, make: Callable[[], nn.Module], bound: Bound) -> Measurement:
    return Measurement(
        (
            Figure(
                f"images.train_speedup.{network}",
                "times",
                "The lecture's training loop (DataLoader, item by item) ÷ ours, same batch size.",
                bound,
            ),
            Figure(
                f"images.train_epoch_s.{network}",
                "s",
                "The same in seconds for an epoch of 45,000 digits.",
                peer="the lecture's loop",
            ),
        ),
        lambda: lecture_loop.speedup(make),
    )


GROUP = Group(
    "images",
    "Image models: weights in `assets/weights`, scores on MNIST t10k (10,000 digits).",
    (
        _one(
            "ae3_lecture.test_mse",
            "pixel²",
            "Mean squared error of the lecture's MLP autoencoder, 3 numbers, trained its way.",
            _mse(zoo.mlp_lecture, 3),
            peer="PCA-3",
        ),
        _one(
            "ae3_lecture.knn5",
            "",
            "Share of test digits that the 5 nearest of 50,000 codes name rightly, same network.",
            _knn(zoo.mlp_lecture),
        ),
        _one(
            "ae3.test_mse",
            "pixel²",
            "Mean squared error of the same widths, 3 numbers, trained well.",
            _mse(zoo.mlp_tuned, 3),
            Bound(at_most=0.0282),
            "PCA-3",
        ),
        _one(
            "ae3.knn5",
            "",
            "5-NN in the code of the network trained well.",
            _knn(zoo.mlp_tuned),
            Bound(at_least=0.905),
        ),
        _one(
            "conv_lecture.test_mse",
            "pixel²",
            "Mean squared error of the lecture's convolutions, 32 numbers, trained its way.",
            _mse(zoo.conv_lecture, 32),
            peer="PCA-32",
        ),
        _one(
            "conv.test_mse",
            "pixel²",
            "Mean squared error of the same convolutions, 32 numbers, trained well.",
            _mse(zoo.conv_tuned, 32),
            Bound(at_most=0.0185),
            "PCA-32",
        ),
        _one(
            "dense32.test_mse",
            "pixel²",
            "Mean squared error of convolutions around a dense code of 32 numbers.",
            _mse(zoo.dense32, 32),
            Bound(at_most=0.0065),
            "PCA-32",
        ),
        _one(
            "vae16.elbo_binarised",
            "nats",
            "Evidence lower bound a digit, dynamic binarisation, one sample of z, 16 numbers.",
            _vae16,
            Bound(at_least=-98),
            EXAMPLE,
        ),
        _one(
            "vae2.elbo_binarised",
            "nats",
            "The same bound for the VAE with 2 numbers, β = 1.",
            lambda: Measured(_elbo(zoo.vae2(1))),
            Bound(at_least=-142),
        ),
        _one(
            "prep.knn5_free",
            "",
            "5-NN of ae3 on test digits put anywhere on a pad in any size, then prepared.",
            _free,
            Bound(near_peer=0.02),
            "the untouched digits",
        ),
        _speedup("mlp", MLPAutoencoder, Bound(at_least=3)),
        _speedup("conv", ConvAutoencoder, Bound(at_least=1.8)),
        _one(
            "js_decoder.max_abs_error",
            "ink in [0, 1]",
            "Largest difference of a pixel, decoder in Chromium against torch, 6 x 1,000 codes.",
            browser_decoder.largest_error,
            Bound(at_most=0.01),
        ),
        Measurement(
            (
                Figure(
                    "images.threads.crowd_per_s",
                    "drawings/s",
                    "Drawings that 8 learners at once get back from all models of the first page.",
                    peer=threads.PEER,
                ),
                Figure(
                    "images.threads.alone_ms",
                    "ms",
                    "Time that all models take for the drawing of one learner alone, median.",
                    peer=threads.PEER,
                ),
            ),
            threads.crowd_and_alone,
        ),
    ),
)
