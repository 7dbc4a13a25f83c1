"""Logistic regression on a bag of units, TextCNN's baseline: `python -m core.training.bow pieces`.

Which of the vocabulary's units occur, in whatever order and number, is all that it sees. How
strongly its weights are held back (C) is chosen on the validation part. `--taught` adds teachers'
answers to the labels, as for TextCNN.
"""

import argparse

import numpy as np
import torch
from safetensors.torch import save_file
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from core import assets
from core.making import shipping
from core.text import reviews, units
from core.training import spans
from core.training.classifying import Examples
from core.training.textcnn import SOURCE, cut, examples

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0)  # C


def bags(part: Examples, n_vocabulary: int) -> csr_matrix:
    """Return which units occur in each text, 0 or 1, [N, V]."""
    sets = [ids.unique().numpy() for ids in part.ids]
    begins = np.cumsum([0, *(len(one) for one in sets)])
    return csr_matrix(
        (np.ones(begins[-1], np.float32), np.concatenate(sets), begins), (len(sets), n_vocabulary)
    )


def fit(train: Examples, n_vocabulary: int, strength: float) -> LogisticRegression:
    """Return the regression learnt from some texts."""
    model, given = LogisticRegression(C=strength, max_iter=500), bags(train, n_vocabulary)
    if train.labels.ndim == 1:
        return model.fit(given, train.labels.numpy())
    labels = np.repeat((0, 1), len(train.ids))  # each text once as either, as much as it is that
    return model.fit(vstack([given, given]), labels, train.labels.T.flatten().numpy())


def main() -> None:
    """Fit one kind of units; write its weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=tuple(units.KINDS))
    parser.add_argument("--taught", action="store_true", help="by what span_teacher wrote, too")
    args = parser.parse_args()
    kind = args.kind
    folder = f"weights/textcnn-{kind}"
    vocabulary = assets.locate(f"{folder}/vocab.txt").read_text("utf-8").split("\n")[:-1]
    split = reviews.load(units.KINDS[kind])
    known = set(vocabulary)
    train, validation, test = (examples(cut(part, kind, known), vocabulary) for part in split)
    if args.taught:
        taught = spans.load(split.train)
        train = examples(cut(taught.reviews, kind, known), vocabulary, taught.shares)

    def accuracy(model: LogisticRegression, part: Examples) -> float:
        return model.score(bags(part, len(vocabulary)), part.labels.numpy())

    models = [fit(train, len(vocabulary), strength) for strength in STRENGTHS]
    best = max(models, key=lambda model: accuracy(model, validation))
    score = {
        "validation_acc": round(accuracy(best, validation), 4),
        "test_acc": round(accuracy(best, test), 4),
    }
    print(f"C = {best.C}", score)
    weights = {
        "weight": torch.from_numpy(best.coef_[0].astype(np.float32)),
        "bias": torch.from_numpy(best.intercept_.astype(np.float32)),
    }
    save_file(weights, assets.FOLDER / folder / "bow.safetensors")
    assets.register(
        f"{folder}/bow.safetensors",
        licence=shipping.LICENCE,
        source=SOURCE[units.KINDS[kind]] + spans.SOURCE * args.taught,
        paper="",
        command=f"python -m core.training.bow {kind}" + " --taught" * args.taught,
        made_from=[f"{folder}/vocab.txt"],
        began_from=reviews.files(units.KINDS[kind]),
        score=score,
    )


if __name__ == "__main__":
    main()
