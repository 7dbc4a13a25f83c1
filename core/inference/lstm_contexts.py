"""How far apart is a word in one sentence from the same word in another?

A word vector is the same wherever the word stands. The state of an LSTM at the word is not:
forwards it has read what stands before, backwards what stands behind. The two side by side are a
contextual vector, as in ELMo (Peters et al. 2018, arXiv:1802.05365), whose LSTMs were trained to
foretell the next word, and the one before; ours were trained to tell good from bad, so what they
keep of a context is what it says of that.
"""

import numpy as np
import torch

from core import runtime, zoo
from core.inference.lstm import MAX_WORDS, cut, numbered
from core.models.lstm import BACKWARDS, BOTH, FORWARDS
from core.results.lstm import Contexts, SharedWord

VECTOR = "vector"


def contexts(one: str, other: str, language: str, start: str) -> Contexts:
    """Compare the words that two sentences share; of each its first place in them.

    Args:
        one: a sentence.
        other: another one.
        language: "en" or "zh".
        start: which word vectors, one of `core.inference.lstm.STARTS`.

    Raises:
        InputError: a sentence is empty or too long.
        AssetError: the weights are not there.
    """
    lstm = zoo.lstm(language, start)
    texts = [cut(text, language).first(MAX_WORDS) for text in (one, other)]
    states = []
    with torch.inference_mode():
        for text in texts:
            output = lstm.model(numbered(text.tokens, lstm))
            found = {
                FORWARDS: runtime.to_numpy(output.forwards.hidden[0]),
                BACKWARDS: runtime.to_numpy(output.backwards.hidden[0]),
            }
            states.append({**found, BOTH: np.concatenate(list(found.values()), 1)})
    shared = []
    for word in dict.fromkeys(texts[0].tokens):
        if word not in texts[1].tokens:
            continue
        places = (texts[0].tokens.index(word), texts[1].tokens.index(word))
        alike = {
            name: cosine(states[0][name][places[0]], states[1][name][places[1]])
            for name in (FORWARDS, BACKWARDS, BOTH)
        }
        shared.append(SharedWord(word, places, {VECTOR: 1.0, **alike}))
    return Contexts(
        tokens=(texts[0].tokens, texts[1].tokens),
        shared=tuple(shared),
        states=(states[0], states[1]),
    )


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of two vectors; equal ones have exactly 1."""
    if np.array_equal(a, b):
        return 1.0
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
