"""What does an LSTM make of a sentence, word by word, and what does it forget?

At each word its gates, its cell and its hidden state are looked at, and what it would answer if the
text ended there. What speaks for an answer is measured by leaving each word out
(core/inference/hiding.py), as the page does when a learner crosses one out.
"""

from collections.abc import Collection

import numpy as np
import torch
from torch import Tensor

from core import assets, runtime, zoo
from core.errors import InputError
from core.inference import gradients, hiding, reasons
from core.models.lstm import (
    BACKWARDS,
    BOTH,
    DIRECTIONS,
    FORWARDS,
    LSTMClassifier,
    LSTMClassifierOutput,
    so_far,
)
from core.results.lstm import Answers, ReadSentence, Steps
from core.results.reasons import Reasons
from core.text import pieces, vector_words
from core.text.units import UNKNOWN_ID, Units
from core.text.vectors import vectors
from core.zoo import LSTM_STARTS as STARTS
from core.zoo import SentimentLSTM

LANGUAGES = ("en", "zh")
MAX_WORDS = 100  # of a text are read, as in training
BAD, GOOD = 0, 1
WAYS = ("left_out", "unknown", "step", "gradient")
PARTS = ("input_gate", "forget_gate", "candidate", "output_gate", "cell", "hidden")


def read(text: str, language: str, start: str, off: Collection[int] = ()) -> ReadSentence:
    """Read a text and return what happens at each word.

    Args:
        text: a sentence or a few.
        language: "en" or "zh".
        start: which word vectors, one of `STARTS`.
        off: numbers of words that are crossed out: not read at all.

    Raises:
        InputError: the text is empty, too long, or no word of it is left.
        AssetError: the weights are not there.
    """
    given = cut(text, language)
    words = given.first(MAX_WORDS)
    left = _left(words, off)
    tokens = [words.tokens[k] for k in left]
    found = {name: zoo.lstm(language, name) for name in STARTS}
    answers, one = [], found[start]
    with torch.inference_mode():
        for name, lstm in found.items():
            output = lstm.model(numbered(tokens, lstm))
            good = output.logits.softmax(-1)[:, 0, GOOD].tolist()
            if name == start:
                steps = _steps(lstm.model, output)
            answers.append(
                Answers(
                    name,
                    dict(zip(DIRECTIONS, good, strict=True)),
                    accuracy(language, name),
                    tuple(token not in lstm.numbers for token in words.tokens),
                )
            )
        ids = numbered(tokens, one)
        odds = runtime.to_numpy(log_odds(without_each(one.model, ids)))  # [3, 1 + N]
        costs = hiding.costs(odds.T)  # [N, 3]
    simplified = vectors(language).simplified
    return ReadSentence(
        *words,
        left=tuple(left),
        n_cut=len(given.tokens) - len(words.tokens),
        n_mapped=sum(c in simplified for c in text),
        looks_like=pieces.looks_like(text),
        start=start,
        steps=steps,
        costs={name: costs[:, k] for k, name in enumerate(DIRECTIONS)},
        answers=tuple(answers),
    )


def cut(text: str, language: str) -> Units:
    """Return a text's words, all of them."""
    words, simplified = zoo.lstm_words(language), vectors(language).simplified
    given = vector_words.cut(text, language, words, simplified)
    if not given.tokens:
        raise InputError("text_empty")
    return given


def _left(words: Units, off: Collection[int]) -> list[int]:
    left = [k for k in range(len(words.tokens)) if k not in off]
    if not left:
        raise InputError("no_word_left")
    return left


def numbered(tokens: Collection[str], lstm: SentimentLSTM) -> Tensor:
    """Return the ids of words, [1, T]."""
    ids = [lstm.numbers.get(token, UNKNOWN_ID) for token in tokens]
    return torch.tensor([ids], device=runtime.device())


def log_odds(logits: Tensor) -> Tensor:
    """Return log P(good) - log P(bad) [...] of logits [..., 2]."""
    return logits[..., GOOD] - logits[..., BAD]


