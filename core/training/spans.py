"""Chinese reviews, and spans of a few clauses out of them, with a teacher's answers as labels.

A review's label says nothing of where in it the writer was pleased or cross, and of a "but" in its
middle only half. A teacher (core/training/span_teacher.py) tells of each span how likely it is
good, and softens the labels of whole reviews (Hinton et al. 2015, arXiv:1503.02531).
"""

import json
import lzma
import random
import re
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from core.reviews import Reviews, letters

N_THINNED, KEPT = 3, 0.7  # times that clauses of a review are left out, and the share that stays
FILE = Path("checkpoints/spans-zh.json.xz")
END = "。！？!?；;，,、~…"  # of a clause, with what follows of these and blanks
CLAUSE = re.compile(rf"[^\s{END}]+[\s{END}]*")
SHORTEST = 3  # letters of a clause
MOST_CLAUSES, N_LONGER = 8, 4  # of a span of several, and how many of those from a review
SOURCE = ", and on what multilingual-e5-small (MIT) says of them and of spans of them"
TRUST = 0.6  # in the teacher, against the label, where a review has both


class Taught(NamedTuple):
    """Texts and P(bad), P(good) to learn of each."""

    reviews: Reviews  # N, the training part's first; a span has the likelier label
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


def thinned(train: Reviews, left_out: set[str]) -> list[tuple[str, int]]:
    """Return reviews from which some clauses are left out, each with the row of the whole one.

    Args:
        train: reviews.
        left_out: letters of texts that are not to be taught.
    """
    dice = random.Random(1)
    found: dict[str, int] = {}
    for row, whole in enumerate(train.texts):
        clauses = CLAUSE.findall(whole)
        for _ in range(N_THINNED if len(clauses) > 2 else 0):
            left = [clause for clause in clauses if dice.random() < KEPT]
            text = "".join(left).strip()
            if 1 < len(left) < len(clauses) and letters(text) not in left_out:
                found.setdefault(text, row)
    return list(found.items())


def load(train: Reviews, file: Path = FILE) -> Taught:
    """Return what the teachers said: reviews softened by it, then spans."""
    stored = json.loads(lzma.decompress(file.read_bytes()))
    good = torch.from_numpy(train.labels.copy()).float()
    good += TRUST * (torch.tensor(stored["reviews"]) - good)
    good = torch.cat([good, torch.tensor(list(stored["spans"].values()))])
    texts = (*train.texts, *stored["spans"])
    return Taught(Reviews(texts, (good > 0.5).long().numpy()), torch.stack([1 - good, good], 1))
