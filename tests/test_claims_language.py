"""What the pages about language say of our BERTs is what the models and the manifest say now."""

import re
from collections import Counter

import numpy as np
import pytest
from torch import nn

from core import assets, texts, zoo
from core.bert.checkpoints import WEIGHTS
from core.inference import (
    attention,
    failures,
    fill_in,
    head_patterns,
    next_sentence_scores,
    readers,
    training_lapse,
)
from core.models import lora
from core.text import pieces, wordpiece
from core.training import fine_tuning
from core.training.bert_corpus import HELD_OUT_SOURCES
from core.training.bert_evaluation import N_SHIPPED
from tests.claims import claimed, said, says

pytestmark = pytest.mark.weights

LANGUAGES = texts.LANGUAGES
REMAKE = f"the model answers otherwise by now: {failures.COMMAND}"
# What the texts call a source of documents, as far as it is a hundredth of the pairs.
SOURCES = {
    "enwiki": ("Wikipedia", "维基百科"),
    "zhwiki": ("Chinese Wikipedia", "中文维基百科"),
    "sgd_dialogue": ("dialogues", "对话"),
    "taskmaster4": ("dialogues", "对话"),
    "crosswoz": ("dialogues", "对话"),
    "kdconv": ("dialogues", "对话"),
    "cmrc2017_children": ("children's stories", "儿童故事"),
}


def figures(language: str) -> dict[str, float]:
    return assets.manifest()[f"weights/bert-{language}/{WEIGHTS}"]["score"]


# ---- Where the accuracy comes from -------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_held_out_figure_is_that_of_benchmarks(language):
    told = dict(
        re.findall(r"^\| `language\.(\S+)` \| \**([\d.]+)", _benchmarks(), flags=re.MULTILINE)
    )
    score = readers.score(language)
    assert score.n_pairs == N_SHIPPED
    assert score.mask_top1 == pytest.approx(float(told[f"{language}.mask_top1"]), abs=2e-4)
    assert score.mask_top5 == pytest.approx(float(told[f"{language}.mask_top5"]), abs=2e-4)
    assert score.nsp_accuracy == pytest.approx(float(told[f"{language}.nsp_acc"]), abs=2e-4)
    pairs = next_sentence_scores.score(language)
    assert pairs.low == pytest.approx(float(told[f"{language}.nsp_acc_low"]), abs=2e-4)
    assert pairs.high == pytest.approx(float(told[f"{language}.nsp_acc_high"]), abs=2e-4)


