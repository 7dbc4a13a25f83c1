"""The steps of core/models/word2vec.py and glove.py as machine code, one example after the other.

numba translates these loops when they are first asked for, which takes seconds. An example touches
a handful of rows, so that a matrix product for it, or PyTorch's bookkeeping, would cost more than
the numbers. tests/test_word2vec.py and test_glove.py compare each with its model's own step.
"""

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from core.models import word2vec
from core.text.corpora import LONGEST, Corpus

N_EXAMPLES = 8_192  # of a batch, at most: what was drawn and not yet learned stays in the cache
LOSS_EVERY = 16  # of so many examples one loss is computed: logarithms are slow
Table = np.ndarray
# Sums may be taken in any order, as vector instructions need it; NaN and infinity stay.
_FAST = {"reassoc", "contract", "arcp", "nsz"}


class Batch:
    """Room for examples, and how many there are."""

    def __init__(self, n_given: int, n_negative: int) -> None:
        """Make room for C words that are given and 1 + K candidates each."""
        self.n = 0
        self.given = np.empty((N_EXAMPLES, n_given), np.int32)
        self.candidates = np.empty((N_EXAMPLES, 1 + n_negative), np.int32)


class Draws:
    """Examples of a text, without end: windows, negatives and subsampling, each drawn anew."""

    def __init__(
        self,
        corpus: Corpus,
        *,
        window: int,
        n_negative: int,
        threshold: float,
        cbow: bool,
        seed: int,
    ) -> None:
        """Begin before the first sentence.

        Args:
            corpus: at least two words, or no negative could be drawn.
            window: the longest reach to both sides.
            n_negative: K.
            threshold: of subsampling; 0 keeps every word.
            cbow: the neighbours are given and the middle is guessed, else the other way round.
            seed: of all that is drawn.
        """
        import torch

        counts = torch.from_numpy(corpus.counts)
        self._corpus, self._window, self._cbow = corpus, window, cbow
        self._kept = word2vec.kept_share(counts, threshold).numpy().astype(np.float32)
        self._share, self._other = alias_table(word2vec.noise(counts).numpy())
        self._order = np.random.default_rng(seed)
        self._sentences = self._order.permutation(len(corpus.starts) - 1)
        self._at, self._chance = 0, np.array([seed], np.uint64)
        self.epoch = 0  # whole turns through the text
        self.batch = Batch(2 * window if cbow else 1, n_negative)

    def next(self) -> Batch:
        """Draw a batch; it may be empty where everything was left out by subsampling."""
        corpus, batch = self._corpus, self.batch
        batch.n, self._at = kernels().draw(
            corpus.tokens,
            corpus.starts,
            self._sentences,
            self._at,
            self._kept,
            self._share,
            self._other,
            self._window,
            self._cbow,
            self._chance,
            batch.given,
            batch.candidates,
        )
        if self._at == len(self._sentences):
            self._at, self.epoch = 0, self.epoch + 1
            self._sentences = self._order.permutation(len(corpus.starts) - 1)
        return batch

    @property
    def progress(self) -> float:
        """Return how many times it has been through the text, parts counted."""
        return self.epoch + self._at / len(self._sentences)

    def state(self) -> dict[str, Any]:
        """Return what the next batch depends on."""
        return {
            "sentences": self._sentences.copy(),
            "at": self._at,
            "epoch": self.epoch,
            "chance": self._chance.copy(),
            "order": self._order.bit_generator.state,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `state` returned."""
        self._sentences, self._at = state["sentences"].copy(), state["at"]
        self.epoch, self._chance = state["epoch"], state["chance"].copy()
        self._order.bit_generator.state = state["order"]


def learn(batch: Batch, given: np.ndarray, guessed: np.ndarray, rate: float) -> float:
    """Learn a batch in place, as `Word2Vec.learn` would, one example after the other.

    Args:
        batch: what was drawn.
        given: float32 [V, D], contiguous.
        guessed: likewise.
        rate: learning rate.

    Returns:
        The mean loss in nats of one example in LOSS_EVERY, each before its step; 0 of none.
    """
    n = batch.n
    return kernels().learn(batch.given[:n], batch.candidates[:n], given, guessed, np.float32(rate))


def learn_pairs(
    i: np.ndarray,
    j: np.ndarray,
    targets: np.ndarray,
    weights: np.ndarray,
    tables: tuple[np.ndarray, ...],
    squares: tuple[np.ndarray, ...],
    rate: float,
) -> float:
    """Learn pairs in place, as `GloVe.learn` would, one after the other.

    Args:
        i: int32 [B].
        j: likewise.
        targets: log X, float32 [B].
        weights: f(X), float32 [B].
        tables: words and contexts, float32 [V, D], and their biases, [V].
        squares: AdaGrad's sums, of the same shapes.
        rate: learning rate.

    Returns:
        The mean weighted squared error, each before its step.
    """
    return kernels().learn_pairs(i, j, targets, weights, *tables, *squares, np.float32(rate))


def count_neighbours(
    corpus: Corpus, window: int, *, drawn: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return i, j (int32 [P]) and X_ij > 0 (float32 [P]) of all pairs of neighbours.

    Args:
        corpus: the text.
        window: to both sides.
        drawn: count words d apart by how often word2vec's windows reach them, (window + 1 - d) /
            window, instead of GloVe's 1 / d.
    """
    sentence = np.repeat(np.arange(len(corpus.starts) - 1), np.diff(corpus.starts))
    n_words, keys, shares = len(corpus.words), [], []
    for distance in range(1, window + 1):
        together = sentence[:-distance] == sentence[distance:]
        a = corpus.tokens[:-distance][together].astype(np.int64)
        b = corpus.tokens[distance:][together].astype(np.int64)
        keys += [a * n_words + b, b * n_words + a]
        share = (window + 1 - distance) / window if drawn else 1 / distance
        shares += [np.full(2 * len(a), share)]
    found, place = np.unique(np.concatenate(keys), return_inverse=True)
    x = np.bincount(place, np.concatenate(shares), len(found))
    i, j = np.divmod(found, n_words)
    return i.astype(np.int32), j.astype(np.int32), x.astype(np.float32)


def alias_table(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what draws a word in constant time (Walker 1977, by Vose's algorithm, 1991).

    Choose a place k of V with equal chances; it is word k with the probability share[k], else word
    other[k].

    Returns:
        share, float32 [V], and other, int32 [V].
    """
    scaled = probabilities * len(probabilities)
    share, other = np.ones(len(scaled), np.float32), np.arange(len(scaled), dtype=np.int32)
    small = [k for k, p in enumerate(scaled) if p < 1]
    large = [k for k, p in enumerate(scaled) if p >= 1]
    while small and large:
        low, high = small.pop(), large.pop()
        share[low], other[low] = scaled[low], high
        scaled[high] -= 1 - scaled[low]
        (small if scaled[high] < 1 else large).append(high)
    return share, other


@functools.cache
def kernels() -> SimpleNamespace:
    """Return the loops; the first call of each translates it."""
    import numba

    translate: Callable = numba.njit(nogil=True, fastmath=_FAST)
    plain: Callable = numba.njit(nogil=True, inline="always")

    @plain
    def chance(state: Table) -> Any:  # 64 random bits: SplitMix64 (Steele et al. 2014)
        state[0] += np.uint64(0x9E3779B97F4A7C15)
        z = state[0]
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))

    @plain
    def below(bits: Any, n: int) -> Any:  # 0..n-1 from the upper 32 bits
        return np.int64(((bits >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))

    @plain
    def unit(bits: Any) -> Any:  # [0, 1) from the lower 24 bits
        return np.float32(bits & np.uint64(0xFFFFFF)) * np.float32(2.0**-24)

    @translate
    def draw(
        tokens: Table,
        starts: Table,
        sentences: Table,
        at: int,
        kept: Table,
        share: Table,
        other: Table,
        window: int,
        cbow: bool,
        state: Table,
        given: Table,
        candidates: Table,
    ) -> tuple[int, int]:
        n, room, n_words = 0, len(given), len(kept)
        n_candidates = candidates.shape[1]
        words = np.empty(LONGEST, np.int32)
        while at < len(sentences):
            first, last = starts[sentences[at]], starts[sentences[at] + 1]
            most = (last - first) * (1 if cbow else 2 * window)
            if n + most > room:
                break
            at += 1
            length = 0
            for place in range(first, last):
                word = tokens[place]
                if kept[word] >= 1 or unit(chance(state)) < kept[word]:
                    words[length] = word
                    length += 1
            for centre in range(length):
                reach = 1 + below(chance(state), window)
                low, high = max(0, centre - reach), min(length, centre + reach + 1)
                if cbow:
                    if high - low < 2:
                        continue
                    filled = 0
                    for place in range(low, high):
                        if place != centre:
                            given[n, filled] = words[place]
                            filled += 1
                    for place in range(filled, 2 * window):
                        given[n, place] = -1
                    candidates[n, 0] = words[centre]
                    n += 1
                else:
                    for place in range(low, high):
                        if place != centre:
                            given[n, 0] = words[centre]
                            candidates[n, 0] = words[place]
                            n += 1
        for row in range(n):
            for k in range(1, n_candidates):
                word = candidates[row, 0]
                while word == candidates[row, 0]:
                    bits = chance(state)
                    place = below(bits, n_words)
                    word = place if unit(bits) < share[place] else other[place]
                candidates[row, k] = word
        return n, at

    @translate
    def learn(
        given: Table, candidates: Table, given_table: Table, guessed_table: Table, rate: float
    ) -> float:
        n_dims, n_given, n_candidates = given_table.shape[1], given.shape[1], candidates.shape[1]
        hidden, back = np.empty(n_dims, np.float32), np.empty(n_dims, np.float32)
        errors = np.empty(n_candidates, np.float32)
        total, n_losses = 0.0, 0
        for row in range(len(given)):
            n_there = np.float32(0)
            if n_given == 1:
                source = given_table[given[row, 0]]
                for d in range(n_dims):
                    hidden[d] = source[d]
                n_there = np.float32(1)
            else:
                hidden[:] = 0
                for c in range(n_given):
                    if given[row, c] < 0:
                        break
                    source = given_table[given[row, c]]
                    n_there += np.float32(1)
                    for d in range(n_dims):
                        hidden[d] += source[d]
                for d in range(n_dims):
                    hidden[d] /= n_there
            measured = row % LOSS_EVERY == 0
            for k in range(n_candidates):
                target = guessed_table[candidates[row, k]]
                logit = np.float32(0)
                for d in range(n_dims):
                    logit += target[d] * hidden[d]
                errors[k] = np.float32(1) / (np.float32(1) + np.exp(-logit))
                if measured:
                    sign = -logit if k == 0 else logit
                    total += max(sign, np.float32(0)) + np.log1p(np.exp(-abs(sign)))
            n_losses += measured
            errors[0] -= np.float32(1)
            back[:] = 0
            for k in range(n_candidates):  # with the rows as they were, even if one stands twice
                target, error = guessed_table[candidates[row, k]], errors[k]
                for d in range(n_dims):
                    back[d] += error * target[d]
            for k in range(n_candidates):
                target, step = guessed_table[candidates[row, k]], rate * errors[k]
                for d in range(n_dims):
                    target[d] -= step * hidden[d]
            step = rate / n_there
            for c in range(n_given):
                if given[row, c] < 0:
                    break
                source = given_table[given[row, c]]
                for d in range(n_dims):
                    source[d] -= step * back[d]
        return total / max(1, n_losses)

    @translate
    def learn_pairs(
        i: Table,
        j: Table,
        targets: Table,
        weights: Table,
        words: Table,
        contexts: Table,
        bias: Table,
        other_bias: Table,
        words_squares: Table,
        contexts_squares: Table,
        bias_squares: Table,
        other_bias_squares: Table,
        rate: float,
    ) -> float:
        n_dims, total = words.shape[1], 0.0
        for row in range(len(i)):
            a, b = i[row], j[row]
            word, context = words[a], contexts[b]
            word_squares, context_squares = words_squares[a], contexts_squares[b]
            error = bias[a] + other_bias[b] - targets[row]
            for d in range(n_dims):
                error += word[d] * context[d]
            total += weights[row] * error * error
            error *= np.float32(2) * weights[row]
            for d in range(n_dims):
                up, down = error * context[d], error * word[d]
                word_squares[d] += up * up
                context_squares[d] += down * down
                word[d] -= rate * up / np.sqrt(word_squares[d])
                context[d] -= rate * down / np.sqrt(context_squares[d])
            bias_squares[a] += error * error
            other_bias_squares[b] += error * error
            bias[a] -= rate * error / np.sqrt(bias_squares[a])
            other_bias[b] -= rate * error / np.sqrt(other_bias_squares[b])
        return total / max(1, len(i))

    return SimpleNamespace(draw=draw, learn=learn, learn_pairs=learn_pairs)
