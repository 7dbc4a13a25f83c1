"""A text as sentences of words, and as numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text import corpora


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat. It ate!", [["the", "cat", "sat"], ["it", "ate"]]),
        ("Don’t pay 3.50 for e-mail", [["don't", "pay", "for", "e-mail"]]),
        ("中国的首都是北京。小猫！", [["中国", "的", "首都", "是", "北京"], ["小猫"]]),
        ("我用Python写程序", [["我用", "python", "写", "程序"]]),
        ("<b>bold</b> a<br/>b if x < 3", [["bold", "a", "b", "if", "x"]]),
        ("１２３ ＡＢＣ", [["abc"]]),
        ("", []),
        (" \n 123 -- !?", []),
        ("Привет мир. café", [["привет", "мир"], ["café"]]),
    ],
)
def test_words_of_a_text(text, expected):
    found = list(corpora.sentences(text))
    if "Python" in text:  # jieba may cut the Chinese either way
        assert found[0].count("python") == 1
        assert "".join(found[0]) == text.lower()
    else:
        assert found == expected


texts = st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=12), max_size=8)


@given(texts, st.integers(1, 3))
def test_numbers_say_the_same_as_the_words(text, least):
    found = corpora.corpus(text, least)
    assert found.n_read == sum(map(len, text))
    assert (found.counts >= least).all()
    assert (np.diff(found.counts) <= 0).all()
    assert len(found.tokens) == found.counts.sum()
    kept = [[w for w in said if w in found.words] for said in text]
    again = [[found.words[k] for k in found.sentence(s)] for s in range(len(found.starts) - 1)]
    assert again == [said for said in kept if said]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_words_of_letters_in_lower_case(text):
    for said in corpora.sentences(text):
        assert said
        assert all(word and word == word.lower() and not word.isspace() for word in said)


def test_a_long_sentence_is_cut_and_rare_words_of_a_long_text_are_left_out():
    found = corpora.corpus([["a", "b"] * 300], least=1)
    assert np.diff(found.starts).max() == corpora.LONGEST
    long = [["the", "cat"]] * 30_000 + [["rare"]]
    assert corpora.corpus(long).words == ("cat", "the")
    assert corpora.corpus([["rare"], ["the"]]).words == ("rare", "the")


@pytest.mark.weights
@pytest.mark.parametrize("language", corpora.LANGUAGES)
def test_the_texts_that_ship(language):
    said = corpora.shipped(language)
    assert all(word and " " not in word for sentence in said for word in sentence)
    n_words = sum(map(len, said))
    assert 80_000 < n_words < 400_000
    found = corpora.corpus(said)
    assert found.least == 5
    assert 1_500 < len(found.words) <= corpora.MAX_WORDS
