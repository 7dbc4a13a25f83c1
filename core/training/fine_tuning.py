"""Fine-tune the bundled BERT to tell good from bad: `python -m core.training.fine_tuning en`.

Section 3.2 of Devlin et al. 2018 (arXiv:1810.04805): a new layer reads the body's last states, and
everything learns at a small rate. What is frozen keeps what pre-training taught it. The layer reads
the mean over all tokens: the body, a sentence encoder's once, then says more than [CLS] alone does
(after one epoch .817 against .789 right on validation).
"""

import argparse
import shutil
import time
from contextlib import nullcontext

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from core import assets, runtime, zoo
from core.bert import changes
from core.bert.checkpoints import CONFIG
from core.making import shipping
from core.models import lora
from core.models.bert import Bert, BertForPreTraining
from core.models.bert_classifier import BertForClassification
from core.text import pieces, reviews
from core.text.pairs import framed, n_frame
from core.text.reviews import Reviews
from core.text.tokenizer import CLS, PADDING, SEP
from core.training.attending import learning
from core.training.classifying import Classify, Examples, Pace, Run, accuracy
from core.training.initialising import initialise
from core.training.textcnn import SOURCE

MAX_TOKENS = 128  # of a sentence; the rest is cut off
RATE_BODY, RATE_HEAD = 1e-4, 3e-3
RANK, RATE_CHANGES = 16, 1e-3  # of low-rank changes, where they learn instead
PACE = Pace(epochs=2, batch_size=32)
PAPER = "Devlin et al. 2018, arXiv:1810.04805"


def examples(reviews: Reviews, language: str) -> Examples:
    """Return sentences as ids of the bundled BERT of a language, [CLS] and [SEP] around them."""
    vocabulary = pieces.vocabulary(language)
    library = pieces.library_tokenizer(language)
    rows = []
    for encoding in library.encode_batch(list(reviews.texts)):
        kept = np.array(encoding.ids[: MAX_TOKENS - n_frame(1)])
        ids, _ = framed([kept], vocabulary[CLS], vocabulary[SEP])
        rows.append(torch.from_numpy(ids))
    return Examples(tuple(rows), torch.from_numpy(reviews.labels.copy()))


def start(pretrained: BertForPreTraining, seed: int, n_labels: int = 2) -> BertForClassification:
    """Return a classifier on a copy of a pre-trained body."""
    model = BertForClassification(Bert(pretrained.bert.config), n_labels, mean=True)
    initialise(model, runtime.generator(seed))
    model.bert.load_state_dict(pretrained.bert.state_dict())
    return model


def reading(model: BertForClassification, pad_id: int = 0) -> Classify:
    """Return the function that classifies padded ids, quickly while it learns."""

    def classify(ids: Tensor) -> Tensor:
        with learning(ids.device) if model.training else nullcontext():
            return model(ids, mask=ids != pad_id).float()

    return classify


def run(
    model: BertForClassification,
    language: str,
    learn_from: Examples,
    *,
    n_layers: int | None = None,
    rank: int | None = None,
    pace: Pace = PACE,
    rate_body: float = RATE_BODY,
    rate_head: float = RATE_HEAD,
) -> Run:
    """Begin to fine-tune.

    Args:
        model: from `start`.
        language: whose vocabulary the ids are of.
        learn_from: sentences to train on.
        n_layers: how many of the last layers learn besides the head; 0 freezes the body, None lets
            everything learn, word vectors too.
        rank: of the low-rank changes (core/models/lora.py) that learn in place of the matrices
            themselves; `n_layers` then doesn't count.
        pace: epochs, batches, seed.
        rate_body: learning rate of what was pre-trained.
        rate_head: learning rate of the new layer.
    """
    model.bert.requires_grad_(False)
    if rank is not None:
        lora.adapt(model.bert.encoder, rank, runtime.generator(pace.seed))
    else:
        layers = list(model.bert.encoder["layer"])
        for part in [model.bert] if n_layers is None else layers[len(layers) - n_layers :]:
            part.requires_grad_(True)
    body = [p for p in model.bert.parameters() if p.requires_grad]
    groups = [{"params": model.classifier.parameters(), "lr": rate_head, "weight_decay": 0.0}]
    if body:
        groups.append({"params": body, "lr": rate_body, "weight_decay": 0.0})
    pad_id = pieces.vocabulary(language)[PADDING]
    return Run(model, reading(model, pad_id), groups, learn_from, pad_id, pace)


def rounded(model: BertForClassification, language: str) -> BertForClassification:
    """Make a model what the file that ships will give back, its changes in 8 bits; returns it."""
    base = zoo.bert(language).state_dict()
    model.load_state_dict(changes.unpack(base, changes.pack(base, model.state_dict())))
    return model


def ship(
    model: BertForClassification,
    language: str,
    *,
    command: str,
    score: dict[str, float],
    source: str = "",
    paper: str = PAPER,
) -> None:
    """Write what differs from the bundled BERT, sizes, and their manifest entries."""
    folder = f"weights/sentiment-{language}"
    (assets.FOLDER / folder).mkdir(parents=True, exist_ok=True)
    packed = changes.pack(zoo.bert(language).state_dict(), model.state_dict())
    save_file(packed, assets.FOLDER / folder / zoo.CHANGES)
    shutil.copyfile(
        assets.FOLDER / f"weights/bert-{language}" / CONFIG, assets.FOLDER / folder / CONFIG
    )
    told_of = {
        zoo.CHANGES: zoo.bert_files(language),
        CONFIG: (f"weights/bert-{language}/{CONFIG}",),
    }
    for name, others in told_of.items():
        assets.register(
            f"{folder}/{name}",
            licence=shipping.LICENCE,
            source=f"our weights/bert-{language}, {SOURCE[language]}{source}",
            paper=paper,
            command=command,
            made_from=others,
            began_from=reviews.files(language) if name == zoo.CHANGES else (),
            score=score if name == zoo.CHANGES else None,
        )


def main() -> None:
    """Fine-tune on all sentences of a language; write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", choices=reviews.LANGUAGES)
    parser.add_argument("--epochs", type=int, default=PACE.epochs)
    parser.add_argument("--seed", type=int, default=PACE.seed)
    parser.add_argument("--keep", action="store_true", help="score only, write nothing")
    args = parser.parse_args()
    train, validation, test = (
        examples(part, args.language) for part in reviews.load(args.language)
    )
    model = start(zoo.bert(args.language), args.seed)
    pace = Pace(args.epochs, PACE.batch_size, seed=args.seed)
    going = run(model, args.language, train, pace=pace)
    while not going.done:
        loss = going.step()
        if going.n_done % 50 == 0:
            print(f"{time.strftime('%H:%M:%S')} step {going.n_done} loss {loss:.3f}", flush=True)
    rounded(model, args.language)
    score = {
        f"{name}_acc": round(accuracy(going.shares(part), part.labels), 4)
        for name, part in (("validation", validation), ("test", test))
    }
    print(score, flush=True)
    if not args.keep:
        command = f"python -m core.training.fine_tuning {args.language} --epochs {args.epochs}"
        ship(model.eval(), args.language, command=command, score=score)


if __name__ == "__main__":
    main()
