"""Word vectors learn from a text while somebody watches: core/training/word_learners.py has how."""

import functools
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from core.errors import InputError
from core.jobs.live import Score
from core.jobs.settings import WordVectorSettings
from core.models import word2vec
from core.results.training import RunFacts, WordFacts, WordSamples
from core.text import corpora
from core.text.corpora import Corpus
from core.training import fast_words
from core.training.word_learners import LEARNERS

N_CHECKS = 25  # of a run
N_NEAR = 6  # neighbours of a watched word
N_FIT = 300  # pairs of the text
N_FREQUENT = 30  # words
MIN_SENTENCE, MAX_SENTENCE = 7, 14  # words of the one that is shown, if there is such a one
N_CHOSEN = 16  # words that are watched if nobody chose any


class WordVectors:
    """A `Kind` (core/jobs/live.py)."""

    def __init__(self, settings: WordVectorSettings) -> None:
        """Read the text and get ready.

        Raises:
            AssetError: the text that ships is missing or damaged.
            InputError: too few different words.
        """
        self._corpus = text = _corpus(settings)
        n_words = len(text.words)
        if n_words < 2:
            raise InputError("word2vec_few", got=n_words, least=text.least)
        if settings.method in ("skipgram", "cbow") and n_words <= settings.n_negative:
            raise InputError("word2vec_negatives", got=settings.n_negative, words=n_words)
        if len(text.tokens) < 2 or np.diff(text.starts).max() < 2:
            raise InputError("word2vec_alone")
        self._settings = settings
        self._learner = LEARNERS[settings.method](text, settings)
        self.n_steps = self.steps_per_epoch = self._learner.n_steps
        self.steps_per_epoch = max(1, self.n_steps // settings.epochs)
        self.steps_per_check = max(1, self.n_steps // N_CHECKS)
        self._watched = _watched(text, settings.watched)
        self._sentence = _sentence(text, self._watched)
        self._pairs, self._negatives = self._shown()
        self._fit = self._some_pairs()

    def step(self) -> float:
        """Learn a little; return its loss."""
        return self._learner.step()

    def validate(self) -> Score:
        """Return the loss on fixed examples of the text."""
        return Score(self._learner.check())

    def test(self) -> None:
        """Return nothing: word vectors have no right answers."""

    def samples(self) -> WordSamples | None:
        """Return the watched words' vectors, their neighbours, and what it says of some pairs."""
        vectors = self._learner.vectors().detach()
        if not vectors.isfinite().all():
            return None
        directions = F.normalize(vectors, dim=1)
        cosines = directions[self._watched] @ directions.T  # [C, V]
        cosines[torch.arange(len(self._watched)), torch.from_numpy(self._watched)] = -torch.inf
        found = cosines.topk(min(N_NEAR, len(directions) - 1))
        words = self._corpus.words
        return WordSamples(
            vectors=vectors[self._watched].numpy(),
            near=tuple(tuple(words[k] for k in row) for row in found.indices.tolist()),
            cosines=found.values.numpy(),
            pairs=self._of_pairs(self._learner.say),
            negatives=self._learner.say(self._sentence[:, None], self._negatives),
            fit=self._learner.say(*self._fit),
        )

    def facts(self) -> RunFacts:
        """Return what the text has, and what of it is looked at."""
        text, words = self._corpus, self._corpus.words
        noise = word2vec.noise(torch.from_numpy(text.counts)).tolist()
        return RunFacts(
            n_train=text.n_read,
            n_validation=0,
            n_parameters=self._learner.n_parameters,
            n_steps=self.n_steps,
            steps_per_epoch=self.steps_per_epoch,
            words=WordFacts(
                n_read=text.n_read,
                n_tokens=len(text.tokens),
                n_words=len(words),
                least=text.least,
                watched=tuple(words[k] for k in self._watched),
                counts=tuple(text.counts[self._watched].tolist()),
                sentence=tuple(words[k] for k in self._sentence),
                targets=self._of_pairs(self._learner.targets),
                negatives=tuple(tuple(words[k] for k in row) for row in self._negatives),
                together=self._together(),
                fit=self._learner.targets(*self._fit),
                fit_names=tuple((words[a], words[b]) for a, b in zip(*self._fit, strict=True)),
                frequent=tuple(zip(words, text.counts.tolist(), noise, strict=True))[:N_FREQUENT],
            ),
        )

    def state(self) -> dict[str, Any]:
        """Return what the next step depends on."""
        return self._learner.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to what `state` returned."""
        self._learner.restore(state)

    def _shown(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the neighbours [T, 2 W] and negatives [T, K] of the sentence; -1: none there."""
        length, window = len(self._sentence), self._settings.window
        offsets = np.r_[-window:0, 1 : window + 1]
        places = np.arange(length)[:, None] + offsets
        outside = (places < 0) | (places >= length)
        pairs = np.where(outside, -1, self._sentence[places.clip(0, length - 1)])
        if self._settings.method not in ("skipgram", "cbow"):
            return pairs, np.zeros((length, 0), np.int64)
        dice = np.random.default_rng(self._settings.seed)
        noise = word2vec.noise(torch.from_numpy(self._corpus.counts)).numpy()
        negatives = dice.choice(len(noise), (length, self._settings.n_negative), p=noise)
        return pairs, negatives

    def _of_pairs(self, say: Any) -> np.ndarray:
        found = say(self._sentence[:, None], self._pairs.clip(0)).astype(np.float32)
        return np.where(self._pairs < 0, np.nan, found)

    def _some_pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw pairs of neighbours, frequent ones more often: word by word of the text."""
        i, j, x = fast_words.count_neighbours(self._corpus, self._settings.window)
        dice = np.random.default_rng(self._settings.seed)
        some = dice.choice(len(x), min(N_FIT, len(x)), replace=False, p=x / x.sum(dtype=float))
        return i[some].astype(np.int64), j[some].astype(np.int64)

    def _together(self) -> np.ndarray:
        i, j, x = fast_words.count_neighbours(self._corpus, self._settings.window)
        place = np.full(len(self._corpus.words), -1)
        place[self._watched] = np.arange(len(self._watched))
        both = (place[i] >= 0) & (place[j] >= 0)
        found = np.zeros((len(self._watched), len(self._watched)), np.float32)
        found[place[i[both]], place[j[both]]] = x[both]
        return found


@functools.lru_cache(maxsize=2)
def _shipped(language: str) -> Corpus:
    return corpora.corpus(corpora.shipped(language))


def _corpus(settings: WordVectorSettings) -> Corpus:
    if settings.text is None:
        return _shipped(settings.language)
    return corpora.corpus(corpora.sentences(settings.text))


def _watched(text: Corpus, wanted: tuple[str, ...]) -> np.ndarray:
    """Return the wanted words that have a vector, else the most frequent longer ones, int64 [C]."""
    number = {word: k for k, word in enumerate(text.words)}
    found = [number[word] for word in dict.fromkeys(wanted) if word in number]
    if len(found) < 2:
        longer = [
            k for k, word in enumerate(text.words) if len(word) >= (4 if word.isascii() else 2)
        ]
        found = longer[:N_CHOSEN] if len(longer) >= 2 else [*range(min(N_CHOSEN, len(text.words)))]
    return np.array(found, np.int64)


def _sentence(text: Corpus, watched: np.ndarray) -> np.ndarray:
    """Return the sentence of a fit length with the most watched words, none twice, int64 [T]."""
    wanted = set(watched.tolist())

    def fits(number: int) -> tuple[bool, int, int]:
        said = text.sentence(number).tolist()
        different = set(said)
        short = min(len(said), MAX_SENTENCE)
        return (
            MIN_SENTENCE <= len(said) <= MAX_SENTENCE,
            2 * len(different & wanted) - 3 * (len(said) - len(different)),
            short,
        )

    best = max(range(len(text.starts) - 1), key=fits)
    return text.sentence(best)[:MAX_SENTENCE].astype(np.int64)
