"""How many labels does each start need? `python -m research.race pieces`.

Random word vectors, static ones (the bundled BERT's, left as they are), a frozen BERT of which only
the last layer learns, and a BERT that learns as a whole, each on the first 100, 500, 2,000 and on
all sentences in an order that each seed draws anew. Every accuracy is on the whole test part. The
TextCNNs that ship, unless a teacher taught them too, were trained on all sentences in the same way:
their scores are the race's last points. No BERT that ships was trained as in the race.
"""

import argparse
import functools
import json
from collections.abc import Collection

import torch
from torch import Tensor, nn

from core import assets, zoo
from core.making import shipping
from core.text import reviews, units
from core.training import fine_tuning, textcnn
from core.training.classifying import Examples, Pace, Run, accuracy

MODELS = ("random", "static", "frozen", "tuned")
SIZES = (100, 500, 2000, None)  # labels; None: all
FEWEST_STEPS = {"random": 400, "static": 400, "frozen": 200, "tuned": 60}
RATE_LAST = 0.01  # of a frozen BERT's last layer
FILE = "samples/race.json"
KINDS = ("pieces", "words")  # of units, one a language


class Racer:
    """One language's sentences, for whichever model, and the models to train on them."""

    def __init__(self, split: reviews.Split, kind: str) -> None:
        """Cut all sentences once.

        Args:
            split: sentences with labels.
            kind: of TextCNN's units.
        """
        self.kind, self.language = kind, units.KINDS[kind]
        train, self.vocabulary = textcnn.listed(split.train, kind)
        known = set(self.vocabulary)
        parts = [train, *(textcnn.cut(part, kind, known) for part in split[1:])]
        self.vectors = textcnn.bert_vectors(self.vocabulary, kind)
        self.of_units = [textcnn.examples(part, self.vocabulary) for part in parts]
        self.of_pieces = [fine_tuning.examples(part, self.language) for part in split]

    @functools.cached_property
    @torch.inference_mode()
    def features(self) -> tuple[Tensor, list[Examples]]:
        """What a frozen BERT's last layer is given: [N, D] of all sentences, the parts by number.

        A frozen body answers the same each time, so it is asked once.
        """
        bert, means, parts = zoo.bert(self.language).bert, [], []
        for part in self.of_pieces:
            found = [bert(ids[None]).hidden[0].mean(0) for ids in part.ids]
            rows = torch.arange(len(means), len(means) + len(found))
            parts.append(Examples(tuple(rows[:, None]), part.labels))
            means += found
        return torch.stack(means).clone(), parts

    def parts(self, model: str) -> list[Examples]:
        """Return train, validation and test part as a model reads them."""
        if model == "frozen":
            return self.features[1]
        return self.of_pieces if model == "tuned" else self.of_units

    def run(self, model: str, n_labels: int | None, seed: int) -> Run:
        """Begin to train one of `MODELS` on some labels."""
        of_bert = model in ("frozen", "tuned")
        train = self.parts(model)[0]
        order = torch.randperm(len(train.ids), generator=torch.Generator().manual_seed(seed))
        rows = order[:n_labels].tolist()
        some = Examples(tuple(train.ids[row] for row in rows), train.labels[rows])
        usual = fine_tuning.PACE if of_bert else textcnn.PACE
        steps = -(-len(rows) // usual.batch_size)  # of an epoch
        epochs = max(usual.epochs, -(-FEWEST_STEPS[model] // steps))
        pace = Pace(epochs, usual.batch_size, seed=seed)
        if model == "tuned":
            started = fine_tuning.start(zoo.bert(self.language), seed)
            return fine_tuning.run(started, self.language, some, pace=pace)
        if model == "frozen":
            given, last = self.features[0], nn.Linear(self.features[0].shape[1], 2)
            nn.init.zeros_(last.weight)
            group = {"params": last.parameters(), "lr": RATE_LAST, "weight_decay": 0.0}
            return Run(last, lambda rows: last(given[rows[:, 0]]), [group], some, 0, pace)
        vectors = None if model == "random" else self.vectors
        started = textcnn.start(
            self.kind, len(self.vocabulary), vectors, frozen=model == "static", seed=seed
        )
        return textcnn.run(started, some, pace=pace)


def shipped(model: str, kind: str) -> list[float]:
    """Return each seed's test accuracy of the TextCNN that ships of a start; none if taught."""
    file = textcnn.SCORES.format(kind)
    if "--taught" in assets.manifest()[file]["command"]:
        return []
    scores = json.loads(assets.locate(file).read_text("utf-8"))
    return scores[{"random": "random", "static": "frozen"}[model]]["test_acc"]


def inputs(kind: str) -> tuple[str, ...]:
    """Return the assets that the points of one language hang on."""
    language = units.KINDS[kind]
    return (*reviews.files(language), *zoo.bert_files(language), textcnn.SCORES.format(kind))


def register(anew: Collection[str]) -> None:
    """List the file as it is; `anew` are the inputs of points that were all made anew."""
    all_inputs = {name for kind in KINDS for name in inputs(kind)}
    assets.register(
        FILE,
        licence=shipping.LICENCE,
        source=f"{textcnn.SOURCE['en']}; {textcnn.SOURCE['zh']}",
        paper="Devlin et al. 2018, arXiv:1810.04805; Kim 2014, arXiv:1408.5882",
        command="; ".join(f"python -m research.race {kind}" for kind in KINDS),
        made_from=all_inputs,
        still_from=all_inputs - set(anew),
    )


def main() -> None:
    """Run one language's race; add to the file what is new."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--models", nargs="+", default=MODELS, choices=MODELS)
    parser.add_argument("--sizes", nargs="+", type=int, default=(100, 500, 2000, 0), help="0: all")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    language = units.KINDS[args.kind]
    racer = Racer(reviews.load(language), args.kind)
    path = assets.FOLDER / FILE
    found = json.loads(path.read_text("utf-8")) if path.exists() else {"languages": {}}
    mine = found["languages"].setdefault(language, {})
    mine["n_test"] = len(racer.of_units[2].ids)
    points = {(p["model"], p["n_labels"]): p for p in mine.get("points", [])}
    for n_labels in args.sizes:
        for model in args.models:
            n = n_labels or len(racer.of_units[0].ids)
            ships = not n_labels and model in ("random", "static")
            accuracies = shipped(model, args.kind) if ships else []
            for seed in range(0 if accuracies else args.seeds):
                run = racer.run(model, n, seed)
                while not run.done:
                    run.step()
                part = racer.parts(model)[2]
                accuracies.append(round(accuracy(run.shares(part), part.labels), 4))
            points[model, n] = {"model": model, "n_labels": n, "accuracies": accuracies}
            print(model, n, *accuracies, flush=True)
            order = sorted(points, key=lambda key: (MODELS.index(key[0]), key[1]))
            mine["points"] = [points[key] for key in order]
            path.write_text(json.dumps(found, separators=(",", ":")) + "\n", "utf-8")
            register(())
    if {*args.models} == {*MODELS} and {*args.sizes} == {size or 0 for size in SIZES}:
        register(inputs(args.kind))


if __name__ == "__main__":
    main()
