"""Chinese reviews, parts of them of a few clauses, and more, with teachers' answers as labels.

A review's label says nothing of where in it the writer was pleased or cross, and of a "but" in its
middle only half. Teachers (research/span_teacher.py) tell of each part how likely it is good,
and soften the labels of whole reviews (Hinton et al. 2015, arXiv:1503.02531).
"""

import json
import lzma
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from core.text.reviews import Reviews, letters
from core.training.classifying import both

N_THINNED, KEPT = 3, 0.7  # times that clauses of a review are left out, and the share that stays
FILE = Path("checkpoints/spans-zh.json.xz")
END = "。！？!?；;，,、~…"  # of a clause, with what follows of these and blanks
CLAUSE = re.compile(rf"[^\s{END}]+[\s{END}]*")
SHORTEST = 3  # letters of a clause
MOST_CLAUSES, N_LONGER = 8, 4  # of a span of several, and how many of those from a review
SOURCE = (
    ", and on what multilingual-e5-small (MIT) says of them, of parts of them, of what our Chinese "
    "BERT made of both, and of jieba's words (MIT)"
)
TRUST = 0.8  # in the teachers, against the label, where there are both


PartsOf = Callable[[list[str], random.Random], list[str]]


class Taught(NamedTuple):
    """Texts and P(bad), P(good) to learn of each."""

    reviews: Reviews  # N, the training part's first; a part has the likelier label
    shares: Tensor  # float32 [N, 2]


def spans(clauses: list[str], dice: random.Random) -> list[str]:
    """Return the clauses of a review, and runs of several."""
    n = len(clauses)
    found = [clause for clause in clauses if len(letters(clause)) >= SHORTEST]
    for _ in range(min(N_LONGER, n) if n > 2 else 0):
        size = dice.randint(2, min(n - 1, MOST_CLAUSES))
        first = dice.randint(0, n - size)
        found.append("".join(clauses[first : first + size]))
    return found


def thinned(clauses: list[str], dice: random.Random) -> list[str]:
    """Return a review from which some clauses are left out, several times."""
    tried = (
        [clause for clause in clauses if dice.random() < KEPT]
        for _ in range(N_THINNED if len(clauses) > 2 else 0)
    )
    return ["".join(left) for left in tried if 1 < len(left) < len(clauses)]


def parts(train: Reviews, left_out: set[str], of: PartsOf, seed: int) -> list[tuple[str, int]]:
    """Return different parts of reviews, each with the row of a review that it is of.

    Args:
        train: reviews.
        left_out: letters of texts that are not to be taught.
        of: `spans` or `thinned`.
        seed: of its dice.
    """
    dice, found = random.Random(seed), {}
    for row, text in enumerate(train.texts):
        for part in of(CLAUSE.findall(text), dice):
            if letters(part) not in left_out:
                found.setdefault(part.strip(), row)
    return list(found.items())


def load(train: Reviews, file: Path = FILE) -> Taught:
    """Return what the teachers said: reviews softened by it, then the other texts."""
    stored = json.loads(lzma.decompress(file.read_bytes()))
    good = torch.from_numpy(train.labels.copy()).float()
    good += TRUST * (torch.tensor(stored["reviews"]) - good)
    good = torch.cat([good, torch.tensor(list(stored["spans"].values()))])
    texts = (*train.texts, *stored["spans"])
    return Taught(Reviews(texts, (good > 0.5).long().numpy()), both(good))
