"""Does a BERT put the true next sentence first of eight? It is what the page asks of a learner.

A sentence of a held-out document, and eight candidates: the one that follows it, three others of
the same document, four of other documents of the same source. None but the first sentence shown
opens its document, since nothing that follows a sentence does.
"""

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import held_out
from bench.figures import BenchError, Measured
from core.bert import berts
from core.bert.berts import Reader
from core.inference import next_sentence
from core.inference.next_sentence_scores import interval
from core.text import pieces
from core.text.tokenizer import SPECIAL
from core.training.bert_corpus import Corpus

N_CASES = 600  # a share of one half is then known to within .04
N_OWN, N_STRANGERS = 3, 4
PER_DOCUMENT = 8  # cases at most
SHORTEST, LONGEST = 5, 60  # tokens; shorter ones ("yes, please.") follow anything
SEED = 8


@dataclass(frozen=True, slots=True)
class Case:
    """A question of the page."""

    first: str
    candidates: tuple[str, ...]  # the true one, `N_OWN` of its document, `N_STRANGERS`
    source: str


def cases(corpus: Corpus, names: Sequence[str], n: int = N_CASES) -> list[Case]:
    """Return n cases of held-out documents, the same in every session.

    Args:
        corpus: the texts.
        names: the token of each id.
        n: how many.

    Raises:
        BenchError: the held-out documents don't give as many.
    """
    dice = random.Random(SEED)
    documents = _documents(corpus, names)
    pools = {source: [d for s, d in documents if s == source] for source, _ in documents}
    places = []
    for number, (_, sentences) in enumerate(documents):
        mine = list(range(len(sentences) - 1))
        dice.shuffle(mine)
        places += [(turn, dice.random(), number, at) for turn, at in enumerate(mine)]
    found: list[Case] = []
    for turn, _, number, at in sorted(places):  # one of each document, then a second, ...
        source, sentences = documents[number]
        if turn < PER_DOCUMENT and len(found) < n:
            case = _case(sentences, at, pools[source], dice)
            found += [Case(*case, source)] if case else []
    if len(found) < n:
        raise BenchError(f"the held-out corpus gives {len(found)} of {n} cases")
    return found


def _documents(corpus: Corpus, names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Return source and sentences of each held-out document; "" for a sentence not to be used."""
    found = []
    for document in np.flatnonzero(corpus.held_out):
        first, end = corpus.documents[document : document + 2].tolist()
        sentences = []
        for a, b in itertools.pairwise(corpus.sentences[first : end + 1].tolist()):
            tokens = [names[token] for token in corpus.tokens[a:b]]
            good = SHORTEST <= len(tokens) <= LONGEST and not set(tokens) & set(SPECIAL)
            sentences.append(held_out.written(tokens) if good else "")
        found.append((corpus.source_names[corpus.sources[document]], sentences))
    return found


def _case(
    own: list[str], at: int, pool: list[list[str]], dice: random.Random
) -> tuple[str, tuple[str, ...]] | None:
    """Return a sentence and its candidates; None where there are too few."""
    first, true = own[at : at + 2]
    rest = [s for i, s in enumerate(own) if s and i not in (0, at, at + 1)]
    others = [d for d in pool if d is not own and any(d[1:])]
    if not (first and true) or len(rest) < N_OWN or len(others) < N_STRANGERS:
        return None
    same = dice.sample(rest, N_OWN)
    strangers = [dice.choice([s for s in d[1:] if s]) for d in dice.sample(others, N_STRANGERS)]
    candidates = (true, *same, *strangers)
    # A sentence that recurs would be right and wrong at once.
    return (first, candidates) if len({first, *candidates}) == 2 + N_OWN + N_STRANGERS else None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Shares of the cases."""

    first: float  # the true one is first of all eight
    among_strangers: float  # it is before the strangers
    among_own: float  # it is before the sentences of its own document
    n: int


def ranked(asked: Sequence[Case], reader: Reader) -> Ranked:
    """Return how often the true sentence comes first, as the page computes it."""
    strangers, own = [], []
    for case in asked:
        judged = next_sentence.judged(reader, case.first, case.candidates)
        true, *rest = (candidate.probability for candidate in judged.candidates)
        own.append(true > max(rest[:N_OWN]))
        strangers.append(true > max(rest[N_OWN:]))
    both = np.array(own) & np.array(strangers)
    return Ranked(*(float(np.mean(x)) for x in (both, strangers, own)), len(asked))


def rank1(language: str) -> Sequence[Measured]:
    """Return the bundled model's shares: of eight with its 95% interval, strangers, own document.

    Raises:
        BenchError: the corpus isn't there.
    """
    asked = cases(held_out.corpus(language), pieces.token_names(language))
    found = ranked(asked, berts.reader(language))
    ends = interval(found.first, found.n)
    values = (found.first, *ends, found.among_strangers, found.among_own)
    return [Measured(value) for value in values]
