"""Four ways to word vectors, each a little at a time and to be looked at in between."""

from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from core import runtime
from core.jobs.settings import WordVectorSettings
from core.models import ppmi, word2vec
from core.models.glove import GloVe, GloVeConfig, weight
from core.models.word2vec import Word2Vec, Word2VecConfig, negative_sampling_loss
from core.text.corpora import Corpus
from core.training import fast_words

RATE_GUESSING, RATE_GLOVE = 0.05, 0.05  # learning rates; the first falls to 0
MAX_STEPS = 200  # of a run; each is so many batches
N_TURNS = 12  # of the subspace of PPMI
N_FIXED = 2_000  # examples on which the loss is checked
GLOVE_MOST = 10.0  # f's X_max: a hundred thousand words, where the paper has billions


class Learner(Protocol):
    """What learns, and what it says of two words."""

    n_steps: int
    n_parameters: int

    def step(self) -> float:
        """Learn a little; return the loss."""

    def check(self) -> float:
        """Return the loss on fixed examples; this changes nothing."""

    def vectors(self) -> Tensor:
        """Return the words' vectors, [V, D]."""

    def say(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return what it says of words `a` and their neighbours `b`, [P]."""

    def targets(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return what it should say, [P]; NaN where it has no aim."""

    def state(self) -> dict[str, Any]:
        """Return what the next step depends on."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `state` returned."""


class Guessing:
    """Skip-gram or CBOW, with negative sampling."""

    def __init__(self, corpus: Corpus, settings: WordVectorSettings) -> None:
        """Begin."""
        config = Word2VecConfig(len(corpus.words), settings.n_dims)
        self._model = Word2Vec(config, runtime.generator(settings.seed)).requires_grad_(False)
        self._tables = self._model.given.numpy(), self._model.guessed.numpy()
        self._epochs = settings.epochs
        how = {
            "window": settings.window,
            "n_negative": settings.n_negative,
            "cbow": settings.method == "cbow",
        }
        self._draws = fast_words.Draws(
            corpus, threshold=settings.threshold, seed=settings.seed, **how
        )
        fixed = fast_words.Draws(corpus, threshold=0, seed=settings.seed + 1, **how).next()
        some = slice(min(fixed.n, N_FIXED))
        self._fixed = tuple(
            torch.from_numpy(table[some].astype(np.int64))
            for table in (fixed.given, fixed.candidates)
        )
        per_epoch = len(corpus.tokens) * (1 if how["cbow"] else settings.window + 1)
        batches = max(1, round(per_epoch / fast_words.N_EXAMPLES))
        self.n_steps = min(MAX_STEPS, settings.epochs * batches)
        self.n_parameters = sum(table.size for table in self._tables)
        self._best = None if how["cbow"] else Optimum(corpus, settings)
        self._taken, self._loss = 0, float(np.log(2) * (1 + settings.n_negative))

    def step(self) -> float:
        """Learn the next share of the text; return the mean loss of an example, in nats."""
        self._taken += 1
        goal = self._taken * self._epochs / self.n_steps
        losses = []
        while self._draws.progress < goal:
            rate = RATE_GUESSING * max(1e-4, 1 - self._draws.progress / self._epochs)
            batch = self._draws.next()
            if batch.n:
                losses.append(fast_words.learn(batch, *self._tables, rate))
        if losses:
            self._loss = float(np.mean(losses))
        return self._loss

    def check(self) -> float:
        """Return the mean loss in nats."""
        if not len(self._fixed[0]):
            return self._loss
        return float(negative_sampling_loss(self._model(*self._fixed)).mean())

    def vectors(self) -> Tensor:
        """Return the vectors of words that are given."""
        return self._model.given

    def say(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return logits; of CBOW, whose logit is a mean of such, with the neighbour given."""
        given, guessed = self._tables
        if self._best is None:
            a, b = b, a
        return (given[a] * guessed[b]).sum(-1)

    def targets(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return the logits of skip-gram's optimum; of CBOW, where pairs have none, NaN."""
        if self._best is None:
            return np.full(np.broadcast_shapes(a.shape, b.shape), np.nan)
        return self._best.logits(a, b)

    def state(self) -> dict[str, Any]:
        """Return tables, draws and how far it is."""
        tables = [table.copy() for table in self._tables]
        return {
            "tables": tables,
            "draws": self._draws.state(),
            "taken": self._taken,
            "loss": self._loss,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back."""
        for mine, table in zip(self._tables, state["tables"], strict=True):
            mine[:] = table
        self._draws.restore(state["draws"])
        self._taken, self._loss = state["taken"], state["loss"]


class Fitting:
    """GloVe."""

    def __init__(self, corpus: Corpus, settings: WordVectorSettings) -> None:
        """Count, then begin."""
        config = GloVeConfig(len(corpus.words), settings.n_dims, most=GLOVE_MOST)
        self._model = GloVe(config, runtime.generator(settings.seed)).requires_grad_(False)
        names = ("words", "contexts", "words_bias", "contexts_bias")
        self._tables = tuple(getattr(self._model, name).numpy() for name in names)
        self._squares = tuple(self._model.squares[name].numpy() for name in names)
        self._i, self._j, self._x = fast_words.count_neighbours(corpus, settings.window)
        self._targets = np.log(self._x)
        self._weights = weight(torch.from_numpy(self._x), GLOVE_MOST, config.power).numpy()
        self._dice = np.random.default_rng(settings.seed)
        self._order = self._dice.permutation(len(self._x))
        self._at = 0
        batches = max(1, round(len(self._x) / fast_words.N_EXAMPLES))
        self.n_steps = min(MAX_STEPS, settings.epochs * batches)
        self._per_step = -(-len(self._x) * settings.epochs // self.n_steps)
        self._fixed = np.random.default_rng(settings.seed + 1).permutation(len(self._x))[:N_FIXED]
        self.n_parameters = sum(table.size for table in self._tables)
        self._counts = Counted(len(corpus.words), self._i, self._j, self._x)

    def step(self) -> float:
        """Learn the next pairs; return their mean weighted squared error."""
        losses, left = [], self._per_step
        while left > 0:
            if self._at == len(self._order):
                self._order, self._at = self._dice.permutation(len(self._x)), 0
            some = self._order[self._at : self._at + left]
            parts = [part[some] for part in (self._i, self._j, self._targets, self._weights)]
            losses.append(
                (len(some), fast_words.learn_pairs(*parts, self._tables, self._squares, RATE_GLOVE))
            )
            self._at += len(some)
            left -= len(some)
        return sum(n * loss for n, loss in losses) / sum(n for n, _ in losses)

    def check(self) -> float:
        """Return the mean weighted squared error."""
        i, j = (torch.from_numpy(part[self._fixed].astype(np.int64)) for part in (self._i, self._j))
        return float(self._model.loss(i, j, torch.from_numpy(self._x[self._fixed])).mean())

    def vectors(self) -> Tensor:
        """Return the sums of each word's two vectors."""
        return self._model.vectors()

    def say(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return what stands for log X."""
        words, contexts, bias, other = self._tables
        return (words[a] * contexts[b]).sum(-1) + bias[a] + other[b]

    def targets(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return log X; NaN where two words are never neighbours."""
        with np.errstate(divide="ignore"):
            found = np.log(self._counts.of(a, b))
        return np.where(np.isfinite(found), found, np.nan)

    def state(self) -> dict[str, Any]:
        """Return tables, AdaGrad's memory and how far it is."""
        return {
            "tables": [table.copy() for table in self._tables],
            "squares": [table.copy() for table in self._squares],
            "order": self._order.copy(),
            "at": self._at,
            "dice": self._dice.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back."""
        for name, mine in (("tables", self._tables), ("squares", self._squares)):
            for table, was in zip(mine, state[name], strict=True):
                table[:] = was
        self._order, self._at = state["order"].copy(), state["at"]
        self._dice.bit_generator.state = state["dice"]


class Factorising:
    """PPMI and its strongest directions."""

    n_steps = N_TURNS

    def __init__(self, corpus: Corpus, settings: WordVectorSettings) -> None:
        """Count; write the matrix down; begin with directions drawn at random."""
        i, j, x = map(
            torch.from_numpy, fast_words.count_neighbours(corpus, settings.window, drawn=True)
        )
        counts = torch.zeros(len(corpus.words), len(corpus.words))
        counts[i.long(), j.long()] = x
        self._matrix = ppmi.positive(ppmi.pmi(counts).nan_to_num(nan=-torch.inf))
        self._factors = ppmi.Factors(
            self._matrix, settings.n_dims, runtime.generator(settings.seed)
        )
        self.n_parameters = len(corpus.words) * min(settings.n_dims, len(corpus.words))

    def step(self) -> float:
        """Turn the directions once; return the share of the matrix that they miss."""
        return self._factors.step()

    def check(self) -> float:
        """Return that share."""
        return self._factors.missed()

    def vectors(self) -> Tensor:
        """Return the words' vectors."""
        return self._factors.vectors()

    def say(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return what the directions make of PPMI."""
        return self._factors.approximation(torch.from_numpy(a), torch.from_numpy(b)).numpy()

    def targets(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return PPMI in nats."""
        return self._matrix.numpy()[a, b]

    def state(self) -> dict[str, Any]:
        """Return the directions."""
        return self._factors.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go back."""
        self._factors.restore(state)


class Counted:
    """How often two words are neighbours, of all pairs at hand."""

    def __init__(self, n_words: int, i: np.ndarray, j: np.ndarray, x: np.ndarray) -> None:
        """Take over pairs that are sorted by i, then by j."""
        self._n_words, self._x = n_words, x
        self._keys = i.astype(np.int64) * n_words + j

    def of(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return X of pairs, 0 where they never are."""
        keys = a.astype(np.int64) * self._n_words + b
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[place] == keys, self._x[place], 0)


class Optimum:
    """Where skip-gram's loss is least, if each pair could have a logit of its own.

    log of (times that b stands beside a) / (K (times that a is given) (chance to draw b)): PMI -
    log K (Levy & Goldberg 2014, equation 7), but for subsampling and for negatives that are drawn
    by counts to the power of 0.75.
    """

    def __init__(self, corpus: Corpus, settings: WordVectorSettings) -> None:
        """Count neighbours."""
        i, j, x = fast_words.count_neighbours(corpus, settings.window, drawn=True)
        counts = torch.from_numpy(corpus.counts)
        kept = word2vec.kept_share(counts, settings.threshold).numpy()
        x = x * kept[j]
        self._pairs = Counted(len(corpus.words), i, j, x)
        self._drawn = settings.n_negative * word2vec.noise(counts).numpy()
        self._given = np.bincount(i, x, len(corpus.words))

    def logits(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return them of pairs; NaN where two words are never neighbours."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.log(self._pairs.of(a, b) / (self._given[a] * self._drawn[b]))
        return np.where(np.isfinite(found), found, np.nan)


LEARNERS = {"skipgram": Guessing, "cbow": Guessing, "glove": Fitting, "ppmi": Factorising}
