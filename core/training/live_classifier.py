"""TextCNN and BERT learn to tell good sentences from bad while somebody watches.

    TextCNN   from random word vectors, or from BERT's; core/training/textcnn.py
    BERT      only its new head, the last layers, or everything; core/training/fine_tuning.py

on the sentences that ship with the lab (core/text/reviews.py).
"""

import copy
from collections.abc import Callable

from core import zoo
from core.jobs.live import Score
from core.jobs.settings import FineTuningSettings, TextCNNSettings
from core.results.training import RunFacts, TextSamples
from core.text import reviews
from core.text.reviews import Reviews
from core.training import fine_tuning, textcnn
from core.training.classifying import Examples, Pace, Run, accuracy, cross_entropy

UNITS = {"en": "pieces", "zh": "characters"}  # what a TextCNN reads as one word
N_CHECKED = {TextCNNSettings: 300, FineTuningSettings: 100}  # validation sentences of a curve
N_CHECKS = {TextCNNSettings: 16, FineTuningSettings: 10}  # in a whole run; BERT's take a second
N_SHOWN = 8  # validation sentences to watch
SHOWN_LENGTH = {"en": (30, 90), "zh": (8, 40)}  # characters of these

Begun = tuple[Run, Callable[[Reviews], Examples]]  # and what turns sentences into numbers


class Classifier:
    """A `Kind` (core/jobs/live.py)."""

    def __init__(self, settings: TextCNNSettings | FineTuningSettings) -> None:
        """Read the sentences, draw first weights.

        Raises:
            AssetError: sentences or weights are missing or damaged.
        """
        parts = reviews.shipped(settings.language)
        learn_from = _first(parts.train, settings.n_labels or len(parts.train.texts))
        checked = _first(parts.validation, N_CHECKED[type(settings)])
        self._shown = _to_watch(parts.validation, *SHOWN_LENGTH[settings.language])
        pace = Pace(settings.epochs, settings.batch_size, seed=settings.seed)
        text_cnn = isinstance(settings, TextCNNSettings)
        make = self._begin_textcnn if text_cnn else self._begin_bert
        self._run, examples = make(settings, learn_from, pace)
        self._checked, self._watched = examples(checked), examples(self._shown)
        self._test = lambda: examples(parts.test)
        self.n_steps, self.steps_per_epoch = self._run.n_steps, self._run.per_epoch
        self.steps_per_check = max(1, self.n_steps // N_CHECKS[type(settings)])

    def step(self) -> float:
        """Learn one batch; return its cross entropy in nats."""
        return self._run.step()

    def validate(self) -> Score:
        """Return cross entropy and accuracy on the first validation sentences."""
        shares = self._run.shares(self._checked)
        labels = self._checked.labels
        return Score(cross_entropy(shares, labels), accuracy(shares, labels))

    def test(self) -> float:
        """Return the accuracy on the test sentences."""
        examples = self._test()
        return accuracy(self._run.shares(examples), examples.labels)

    def samples(self) -> TextSamples | None:
        """Return what the model says of a few validation sentences."""
        good = self._run.shares(self._watched)[:, 1]
        return TextSamples(good) if (good == good).all() else None

    def facts(self) -> RunFacts:
        """Return which sentences are shown."""
        learning = [p for p in self._run.model.parameters() if p.requires_grad]
        return RunFacts(
            n_train=len(self._run.examples.ids),
            n_validation=len(self._checked.ids),
            n_parameters=sum(weights.numel() for weights in learning),
            n_steps=self.n_steps,
            steps_per_epoch=self.steps_per_epoch,
            sentences=self._shown.texts,
            labels=tuple(self._shown.labels.tolist()),
        )

    def state(self) -> dict[str, object]:
        """Return weights, the optimizer's memory, and the place in the sentences."""
        return copy.deepcopy(self._run.state())

    def restore(self, state: dict[str, object]) -> None:
        """Go back to what `state` returned."""
        self._run.restore(copy.deepcopy(state))

    @staticmethod
    def _begin_textcnn(settings: TextCNNSettings, learn_from: Reviews, pace: Pace) -> Begun:
        kind = UNITS[settings.language]
        # Words that only other sentences have are unknown, as they would be with so few labels.
        cut, vocabulary = textcnn.listed(learn_from, kind)
        known = set(vocabulary)
        vectors = None
        if settings.vectors != "random":
            vectors = textcnn.bert_vectors(vocabulary, kind)
        model = textcnn.start(
            kind, len(vocabulary), vectors, frozen=settings.vectors == "frozen", seed=settings.seed
        )

        def examples(part: Reviews) -> Examples:
            return textcnn.examples(textcnn.cut(part, kind, known), vocabulary)

        numbers = textcnn.examples(cut, vocabulary)
        return textcnn.run(
            model, numbers, pace=pace, learning_rate=settings.learning_rate
        ), examples

    @staticmethod
    def _begin_bert(settings: FineTuningSettings, learn_from: Reviews, pace: Pace) -> Begun:
        def examples(part: Reviews) -> Examples:
            return fine_tuning.examples(part, settings.language)

        usual = fine_tuning.RATE_CHANGES if settings.low_rank else fine_tuning.RATE_BODY
        run = fine_tuning.run(
            fine_tuning.start(zoo.bert(settings.language), settings.seed),
            settings.language,
            examples(learn_from),
            n_layers=settings.n_layers,
            rank=fine_tuning.RANK if settings.low_rank else None,
            pace=pace,
            rate_body=settings.learning_rate,
            rate_head=settings.learning_rate * fine_tuning.RATE_HEAD / usual,
        )
        return run, examples


def _first(part: Reviews, n: int) -> Reviews:
    return Reviews(part.texts[:n], part.labels[:n])


def _to_watch(part: Reviews, low: int, high: int) -> Reviews:
    """Return some sentences of `low` to `high` characters, good and bad in turns."""
    short = [i for i, text in enumerate(part.texts) if low <= len(text) <= high]
    found = [[i for i in short if part.labels[i] == label][: N_SHOWN // 2] for label in (1, 0)]
    rows = [i for pair in zip(*found, strict=True) for i in pair]
    return Reviews(tuple(part.texts[i] for i in rows), part.labels[rows])
