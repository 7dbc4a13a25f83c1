"""How well does a BERT read, by kind of text? Ours, or any with the same vocabulary.

    python -m bench.reading en                    the bundled model, one JSON object
    python -m bench.reading zh --model FOLDER     a checkpoint in transformers' layout
    python -m bench.reading en --wrong            also the everyday blanks that it fills badly

A model that began as one that has read Wikipedia can't be judged on Wikipedia alone: dialogues and
single sentences (Tatoeba, Common Voice) are other texts.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np

from bench import everyday, held_out, ranking
from bench.figures import BenchError, Measured
from core import zoo
from core.bert import berts
from core.errors import LabError
from core.models.bert import BertForPreTraining
from core.text import pieces
from core.text.masking import Action
from core.training.bert_batches import NO_PAIR, Assembler, Batch, Plan, plan
from core.training.bert_corpus import Corpus
from core.training.bert_evaluation import LENGTH, ROWS, SEED

KINDS = {
    "en": {
        "wikipedia": ("enwiki",),
        "dialogue": ("sgd_dialogue", "taskmaster4"),
        "sentences": ("tatoeba_en", "commonvoice_en"),
    },
    "zh": {
        "wikipedia": ("zhwiki",),
        "dialogue": ("crosswoz", "kdconv"),
        "stories": ("cmrc2017_children",),
        "sentences": ("commonvoice_zh",),
    },
}
N_MASKED = 3_000  # .40 is then known to within .02


def batches(corpus: Corpus, assembler: Assembler, sources: Sequence[str]) -> list[Batch]:
    """Return held-out examples of some sources with N_MASKED [MASK]s, fewer where there aren't.

    Pairs where the documents have them, else single sentences.
    """
    cut = plan(corpus, seed=SEED, epoch=0, length=LENGTH, batch_tokens=ROWS * LENGTH, held_out=True)
    mine = np.flatnonzero(np.isin(_sources(corpus, cut), sources))
    pairs = mine[cut.labels[mine] != NO_PAIR]
    order = np.random.default_rng(SEED).permutation(pairs if 2 * len(pairs) > len(mine) else mine)
    found, n = [], 0
    for i in range(0, len(order), ROWS):
        batch = assembler.batch(cut, order[i : i + ROWS], np.random.default_rng([SEED, i]))
        n += int((batch.actions == Action.MASKED).sum())
        found.append(batch)
        if n >= N_MASKED:
            break
    return found


def _sources(corpus: Corpus, cut: Plan) -> np.ndarray:
    """Return the name of each example's source, [n]."""
    sentence = np.searchsorted(corpus.sentences, cut.spans[:, 0], side="right") - 1
    document = np.searchsorted(corpus.documents, sentence, side="right") - 1
    return np.array(corpus.source_names)[corpus.sources[document]]


def by_kind(language: str, model: BertForPreTraining, kind: str) -> tuple[float, float, int]:
    """Return the shares of [MASK]s right at first and among five, and how many there are.

    Raises:
        BenchError: the corpus isn't there.
    """
    corpus = held_out.corpus(language)
    assembler = Assembler(corpus, pieces.vocabulary(language), unit="token")
    ranks = held_out.ranks(model, batches(corpus, assembler, KINDS[language][kind]))
    return float((ranks < 1).mean()), float((ranks < 5).mean()), len(ranks)


def masked(language: str, kind: str) -> Sequence[Measured]:
    """Return the bundled model's two shares on a kind of text."""
    top1, top5, _ = by_kind(language, zoo.bert(language), kind)
    return [Measured(top1), Measured(top5)]


def main() -> int:
    """Print all figures of one model."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.reading",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("language", choices=pieces.LANGUAGES)
    parser.add_argument("--model", metavar="FOLDER", help="default: the bundled one")
    parser.add_argument("--wrong", action="store_true", help="name the everyday blanks missed")
    arguments = parser.parse_args()
    language = arguments.language
    try:
        reader = berts.reader(arguments.model or language)
        figures: dict[str, object] = {"everyday_top1": everyday.share(language, reader)}
        if arguments.wrong:
            figures["wrong"] = [
                [blank.text, first]
                for blank, first in everyday.first_answers(language, reader)
                if first.lower() not in blank.answers
            ]
        for kind in KINDS[language]:
            names = ("top1", "top5", "n")
            figures[kind] = dict(zip(names, by_kind(language, reader.model, kind), strict=True))
        if reader.has_nsp:
            asked = ranking.cases(held_out.corpus(language), pieces.token_names(language))
            figures["nsp_rank1"] = asdict(ranking.ranked(asked, reader))
    except (BenchError, LabError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
