"""How much better is the larger English BERT than ours, and what does it cost?

    python -m core.training.bert_corpus en --data DATA     # once, and with --cased (see README)
    python -m core.making.large_score                      # ten minutes

Written into the manifest, beside the file's own figures:

- `mask_top1`, `mask_top5`: as core/making/bert_score.py, on a quarter of the pairs of the same
  held-out documents in its own cased pieces, of which other ones are hidden than of ours
- `words_top1`, `words_top5`, and `..._ours`: the same words hidden from both, those that are one
  piece in both vocabularies; case doesn't count. `.unread`: of dialogues and single sentences only,
  since it had read Wikipedia before
- `everyday_top1`, `everyday_top1_ours`: of the bench's everyday sentences, which neither has read
- `mask_top1_float`: before its weights were rounded to eight bits, on the first `N_ROUNDED` pairs;
  beside it `mask_top1_rounded`
- `sentence_ms`, `sentence_ms_ours`: to fill one blank, on one thread of the machine that measured
"""

import argparse
import statistics
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers.normalizers import BertNormalizer
from torch import Tensor

from core import assets, runtime, zoo
from core.bert import berts
from core.bert.berts import Reader
from core.bert.checkpoint_tokens import read_words
from core.bert.checkpoints import WEIGHTS
from core.inference import fill_in
from core.making.bert_large import NAME, OURS
from core.models.bert import BertForPreTraining
from core.text.tokenizer import MASK
from core.training.bert_batches import NO_PAIR, Assembler, Batch, plan
from core.training.bert_corpus import Corpus, load
from core.training.bert_evaluation import (
    LENGTH,
    ROWS,
    SEED,
    Evaluation,
    evaluate,
    held_out_batches,
)
from core.training.bert_examples import FILLS
from core.training.bert_start import restored
from core.training.bert_teaching import Teacher

N_PAIRS = 400  # a quarter of what scores ours; a share of .45 is then known to within .015
N_ROUNDED = 200  # pairs that both precisions answer
N_WORDS = 800  # pairs whose hidden words both answer
N_BEST = 20  # answers that are looked at: five words, "The" and "the" being one
N_TURNS = 5  # of the sentences that are timed
READ = ("enwiki", "gap")  # sources that it had read before it came to us: Wikipedia


class Found(NamedTuple):
    """Places among the answers of hidden words, 0 for the first."""

    larger: np.ndarray  # int64 [N]
    ours: np.ndarray  # int64 [N]
    unread: np.ndarray  # bool [N], whether the text is none that the larger one had read


def one_segment(batches: Sequence[Batch]) -> list[Batch]:
    """Return batches as a model reads them that has a single segment."""
    return [batch._replace(segments=torch.zeros_like(batch.segments)) for batch in batches]


def filled(model: BertForPreTraining, corpus: Corpus, words: dict[str, int], n: int) -> Evaluation:
    """Score a model of one segment on the first n held-out pairs, in its own pieces."""
    return evaluate(model, one_segment(held_out_batches(Assembler(corpus, words, unit="token"), n)))


def places(logits: Tensor, spelled: Sequence[str], words: Sequence[str]) -> list[int]:
    """Return at which place of the answers, [N, V], each word stands, in whatever case.

    Args:
        logits: of the answers.
        spelled: the token of each id, in lower case without accents.
        words: those that are hidden.
    """
    found = []
    for row, word in zip(logits.topk(N_BEST).indices.tolist(), words, strict=True):
        distinct = list(dict.fromkeys(spelled[i] for i in row))
        found.append(distinct.index(word) if word in distinct else N_BEST)
    return found


@torch.inference_mode()
def same_words(larger: Reader, ours: Reader, theirs: Corpus, own: Corpus, n: int) -> Found:
    """Hide the same words of n held-out pairs from both.

    Args:
        larger: reads `theirs`.
        ours: reads `own`, the same texts in its pieces.
        theirs: held-out documents are those of `own`.
        own: whose plan and masks are used; each place to be answered is hidden.
        n: pairs.
    """
    vocabularies = [{t: i for i, t in enumerate(r.tokens)} for r in (larger, ours)]
    meet = Teacher(larger.model, (theirs, vocabularies[0]), (own, vocabularies[1]), 1)
    plain = BertNormalizer(lowercase=True, strip_accents=True)
    spelled = [[plain.normalize_str(t) for t in r.tokens] for r in (larger, ours)]
    assembler = Assembler(own, vocabularies[1], unit="token")
    cut = plan(own, seed=SEED, epoch=0, length=LENGTH, batch_tokens=ROWS * LENGTH, held_out=True)
    pairs = np.flatnonzero(cut.labels != NO_PAIR)
    chosen = np.random.default_rng(SEED).permutation(pairs)[:n]
    found: tuple[list[int], list[int], list[bool]] = ([], [], [])
    for i in range(0, len(chosen), ROWS):
        rows = chosen[i : i + ROWS]
        batch = assembler.batch(cut, rows, np.random.default_rng([SEED, i]))
        lesson = meet.lesson(cut, rows, batch)
        row, place, _, other = lesson.words[:, lesson.hidden]
        words = [spelled[1][t] for t in batch.targets[row, place].tolist()]
        hidden = torch.where(batch.positions, vocabularies[1][MASK], batch.ids)
        states = ours.model.bert(hidden, batch.segments, batch.mask).hidden[row, place]
        found[1].extend(places(ours.model.decode(states), spelled[1], words))
        states = larger.model.bert(lesson.ids, mask=lesson.mask).hidden[row, other]
        found[0].extend(places(larger.model.decode(states), spelled[0], words))
        sentences = np.searchsorted(own.sentences, cut.spans[rows, 0], side="right") - 1
        documents = np.searchsorted(own.documents, sentences, side="right") - 1
        unread = [own.source_names[k] not in READ for k in own.sources[documents]]
        found[2].extend(unread[k] for k in row.tolist())
    return Found(*map(np.array, found))


