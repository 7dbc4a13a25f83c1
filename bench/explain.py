"""Is what the pages colour as a reason what the model does without the word?

What is coloured is itself what hiding a word does, in one batch by core/bert/fast_bert.py. So its
figures ask whether that path is right, against the reference of bench/explained_words.py. For the
ways that only estimate, the figures ask whether they agree.
"""

import functools
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch

from bench.explained_words import N_SLOW, N_TEXTS, explained, pairs, short_reviews
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement
from core import runtime, texts, zoo
from core.inference import (
    agreement,
    next_sentence_weights,
    questions,
    sentiment,
    sentiment_bert,
    sentiment_examples,
    sources,
)
from core.results.attention import Sources
from core.text import pieces, units
from core.text.tokenizer import MASK

N_ASKED = 20  # blanks of Attention's explanations, each some seconds
LANGUAGES = {"en": "English", "zh": "Chinese"}
GRADIENT = "gradient x input"
TASKS = {"nsp": "Next sentence", "sentiment": "Sentiment's BERT"}
MEASURES = {
    "sign_agreement": "Share of words whose sign is that of hiding them",
    "strongest": "Share of the three strongest words that are those of hiding",
    "correlation": "Mean correlation with hiding over a text's words",
}


def _sign(pair: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the share of all words whose two values have one sign."""
    one, other = (np.concatenate(side) for side in zip(*pair, strict=True))
    return agreement.same_sign(one, other) or 0.0


def _strongest(pair: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    shares = [agreement.same_strongest(a, b) / min(agreement.N_STRONGEST, len(a)) for a, b in pair]
    return statistics.mean(shares)


def _correlation(pair: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    told = [(a, b) for a, b in pair if len(a) > 2 and np.ptp(a) > 0 and np.ptp(b) > 0]
    if not told:
        raise BenchError("no text has three words of different values")
    return statistics.mean(float(np.corrcoef(a, b)[0, 1]) for a, b in told)


def _task(task: str, language: str) -> Sequence[Measured]:
    """Return each measure of what is coloured, beside gradient x input."""
    found = explained(task, language, slow=False)
    coloured = [(one.coloured, one.hidden) for one in found]
    gradient = [(one.gradient, one.hidden) for one in found]
    return [Measured(m(coloured), m(gradient)) for m in (_sign, _strongest, _correlation)]


def _slow(task: str, language: str) -> Sequence[Measured]:
    """Return each measure of integrated gradients, then of the colours against leaving out."""
    found = explained(task, language, slow=True)
    integrated = [(one.integrated, one.hidden) for one in found]
    gone = [(one.coloured, one.left_out) for one in found]
    return [
        Measured(m(pair)) for pair in (integrated, gone) for m in (_sign, _strongest, _correlation)
    ]


def _small(kind: str) -> Sequence[Measured]:
    """Return signs of a TextCNN's coloured units, of filters' shares, and of n-grams."""
    coloured, shares, ngrams = [], [], []
    model = zoo.textcnn(kind, "tuned").model
    for text in short_reviews(units.KINDS[kind]):
        seen = sentiment.judge(text, kind, "tuned")

        def odds(tokens: Sequence[str]) -> float:
            with torch.inference_mode():
                logits = model(sentiment.numbered(tuple(tokens), kind)).logits[0]
            return float(logits[sentiment.GOOD] - logits[sentiment.BAD])

        whole, tokens, n = odds(seen.tokens), seen.tokens, len(seen.tokens)
        if n < 2:
            continue
        out = np.array([whole - odds(tokens[:k] + tokens[k + 1 :]) for k in range(n)])
        coloured.append((seen.costs, out))
        compared = sentiment.compare(text, kind, "tuned")
        shares.append((compared.values[compared.ways.index("shares")], out))
        filters = seen.filters
        there = np.flatnonzero(~np.isnan(filters.costs))
        ngrams.append((filters.towards_good[there], filters.costs[there]))
    return [Measured(_sign(coloured), _sign(shares)), Measured(_sign(ngrams))]


def _attention(language: str) -> Sequence[Measured]:
    """Return how Attention's five columns agree with hiding, at one word of each sentence."""
    found = [_asked(text, language) for text in _sentences(language)]
    coloured = [(seen.hidden, hidden) for seen, hidden in found]
    gradient = [(seen.gradient, hidden) for seen, hidden in found]
    integrated = [(seen.integrated, hidden) for seen, hidden in found]
    strengths = {
        name: statistics.mean(
            float(seen.spearman[0, column])
            for seen, _ in found
            if not np.isnan(seen.spearman[0, column])
        )
        for column, name in enumerate(("hidden", "attention", "rollout", "gradient", "integrated"))
    }
    return [
        Measured(_sign(coloured), _sign(gradient)),
        Measured(_sign(integrated)),
        *(Measured(strengths[name]) for name in ("attention", "rollout", "gradient", "integrated")),
    ]


def _sentences(language: str) -> list[str]:
    return [first for first, _ in pairs(language)][:N_ASKED]


@torch.inference_mode()
def _asked(text: str, language: str) -> tuple[Sources, np.ndarray]:
    """Return the page's columns at a word in the middle, and the reference at each token, [T]."""
    with torch.inference_mode(False):
        n = len(pieces.read(text, language).tokens)
        asked = questions.ask(language, text, at=1 + n // 2)
        *_, last = sources.trace(asked)
    seen, model = last.result, zoo.bert(language)
    ids = asked.reading.ids[0].tolist()

    def score(row: list[int], _places: Sequence[int]) -> float:
        logits = model.decode(model.bert(torch.tensor([row])).hidden[0, asked.at])
        return float(logits.log_softmax(-1)[asked.target])

    mask_id, whole = pieces.vocabulary(language)[MASK], score(ids, ())
    costs = np.zeros(len(ids))
    for word in range(int(seen.words.max()) + 1):
        there = seen.words == word
        row = np.where(there, mask_id, ids).tolist()
        costs[there] = whole - score(row, ())
    return seen, costs


def _speed() -> Sequence[Measured]:
    """Return median times of the pages' examples: a sentence, a pair, its first words."""
    runtime.set_threads()
    sentences = [(t, lang) for lang in LANGUAGES for t in sentiment_examples.sentences(lang)]
    stories = [
        (*texts.text(f"next_sentence.story.{k}", lang).split("|")[:2], lang)
        for lang in LANGUAGES
        for k in range(1, 5)
    ]
    return [
        _median(sentiment_bert.judge, sentences),
        _median(next_sentence_weights.weigh, stories),
        _median(functools.partial(next_sentence_weights.hide, begin=0), stories),
    ]


def _median(ask: Callable, given: Sequence[tuple]) -> Measured:
    times = []
    for turn in range(3):
        for one in given:
            begun = time.perf_counter()
            ask(*one)
            if turn:  # the first turn wakes the models
                times.append(1000 * (time.perf_counter() - begun))
    return Measured(statistics.median(times))


def _figures(task: str, language: str) -> tuple[Figure, ...]:
    where = f"{TASKS[task]}, {LANGUAGES[language]}, {N_TEXTS} texts"
    bounds = {"sign_agreement": Bound(at_least=0.85)}
    return tuple(
        Figure(
            f"explain.{measure}.{task}.{language}",
            "",
            f"{says}: what is coloured. {where}.",
            bounds.get(measure),
            GRADIENT,
        )
        for measure, says in MEASURES.items()
    )


def _slow_figures(task: str, language: str) -> tuple[Figure, ...]:
    ways = {
        "integrated": "integrated gradients",
        "left_out": "what is coloured, against leaving the word out instead",
    }
    return tuple(
        Figure(
            f"explain.{way}.{measure}.{task}.{language}",
            "",
            f"The same: {what}; the first {N_SLOW} texts.",
        )
        for way, what in ways.items()
        for measure in MEASURES
    )


def _small_figures(kind: str) -> tuple[Figure, ...]:
    return (
        Figure(
            f"explain.sign_agreement.textcnn.{kind}",
            "",
            f"Share of coloured units ({kind}) whose sign is that of crossing them out, "
            f"{N_TEXTS} reviews.",
            Bound(at_least=0.85),
            "filters' shares, spread over their n-grams",
        ),
        Figure(
            f"explain.ngrams.sign_agreement.{kind}",
            "",
            "Share of the listed filters that add with the sign of crossing out their n-gram.",
        ),
    )


def _attention_figures(language: str) -> tuple[Figure, ...]:
    where = f"{N_ASKED} {LANGUAGES[language]} sentences, one blank each"
    return (
        Figure(
            f"explain.sign_agreement.attention.{language}",
            "",
            f"Share of tokens whose sign in Attention's first column is that of hiding; {where}.",
            Bound(at_least=0.85),
            GRADIENT,
        ),
        Figure(
            f"explain.integrated.sign_agreement.attention.{language}",
            "",
            "The same: integrated gradients.",
        ),
        *(
            Figure(
                f"explain.rank.attention.{way}.{language}",
                "",
                f"Mean rank correlation of words' strengths with hiding: {way}; {where}.",
            )
            for way in ("attention", "rollout", "gradient", "integrated")
        ),
    )


GROUP = Group(
    "explain",
    "Every colour that tells a word's part in an answer, held against really hiding that word: "
    "[MASK] in its place for BERT, taken out for TextCNN, one text at a time by the plain model. "
    "What is coloured is hiding, too, in one batch by another path: its rows ask whether that is "
    "computed rightly (1 but for words that cost next to nothing), those of gradients and of "
    "attention whether what only estimates agrees. "
    "Pairs are held-out sentences, half of them neighbours; reviews are of the test parts.",
    (
        *(
            Measurement(figures(task, language), functools.partial(run, task, language))
            for task in TASKS
            for language in LANGUAGES
            for figures, run in ((_figures, _task), (_slow_figures, _slow))
        ),
        *(
            Measurement(_small_figures(kind), functools.partial(_small, kind))
            for kind in units.KINDS
        ),
        *(
            Measurement(_attention_figures(language), functools.partial(_attention, language))
            for language in LANGUAGES
        ),
        Measurement(
            (
                Figure(
                    "explain.sentence_ms",
                    "ms",
                    "Time to hide every word of one of Sentiment's examples, one thread; median.",
                    Bound(at_most=100),
                ),
                Figure(
                    "explain.pair_ms",
                    "ms",
                    "Time to answer a pair of Next sentence's stories, both ways round.",
                    Bound(at_most=100),
                ),
                Figure(
                    "explain.portion_ms",
                    "ms",
                    "Time to hide the first portion of its words, as the page asks for them then.",
                    Bound(at_most=100),
                ),
            ),
            _speed,
        ),
    ),
)
