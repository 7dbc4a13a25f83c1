"""The everyday sentences: what the figure that they give rests on."""

import lzma
import os
import tomllib
from pathlib import Path

import pytest

from bench import everyday
from core import texts
from core.text import pieces
from core.training import bert_corpus, bert_examples

LANGUAGES = pieces.LANGUAGES


def letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def filled(blank: everyday.Blank) -> list[str]:
    return [letters(blank.text.replace("[MASK]", answer)) for answer in blank.answers]


@pytest.mark.parametrize("language", LANGUAGES)
def test_150_different_sentences_with_one_blank_each(language):
    blanks = everyday.blanks(language)
    assert len({letters(blank.text) for blank in blanks}) == len(blanks) == 150
    for blank in blanks:
        read = pieces.read(blank.text, language)
        assert (read.words == -1).sum() == 1, blank.text
        assert "[UNK]" not in read.tokens, blank.text
        n = len(blank.text.split()) if language == "en" else len(read.tokens)
        assert 5 <= n <= 20, blank.text
    assert {blank.topic for blank in blanks} == {b.topic for b in everyday.blanks("en")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_answer_is_one_word_that_the_model_could_give(language):
    for blank in everyday.blanks(language):
        assert blank.answers
        assert blank.answers <= pieces.vocabulary(language).keys(), blank.text
        for answer in blank.answers:
            assert answer.isalpha(), (blank.text, answer)
            assert answer.islower() if language == "en" else len(answer) == 1, (blank.text, answer)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_answer_is_written_twice(language):
    file = Path(everyday.__file__).with_name(f"everyday-{language}.toml")
    for rows in tomllib.loads(file.read_text(encoding="utf-8")).values():
        for text, answers in rows:
            assert len(answers.split()) == len(set(answers.split())), text


@pytest.mark.slow
@pytest.mark.skipif("LATENT_LAB_DATA" not in os.environ, reason="LATENT_LAB_DATA names no texts")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_in_the_texts_that_are_trained_on(language):
    away = {i: None for i in range(128) if not chr(i).isalnum()} | dict.fromkeys(
        map(ord, "，。！？、")
    )
    for file in bert_corpus.FILES[language]:
        path = Path(os.environ["LATENT_LAB_DATA"]) / "text" / f"{file}.jsonl.xz"
        content = lzma.decompress(path.read_bytes()).decode().lower().translate(away)
        assert len(content) > 1e6
        for blank in everyday.blanks(language):
            halves = [half.lower().translate(away) for half in blank.text.split("[MASK]")]
            if max(halves, key=len) in content:
                assert not any(sentence in content for sentence in filled(blank)), blank.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_on_a_page_or_among_the_examples(language):
    examples = [*bert_examples.FILLS[language]]
    examples += [s for a, b, _ in bert_examples.PAIRS[language] for s in (a, b)]
    pages = [entry[language] for entry in texts.table().values()]
    known = "\n".join(letters(text.replace("[MASK]", "")) for text in (*examples, *pages))
    for blank in everyday.blanks(language):
        assert letters(blank.text.replace("[MASK]", "")) not in known, blank.text
        assert not any(sentence in known for sentence in filled(blank)), blank.text
