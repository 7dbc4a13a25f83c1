"""Input, piece by piece: what is shown is what happens, and the handlers hold."""

import pytest

from core.errors import InputError
from core.inference import input_pieces
from core.text import pieces, wordpiece
from demos import input_pieces as page

ODD = "The unaffable\tcaf\u00e9\u200b 北京 [mask] 😀 ÉTÉ."


def test_steps_add_up_to_the_pieces():
    read = input_pieces.assemble(ODD, "", "en")
    steps = read.sentences[0]
    assert "".join(before for before, _ in steps.cleaned) == ODD
    assert "".join(after for _, after in steps.cleaned) == wordpiece.clean(ODD)
    assert "".join(before for before, _ in steps.spaced) == wordpiece.clean(ODD)
    assert ("北", " 北 ") in steps.spaced
    assert "".join(after for _, after in steps.lowered).endswith("ete.")
    shown = tuple(piece for _, word in steps.words for piece in word)
    assert ("[CLS]", *shown, "[SEP]") == read.tokens
    assert shown == pieces.read(ODD, "en").tokens
    assert steps.unknown == ("😀",)


def test_two_sentences_are_framed():
    read = input_pieces.assemble("one two", "three", "en")
    assert read.tokens == ("[CLS]", "one", "two", "[SEP]", "three", "[SEP]")
    assert read.segments == (0, 0, 0, 0, 1, 1)
    assert read.ids[0] == 101
    assert read.ids[-1] == 102


@pytest.mark.parametrize(
    ("n_first", "n_second", "cut_first", "cut_second"),
    [(510, 0, 0, 0), (600, 0, 90, 0), (600, 100, 191, 0), (400, 400, 146, 145)],
)
def test_the_longer_sentence_is_cut_until_512_are_left(n_first, n_second, cut_first, cut_second):
    read = input_pieces.assemble("cat " * n_first, "dog " * n_second, "en")
    assert len(read.tokens) == 512
    assert read.tokens[-1] == "[SEP]"
    cuts = [cut.n_pieces for cut in read.cuts]
    assert cuts == ([cut_first, cut_second] if n_second else [cut_first])
    assert read.cuts[0].text.count("cat") == cut_first


def test_matching_is_greedy_and_gives_up_over_a_hundred():
    matched = input_pieces.match("unaffable", "en")
    assert matched.pieces == ("una", "##ffa", "##ble")
    assert [piece for piece, found in matched.attempts if found] == ["una", "##ffa", "##ble"]
    assert input_pieces.match("o" * 100, "en").pieces != ("[UNK]",)
    too_long = input_pieces.match("o" * 101, "en")
    assert too_long.pieces == ("[UNK]",)
    assert too_long.attempts == ()
    assert input_pieces.match("[mask]", "en").pieces == ("[MASK]",)


def test_search_finds_what_the_vocabulary_has():
    begins = input_pieces.search("Play", "begins", "en")
    assert ("playing", 2652) in begins.shown
    assert begins.n_found == len(begins.shown)
    assert ("##ing", 2075) in input_pieces.search("##ing", "contains", "en").shown
    everything = input_pieces.search("", "begins", "en")
    assert everything.n_found == 30522
    assert len(everything.shown) == input_pieces.N_HITS
    assert input_pieces.search("101", "id", "en").shown == (("[CLS]", 101),)
    assert input_pieces.search("[MASK]", "begins", "zh").n_found == 1
    assert input_pieces.search("北京", "contains", "zh").n_found == 0


@pytest.mark.parametrize(
    ("query", "field", "key"),
    [("30522", "id", "token_id"), ("-1", "id", "token_id"), ("²", "id", "token_id"),
     ("", "id", "token_id"), ("a" * 51, "begins", "query_too_long")],
)  # fmt: skip
def test_searches_that_make_no_sense_are_refused(query, field, key):
    with pytest.raises(InputError) as error:
        input_pieces.search(query, field, "en")
    assert error.value.key == key


@pytest.mark.parametrize("language", pieces.LANGUAGES)
def test_facts_are_counted(language):
    facts = input_pieces.facts(language)
    assert facts.n_tokens == len(pieces.vocabulary(language))
    assert facts.n_special == 5
    assert (facts.n_chinese > 4000) == (language == "zh")


def test_handlers_answer():
    asked = {"first": "<b>one</b> [SEP]", "second": "", "language": "en"}
    answer = page.assemble_input(asked)
    assert answer["tokens"][:4] == ("[CLS]", "<", "b", ">")
    assert answer["sentences"][0]["specials"] == ("[SEP]",)
    assert page.match_word({"word": "cats", "language": "en"})["pieces"] == ("cats",)
    found = page.search_vocabulary({"query": "学", "field": "begins", "language": "zh"})
    assert found["n_found"] == 1
    assert found["facts"]["n_tokens"] == len(pieces.vocabulary("zh"))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"first": " \n"}, "text_empty"),
        ({"first": "a" * 5001}, "text_too_long"),
        ({"second": "a" * 5001}, "text_too_long"),
        ({"second": " " * 5001}, "text_too_long"),
        ({"first": 3}, "bad_request"),
        ({"language": "de"}, "bad_request"),
    ],
)
def test_sentences_are_refused(change, key):
    asked = {"first": "one", "second": "two", "language": "en"} | change
    assert page.assemble_input(asked)["error"]["key"] == key


@pytest.mark.parametrize("word", ["", " ", "two words", "a" * 5001, None])
def test_words_are_refused(word):
    assert "error" in page.match_word({"word": word, "language": "en"})


def test_searches_are_refused():
    asked = {"query": "a", "field": "ends", "language": "en"}
    assert page.search_vocabulary(asked)["error"]["key"] == "bad_request"
