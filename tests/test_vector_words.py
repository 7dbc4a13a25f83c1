"""Words with a vector: endings, hyphens, spelt Chinese words, traditional characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.text import vector_words
from core.text.vectors import vectors

KNOWN = {"it", "is", "n't", "a", "good", "hearted", "film", "u.s", "can", "ca", "well-known"}


def words(text: str, known=KNOWN) -> list[str]:
    return list(vector_words.cut(text, "en", known).tokens)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It's a good film.", ["it", "a", "good", "film"]),
        ("It isn't a GOOD-hearted film!", ["it", "is", "n't", "a", "good", "hearted", "film"]),
        ("It isn’t well-known", ["it", "is", "n't", "well-known"]),
        ("can't u.s.", ["ca", "n't", "u.s"]),
        ("zxqv 2024 _ ... <b>film</b>", ["zxqv", "2024", "b", "film", "b"]),
        ("!?", []),
    ],
)
def test_english_is_cut_as_the_vectors_are(text, cut):
    assert words(text) == cut


def test_chinese_words_are_looked_up_spelt_and_simplified():
    listed = vectors("zh")
    found = vector_words.cut("這部電影不難看。", "zh", listed.numbers, listed.simplified)
    assert "".join(found.tokens) == "这部电影不难看"
    assert "电影" in found.tokens
    assert [t for t in found.tokens if len(t) > 1 and t not in listed.numbers] == []
    whole = vector_words.cut("這部電影不難看。", "zh", None, listed.simplified)
    assert "难看" in whole.tokens


@given(st.text(min_size=1, max_size=60), st.sampled_from(("en", "zh")))
def test_what_is_cut_stands_in_the_text_in_this_order(text, language):
    try:
        found = vector_words.cut(text, language, KNOWN)
    except InputError:
        return  # blank
    assert list(found.starts) == sorted(set(found.starts))
    for token, start, end in zip(*found, strict=True):
        assert token == text[start:end].strip().lower().replace("’", "'")
        assert any(c.isalnum() for c in token)
    for end, start in zip(found.ends, found.starts[1:], strict=False):
        assert end <= start


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("text", "key"), [("", "text_empty"), ("x" * 5001, "text_too_long")])
def test_nothing_and_too_much_are_refused(language, text, key):
    with pytest.raises(InputError) as refused:
        vector_words.cut(text, language, KNOWN)
    assert refused.value.key == key
