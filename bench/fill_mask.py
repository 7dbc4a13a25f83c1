"""How long does filling a blank take, beside transformers' fill-mask pipeline?

Both get the same sentences as text and return the five likeliest words; the weights are the same,
float32, on one thread, and both take turns, so that a busy moment of the machine hits both. The
sentences are single ones of held-out English documents, each with one word hidden, as long or short
as they come: in a batch the pipeline fills all up to the longest.
"""

import functools
import os
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from bench import held_out
from bench.figures import BenchError, Measured
from core import assets, runtime
from core.bert import berts
from core.bert.checkpoints import WEIGHTS
from core.inference import fill_in
from core.text import pieces
from core.text.tokenizer import MASK, SPECIAL

N_SENTENCES, N_TOP = 32, 5
SHORTEST, LONGEST = 5, 60  # tokens
N_TURNS = {1: 3, N_SENTENCES: 7}
SEED = 11
MAX_TIES = 2  # sentences in which two words may be so close that rounding swaps them
LANGUAGE = "en"

Fill = Callable[[Sequence[str]], list[tuple[str, ...]]]


@functools.cache
def sentences() -> tuple[str, ...]:
    """Return sentences with one [MASK] each, in the order of a seed.

    Raises:
        BenchError: there is no corpus.
    """
    corpus, names = held_out.corpus(LANGUAGE), pieces.token_names(LANGUAGE)
    owners = np.repeat(corpus.held_out, np.diff(corpus.documents))
    dice, found = np.random.default_rng(SEED), []
    for i in dice.permutation(np.flatnonzero(owners)):
        tokens = [names[t] for t in corpus.tokens[corpus.sentences[i] : corpus.sentences[i + 1]]]
        whole = [
            k
            for k, token in enumerate(tokens)
            if token.isalpha() and not (k + 1 < len(tokens) and tokens[k + 1].startswith("##"))
        ]
        if SHORTEST <= len(tokens) <= LONGEST and whole and not set(tokens) & set(SPECIAL):
            tokens[int(dice.choice(whole))] = MASK
            found.append(held_out.written(tokens))
        if len(found) == N_SENTENCES:
            return tuple(found)
    raise BenchError("the held-out corpus has too few sentences")


def ratio(n: int) -> Sequence[Measured]:
    """Return our time ÷ the pipeline's, and both in milliseconds a sentence.

    Args:
        n: sentences at a time, 1 or N_SENTENCES.

    Raises:
        BenchError: there is no corpus, or the two give different answers.
    """
    runtime.set_threads()
    asked, ours, theirs = sentences(), _ours(), _pipeline(n)
    groups = [asked[i : i + n] for i in range(0, len(asked), n)]
    # A first turn wakes both, and shows that they do the same.
    answers = [(a, b) for g in groups for a, b in zip(ours(g), theirs(g), strict=True)]
    different = [pair for pair in answers if pair[0] != pair[1]]
    if len(different) > MAX_TIES:
        raise BenchError(f"the pipeline answers {different[0][1]}, ours {different[0][0]}")
    seconds = [
        [sum(_timed(fill, group) for group in groups) for fill in (ours, theirs)]
        for _ in range(N_TURNS[n])
    ]
    own, other = (statistics.median(column) for column in zip(*seconds, strict=True))
    return [Measured(own / other), Measured(1000 * own / len(asked), 1000 * other / len(asked))]


def _timed(fill: Fill, group: Sequence[str]) -> float:
    start = time.perf_counter()
    fill(group)
    return time.perf_counter() - start


def _ours() -> Fill:
    reader = berts.reader(LANGUAGE)

    def fill(group: Sequence[str]) -> list[tuple[str, ...]]:
        many = [fill_in.prepare(text, reader) for text in group]
        answers = fill_in.answer_all(many, reader)
        return [tuple(token for token, _ in blanks[0].top[:N_TOP]) for blanks in answers]

    return fill


def _pipeline(n: int) -> Fill:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer, logging, pipeline

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    folder = assets.locate(f"weights/bert-{LANGUAGE}/{WEIGHTS}").parent
    model = AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval()
    names = pieces.token_names(LANGUAGE)
    peer = pipeline(
        "fill-mask", model=model, tokenizer=AutoTokenizer.from_pretrained(folder), device="cpu"
    )

    def fill(group: Sequence[str]) -> list[tuple[str, ...]]:
        found = peer(list(group), batch_size=n, top_k=N_TOP)
        found = [found] if n == 1 and isinstance(found[0], dict) else found
        return [tuple(names[answer["token"]] for answer in answers) for answers in found]

    return fill
