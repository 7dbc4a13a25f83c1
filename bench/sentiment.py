"""How often are the models that judge a sentence right, and how fast do they answer?"""

import functools
import json
import statistics
import time
from collections.abc import Sequence

import numpy as np

from bench.figures import Bound, Figure, Group, Measured, Measurement, single
from core import assets, runtime, zoo
from core.inference import sentiment
from core.text import reviews, units
from core.training import bow, fine_tuning, textcnn
from core.training.classifying import Examples, Pace, accuracy, probabilities

NAMES = {"en": "English", "zh": "Chinese"}
BEST = {"en": "pieces", "zh": "words"}  # of a language's kinds of units, on validation
BOUNDS = {"en": 0.785, "zh": 0.86}
BERT_BOUNDS = {"en": Bound(at_least=0.835), "zh": None}
N_LABELS, N_GAP_SEEDS = 500, 5
N_CALLS = 200


@functools.cache
def _test(kind: str) -> textcnn.Part:
    known = zoo.textcnn(kind, "tuned").numbers
    return textcnn.cut(reviews.load(units.KINDS[kind]).test, kind, known)


def _numbered(kind: str) -> Examples:
    return textcnn.examples(_test(kind), tuple(zoo.textcnn(kind, "tuned").numbers))


def _textcnn(kind: str, start: str) -> Measured:
    model, examples = zoo.textcnn(kind, start).model, _numbered(kind)
    shares = probabilities(lambda ids: model(ids).logits, examples, units.PAD_ID)
    return Measured(accuracy(shares, examples.labels), _bow(kind).value)


@functools.cache
def _bow(kind: str) -> Measured:
    examples, weights = _numbered(kind), sentiment.bag_weights(kind)
    odds = bow.bags(examples, len(weights["weight"])) @ weights["weight"] + weights["bias"][0]
    return Measured(float(((odds > 0) == examples.labels.numpy()).mean()))


def _bert(language: str) -> Measured:
    model = zoo.sentiment_bert(language)
    examples = fine_tuning.examples(reviews.load(language).test, language)
    shares = probabilities(fine_tuning.reading(model), examples, 0, size=32)
    return Measured(accuracy(shares, examples.labels), _bow(BEST[language]).value)


def _seeds(kind: str) -> Sequence[Measured]:
    """Return mean and standard deviation over the seeds of each start, as training wrote them."""
    scores = json.loads(assets.locate(textcnn.SCORES.format(kind)).read_text("utf-8"))
    found = []
    for start in textcnn.STARTS:
        each = scores[start]["test_acc"]
        found += [Measured(statistics.mean(each)), Measured(statistics.stdev(each))]
    return found


def _lecture_bug() -> Sequence[Measured]:
    """Train on few labels with the pre-trained vectors in place, and with random ones instead."""
    train, _, _ = (textcnn.cut(part, "pieces") for part in reviews.load("en"))
    vocabulary = tuple(zoo.textcnn("pieces", "tuned").numbers)
    vectors, examples, test = (
        textcnn.bert_vectors(vocabulary, "pieces"),
        textcnn.examples(train, vocabulary).first(N_LABELS),
        _numbered("pieces"),
    )
    gaps = []
    for seed in range(N_GAP_SEEDS):
        right = []
        for given in (vectors, None):  # as the lecture means it; as its code does it
            model = textcnn.start("pieces", len(vocabulary), given, frozen=False, seed=seed)
            run = textcnn.run(model, examples, pace=Pace(epochs=16, seed=seed))
            while not run.done:
                run.step()
            right.append(accuracy(run.shares(test), test.labels))
        gaps.append(right[0] - right[1])
    return Measured(statistics.mean(gaps)), Measured(statistics.stdev(gaps))


def _linear(language: str) -> Measured:
    """Logistic regression on TF-IDF of runs of one to four characters: no words, no vectors."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    train, _, test = reviews.load(language)
    runs = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=10, max_iter=300)  # C by validation
    model.fit(runs.fit_transform(train.texts), train.labels)
    return Measured(float(model.score(runs.transform(test.texts), test.labels)))


def _latency() -> Measured:
    """Return the median time of the page's handler, over sentences of the test part."""
    from demos.sentiment.tab import judge_text

    runtime.set_threads()
    texts = reviews.load("en").test.texts[:N_CALLS]
    times = []
    for text in (*texts[:10], *texts):  # the first ones warm up
        begun = time.perf_counter()
        judge_text({"text": text, "kind": "pieces", "start": "tuned"})
        times.append(1000 * (time.perf_counter() - begun))
    return Measured(float(np.median(times[10:])))


def _accuracies(kind: str) -> list[Measurement]:
    language = units.KINDS[kind]
    best = kind == BEST[language]
    stem = f"sentiment.{language}" if best else f"sentiment.{language}.{kind}"
    what = f"{NAMES[language]} test sentences ({kind}) told right"
    bag = "bag of the same units"
    rows = [
        single(
            Figure(
                f"{stem}.textcnn_acc",
                "",
                f"Share of {what}, BERT's word vectors tuned.",
                Bound(at_least=BOUNDS[language]) if best else None,
                bag,
            ),
            functools.partial(_textcnn, kind, "tuned"),
        ),
        *(
            single(
                Figure(f"{stem}.textcnn_{start}_acc", "", f"The same, {says}.", None, bag),
                functools.partial(_textcnn, kind, start),
            )
            for start, says in (("random", "random vectors"), ("frozen", "BERT's, frozen"))
        ),
        Measurement(
            tuple(
                Figure(f"{stem}.textcnn_{start}_{name}", "", f"{says} of three seeds, {start}.")
                for start in textcnn.STARTS
                for name, says in (("mean", "Mean"), ("spread", "Standard deviation"))
            ),
            functools.partial(_seeds, kind),
        ),
        single(
            Figure(f"{stem}.bow_acc", "", f"Share of {what} by logistic regression on a {bag}."),
            functools.partial(_bow, kind),
        ),
    ]
    return rows


GROUP = Group(
    "sentiment",
    "Accuracy on the fixed test part: 1,090 sentences of MR (English; needs LATENT_LAB_DATA) and "
    "1,770 Chinese reviews. Nothing was trained or chosen on them.",
    (
        *(row for kind in units.KINDS for row in _accuracies(kind)),
        *(
            single(
                Figure(
                    f"sentiment.{language}.bert_acc",
                    "",
                    f"Share of {NAMES[language]} test sentences told right, our BERT fine-tuned.",
                    BERT_BOUNDS[language],
                    "bag of units",
                ),
                functools.partial(_bert, language),
            )
            for language in NAMES
        ),
        *(
            single(
                Figure(
                    f"sentiment.{language}.linear_acc",
                    "",
                    f"Share of {NAMES[language]} test sentences told right by logistic regression "
                    "on runs of 1 to 4 characters: what the labels give away without a network.",
                ),
                functools.partial(_linear, language),
            )
            for language in NAMES
        ),
        Measurement(
            (
                Figure(
                    "sentiment.lecture_bug_gap",
                    "",
                    f"Accuracy with BERT's vectors used minus dropped, {N_LABELS} labels, "
                    f"mean of {N_GAP_SEEDS} seeds.",
                ),
                Figure("sentiment.lecture_bug_gap_spread", "", "Its standard deviation."),
            ),
            _lecture_bug,
        ),
        single(
            Figure(
                "sentiment.latency_ms",
                "ms",
                "One sentence by the page's handler: four models, n-grams, leave-one-out; median.",
                Bound(at_most=10),
            ),
            _latency,
        ),
    ),
)
