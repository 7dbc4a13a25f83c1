"""Is what the pages colour as a reason what the model does without the word?

The reference shares nothing with the pages but how words are cut: core/models/bert.py itself reads
one text at a time, with the word's pieces replaced by [MASK], or with the word gone.
"""

import functools
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from bench import held_out, ranking
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement
from core import reviews, runtime, texts, zoo
from core.inference import (
    agreement,
    next_sentence_weights,
    questions,
    reasons,
    sentiment,
    sentiment_bert,
    sentiment_examples,
    sources,
)
from core.models.bert import BertForPreTraining
from core.results.attention import Sources
from core.text import pieces, units
from core.text.tokenizer import CLS, MASK, SEP

N_TEXTS = 100
N_ASKED = 40  # blanks of Attention's explanations, each some seconds
LONGEST = {"en": 200, "zh": 60}  # characters of a text: each of its words is hidden by itself
LANGUAGES = {"en": "English", "zh": "Chinese"}
GRADIENT = "gradient x input"
TASKS = {"nsp": "Next sentence", "sentiment": "Sentiment's BERT"}
MEASURES = {
    "sign_agreement": "Share of words whose sign is that of hiding them",
    "strongest": "Share of the three strongest words that are those of hiding",
    "correlation": "Mean correlation with hiding over a text's words",
}


class Explained(NamedTuple):
    """One text's W words, by the pages and by the reference."""

    coloured: np.ndarray  # [W], what the page colours
    ways: dict[str, np.ndarray]  # [W] each, what the page sets beside it
    hidden: np.ndarray  # [W], by the reference
    left_out: np.ndarray  # [W], by the reference


@torch.inference_mode()
def _references(
    ids: Sequence[int],
    numbers: Sequence[int],
    mask_id: int,
    score: Callable[[list[int], Sequence[int]], float],
) -> tuple[np.ndarray, np.ndarray]:
    """Return what hiding each word costs a text, and what leaving it out does, [W] each.

    Args:
        ids: of the text, [T].
        numbers: of each token's word, [T], from 0 on; -1 at the frame.
        mask_id: of [MASK].
        score: reads some tokens; where they stood in the text comes with them.
    """
    whole = score(list(ids), range(len(ids)))
    hidden, left_out = [], []
    for word in range(max(numbers) + 1):
        masked = [mask_id if n == word else i for i, n in zip(ids, numbers, strict=True)]
        stay = [k for k, n in enumerate(numbers) if n != word]
        hidden.append(whole - score(masked, range(len(ids))))
        left_out.append(whole - score([ids[k] for k in stay], stay))
    return np.array(hidden), np.array(left_out)


@functools.cache
def pairs(language: str) -> list[tuple[str, str]]:
    """Return held-out pairs: a sentence and the next one, a sentence and a stranger, in turn.

    Raises:
        BenchError: the corpus isn't there.
    """
    asked = ranking.cases(held_out.corpus(language), pieces.token_names(language))
    joined = "" if language == "zh" else " "  # held-out Chinese comes with spaces between
    both = (
        (case.first, case.candidates[0 if i % 2 else 1 + ranking.N_OWN])
        for i, case in enumerate(asked)
    )
    told = (tuple(one.replace(" ", joined) for one in pair) for pair in both)
    short = (pair for pair in told if len("".join(pair)) <= LONGEST[language])
    found = list(itertools.islice(short, N_TEXTS))
    if len(found) < N_TEXTS:
        raise BenchError(f"{len(found)} short pairs of {N_TEXTS}")
    return found


@functools.cache
def explained(task: str, language: str) -> list[Explained]:
    """Return `N_TEXTS` texts of a task, explained by the page and by the reference."""
    vocabulary = pieces.vocabulary(language)
    return [
        _pair(first, second, language, vocabulary)
        for first, second in (pairs(language) if task == "nsp" else [])
    ] + [
        _review(text, language, vocabulary)
        for text in (_reviews(language) if task == "sentiment" else [])
    ]


@functools.cache
def _reviews(language: str) -> list[str]:
    kept = (text for text in reviews.load(language).test.texts if len(text) <= LONGEST[language])
    return list(itertools.islice(kept, N_TEXTS))


