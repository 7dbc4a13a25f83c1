"""What do the shipped word vectors know: analogies, and words of another language?

All lists are ours (core/text/word_lists.py); beside each figure stands what vectors drawn by lot
answer, of the same number and width.
"""

import functools
from collections.abc import Callable

from bench import word2vec
from bench.figures import Figure, Group, Measured, Measurement, single
from bench.word_browser import SEARCHED
from core.inference import analogies, word_bridge, word_senses
from core.models.bert import BertConfig
from core.results.words import AnalogyScore, SenseScores
from core.text import word_lists

RANDOM = "vectors drawn by lot"
NAMES = {"en": "English", "zh": "Chinese"}
N_LAYERS = BertConfig().n_layers  # of both that ship


@functools.cache
def scores(language: str) -> dict[str, AnalogyScore]:
    """Return kind -> the score of the vectors that ship."""
    return {one.kind: one for one in analogies.scores(language)}


@functools.cache
def drawn(language: str) -> dict[str, AnalogyScore]:
    """Return kind -> the score of vectors drawn by lot."""
    units = analogies.random_units(language)
    return {one.kind: one for one in analogies.scores(language, units)}


def _overall(language: str) -> Measurement:
    def run() -> Measured:
        ours, peer = (tuple(of(language).values()) for of in (scores, drawn))
        return Measured(analogies.overall(ours), analogies.overall(peer))

    kinds = word_lists.analogies(language)
    n = sum(len(analogies.questions(language, kind)) for kind in kinds)
    says = f"Share of {n} {NAMES[language]} analogies of {len(kinds)} kinds answered rightly."
    return single(Figure(f"words.{language}.analogy_acc", "", says, peer=RANDOM), run)


def _kind(language: str, kind: str) -> Measurement:
    def run() -> Measured:
        return Measured(scores(language)[kind].accuracy, drawn(language)[kind].accuracy)

    n = len(analogies.questions(language, kind))
    says = f"The same of the {n} of one kind ({kind})."
    return single(Figure(f"words.{language}.analogy_acc.{kind}", "", says, peer=RANDOM), run)


@functools.cache
def _random_bridge() -> word_bridge.Bridge:
    return word_bridge.fitted(*(analogies.random_units(one) for one in ("zh", "en")))


def _precision(language: str, end: str) -> Measurement:
    other = NAMES[word_bridge.OTHER[language]]

    def of(n: int) -> Callable[[], Measured]:
        return lambda: Measured(
            word_bridge.precision(language)[n], word_bridge.precision(language, _random_bridge())[n]
        )

    n = len(word_lists.translations().test)
    says = f"Share of {n} held-out {NAMES[language]} words with a right {other} one in the first"
    names = {1: f"words.procrustes_p1{end}", 5: f"words.procrustes_p5{end}"}
    return Measurement(
        tuple(Figure(name, "", f"{says} {k}.", peer=RANDOM) for k, name in names.items()),
        lambda: [of(k)() for k in names],
    )


@functools.cache
def senses(language: str) -> SenseScores:
    """Return how far the bundled BERT's vectors part by sense."""
    return word_senses.scores(language)


def _senses(language: str) -> Measurement:
    """A static vector is the same in each sentence, so that it is right every second time."""
    name, n = f"words.{language}.senses", len(word_lists.senses(language))
    says = f"Share of {n} {NAMES[language]} sentences whose word of two senses lies with its own"
    layers = range(N_LAYERS + 1)

    def run() -> list[Measured]:
        found = senses(language)
        return [
            *(Measured(float(found.accuracy[k]), 0.5) for k in layers),
            *(Measured(float(found.self_similarity[k]), float(found.any_two[k])) for k in layers),
        ]

    return Measurement(
        (
            *(
                Figure(f"{name}.layer{k}", "", f"{says}, layer {k}.", peer="a static vector")
                for k in layers
            ),
            *(
                Figure(
                    f"{name}.alike{k}",
                    "",
                    f"Mean cosine of such a word with itself elsewhere, layer {k}.",
                    peer="two different words",
                )
                for k in layers
            ),
        ),
        run,
    )


GROUP = Group(
    "words",
    "Word vectors: GloVe for English, word2vec for Chinese, 30,000 words each "
    "(`core/text/vectors.py`); our BERTs' "
    "vectors in context.",
    (
        SEARCHED,
        *(
            one
            for language in NAMES
            for one in (
                _overall(language),
                *(_kind(language, kind) for kind in word_lists.analogies(language)),
            )
        ),
        _precision("zh", ""),
        _precision("en", ".from_english"),
        *(_senses(language) for language in NAMES),
        *word2vec.MEASUREMENTS,
    ),
)
