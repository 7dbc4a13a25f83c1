"""How fast does skip-gram learn beside gensim's, and does it learn the same neighbours?

gensim (Řehůřek & Sojka 2010) is only in requirements-bench.txt. Both read the same sentences of
numbered words, one thread, the same settings.
"""

import time
from typing import Any

import numpy as np
import torch

from bench.figures import BenchError, Bound, Figure, Measured, Measurement
from core.models.word2vec import Word2Vec, Word2VecConfig
from core.text import corpora
from core.text.corpora import Corpus
from core.training import fast_words

PEER = "gensim, one thread"
EPOCHS, ROUNDS = 5, 3
HOW = {"window": 5, "n_negative": 5, "threshold": 1e-3}
N_DIMS = 100  # gensim's usual number, as the others above
RATE = 0.025
RANKS = slice(100, 300)  # the words whose neighbours are compared: frequent, but no articles
N_NEAR = 10


def gensim() -> Any:
    """Return gensim's Word2Vec class.

    Raises:
        BenchError: it isn't installed.
    """
    try:
        from gensim.models import Word2Vec as Peer
    except ImportError as error:
        raise BenchError("gensim is not installed: requirements-bench.txt") from error
    return Peer


def sentences(corpus: Corpus) -> list[list[str]]:
    """Return a corpus as gensim reads it."""
    whole = range(len(corpus.starts) - 1)
    return [[corpus.words[k] for k in corpus.sentence(number)] for number in whole]


def trained(corpus: Corpus, seed: int = 0) -> tuple[np.ndarray, int, float]:
    """Return our vectors [V, D], the pairs that were learned, and seconds."""
    config = Word2VecConfig(len(corpus.words), N_DIMS)
    model = Word2Vec(config, torch.Generator().manual_seed(seed)).requires_grad_(False)
    tables = model.given.numpy(), model.guessed.numpy()
    draws = fast_words.Draws(corpus, **HOW, cbow=False, seed=seed)
    n_pairs, start = 0, time.perf_counter()
    while draws.epoch < EPOCHS:
        rate = RATE * max(1e-4, 1 - draws.progress / EPOCHS)
        batch = draws.next()
        n_pairs += batch.n
        fast_words.learn(batch, *tables, rate)
    return tables[0], n_pairs, time.perf_counter() - start


def trained_by_gensim(corpus: Corpus, seed: int = 1) -> tuple[np.ndarray, float]:
    """Return gensim's vectors [V, D] in our order of words, and seconds."""
    said = sentences(corpus)
    peer = gensim()(
        sg=1,
        vector_size=N_DIMS,
        window=HOW["window"],
        negative=HOW["n_negative"],
        sample=HOW["threshold"],
        alpha=RATE,
        min_count=1,
        workers=1,
        seed=seed,
    )
    peer.build_vocab(said)
    start = time.perf_counter()
    peer.train(said, total_examples=len(said), epochs=EPOCHS)
    seconds = time.perf_counter() - start
    return np.stack([peer.wv[word] for word in corpus.words]), seconds


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of the N_NEAR nearest words that two tables have in common."""
    both = []
    for table in (one, other):
        directions = table / np.linalg.norm(table, axis=1, keepdims=True)
        cosines = directions[RANKS] @ directions.T
        rows = np.arange(len(cosines))
        cosines[rows, rows + RANKS.start] = -np.inf
        both.append(np.argsort(-cosines, axis=1)[:, :N_NEAR])
    shared = [len(set(a) & set(b)) for a, b in zip(*both, strict=True)]
    return float(np.mean(shared)) / N_NEAR


def train_ratio() -> list[Measured]:
    """Return our pairs a second over gensim's, ours and gensim's; the best of some rounds each."""
    corpus = corpora.corpus(corpora.shipped("en"))
    gensim()
    trained(corpora.corpus(corpora.shipped("en")[:50], least=1))  # numba translates
    ours, its, n_pairs = np.inf, np.inf, 0
    for _ in range(ROUNDS):  # in turn, so that both meet the same machine
        _, n_pairs, seconds = trained(corpus)
        ours = min(ours, seconds)
        its = min(its, trained_by_gensim(corpus)[1])
    # Windows and subsampling are drawn alike, so that both learn about as many pairs.
    return [Measured(its / ours), Measured(n_pairs / ours / 1e6, n_pairs / its / 1e6)]


def neighbours_overlap() -> list[Measured]:
    """Return how many neighbours are gensim's, beside gensim's own with another seed."""
    corpus = corpora.corpus(corpora.shipped("en"))
    peer, again = (trained_by_gensim(corpus, seed)[0] for seed in (1, 2))
    return [Measured(overlap(trained(corpus)[0], peer), overlap(again, peer))]


MEASUREMENTS = (
    Measurement(
        (
            Figure(
                "words.train_ratio",
                "",
                "Pairs a second of our skip-gram ÷ gensim's, one thread, same text and settings.",
                Bound(at_least=1),
            ),
            Figure(
                "words.train_mpairs",
                "million pairs/s",
                f"Skip-gram on the bundled English text, {N_DIMS} dimensions, 5 negatives.",
                peer=PEER,
            ),
        ),
        train_ratio,
    ),
    Measurement(
        (
            Figure(
                "words.neighbour_overlap",
                "",
                f"Share of a word's {N_NEAR} nearest that are gensim's too, 200 frequent words.",
                peer="gensim with another seed",
            ),
        ),
        neighbours_overlap,
    ),
)
