"""Word vectors from counts by linear algebra (Levy & Goldberg 2014, "Neural Word Embedding ...").

    X [V, V], symmetric counts of neighbours -> PPMI [V, V] -> two factors -> vectors [V, D]

V words, D dimensions. PMI says how much more often two words stand together than chance would put
them: log of X_ij n / (n_i n_j), with the row sums n_i and their sum n. Skip-gram with K negatives
that are drawn by plain counts has its optimum where a product of two vectors is PMI - log K (their
equation 7); here the matrix is written down and factorised: no text is read twice, nothing is
drawn but where the search begins.
"""

import torch
from torch import Generator, Tensor

SPARE = 8  # further directions that are followed, so that the last wanted ones settle sooner


def pmi(counts: Tensor) -> Tensor:
    """Return the pointwise mutual information in nats, [V, V]; -inf where a pair never occurs."""
    rows = counts.sum(1, keepdim=True)  # [V, 1]
    columns = counts.sum(0, keepdim=True)  # [1, V]
    return (counts * counts.sum()).log() - rows.log() - columns.log()


def positive(information: Tensor, shift: float = 0.0) -> Tensor:
    """Return max(PMI - shift, 0), [V, V]; `shift` is log K for K negatives (section 4.1)."""
    return (information - shift).clamp(min=0)


class Factors:
    """The best approximation of a symmetric matrix M [V, V] by D directions, found step by step.

    Subspace iteration (Halko et al. 2011, arXiv:0909.4061, algorithm 4.4): M turns any directions
    towards its strongest ones; after each turn they are made orthogonal again. The directions of
    the largest singular values are those of the largest |eigenvalues|.
    """

    def __init__(self, matrix: Tensor, n_dims: int, generator: Generator | None = None) -> None:
        """Begin with directions drawn at random."""
        n_words = len(matrix)
        n_found = min(n_dims + SPARE, n_words)
        start = torch.randn(n_words, n_found, generator=generator, dtype=matrix.dtype)
        self._matrix, self._n_dims = matrix, min(n_dims, n_words)
        self._whole = matrix.square().sum()
        self._directions = torch.linalg.qr(start).Q  # [V, D + SPARE]
        self._measure()

    def step(self) -> float:
        """Turn once; return the share of the matrix (of its sum of squares) still missed."""
        self._directions = torch.linalg.qr(self._image).Q
        self._measure()
        return self.missed()

    def missed(self) -> float:
        """Return that share as it is now, 0..1."""
        return float((1 - self.values().square().sum() / self._whole).clamp(min=0))

    def values(self) -> Tensor:
        """Return the eigenvalues found, the strongest first, [D]."""
        return self._values[: self._n_dims]

    def vectors(self) -> Tensor:
        """Return the words' vectors: directions times root of the singular value, [V, D].

        The root, which serves both factors alike, is the better choice (section 4.2).
        """
        found = self._directions @ self._turn[:, : self._n_dims]
        return found * self.values().abs().sqrt()

    def approximation(self, a: Tensor, b: Tensor) -> Tensor:
        """Return what these directions make of entries of the matrix, [P] for rows and columns."""
        found = self._directions @ self._turn[:, : self._n_dims]
        return (found[a] * self.values() * found[b]).sum(-1)

    def state(self) -> dict[str, Tensor]:
        """Return what the next step depends on."""
        return {"directions": self._directions.clone()}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Go back to what `state` returned."""
        self._directions = state["directions"].clone()
        self._measure()

    def _measure(self) -> None:
        """Find the matrix's own directions among those followed (Rayleigh & Ritz)."""
        self._image = self._matrix @ self._directions  # [V, D + SPARE]
        inside = self._directions.T @ self._image
        values, turn = torch.linalg.eigh((inside + inside.T) / 2)
        order = values.abs().argsort(descending=True)
        self._values, self._turn = values[order], turn[:, order]
