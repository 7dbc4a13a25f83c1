"""WordPiece, written out: equal to the library's, and true to what it says it does."""

import json
import lzma
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.text.tokenizer import SPECIAL, UNKNOWN, read_vocabulary, tokenizer
from core.text.wordpiece import MAX_WORD, Trace, is_chinese, match, split, trace
from tests.conftest import EVERY

VOCABULARIES = {
    language: read_vocabulary(Path(f"assets/weights/bert-{language}/vocab.txt"))
    for language in ("en", "zh")
}
LIBRARY = {language: tokenizer(vocabulary) for language, vocabulary in VOCABULARIES.items()}
DATA = Path(os.environ.get("LATENT_LAB_DATA", "../shared/data")) / "text"


def same(text: str, language: str = "en") -> bool:
    ours = list(trace(text, VOCABULARIES[language]).pieces)
    return ours == LIBRARY[language].encode(text).tokens


def lines(name: str, n: int) -> list[str]:
    if not (DATA / f"{name}.jsonl.xz").exists():
        pytest.skip(f"no texts: {name}.jsonl.xz is not under LATENT_LAB_DATA")
    with lzma.open(DATA / f"{name}.jsonl.xz", "rt", encoding="utf-8") as documents:
        sentences = (s for d in documents for p in json.loads(d)["paras"] for s in p)
        return list(islice(sentences, 0, 20 * n, 20))


@pytest.mark.parity
@pytest.mark.parametrize("language", ["en", "zh"])
def test_equals_the_library_on_real_text(language):
    different = [x for x in lines(f"{language}-core", 1000) if not same(x, language)]
    assert different == []


@pytest.mark.slow
@pytest.mark.parity
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("vocabulary", ["en", "zh"])
def test_equals_the_library_on_20_000_lines(language, vocabulary):
    different = [x for x in lines(f"{language}-more", 10_000) if not same(x, vocabulary)]
    assert different == []


def unknown(characters: Sequence[str]) -> list[str]:
    """Return those that are of no known script; many in a text of their own words at once."""
    if same(" ".join(f"a{c}b" for c in characters)):
        return []
    if len(characters) == 1:
        return list(characters)
    half = len(characters) // 2
    return unknown(characters[:half]) + unknown(characters[half:])


def assigned(c: str) -> bool:
    return unicodedata.category(c) not in ("Cn", "Co") or is_chinese(c)


def batched(characters: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(characters), size):
        yield characters[start : start + size]


def of_a_known_script(c: str) -> bool:
    """The library's tables are of Unicode 8: some 500 later signs are in no class for it."""
    return same(f"a{c}b")


@pytest.mark.slow
@pytest.mark.parity
@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)).filter(of_a_known_script)))
def test_equals_the_library_on_any_unicode(text):
    assert same(text, "en")
    assert same(text, "zh")


@pytest.mark.slow
@pytest.mark.parity
def test_differs_from_the_library_only_in_signs_after_unicode_8():
    """Of numbers that are no character yet some are enough; LATENT_LAB_EVERY=1 takes all."""
    numbers = (i for i in range(sys.maxunicode + 1) if not 0xD800 <= i <= 0xDFFF)
    characters = [chr(i) for i in numbers if EVERY or i % 31 == 0 or assigned(chr(i))]
    different = [c for some in batched(characters, 512) for c in unknown(some)]
    assert len(different) < 600
    assert min(map(ord, different)) > 0x600
    assert not any(is_chinese(c) or unicodedata.category(c)[0] in "LNZ" for c in different)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("unaffable", ["una", "##ffa", "##ble"]),
        ("Café  NAÏVE", ["cafe", "naive"]),
        ("北京2008年", ["北", "京", "2008", "年"]),
        ("don't", ["don", "'", "t"]),
        ("[MASK]", ["[", "mask", "]"]),
        ("a\u200bb\tc\x00", ["ab", "c"]),
        ("ΑΣ", ["α", "##σ"]),
        ("", []),
        (" \n\u3000", []),
        ("\U0001f600", [UNKNOWN]),
        ("x" * MAX_WORD, None),
        ("x" * (MAX_WORD + 1), [UNKNOWN]),
    ],
)
def test_known_cases(text, pieces):
    assert same(text)
    if pieces is not None:
        assert list(trace(text, VOCABULARIES["en"]).pieces) == pieces


def test_attempts_are_longest_first_and_the_found_ones_are_the_pieces():
    vocabulary = {token: i for i, token in enumerate(("un", "##aff", "##able", "##a", "##ff"))}
    word = match("unaffable", vocabulary)
    assert word.pieces == ("un", "##aff", "##able")
    assert tuple(a.piece for a in word.attempts if a.found) == word.pieces
    assert [a.piece for a in word.attempts][:3] == ["unaffable", "unaffabl", "unaffab"]


def test_a_word_whose_rest_has_no_piece_is_unknown_as_a_whole():
    word = match("unx", {"un": 0})
    assert word.pieces == (UNKNOWN,)
    assert word.attempts[-1].piece == "##x"


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40))
@settings(max_examples=100, deadline=None)
def test_words_have_no_blanks_and_nothing_is_lost(text):
    steps: Trace = trace(text, VOCABULARIES["en"])
    words = [word.word for word in steps.words]
    assert words == split(steps.lowered)
    assert "".join(words) == "".join(c for c in steps.lowered if not c.isspace())


def test_vocabularies_begin_with_what_bert_needs():
    for vocabulary in VOCABULARIES.values():
        assert set(SPECIAL) <= set(vocabulary)
        assert list(vocabulary.values()) == list(range(len(vocabulary)))
