"""What can be read off a code by a line: kinds by a linear probe, quantities by regression.

The code stays as it is; only what reads it is fitted (Alain & Bengio 2016, arXiv:1610.01644).
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

STEPS = 100  # of L-BFGS, which stops earlier where nothing changes
N_KINDS = 10


class Probe(NamedTuple):
    """Logits of a code: code @ weight.T + bias."""

    weight: Tensor  # [K, Z]
    bias: Tensor  # [K]

    def kinds(self, codes: Tensor) -> Tensor:
        """Return the likeliest kind [N] of each code [N, Z]."""
        return (codes @ self.weight.T + self.bias).argmax(1)


def few(labels: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Return which `n` of the labelled to learn from, as many of each kind, drawn by `seed`."""
    generator = np.random.default_rng(seed)
    rows = [
        generator.choice(np.flatnonzero(labels == kind), n // N_KINDS, replace=False)
        for kind in range(N_KINDS)
    ]
    return np.sort(np.concatenate(rows))


def linear_probe(codes: Tensor, labels: Tensor, every_code: Tensor) -> Probe:
    """Fit a logistic regression: sum of cross-entropies + |weights|²/2, standardised codes.

    Args:
        codes: with labels, [N, Z].
        labels: [N], 0..9.
        every_code: whose means and deviations standardise, with or without labels, [M, Z].
    """
    mean, deviation = every_code.mean(0), every_code.std(0).clamp_min(1e-4)
    x, y = (codes - mean) / deviation, labels.long()
    weight = torch.zeros(N_KINDS, x.shape[1], dtype=x.dtype, requires_grad=True)
    bias = torch.zeros(N_KINDS, dtype=x.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        penalty = weight.square().sum() / (2 * len(x))
        loss = F.cross_entropy(F.linear(x, weight, bias), y) + penalty
        loss.backward()
        return loss

    optimizer.step(closure)  # type: ignore[arg-type] # L-BFGS wants the tensor
    scaled = weight.detach() / deviation
    return Probe(scaled, bias.detach() - scaled @ mean)


def accuracy(probe: Probe, codes: Tensor, labels: Tensor) -> float:
    """Return the share of codes [N, Z] whose kind [N] the probe names."""
    return float((probe.kinds(codes) == labels).double().mean())


def explained(codes: Tensor, values: Tensor, test_codes: Tensor, test_values: Tensor) -> float:
    """Return R² on the test of a linear regression of values [N] on codes [N, Z].

    1 where a value can be read off the code, 0 (or less) where the mean says as much.
    """
    mean, deviation = codes.double().mean(0), codes.double().std(0).clamp_min(1e-6)

    def columns(some: Tensor) -> Tensor:
        x = (some.double() - mean) / deviation
        return torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)

    solution = torch.linalg.lstsq(columns(codes), values.double()[:, None]).solution
    missed = test_values.double() - (columns(test_codes) @ solution)[:, 0]
    return 1 - float(missed.square().sum() / (test_values - test_values.mean()).square().sum())


def within_kinds(values: Tensor, labels: Tensor, means: Tensor | None = None) -> Tensor:
    """Return values [N] minus their kind's mean, or minus means [K]: what a kind leaves open."""
    if means is None:
        means = kind_means(values, labels)
    return values - means[labels.long()]


def kind_means(values: Tensor, labels: Tensor) -> Tensor:
    """Return the mean [K, ...] of the values [N, ...] of each kind."""
    return torch.stack([values[labels == kind].mean(0) for kind in range(N_KINDS)])
