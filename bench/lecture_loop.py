"""How much faster than the lecture's training loop is ours?

The lecture reads MNIST through torchvision, item by item: a byte array becomes a PIL image, then
a tensor (ToTensor), then one in [-1, 1] (Normalize); a DataLoader stacks 128 of them. Ours keeps
the digits as one tensor of bytes and takes a batch by one `index_select`. Network, batch size,
the optimizer's rate and the number of threads (one a core) are the same.
"""

import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from bench import threads
from bench.figures import Measured
from core import runtime
from core.images import datasets
from core.making import shipping
from core.models.autoencoder import MLPAutoencoder
from core.training import autoencoder
from core.training.loop import optimizer_of, train_epoch

N_BATCHES = 100  # a turn; both take turns, so that a busy moment of the machine hits both
N_TURNS = 5
RECIPE = autoencoder.LECTURE
SEED = 0


def speedup(make: Callable[[], nn.Module], *, n_batches: int = N_BATCHES) -> list[Measured]:
    """Return how many times faster ours is; and our seconds an epoch beside the lecture's.

    Args:
        make: MLPAutoencoder or ConvAutoencoder.
        n_batches: how many of an epoch's batches a turn takes.
    """
    ours, lecture = _ours(make, n_batches), _lecture(make, n_batches)
    with threads.all_cores():
        next(ours), next(lecture)  # the first steps allocate
        turns = [(next(ours), next(lecture)) for _ in range(N_TURNS)]
    own, theirs = (statistics.median(column) for column in zip(*turns, strict=True))
    turns_an_epoch = len(datasets.training_digits().images) / (n_batches * RECIPE.batch_size)
    return [Measured(theirs / own), Measured(own * turns_an_epoch, theirs * turns_an_epoch)]


def _lecture(make: Callable[[], nn.Module], n_batches: int) -> Iterator[float]:
    """Yield the seconds of the next `n_batches` steps of the lecture's loop, for ever."""
    from torch.utils.data import DataLoader
    from torchvision import transforms
    from torchvision.datasets import MNIST

    datasets.training_digits()  # downloads or unzips them where need be, or says what is missing
    prepare = transforms.Compose([transforms.ToTensor(), transforms.Normalize([0.5], [0.5])])
    data = MNIST(datasets._folder(), train=True, transform=prepare)
    order = runtime.generator(SEED)
    loader = DataLoader(data, batch_size=RECIPE.batch_size, shuffle=True, generator=order)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        model = make().to(runtime.device())
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(
        model.parameters(), RECIPE.learning_rate, weight_decay=RECIPE.weight_decay
    )
    flat = isinstance(model, MLPAutoencoder)
    while True:
        start = time.perf_counter()
        for _, (images, _) in zip(range(n_batches), loader, strict=False):
            x = (images.flatten(1) if flat else images).to(runtime.device())
            loss = criterion(model(x).reconstruction, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield time.perf_counter() - start


def _ours(make: Callable[[], nn.Module], n_batches: int) -> Iterator[float]:
    """Yield the seconds of the next `n_batches` steps of core/training/loop.py, for ever."""
    model = shipping.seeded(make, SEED)
    images: Tensor = shipping.training_images(n_batches * RECIPE.batch_size)
    optimizer, schedule = optimizer_of(model, RECIPE, n_batches)
    generator = runtime.generator(SEED, runtime.device())
    while True:
        start = time.perf_counter()
        train_epoch(
            model,
            autoencoder.loss,
            images,
            RECIPE,
            optimizer=optimizer,
            schedule=schedule,
            generator=generator,
        )
        yield time.perf_counter() - start