def sensible(reader: Reader, file: Path) -> float:
    """Return the share of everyday sentences whose first answer is one of those accepted.

    Args:
        reader: who answers.
        file: as bench/everyday.py reads it.
    """
    table = tomllib.loads(file.read_text("utf-8"))
    rows = [row for topic in table.values() for row in topic]
    answers = fill_in.answer_all([fill_in.prepare(text, reader) for text, _ in rows], reader)
    right = [
        one.top[0][0].lower() in accepted.split()
        for (_, accepted), (one,) in zip(rows, answers, strict=True)
    ]
    return round(sum(right) / len(right), 4)


def milliseconds(readers: Sequence[Reader]) -> list[float]:
    """Return how long each takes to fill one blank, in ms; they take turns."""
    seconds: list[list[float]] = [[] for _ in readers]
    for turn in range(N_TURNS + 1):  # the first one wakes them
        for reader, column in zip(readers, seconds, strict=True):
            for text in FILLS[OURS]:
                start = time.perf_counter()
                fill_in.fill(text, reader)
                if turn:
                    column.append(time.perf_counter() - start)
    return [round(1000 * statistics.median(column), 1) for column in seconds]


def main() -> None:
    """Measure, print, and write the figures into the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path(f"data/corpus-{OURS}"))
    parser.add_argument("--cased", type=Path, default=Path(f"data/corpus-{OURS}-cased"))
    parser.add_argument("--base", type=Path, help="as core.making.bert_large, for mask_top1_float")
    parser.add_argument("--changes", type=Path, help="likewise")
    parser.add_argument("--everyday", type=Path, default=Path(f"bench/everyday-{OURS}.toml"))
    parts = ("pieces", "words", "everyday", "time", "rounding")
    parser.add_argument("--only", choices=parts, help="one part")
    args = parser.parse_args()
    if args.only == "rounding" and not (args.base and args.changes):
        parser.error("--only rounding asks for --base and --changes")
    runtime.set_threads()
    larger, ours = berts.reader(NAME), berts.reader(OURS)
    cased = load(args.cased)
    words = read_words(zoo.large_folder(NAME), larger.model.bert.config.n_vocabulary)
    figures: dict[str, float] = {}
    if args.only in (None, "time"):
        both = milliseconds([larger, ours])
        figures |= dict(zip(("sentence_ms", "sentence_ms_ours"), both, strict=True))
    if args.only in (None, "everyday"):
        for who, reader in (("", larger), ("_ours", ours)):
            figures[f"everyday_top1{who}"] = sensible(reader, args.everyday)
    if args.only in (None, "pieces"):
        found = filled(larger.model, cased, words, N_PAIRS)
        figures |= {"mask_top1": round(found.top1, 4), "mask_top5": round(found.top5, 4)}
        figures |= {"n_masked": found.n_masked, "n_pairs": N_PAIRS}
    if args.only in (None, "words"):
        seen = same_words(larger, ours, cased, load(args.corpus), N_WORDS)
        for k in (1, 5):
            for name, where in (("", np.ones(len(seen.unread), bool)), (".unread", seen.unread)):
                for who, ranks in (("", seen.larger), ("_ours", seen.ours)):
                    share = float((ranks[where] < k).mean())
                    figures[f"words_top{k}{who}{name}"] = round(share, 4)
                    figures[f"n_words{name}"] = int(where.sum())
    if args.only == "rounding" or (args.only is None and args.base and args.changes):
        before = restored(args.base, args.changes)
        for name, model in (("float", before), ("rounded", larger.model)):
            share = filled(model, cased, words, N_ROUNDED).top1
            figures[f"mask_top1_{name}"] = round(share, 4)
    print(figures)
    assets.set_score(f"weights/bert-{NAME}/{WEIGHTS}", figures)


if __name__ == "__main__":
    main()
