"""Train TextCNN to tell good from bad: `python -m core.training.textcnn pieces`.

    pieces                English, WordPieces
    characters, words     Chinese

Each is trained from three kinds of word vectors (Kim 2014, section 3.1), three seeds each:

    random    drawn at random, then learnt
    tuned     those of the bundled BERT, then learnt (Kim's "non-static")
    frozen    those of the bundled BERT as they are ("static")

The seed that ships is the one in the middle on validation; the test part is read once, by
bench/sentiment.py.
"""

import torch
from torch import Generator, Tensor

from core import zoo
from core.models.textcnn import TextCNN
from core.reviews import Reviews
from core.text import pieces, units
from core.text.tokenizer import UNKNOWN
from core.text.units import PAD_ID, UNKNOWN_ID
from core.training.classifying import Examples, Pace, Run

STARTS = ("random", "tuned", "frozen")
WIDTH, N_FILTERS, FILTER_SIZES = 128, 100, (3, 4, 5)
SPREAD = 0.25  # random vectors lie within it, pre-trained ones are scaled to that deviation
RATE = 1e-3
PACE = Pace(epochs=4, batch_size=50)
MAX_UNITS = 128  # of a text; the rest is cut off


def examples(cut: list[tuple[str, ...]], reviews: Reviews, vocabulary: tuple[str, ...]) -> Examples:
    """Return texts, cut into units, as numbers; a text without any is one unknown."""
    number = {token: i for i, token in enumerate(vocabulary)}
    ids = (
        torch.tensor([number.get(token, UNKNOWN_ID) for token in tokens[:MAX_UNITS]] or [UNKNOWN_ID])
        for tokens in cut
    )
    return Examples(tuple(ids), torch.from_numpy(reviews.labels.copy()))


def bert_vectors(vocabulary: tuple[str, ...], kind: str, width: int = WIDTH) -> Tensor:
    """Return a word vector of the bundled BERT for each unit, [V, width].

    A word that BERT reads in several pieces gets their mean. The vectors are turned to their
    principal axes, of which the first `width` are kept (62% of the variance in English), and scaled.
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
    axes = torch.linalg.eigh(vectors.T @ vectors).eigenvectors.flip(1)[:, :width]
    turned = vectors @ axes
    return turned * (SPREAD / turned.std())


def start(
    n_vocabulary: int, vectors: Tensor | None, *, frozen: bool = False, seed: int = 0
) -> TextCNN:
    """Return a TextCNN for two classes.

    Args:
        n_vocabulary: V.
        vectors: word vectors to start from [V, D]; None for random ones.
        frozen: the vectors don't learn.
        seed: of random vectors and filters.
    """
    generator = torch.Generator().manual_seed(seed)
    if vectors is None:
        vectors = torch.empty(n_vocabulary, WIDTH).uniform_(-SPREAD, SPREAD, generator=generator)
    model = TextCNN(
        n_vocabulary, vectors.shape[1], N_FILTERS, FILTER_SIZES, 2, PAD_ID, vectors, frozen=frozen
    )
    return fresh(model, generator)


def fresh(model: TextCNN, generator: Generator) -> TextCNN:
    """Draw the first weights of filters and linear layer, as torch does by default, by a seed."""
    for layer in (*model.convolutions, model.linear):
        bound = layer.weight[0].numel() ** -0.5
        for parameter in (layer.weight, layer.bias):
            torch.nn.init.uniform_(parameter, -bound, bound, generator=generator)
    return model


def run(
    model: TextCNN, learn_from: Examples, *, pace: Pace = PACE, learning_rate: float = RATE
) -> Run:
    """Begin to train a model on texts."""
    learning = [p for p in model.parameters() if p.requires_grad]
    groups = [{"params": learning, "lr": learning_rate, "weight_decay": 0.0}]
    return Run(model, lambda ids: model(ids).logits, groups, learn_from, PAD_ID, pace)
