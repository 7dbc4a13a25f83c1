"""A typed text as pieces: what is understood, what is refused, which word each piece belongs to."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.text import pieces, wordpiece, words
from core.text.tokenizer import MASK, token_id


@pytest.mark.parametrize("typed", ["[MASK]", "[mask]", "【MASK】", "［ＭＡＳＫ］", "[ Mask ]"])
@pytest.mark.parametrize("language", pieces.LANGUAGES)
def test_a_typed_mask_is_a_blank(typed, language):
    read = pieces.read(f"a {typed}b", language)
    assert read.tokens == ("a", "[MASK]", "b")
    assert read.text[read.starts[1] : read.ends[1]] == typed
    assert read.words[1] == -1
    assert read.words[2] > read.words[0]


def test_a_token_that_a_vocabulary_lacks_has_no_id():
    library = pieces.library_tokenizer("en")
    assert library.id_to_token(token_id(library, MASK)) == MASK
    with pytest.raises(KeyError, match="<mask>"):
        token_id(library, "<mask>")


def test_other_special_tokens_are_ordinary_text():
    read = pieces.read("end [SEP] [CLS]", "en")
    assert "[SEP]" not in read.tokens
    assert "".join(read.tokens).replace("##", "") == "end[sep][cls]"
    assert pieces.typed_specials("end [SEP] [CLS] [sep] [MASK]") == ("[SEP]", "[CLS]", "[sep]")


@pytest.mark.parametrize("text", ["", "   \n\t", "\u3000", "\u200b", "\x00\x07", "\ud800"])
def test_nothing_to_read_is_said(text):
    with pytest.raises(InputError) as error:
        pieces.read(text, "en")
    assert error.value.key == "text_empty"


def test_too_much_is_said_with_the_limit():
    with pytest.raises(InputError, match="10000") as error:
        pieces.read("a" * 10_000, "en")
    assert error.value.key == "text_too_long"
    assert str(pieces.MAX_CHARACTERS) in error.value.sentence("zh")


def test_cuts_make_the_words_and_continuing_pieces_stay_with_theirs():
    text = "使用语言模型unaffable。"
    read = pieces.read(text, "zh", cuts=[2, 4, 6, 8])  # 8 lies inside the Latin word
    by_word = {}
    for token, word in zip(read.tokens, read.words, strict=True):
        by_word.setdefault(int(word), []).append(token)
    assert ["".join(w).replace("##", "") for w in by_word.values()] == [
        "使用",
        "语言",
        "模型",
        "unaffable。",  # nothing says that the stop begins a word
    ]
    assert list(by_word) == sorted(by_word)


def test_jieba_finds_words():
    assert words.boundaries("使用语言模型") == (2, 4)
    assert words.boundaries("") == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The cat", "en"),
        ("今天天气很好", "zh"),
        ("我用BERT", "zh"),
        ("42 😀", None),
        ("Die Größe", "en"),
        ("[MASK][MASK]好", "zh"),
        ("<mask>好[blank]", "zh"),
        ("[CLS]好[SEP]", "zh"),
        ("[MASK]", None),
    ],
)
def test_the_language_is_noticed(text, language):
    assert pieces.looks_like(text) == language


def test_what_is_unknown_is_named_once():
    read = pieces.read("😀 cat 😀 🦄", "en")
    assert pieces.unknown(read) == ("😀", "🦄")


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
@example("\U0001239a")  # a letter that Python's Unicode tables don't know yet
def test_reading_agrees_with_the_traced_steps(text):
    if pieces.TYPED_MASK.search(text):
        return
    traced = wordpiece.trace(text, pieces.vocabulary("en")).pieces
    if not traced:
        with pytest.raises(InputError):
            pieces.read(text, "en")
        return
    read = pieces.read(text, "en")
    assert read.tokens == traced
    assert (np.diff(read.words) >= 0).all()
    assert (read.starts <= read.ends).all()
    assert read.ends.max() <= len(text)