def _steps(model: LSTMClassifier, output: LSTMClassifierOutput) -> dict[str, Steps]:
    """Return both directions, their cells in the order of their weight in the answer."""
    good = so_far(model, output).softmax(-1)[:, 0, :, GOOD]  # [2, T]
    found = {}
    for name, one, says in zip((FORWARDS, BACKWARDS), output[:2], good, strict=True):
        order = _order(model, name)
        parts = {part: runtime.to_numpy(getattr(one, part)[0, :, order]) for part in PARTS}
        found[name] = Steps(**parts, good=runtime.to_numpy(says))
    return found


def _order(model: LSTMClassifier, direction: str) -> Tensor:
    """Return which cells speak for bad first, and which for good last, int64 [H]."""
    weight = model.heads[direction].get_parameter("weight")
    return (weight[GOOD] - weight[BAD]).argsort()


def without_each(model: LSTMClassifier, ids: Tensor) -> Tensor:
    """Return the logits [3, 1 + N, C] of a text [1, N], and of it without each word in turn."""
    whole = model(ids).logits  # [3, 1, C]
    n = ids.shape[1]
    if n == 1:  # nothing is left to read: both states are what they are at first
        nothing = ids.new_zeros(1, model.config.n_cells, dtype=whole.dtype)
        return torch.cat([whole, model.answer(nothing, nothing)], 1)
    rows = np.stack(hiding.left_out(np.arange(n)))  # [N, N - 1]
    return torch.cat([whole, model(ids[0][torch.from_numpy(rows).to(ids.device)]).logits], 1)


def compare(
    text: str, language: str, start: str, direction: str, off: Collection[int] = ()
) -> Reasons:
    """Hold other ways of explaining an answer against leaving each word out.

    "unknown" puts the unknown word in the word's place. "step" is by how much the answer so far
    moves as the word is read; where both directions answer, the mean of the two. "gradient" is
    gradient x input.

    Args:
        text: as for `read`, which also tells the errors.
        language: likewise.
        start: likewise.
        direction: whose answer, one of `DIRECTIONS`.
        off: likewise.
    """
    words = cut(text, language).first(MAX_WORDS)
    left, which = _left(words, off), DIRECTIONS.index(direction)
    lstm = zoo.lstm(language, start)
    model, ids = lstm.model, numbered([words.tokens[k] for k in left], lstm)
    masked = ids.repeat(len(left), 1)
    masked.fill_diagonal_(UNKNOWN_ID)

    def score(vectors_of: Tensor) -> Tensor:
        return log_odds(model.read(vectors_of).logits)[which]

    with torch.inference_mode():
        odds = log_odds(without_each(model, ids))[which]
        unknown = odds[0] - log_odds(model(masked).logits)[which]
        steps = _moves(model, ids)
    moved = {FORWARDS: steps[0], BACKWARDS: steps[1]}.get(direction, steps.mean(0))
    values = [
        hiding.costs(runtime.to_numpy(odds)),
        runtime.to_numpy(unknown),
        runtime.to_numpy(moved),
        gradients.times_input(score, model.embedding(ids).detach()),
    ]
    spelt = [text[words.starts[k] : words.ends[k]].strip() for k in left]
    return reasons.reasons(spelt, WAYS, np.stack(values).astype(np.float32))


def _moves(model: LSTMClassifier, ids: Tensor) -> Tensor:
    """Return by how much each direction's log-odds move as a word is read, [2, N]."""
    odds = log_odds(so_far(model, model(ids)))[:, 0]  # [2, N]
    nothing = torch.zeros(model.config.n_cells, device=ids.device)
    begun = log_odds(model.answer(nothing, nothing))[:2, None]  # before any word
    before = torch.stack([torch.cat([begun[0], odds[0, :-1]]), torch.cat([odds[1, 1:], begun[1]])])
    return odds - before


def accuracy(language: str, start: str) -> dict[str, float]:
    """Return how often each direction is right on the test part, from the manifest."""
    score = assets.manifest()[zoo.lstm_file(language, start)]["score"]
    return {name: float(score[score_name(name)]) for name in DIRECTIONS}


def score_name(direction: str) -> str:
    """Return what the manifest calls a direction's accuracy."""
    return "test_acc" if direction == BOTH else f"test_acc_{direction}"