def _benchmarks() -> str:
    return (assets.FOLDER.parent / "BENCHMARKS.md").read_text("utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_held_out_documents_are_named_as_they_are(language):
    known = {name.split(".")[1]: n for name, n in figures(language).items() if "." in name}
    assert sum(known.values()) == N_SHIPPED
    assert set(known) <= HELD_OUT_SOURCES[language]
    counted = Counter()
    for source, n in known.items():
        for spoken, name in zip(LANGUAGES, SOURCES[source], strict=True):
            if n >= N_SHIPPED / 100:
                assert name in said(f"tokens.held_out.{language}")[spoken]
            counted[name] += n
    wiki = counted["中文维基百科" if language == "zh" else "维基百科"]
    if "a few" in said(f"tokens.held_out.{language}")["en"]:
        assert wiki > 0.9 * N_SHIPPED


def test_every_footer_that_tells_a_score_tells_the_one_and_names_the_documents():
    for key in ("attention.foot", "fill_in.foot", "next_sentence.foot", "next_sentence.score.says"):
        for sentence in said(key).values():
            assert "{texts}" in sentence, key
            assert "{pairs}" in sentence or "{masked}" in sentence, key
            assert not re.search(r"\d+(\.\d+)?%", sentence.replace("50%", "").replace("95%", ""))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_time_lapse_ends_near_the_held_out_figure(language):
    last, score = training_lapse.lapse(language).moments[-1], readers.score(language)
    assert last.n_pairs <= score.n_pairs
    assert last.tokens == score.tokens
    assert last.top1 == pytest.approx(score.mask_top1, abs=0.015)
    assert last.nsp_accuracy == pytest.approx(score.nsp_accuracy, abs=0.03)
    if (last.n_masked, last.n_pairs) == (score.n_masked, score.n_pairs):  # one sample, one figure
        told = last.top1, last.top5, last.nsp_accuracy
        assert told == (score.mask_top1, score.mask_top5, score.nsp_accuracy)
    else:
        assert last.n_masked < score.n_masked


# ---- Where it fails ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stored_failures_are_still_failures(language):
    blanks, pairs = failures.stored(language)
    assert len(blanks) >= 6, REMAKE
    assert len(pairs) >= 3, REMAKE
    others = dict(failures.BLANKS[language])
    for one in blanks:
        now = failures.ask_blank(one.marked, others[one.marked], language)
        assert now is not None, f"{one.marked}: {REMAKE}"
        assert (now.answer, now.kind) == (one.answer, one.kind), REMAKE
        assert now.probability == pytest.approx(one.probability, abs=0.01), REMAKE
    for one in pairs:
        now = failures.ask_pair(one.kind, one.first, one.second, language)
        assert now is not None, f"{one.first} {one.second}: {REMAKE}"
        assert now.probability == pytest.approx(one.probability, abs=0.01), REMAKE


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reasons_given_for_failures_are_seen_in_them(language):
    """Copied words stand in the sentence; pairs with a topic share a word, missed ones hardly."""
    blanks, pairs = failures.stored(language)
    assert {one.kind for one in blanks} == set(failures.KINDS)
    assert {one.kind for one in pairs} == set(failures.PAIR_KINDS)
    for one in blanks:
        before, right, after = one.marked.split("|")
        around = pieces.read(before + after, language).tokens
        assert (one.kind != "copied") or one.answer in around
        assert pieces.read(right, language).tokens == (right,), "one blank must do"
    small = set("。，？！.,?!的了他她它在我是就") | {
        "the",
        "a",
        "in",
        "is",
        "it",
        "to",
        "at",
        "was",
    }
    for one in pairs:
        first, second = (set(pieces.read(s, language).tokens) for s in (one.first, one.second))
        common = (first & second) - small
        assert common if one.kind == "topic" else len(common) < 2 or one.kind == "order", one


def test_failures_are_chosen_by_turns():
    kinds = "aabac"
    found = [failures.FailedPair(str(i), "", kind, 0.0) for i, kind in enumerate(kinds)]
    assert [one.first for one in failures.chosen(found, "abc", 4)] == ["0", "2", "4", "1"]


# ---- Sentences of the pages ---------------------------------------------------------------------


def test_a_word_becomes_unknown_as_the_page_says():
    (limit,) = claimed(
        "input_pieces.predict.1.answer", r"Over (\d+) characters", r"超过 (\d+) 个字符"
    )
    assert limit == wordpiece.MAX_WORD
    for language in LANGUAGES:
        assert pieces.read("g" * int(limit), language).tokens[0] != "[UNK]"
        assert pieces.read("g" * int(limit + 1), language).tokens == ("[UNK]",)
        assert "😀" in said("input_pieces.predict.1.answer")[language]
        assert pieces.read("😀", language).tokens == ("[UNK]",)
        long = max(re.findall("[A-Za-z]+", said("input_pieces.example.3")[language]), key=len)
        assert len(long) == limit + 1
        assert re.search(rf"\b{len(long)}|{len(long)}个", said("input_pieces.example.3")[language])


def test_the_vocabularies_hold_what_the_page_says():
    says("input_pieces.predict.2.answer", "##ing is a piece", "##ing")
    assert "##ing" in pieces.vocabulary("en")
    assert pieces.read("北京", "zh").tokens == ("北", "京")
    chinese, english = pieces.vocabulary("zh"), pieces.vocabulary("en")
    share = {
        name: sum(token.startswith("##") for token in table) / len(table)
        for name, table in (("zh", chinese), ("en", english))
    }
    assert share["zh"] < share["en"]
    assert pieces.read("[SEP]", "en").tokens != ("[SEP]",)


def asked(number: int, language: str) -> tuple[str, ...]:
    """Return the first answers at the blanks of an example of Fill in the blank."""
    parts = said(f"fill_in.example.{number}")[language].split("|")
    hidden = [len("".join(parts[:i])) for i in range(1, len(parts), 2)]
    characters = {
        at + k for at, part in zip(hidden, parts[1::2], strict=True) for k in range(len(part))
    }
    filled = fill_in.fill("".join(parts), readers.ready(language), hidden=characters)
    return tuple(one.top[0][0] for one in filled.blanks)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_answers_of_the_page_show_what_its_questions_ask(language):
    assert len(asked(4, language)) >= 2  # predict.1: a word in several pieces
    first, second = asked(3, language)  # predict.2: one word, two meanings
    assert first != second


@pytest.mark.parametrize("language", LANGUAGES)
def test_blanks_that_depend_are_answered_otherwise_one_by_one(language):
    """fill_in.predict.3: each blank's best answer alone needn't make the best whole."""
    reader = readers.ready(language)
    text = said("fill_in.example.5")[language]
    at_once = [one.top[0][0] for one in fill_in.fill(text, reader).blanks]
    one_by_one = text
    filled: dict[int, str] = {}
    for _ in at_once:
        blanks = fill_in.fill(one_by_one, reader).blanks
        surest = max(range(len(blanks)), key=lambda i: blanks[i].top[0][1])
        open_ones = [i for i in range(len(at_once)) if i not in filled]
        filled[open_ones[surest]] = blanks[surest].top[0][0]
        parts = text.split("[MASK]")
        one_by_one = parts[0] + "".join(
            filled.get(i, "[MASK]") + part for i, part in enumerate(parts[1:])
        )
    assert [filled[i] for i in range(len(at_once))] != at_once


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_attention_goes_where_the_page_says(language):
    says("attention.predict.1.answer", "about half of all attention or more", "约有一半或更多")
    shares = []
    for number in range(1, 6):
        first, _, second = said(f"attention.example.{number}")[language].partition("‖")
        seen = attention.show(
            model=language, text=first.replace("|", ""), second=second, keep="head", at=None
        )
        patterns = head_patterns.score(seen).patterns
        plain = {name: np.nanmean(patterns[name]) for name in ("cls", "previous", "next", "sep")}
        assert plain["cls"] > 0.47
        shares.append(plain)
    mean = {name: np.mean([one[name] for one in shares]) for name in shares[0]}
    assert sorted(mean, key=mean.get)[-2:] == ["previous", "cls"]
    assert mean["previous"] == pytest.approx(0.1, abs=0.03)


@pytest.mark.slow
def test_a_single_character_is_easier_than_its_word():
    one, whole = claimed(
        "masking.predict.2.answer",
        r"for (\d+)% of single characters of a word, and for (\d+)%",
        r"首选答对 (\d+)%；整个词都遮住，就只答对 (\d+)%",
    )
    right = {language: ([], []) for language in LANGUAGES}
    for language in LANGUAGES:
        for number in range(1, 5):
            alone, hidden = _answered_alone_and_with_its_word(
                said(f"masking.example.{number}")[language], language
            )
            right[language][0].extend(alone)
            right[language][1].extend(hidden)
    assert 100 * np.mean(right["zh"][0]) == pytest.approx(one, abs=1)
    assert 100 * np.mean(right["zh"][1]) == pytest.approx(whole, abs=1)
    assert max(map(np.mean, right["en"])) < 0.1


def _answered_alone_and_with_its_word(marked: str, language: str) -> tuple[list[bool], list[bool]]:
    """Hide each piece of a word of several pieces, then each such word; are they answered?"""
    parts = marked.split("|")
    text, cuts = "".join(parts), tuple(np.cumsum([len(part) for part in parts[:-1]]).tolist())
    read = pieces.read(text, language, cuts=cuts if language == "zh" else None)
    reader, words = readers.ready(language), np.array(read.words)
    spans = [np.flatnonzero(words == n) for n in np.unique(words)]
    several = [span for span in spans if len(span) > 1]

    def ranks(asked: list[np.ndarray]) -> list[bool]:
        many = [
            fill_in.prepare(text, reader, hidden=range(read.starts[s[0]], read.ends[s[-1]]))
            for s in asked
        ]
        answers = fill_in.answer_all(many, reader)
        return [
            one.rank == 1
            for span, given in zip(asked, answers, strict=True)
            for one in given
            if one.at in span
        ]

    return ranks([np.array([at]) for span in several for at in span]), ranks(several)


@pytest.mark.parametrize("language", LANGUAGES)
def test_low_rank_changes_are_as_small_as_they_are_said_to_be(language):
    found = re.search(r"some (\d) to (\d)\s+per cent of the model at R = (\d+)", lora.__doc__)
    low, high, rank = map(int, found.groups())
    assert rank == fine_tuning.RANK
    assert pytest.approx(10 * fine_tuning.RATE_BODY) == fine_tuning.RATE_CHANGES  # "ten times"
    body = zoo.bert(language).bert
    matrices = [part.weight for part in body.encoder.modules() if isinstance(part, nn.Linear)]
    share = rank * sum(sum(w.shape) for w in matrices) / sum(p.numel() for p in body.parameters())
    assert low - 0.5 < 100 * share < high + 0.5
