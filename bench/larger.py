"""What does the larger English BERT fill in better than ours, and how long does it take?"""

import functools
import os
from collections.abc import Sequence
from pathlib import Path

from bench import everyday, held_out
from bench.figures import BenchError, Measured
from core import runtime, zoo
from core.bert import berts
from core.bert.checkpoints import VOCABULARY
from core.inference.next_sentence_scores import interval
from core.making import large_score
from core.making.bert_large import NAME, OURS
from core.training import bert_corpus
from core.training.bert_corpus import Corpus

FOLDER = Path("data/corpus-en-cased")


@functools.cache
def corpus() -> Corpus:
    """Open the corpus in its cased pieces, or build it.

    Raises:
        BenchError: it isn't there, and neither are the texts.
    """
    data = os.environ.get("LATENT_LAB_DATA", "")
    if not (FOLDER / "corpus.json").is_file():
        if not (Path(data) / "text" / f"{OURS}-more.jsonl.xz").is_file():
            raise BenchError(f"no {FOLDER}, and LATENT_LAB_DATA names no folder with text/")
        vocabulary = zoo.large_folder(NAME) / VOCABULARY
        given = bert_corpus.everything(Path(data), OURS)
        bert_corpus.build(given, OURS, vocabulary, FOLDER, cased=True)
    return bert_corpus.load(FOLDER)


def masked() -> Sequence[Measured]:
    """Return the shares of hidden cased pieces that are the first answer, and among five."""
    reader = berts.reader(NAME)
    words = {token: i for i, token in enumerate(reader.tokens)}
    found = large_score.filled(reader.model, corpus(), words, large_score.N_PAIRS)
    return [Measured(found.top1), Measured(found.top5)]


def same_words() -> Sequence[Measured]:
    """Return the shares of the same hidden words that are first, ours as the peer.

    All of them, and those of texts that it hadn't read before.
    """
    readers = [berts.reader(name) for name in (NAME, OURS)]
    seen = large_score.same_words(*readers, corpus(), held_out.corpus(OURS), large_score.N_WORDS)
    first = [ranks < 1 for ranks in (seen.larger, seen.ours)]
    return [
        Measured(*(float(right.mean()) for right in first)),
        Measured(*(float(right[seen.unread].mean()) for right in first)),
    ]


def everyday_top1() -> Sequence[Measured]:
    """Return the share of everyday blanks filled sensibly, and the ends of its 95% interval."""
    value = everyday.share(OURS, berts.reader(NAME))
    return [Measured(end) for end in (value, *interval(value, len(everyday.blanks(OURS))))]


def milliseconds() -> Sequence[Measured]:
    """Return how long a sentence takes, ours as the peer; one thread, in turns."""
    runtime.set_threads()
    return [Measured(*large_score.milliseconds([berts.reader(name) for name in (NAME, OURS)]))]
