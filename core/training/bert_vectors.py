"""Vectors for the tokens of a language that a body has never read, from the company they keep.

    tokens -> how often each pair stands together -> positive PMI [V, 3V] -> SVD -> vectors [V, D]

Levy & Goldberg 2014 ("Neural word embedding as implicit matrix factorization") show that this is
what word2vec computes. The vectors are then turned so that tokens which the body does know (digits,
Latin words, stops) come to lie where it knows them: orthogonal Procrustes, as Smith et al. 2017
(arXiv:1702.03859) do between two languages. Pre-training starts far ahead of random vectors.
"""

import numpy as np
import scipy.linalg

from core.training.bert_corpus import Corpus

NEAR = range(2, 6)  # distances counted as "near", whichever side; 1 is counted for each side
SMOOTHING = 0.75  # of the context's frequency: PMI is too fond of rare ones (Levy et al. 2015)
MIN_ANCHOR = 200  # occurrences of a known token for it to say how to turn


def company(corpus: Corpus, n_vocabulary: int) -> np.ndarray:
    """Count pairs of the training texts: just before, just after, near; float32 [V, 3V]."""
    length = np.diff(corpus.sentences)
    sentence = np.repeat(np.arange(len(length)), length)
    held_out = np.repeat(corpus.held_out, np.diff(corpus.sentences[corpus.documents]))
    tokens = np.asarray(corpus.tokens).astype(np.int64)

    def pairs(distance: int) -> np.ndarray:
        together = (sentence[distance:] == sentence[:-distance]) & ~held_out[distance:]
        codes = tokens[:-distance][together] * n_vocabulary + tokens[distance:][together]
        counts = np.bincount(codes, minlength=n_vocabulary**2)
        return counts.reshape(n_vocabulary, n_vocabulary).astype(np.float32)

    after = pairs(1)
    near = np.zeros_like(after)
    for distance in NEAR:
        counts = pairs(distance) / distance
        near += counts + counts.T
    return np.concatenate([after.T, after, near], 1)


def positive_pmi(counts: np.ndarray) -> np.ndarray:
    """Return max(0, log p(token, context) / p(token) p(context)) of counts [V, C]."""
    rows = counts.sum(1, keepdims=True)
    columns = counts.sum(0, keepdims=True) ** SMOOTHING
    expected = rows * (columns / columns.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        pmi = np.log(counts / expected)
    return np.maximum(np.nan_to_num(pmi, neginf=0.0, posinf=0.0), 0.0)


def token_vectors(corpus: Corpus, known: dict[int, np.ndarray], n_vocabulary: int) -> np.ndarray:
    """Return a vector for each token in the space of a body that knows some of them.

    Args:
        corpus: the texts; only those to train on are counted.
        known: id -> the body's vector [D] of a token that it has learned.
        n_vocabulary: V.

    Returns:
        float32 [V, D], of the known vectors' mean length; the known ones are approximated, too.
    """
    anchors = np.array(list(known.values()), np.float32)  # [K, D]
    width = anchors.shape[1]
    pmi = positive_pmi(company(corpus, n_vocabulary))
    strengths, directions = scipy.linalg.eigh(
        pmi @ pmi.T, subset_by_index=(n_vocabulary - width, n_vocabulary - 1)
    )
    vectors = directions * np.maximum(strengths, 0) ** 0.25  # the root of singular values
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    frequency = np.bincount(corpus.tokens, minlength=n_vocabulary)
    at = np.array([i for i in known if frequency[i] >= MIN_ANCHOR])
    mean = anchors.mean(0)
    theirs = np.array([known[i] for i in at]) - mean
    turn, _ = scipy.linalg.orthogonal_procrustes(vectors[at], theirs)
    length = np.linalg.norm(theirs, axis=1).mean()
    return (vectors @ turn * length + mean).astype(np.float32)
