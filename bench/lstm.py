"""Is our LSTM torch's, how often is it right, and how fast does its page answer?"""

import copy
import functools
import time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from bench.figures import Bound, Figure, Group, Measured, Measurement, single
from core import runtime, zoo
from core.models.lstm import BOTH
from core.text import reviews
from core.text.units import PAD_ID, UNKNOWN_ID
from core.training import lstm as training
from core.training.classifying import Examples, accuracy, probabilities

NAMES = {"en": "English", "zh": "Chinese"}
VECTORS = {"en": "GloVe's", "zh": "word2vec's"}
N_COMPARED = 200  # test sentences, in batches of different lengths
N_CALLS = 200
SENTENCE = "The story is slow, but the actors are wonderful and the end is moving. "


def _torchs(model: nn.Module) -> nn.LSTM:
    """Return torch's bidirectional LSTM with the weights of a classifier's two."""
    width, n_cells = model.config.width, model.config.n_cells
    theirs = nn.LSTM(width, n_cells, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for layer, end in ((model.forwards, ""), (model.backwards, "_reverse")):
            getattr(theirs, f"weight_ih_l0{end}").copy_(layer.input_weight)
            getattr(theirs, f"weight_hh_l0{end}").copy_(layer.hidden_weight)
            getattr(theirs, f"bias_ih_l0{end}").copy_(layer.bias)
            getattr(theirs, f"bias_hh_l0{end}").zero_()
    return theirs


@torch.inference_mode()
def _parity() -> Measured:
    """Compare hidden states and last cells of the shipped weights, float64, padded and packed."""
    largest = 0.0
    for language in NAMES:
        for start in zoo.LSTM_STARTS:
            model, examples = zoo.lstm(language, start).model, _numbered(language, start)
            model = copy.deepcopy(model).double()
            theirs = _torchs(model).double()
            for first in range(0, N_COMPARED, 50):
                ids, _ = examples.padded(range(first, first + 50), PAD_ID)
                words, lengths = model.embedding(ids), (ids != PAD_ID).sum(1)
                read = model.read(words, lengths)
                packed = pack_padded_sequence(
                    words, lengths, batch_first=True, enforce_sorted=False
                )
                states, (_, cells) = theirs(packed)
                expected = pad_packed_sequence(states, batch_first=True)[0]
                found = torch.cat([read.forwards.hidden, read.backwards.hidden], 2)
                last = torch.stack([read.forwards.last.cell, read.backwards.last.cell])
                largest = max(largest, _apart(found, expected), _apart(last, cells))
    return Measured(largest)


def _apart(ours: Tensor, theirs: Tensor) -> float:
    return float((ours - theirs).abs().max())


@functools.cache
def _numbered(language: str, start: str) -> Examples:
    """Return the test sentences; words that a model has no vector of are unknown."""
    given = training.examples(reviews.load(language).test, language)
    ids = zoo.lstm(language, start).numbers.values()
    return training.only(torch.tensor([UNKNOWN_ID, *ids]), given)


def _right(language: str, start: str, direction: str = BOTH) -> float:
    examples = _numbered(language, start)
    read = training.reading(zoo.lstm(language, start).model, direction)
    return accuracy(probabilities(read, examples, PAD_ID), examples.labels)


def _latency(text: str) -> Measured:
    """Return the median time of the page's handler."""
    from demos.lstm.tab import read_text

    runtime.set_threads()
    times = []
    for k in range(N_CALLS + 10):  # the first ones warm up
        begun = time.perf_counter()
        read_text({"text": text, "language": "en", "start": "tuned", "off": [k % 5]})
        times.append(1000 * (time.perf_counter() - begun))
    return Measured(float(np.median(times[10:])))


def _accuracies(language: str) -> list[Measurement]:
    what = f"{NAMES[language]} test sentences told right by both directions"
    least = Bound(at_least=0.76) if language == "en" else None
    random = functools.cache(lambda: _right(language, "random"))
    rows = [
        single(
            Figure(
                f"lstm.{language}.acc",
                "",
                f"Share of {what}, {VECTORS[language]} vectors tuned.",
                least,
                "random vectors, learnt",
            ),
            lambda: Measured(_right(language, "tuned"), random()),
        ),
        single(
            Figure(
                f"lstm.{language}.frozen_acc",
                "",
                f"The same, {VECTORS[language]} vectors as they are.",
                None,
                "random vectors, learnt",
            ),
            lambda: Measured(_right(language, "pretrained"), random()),
        ),
    ]
    rows += [
        single(
            Figure(f"lstm.{language}.{direction}_acc", "", f"Read {direction} only, tuned."),
            functools.partial(lambda one: Measured(_right(language, "tuned", one)), direction),
        )
        for direction in ("forwards", "backwards")
    ]
    return rows


GROUP = Group(
    "lstm",
    "An LSTM of our own beside torch's, and what it makes of the test sentences of the group "
    "sentiment (English needs LATENT_LAB_DATA). Nothing was trained or chosen on them.",
    (
        single(
            Figure(
                "lstm.parity_max_abs",
                "",
                "Largest difference of hidden states and last cells from torch.nn.LSTM, shipped "
                "weights in float64, sentences of different lengths, both directions.",
                Bound(at_most=1e-6),
            ),
            _parity,
        ),
        *(row for language in NAMES for row in _accuracies(language)),
        single(
            Figure(
                "lstm.step_ms",
                "ms",
                "A word crossed out by the page's handler: three kinds of vectors, both "
                "directions, every word left out; a sentence of 14 words, median.",
                Bound(at_most=100),
            ),
            functools.partial(_latency, SENTENCE),
        ),
    ),
)
