"""Train LSTMs to tell good from bad: `python -m core.training.lstm en`.

Each reads the same words (core/text/vector_words.py) from three kinds of word vectors:

    random       drawn at random, then learnt, those of the words that the training sentences have
    pretrained   GloVe's (English), word2vec's (Chinese) as they are
    tuned        these, then learnt as well

Words that occur often, and that the vectors lack, learn one of their own in all three.

Both directions and what reads both learn side by side, from the sum of their losses. Settings were
chosen on validation; the test part is read once, with what ships.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence

from core import assets, runtime, zoo
from core.bert import changes
from core.making import shipping
from core.models.lstm import BOTH, DIRECTIONS, LSTMClassifier, LSTMClassifierConfig
from core.text import reviews, vector_words
from core.text.reviews import Reviews
from core.text.units import PAD_ID, UNKNOWN_ID
from core.text.vectors import FILE, vectors
from core.training.classifying import Classify, Examples, Pace, Run, accuracy, probabilities
from core.training.textcnn import SOURCE

RANDOM, PRETRAINED, TUNED = STARTS = zoo.LSTM_STARTS
SEED = 0
SPREAD = 0.25  # random vectors lie within it
MAX_WORDS = 100  # of a text; the rest is cut off
OFTEN = 5  # so often a word without a vector must occur to get one of its own
LEAST = 2  # so often a word must occur to learn a vector; the rarer ones teach the unknown's
PAPER = "Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735"
FOLDER = Path("checkpoints/lstm")  # what is trained already; remove it to train anew


class Recipe(NamedTuple):
    """How a model learns; chosen on validation."""

    n_cells: int = 64
    batch_size: int = 64
    rate: float = 3e-3
    vector_rate: float = 2e-3  # of the word vectors
    dropout: float = 0.35
    unknown: float = 0.05  # share of the words that are read as unknown ones, in training


RECIPES = {
    RANDOM: Recipe(),
    PRETRAINED: Recipe(dropout=0.3, unknown=0.02),
    TUNED: Recipe(),
}
EPOCHS = {"en": 5, "zh": 3}  # some 40,000 sentences, whatever the language


def examples(part: Reviews, language: str) -> Examples:
    """Return sentences as numbers; one without any word is read as the unknown one."""
    words, simplified, found = zoo.lstm_words(language), vectors(language).simplified, []
    for text in part.texts:
        cut = vector_words.cut(text, language, words, simplified)
        ids = [words.get(token, UNKNOWN_ID) for token in cut.tokens[:MAX_WORDS]]
        found.append(torch.tensor(ids or [UNKNOWN_ID]))
    return Examples(tuple(found), torch.from_numpy(part.labels.copy()))


def own_words(train: Reviews, language: str) -> list[str]:
    """Return the words without a vector that occur `OFTEN` times, the most frequent first.

    Chinese ones are looked for whole, and those that are too rare once more as characters.
    """
    listed, found = vectors(language), Counter[str]()
    for spelt in (True,) if language == "en" else (False, True):
        known = {*listed.numbers, *found} if spelt else None
        counts = Counter(
            token
            for text in train.texts
            for token in vector_words.cut(text, language, known, listed.simplified).tokens
            if token not in listed.numbers and token not in found
        )
        found.update({word: n for word, n in counts.items() if n >= OFTEN})
    return sorted(found, key=lambda word: (-found[word], word))


def often(train: Examples) -> Tensor:
    """Return the ids of the words that occur `LEAST` times, rising."""
    ids, counts = torch.cat(train.ids).unique(return_counts=True)
    return ids[(counts >= LEAST) & (ids > UNKNOWN_ID)]


def only(kept: Tensor, given: Examples) -> Examples:
    """Return texts in which all words but some are the unknown one."""
    rows = tuple(torch.where(torch.isin(ids, kept), ids, UNKNOWN_ID) for ids in given.ids)
    return Examples(rows, given.labels)


def start(language: str, name: str, seed: int, recipe: Recipe) -> LSTMClassifier:
    """Return an untrained classifier with its word vectors in place."""
    given = zoo.lstm_vectors(language)
    generator = runtime.generator(seed)
    drawn = torch.empty_like(given).uniform_(-SPREAD, SPREAD, generator=generator)
    lacks = (given == 0).all(1, keepdim=True)
    given = drawn if name == RANDOM else torch.where(lacks, drawn, given)
    config = LSTMClassifierConfig(*given.shape, recipe.n_cells, dropout=recipe.dropout)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = LSTMClassifier(config, given)
    if name == PRETRAINED:  # only what has no vector learns one
        model.embedding.weight.register_hook(lambda gradient: gradient * lacks)
    return model


def run(
    model: LSTMClassifier, learn_from: Examples, recipe: Recipe, *, epochs: int, seed: int
) -> Run:
    """Begin to train a model on texts."""
    vectors_of = model.embedding.weight
    rest = [p for p in model.parameters() if p is not vectors_of]
    groups = [{"params": rest, "lr": recipe.rate, "weight_decay": 0.0}]
    groups.append({"params": [vectors_of], "lr": recipe.vector_rate, "weight_decay": 0.0})
    pace = Pace(epochs=epochs, batch_size=recipe.batch_size, seed=seed)
    going = Run(model, reading(model), groups, learn_from, PAD_ID, pace)

    def loss(ids: Tensor, labels: Tensor) -> Tensor:
        unread = (torch.rand(ids.shape) < recipe.unknown) & (ids != PAD_ID)
        logits = quick(model, ids.masked_fill(unread, UNKNOWN_ID))
        return F.cross_entropy(logits.flatten(0, 1), labels.repeat(len(logits)))

    going.loss = loss
    return going


def quick(model: LSTMClassifier, ids: Tensor) -> Tensor:
    """Return what `model(ids).logits` does, by torch's LSTM: a step takes a third of the time."""
    words = model.dropout(model.embedding(ids))
    lengths = (ids != model.config.padding_id).sum(1)
    packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
    layers = (model.forwards, model.backwards)
    weights = [
        one
        for layer in layers
        for one in (layer.input_weight, layer.hidden_weight, layer.bias, 0 * layer.bias.detach())
    ]
    nothing = words.new_zeros(2, len(ids), model.config.n_cells)
    _, hidden, _ = torch.lstm(
        packed.data, packed.batch_sizes, (nothing, nothing), weights, True, 1, 0.0, True, True
    )
    one, other = model.dropout(hidden[:, packed.unsorted_indices])
    return model.answer(one, other)


