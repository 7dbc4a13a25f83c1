"""What TextCNN reads: every unit stands where it says, and nothing between units is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.text import units
from core.text.units import PAD_ID, UNKNOWN_ID, cut, is_han, vocabulary

TEXTS = st.text(alphabet="abc XYZ。，书很好看不!?é😀\t", min_size=1, max_size=40)


@pytest.mark.parametrize("kind", units.KINDS)
@given(text=TEXTS)
def test_units_follow_each_other_and_leave_only_blanks(kind, text):
    if not text.strip():
        return
    found = cut(text, kind)
    at = 0
    for start, end in zip(found.starts, found.ends, strict=True):
        assert at <= start < end
        assert not text[at:start].strip()
        at = end
    assert not text[at:].strip()


def test_kinds_cut_as_their_names_say():
    assert cut("An unwatchable film!", "pieces").tokens == (
        "an",
        "un",
        "##watch",
        "##able",
        "film",
        "!",
    )
    assert cut("这本书很好", "characters").tokens == tuple("这本书很好")
    assert "喜欢" in cut("我很喜欢这本书", "words").tokens


@pytest.mark.parametrize("kind", units.KINDS)
@pytest.mark.parametrize("text", ["", "  \n", "x" * 5001])
def test_nothing_and_too_much_are_refused(kind, text):
    with pytest.raises(InputError):
        cut(text, kind)


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=9), max_size=9), st.integers(1, 3))
def test_a_vocabulary_holds_what_is_frequent_enough(texts, least):
    found = vocabulary(texts, least=least)
    assert found[PAD_ID], found[UNKNOWN_ID]
    joined = [token for tokens in texts for token in tokens]
    counts = [joined.count(token) for token in found[2:]]
    assert set(found[2:]) == {token for token in joined if joined.count(token) >= least}
    assert counts == sorted(counts, reverse=True)


def test_only_words_that_a_dictionary_lists_are_found():
    assert cut("他来到了杭研大厦", "words").tokens == ("他", "来到", "了", "杭", "研", "大厦")


@given(text=TEXTS, known=st.sets(st.sampled_from(["书", "很", "好看", "好", "abc"])))
def test_a_word_that_is_not_known_is_spelt(text, known):
    if not text.strip():
        return
    whole, found = cut(text, "words"), cut(text, "words", known)
    assert "".join(found.tokens) == "".join(whole.tokens)
    assert set(found.ends) >= set(whole.ends), "words only become shorter"
    for token, start, end in zip(*found, strict=True):
        assert token in known or len(token) == 1 or not all(map(is_han, token))
        assert text[start:end].lower() == token
    assert cut(text, "words", known | set(found.tokens)) == found


def test_other_kinds_know_their_own_pieces():
    assert cut("unwatchable", "pieces", ()) == cut("unwatchable", "pieces")