def _pair(first: str, second: str, language: str, vocabulary: dict[str, int]) -> Explained:
    seen = next_sentence_weights.weigh(first, second, language)
    ids = [vocabulary[token] for token in seen.tokens]
    model: BertForPreTraining = zoo.bert(language)

    def score(row: list[int], places: Sequence[int]) -> float:
        kinds = torch.tensor([[seen.segments[k] for k in places]])
        logits = model.cls["seq_relationship"](model.bert(torch.tensor([row]), kinds).pooled)[0]
        return float(logits[0] - logits[1])

    references = _references(ids, seen.words, vocabulary[MASK], score)
    compared = next_sentence_weights.compare(first, second, language)
    costs = next_sentence_weights.costs(first, second, language)
    return _explained(costs, seen.words, compared, references)


def _review(text: str, language: str, vocabulary: dict[str, int]) -> Explained:
    seen = sentiment_bert.judge(text, language)
    ids = [vocabulary[token] for token in (CLS, *seen.tokens, SEP)]
    numbers, model = (-1, *seen.words, -1), zoo.sentiment_bert(language)

    def score(row: list[int], _places: Sequence[int]) -> float:
        logits = model(torch.tensor([row]))[0]
        return float(logits[sentiment.GOOD] - logits[sentiment.BAD])

    references = _references(ids, numbers, vocabulary[MASK], score)
    compared = sentiment_bert.compare(text, language)
    return _explained(seen.costs, seen.words, compared, references)


def _explained(
    costs: np.ndarray,
    numbers: Sequence[int],
    compared: reasons.Reasons,
    references: tuple[np.ndarray, np.ndarray],
) -> Explained:
    coloured = np.array([costs[numbers.index(word)] for word in range(max(numbers) + 1)])
    ways = dict(zip(compared.ways, compared.values, strict=True))
    return Explained(coloured, ways, *references)


# ---- Figures -------------------------------------------------------------------------------------


def _sign(pair: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the share of all words whose two values have one sign."""
    one, other = (np.concatenate(side) for side in zip(*pair, strict=True))
    return agreement.same_sign(one, other) or 0.0


def _strongest(pair: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    shares = [agreement.same_strongest(a, b) / min(agreement.N_STRONGEST, len(a)) for a, b in pair]
    return statistics.mean(shares)


def _correlation(pair: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
    told = [(a, b) for a, b in pair if len(a) > 2 and np.ptp(a) > 0 and np.ptp(b) > 0]
    return statistics.mean(float(np.corrcoef(a, b)[0, 1]) for a, b in told)


def _task(task: str, language: str) -> Sequence[Measured]:
    """Return each measure of what is coloured (its peer: gradient x input), then of the others."""
    found = explained(task, language)
    values = {
        "coloured": [(one.coloured, one.hidden) for one in found],
        "gradient": [(one.ways["gradient"], one.hidden) for one in found],
        "integrated": [(one.ways["integrated"], one.hidden) for one in found],
    }
    measures = (_sign, _strongest, _correlation)
    figures = [Measured(m(values["coloured"]), m(values["gradient"])) for m in measures]
    figures += [Measured(m(values["integrated"])) for m in measures]
    gone = [(one.coloured, one.left_out) for one in found]
    return [*figures, *(Measured(m(gone)) for m in measures)]


def _small(kind: str) -> Sequence[Measured]:
    """Return signs of a TextCNN's coloured units, of filters' shares, and of n-grams."""
    coloured, shares, ngrams = [], [], []
    model = zoo.textcnn(kind, "tuned").model
    for text in _reviews(units.KINDS[kind]):
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
    """Return the median time to colour an example sentence and a pair of the pages, one thread."""
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
    rows = [
        Figure(
            f"explain.{measure}.{task}.{language}",
            "",
            f"{says}: what is coloured. {where}.",
            bounds.get(measure),
            GRADIENT,
        )
        for measure, says in MEASURES.items()
    ]
    for way, what in (
        ("integrated", "integrated gradients"),
        ("left_out", "what is coloured, against leaving the word out instead"),
    ):
        rows += [
            Figure(f"explain.{way}.{measure}.{task}.{language}", "", f"The same: {what}.")
            for measure in MEASURES
        ]
    return tuple(rows)


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
    "Pairs are held-out sentences, half of them neighbours; reviews are of the test parts.",
    (
        *(
            Measurement(_figures(task, language), functools.partial(_task, task, language))
            for task in TASKS
            for language in LANGUAGES
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
                    "The same for the words of two sentences of Next sentence's stories.",
                ),
            ),
            _speed,
        ),
    ),
)