def reading(model: LSTMClassifier, direction: str = BOTH) -> Classify:
    """Return the function that classifies padded ids by what one of `DIRECTIONS` says."""
    return lambda ids: model(ids).logits[DIRECTIONS.index(direction)]


def stored(model: LSTMClassifier, language: str, name: str, rows: Tensor) -> dict[str, Tensor]:
    """Return what ships: halves, and of the word vectors those that are learnt, eight bits each."""
    state = {key: value.detach().cpu() for key, value in model.state_dict().items()}
    table = state.pop(zoo.LSTM_TABLE)
    if name == PRETRAINED:
        rows = torch.arange(zoo.FIRST_WORD + len(vectors(language).words), len(table))
    rows = torch.cat([torch.tensor([UNKNOWN_ID]), rows])
    base = zoo.lstm_base(language, name)[rows]
    learnt = changes.pack({zoo.LSTM_TABLE: base}, {**state, zoo.LSTM_TABLE: table[rows]})
    return {**learnt, zoo.LSTM_ROWS: rows.int()}


def scored(model: LSTMClassifier, part: Examples) -> dict[str, float]:
    """Return how often each direction is right."""
    return {
        direction: accuracy(probabilities(reading(model, direction), part, PAD_ID), part.labels)
        for direction in DIRECTIONS
    }


def trained(
    language: str, name: str, seed: int, learn_from: Examples, recipe: Recipe
) -> LSTMClassifier:
    """Return a trained model; what was trained once with this recipe is read again."""
    file = FOLDER / f"{language}-{name}-{seed}-{abs(hash(recipe)):x}.pt"
    model = start(language, name, seed, recipe)
    if not file.exists():
        going = run(model, learn_from, recipe, epochs=EPOCHS[language], seed=seed)
        while not going.done:
            going.step()
        FOLDER.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), file)
    model.load_state_dict(torch.load(file, weights_only=True))
    return model.eval()


def origin(language: str) -> dict[str, str]:
    """Return what the manifest says of all that comes out."""
    return {
        "paper": PAPER,
        "command": f"python -m core.training.lstm {language}",
        "source": f"{SOURCE[language]}, from word vectors that have an entry of their own",
        "licence": shipping.LICENCE,
    }


def main() -> None:
    """Train all starts of one language; write weights and scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("language", choices=reviews.LANGUAGES)
    parser.add_argument("--only", choices=STARTS, help="try one start on validation, write nothing")
    parser.add_argument("--recipe", default="{}", help="JSON of other settings, with --only")
    parser.add_argument("--seed", type=int, default=SEED, help="with --only")
    args = parser.parse_args()
    language = args.language
    split = reviews.load(language)
    own = assets.FOLDER / zoo.lstm_own_words(language)
    if not args.only or not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text("".join(f"{one}\n" for one in own_words(split.train, language)), "utf-8")
        assets.register(
            zoo.lstm_own_words(language),
            **origin(language),
            made_from=[FILE.format(language), *reviews.files(language)],
        )
    train, validation = (examples(part, language) for part in split[:2])
    rows = often(train)

    def seen(name: str, part: Examples) -> Examples:
        return only(rows, part) if name == RANDOM else part

    if args.only:
        recipe = RECIPES[args.only]._replace(**json.loads(args.recipe))
        begun = time.time()
        model = trained(language, args.only, args.seed, seen(args.only, train), recipe)
        right = scored(model, seen(args.only, validation))
        print({k: round(v, 4) for k, v in right.items()}, f"{time.time() - begun:.0f} s")
        return
    test = examples(split.test, language)
    files = [FILE.format(language), zoo.lstm_own_words(language)]
    for name in STARTS:
        model = trained(language, name, SEED, seen(name, train), RECIPES[name])
        kept = stored(model, language, name, rows)
        model.load_state_dict(zoo.lstm_state(kept, language, name))  # what is scored is what ships
        right, tested = (scored(model, seen(name, part)) for part in (validation, test))
        print(name, *(f"{one[BOTH]:.4f}" for one in (right, tested)), flush=True)
        file = zoo.lstm_file(language, name)
        save_file(kept, assets.FOLDER / file)
        score = {"validation_acc": right[BOTH], "test_acc": tested[BOTH]}
        score |= {f"test_acc_{one}": tested[one] for one in DIRECTIONS if one != BOTH}
        assets.register(
            file,
            **origin(language),
            made_from=files,
            began_from=reviews.files(language),
            score={key: round(value, 4) for key, value in score.items()},
        )


if __name__ == "__main__":
    main()
