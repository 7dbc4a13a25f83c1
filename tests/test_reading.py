"""The figures of reading: whole documents that were held out, kind by kind; eight candidates."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bench import everyday, held_out, ranking, reading
from bench.figures import BenchError
from core.bert.berts import Reader
from core.inference import next_sentence
from core.models.bert import BertConfig, BertForPreTraining
from core.text import pieces
from core.text.masking import Action
from core.text.tokenizer import SPECIAL
from core.training.bert_batches import NO_PAIR, Assembler
from core.training.bert_corpus import Corpus
from core.training.bert_evaluation import evaluate
from core.training.initialising import initialise

WORDS = (*SPECIAL, *(f"w{i}" for i in range(995)))
VOCABULARY = {word: i for i, word in enumerate(WORDS)}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Return 120 documents: a third single sentences; each sentence's words name its document."""
    dice = np.random.default_rng(0)
    counts = np.where(np.arange(120) % 3 == 2, 1, dice.integers(7, 12, 120))
    lengths = dice.integers(6, 12, counts.sum())
    owner = np.repeat(np.arange(120), counts)
    tokens = [
        np.r_[len(SPECIAL) + owner[i], dice.integers(200, len(WORDS), n - 1)]
        for i, n in enumerate(lengths)
    ]
    return Corpus(
        tokens=np.concatenate(tokens).astype(np.uint16),
        sentences=np.r_[0, np.cumsum(lengths)],
        documents=np.r_[0, np.cumsum(counts)],
        sources=(np.arange(120) % 3).astype(np.uint8),
        held_out=np.arange(120) % 2 == 0,
        source_names=("articles", "talks", "lines"),
    )


def document(sentence: str) -> int:
    return int(sentence.split()[0][1:])


def test_a_case_is_the_next_sentence_three_of_its_text_and_four_of_others(corpus):
    asked = ranking.cases(corpus, WORDS, 100)
    assert asked == ranking.cases(corpus, WORDS, 100)  # the same in every session
    assert len({(case.first, case.source) for case in asked}) == 100
    texts = [
        [ranking.held_out.written([WORDS[t] for t in corpus.tokens[a:b]]) for a, b in spans]
        for spans in (
            list(zip(corpus.sentences[i:j], corpus.sentences[i + 1 : j + 1], strict=True))
            for i, j in zip(corpus.documents[:-1], corpus.documents[1:], strict=True)
        )
    ]
    names = corpus.source_names
    for case in asked:
        home = document(case.first)
        own, strangers = case.candidates[:4], case.candidates[4:]
        assert corpus.held_out[home]
        assert names[home % 3] == case.source != "lines"
        assert texts[home].index(own[0]) == texts[home].index(case.first) + 1
        assert all(document(text) == home for text in own)
        homes = [document(text) for text in strangers]
        assert len({home, *homes}) == 5
        assert all(names[i % 3] == case.source and corpus.held_out[i] for i in homes)
        assert len({case.first, *case.candidates}) == 9
        assert all(texts[document(text)].index(text) > 0 for text in case.candidates)


def test_too_few_documents_are_said(corpus):
    with pytest.raises(BenchError, match="of 100000 cases"):
        ranking.cases(corpus, WORDS, 100_000)


def test_the_true_sentence_has_to_beat_all_seven(monkeypatch):
    shares = {
        "first": [0.9, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.4],
        "before strangers": [0.6, 0.1, 0.7, 0.3, 0.1, 0.2, 0.3, 0.4],
        "before its own": [0.6, 0.1, 0.2, 0.3, 0.1, 0.2, 0.7, 0.4],
        "a tie": [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
    }
    monkeypatch.setattr(
        next_sentence,
        "judged",
        lambda _, first, __: SimpleNamespace(
            candidates=[SimpleNamespace(probability=p) for p in shares[first]]
        ),
    )
    asked = [ranking.Case(first, ("",) * 8, "") for first in shares]
    assert ranking.ranked(asked, None) == ranking.Ranked(0.25, 0.5, 0.5, 4)


@pytest.mark.parametrize("source", ["articles", "talks", "lines"])
def test_a_kind_is_read_in_its_own_held_out_documents(corpus, source, monkeypatch):
    monkeypatch.setattr(reading, "N_MASKED", 40)
    found = reading.batches(corpus, Assembler(corpus, VOCABULARY, unit="token"), [source])
    assert sum(int((batch.actions == Action.MASKED).sum()) for batch in found)
    for batch in found:
        homes = (batch.targets[:, 1] - len(SPECIAL)).tolist()  # a sentence's first word
        assert all(corpus.source_names[i % 3] == source and i % 2 == 0 for i in homes)
        assert (batch.labels == NO_PAIR).all() == (source == "lines")


def test_ranks_are_those_of_the_evaluation_in_training(corpus):
    model = BertForPreTraining(
        BertConfig(len(WORDS), width=24, n_layers=2, n_heads=2, n_feed_forward=48)
    ).eval()
    initialise(model, torch.Generator().manual_seed(3))
    found = reading.batches(corpus, Assembler(corpus, VOCABULARY, unit="token"), ["articles"])
    scored = evaluate(model, found)
    for fast in (False, True):
        ranks = held_out.ranks(model, found, fast=fast)
        assert len(ranks) == scored.n_masked
        assert abs((ranks < 5).mean() - scored.top5) <= 1 / len(ranks)  # a rounding may swap two


def test_each_kind_is_held_out():
    from core.training.bert_corpus import HELD_OUT_SOURCES

    for language, kinds in reading.KINDS.items():
        named = [source for sources in kinds.values() for source in sources]
        assert len(named) == len(set(named))
        assert set(named) == HELD_OUT_SOURCES[language]


@pytest.mark.parametrize("language", pieces.LANGUAGES)
def test_everyday_share_counts_the_first_answer_alone(language):
    names, library = pieces.token_names(language), pieces.library_tokenizer(language)
    model = BertForPreTraining(
        BertConfig(len(names), width=8, n_layers=1, n_heads=2, n_feed_forward=8)
    )
    initialise(model, torch.Generator().manual_seed(0))
    blank = everyday.blanks(language)[0]
    for answer in sorted(blank.answers):
        with torch.no_grad():
            model.cls["predictions"].bias.zero_()
            model.cls["predictions"].bias[names.index(answer)] = 1e3  # it says nothing else
        reader = Reader("one", model.eval().requires_grad_(False), library, names, True, True)
        expected = np.mean([answer in one.answers for one in everyday.blanks(language)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(everyday.fill_in.fast_bert, "of", lambda _: None)
            assert everyday.share(language, reader) == pytest.approx(expected)
