"""The lecture's autoencoder, trained while somebody watches, on the digits that ship with the lab.

With noise it is a denoising autoencoder (Vincent et al. 2008, doi:10.1145/1390156.1390294): it gets
to see spoilt digits and must give back the clean ones.
"""

import copy

import torch
from torch import Generator, Tensor

from core import runtime
from core.images import datasets
from core.jobs.live import Batches, Score
from core.jobs.settings import AutoencoderSettings
from core.making import shipping
from core.models.autoencoder import MLPAutoencoder, MLPAutoencoderConfig, reconstruction_loss
from core.results.training import PictureSamples, RunFacts

N_TRAIN = 4_000  # of the 5,000 that ship; the others validate
N_CLOUD = 500  # validation digits whose codes are shown
CHECKS_PER_EPOCH = 3
ERROR_SCALE = 4.0  # the network's pixels are in [-1, 1]; errors are told for [0, 1]


class Autoencoder:
    """A `Kind` (core/jobs/live.py)."""

    def __init__(self, settings: AutoencoderSettings) -> None:
        """Draw first weights; show nothing yet.

        Raises:
            AssetError: the digits are missing or damaged.
        """
        images, labels = datasets.sample_digits()
        pixels = torch.tensor(images).float().div_(255).flatten(1)  # [5000, P] in [0, 1]
        self._train, self._validation = pixels[:N_TRAIN], pixels[N_TRAIN:]
        self._rows = [int((labels[N_TRAIN:] == label).argmax()) for label in range(10)]
        self._noise = settings.noise
        # Always the same noise, so that curves and pictures can be compared.
        self._spoilt = self._spoil(self._validation, runtime.generator(0))
        config = MLPAutoencoderConfig(n_latent=settings.code_size, activation=settings.activation)
        self.model = shipping.seeded(lambda: MLPAutoencoder(config), settings.seed).cpu()
        self._optimizer = torch.optim.Adam(
            self.model.parameters(), settings.learning_rate, fused=True
        )
        self._generator = runtime.generator(settings.seed)
        self._batches = Batches(N_TRAIN, settings.batch_size, self._generator)
        self._axes: Tensor | None = None  # of the picture of the codes, so that it does not flip
        self.steps_per_epoch = self._batches.per_epoch
        self.steps_per_check = max(1, self.steps_per_epoch // CHECKS_PER_EPOCH)
        self.n_steps = settings.epochs * self.steps_per_epoch

    def step(self) -> float:
        """Learn one batch; return its mean squared error a pixel in [0, 1]."""
        pixels = self._train[self._batches.next()]
        seen = self._spoil(pixels, self._generator)
        loss = reconstruction_loss(self.model(seen * 2 - 1).reconstruction, pixels * 2 - 1)
        self._optimizer.zero_grad()
        loss.backward()
        self._optimizer.step()
        return loss.item() / ERROR_SCALE

    @torch.no_grad()
    def validate(self) -> Score:
        """Return the error a pixel on the validation digits, spoilt by the same noise each time."""
        back = self.model(self._spoilt * 2 - 1).reconstruction
        return Score(float(reconstruction_loss(back, self._validation * 2 - 1)) / ERROR_SCALE)

    def test(self) -> None:
        """Return nothing: there is no right answer to count."""

    @torch.no_grad()
    def samples(self) -> PictureSamples | None:
        """Return what comes back of ten digits, and the codes of some hundred."""
        seen = torch.cat([self._spoilt[self._rows], self._spoilt[:N_CLOUD]])
        code = self.model.encode(seen * 2 - 1)
        back = (self.model.decode(code[:10]) + 1) / 2
        if not (code.isfinite().all() and back.isfinite().all()):
            return None
        points, explained = self._flat(code[10:])
        return PictureSamples(
            back.reshape(-1, 28, 28).numpy(), code[:10].numpy(), points.numpy(), explained
        )

    def facts(self) -> RunFacts:
        """Return which digits are shown."""
        spoilt = self._spoilt[self._rows].reshape(-1, 28, 28).numpy() if self._noise else None
        return RunFacts(
            n_train=N_TRAIN,
            n_validation=len(self._validation),
            n_parameters=sum(weights.numel() for weights in self.model.parameters()),
            n_steps=self.n_steps,
            steps_per_epoch=self.steps_per_epoch,
            digits=tuple(N_TRAIN + row for row in self._rows),
            spoilt=spoilt,
            cloud=(N_TRAIN, N_CLOUD),
        )

    def state(self) -> dict[str, object]:
        """Return weights, the optimizer's memory, and where in the epoch it is."""
        state = {"model": self.model.state_dict(), "optimizer": self._optimizer.state_dict()}
        return copy.deepcopy({**state, "batches": self._batches.state()})

    def restore(self, state: dict[str, object]) -> None:
        """Go back to what `state` returned."""
        state = copy.deepcopy(state)  # the optimizer goes on with the tensors that it is given
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._batches.restore(state["batches"])

    def _spoil(self, pixels: Tensor, generator: Generator) -> Tensor:
        if not self._noise:
            return pixels
        noise = torch.randn(pixels.shape, generator=generator)
        return (pixels + self._noise * noise).clamp_(0, 1)

    def _flat(self, codes: Tensor) -> tuple[Tensor, float | None]:
        """Return codes [N, Z] as they are up to three numbers, else their two main directions.

        The second result is the share of the variance that these two show (PCA), None without.
        """
        if codes.shape[1] <= 3:
            return codes, None
        centred = (codes - codes.mean(0)).double()
        _, spread, axes = torch.linalg.svd(centred, full_matrices=False)
        axes = axes[:2]
        if self._axes is not None:
            signs = (axes * self._axes).sum(1, keepdim=True).sign()
            axes = torch.where(signs < 0, -axes, axes)
        self._axes = axes
        share = spread[:2].square().sum() / spread.square().sum().clamp_min(1e-30)
        return (centred @ axes.T).float(), float(share)
