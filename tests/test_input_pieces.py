"""Input, piece by piece: what is shown is what happens, and the handlers hold."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import ByteLevelBPETokenizer

from core.bert.checkpoints import save_bert
from core.errors import InputError
from core.inference import embedding_sum, input_pieces, other_tokenizers
from core.models.bert import BertConfig, BertForPreTraining
from core.text import pieces, wordpiece
from demos.input_pieces import tab as page

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


@pytest.fixture
def tiny_bert(tmp_path, monkeypatch):
    """A random BERT with the English vocabulary where the bundled one would lie."""
    config = BertConfig(30522, width=8, n_layers=1, n_heads=2, n_feed_forward=16)
    model = BertForPreTraining(config).eval()
    vocabulary = pieces.assets.FOLDER / "weights" / "bert-en" / "vocab.txt"
    save_bert(model, tmp_path, vocabulary, dtype=torch.float32)
    monkeypatch.setattr(embedding_sum.assets, "locate", lambda name: tmp_path / Path(name).name)
    return model


def test_three_embeddings_add_up_to_what_enters_the_first_layer(tiny_bert):
    added = embedding_sum.add_up(2003, 5, 1, "en")
    embeddings = tiny_bert.bert.embeddings
    assert np.allclose(added.word, embeddings.word_embeddings.weight[2003].detach())
    assert np.allclose(added.summed, added.word + added.position + added.segment)
    ids, segments = torch.tensor([[1, 1, 1, 1, 1, 2003]]), torch.tensor([[0, 0, 0, 0, 0, 1]])
    expected = embeddings(embeddings.word_embeddings(ids), segments)[0, -1]
    assert np.allclose(added.normalised, expected.detach(), atol=1e-5)
    answer = page.add_embeddings({"token": 2003, "position": 5, "segment": 1, "language": "en"})
    assert set(answer) == {"word", "position", "segment", "summed", "normalised"}


@pytest.mark.parametrize(
    "change", [{"token": 30522}, {"token": -1}, {"position": 512}, {"segment": 2}, {"token": 1.5}]
)
def test_rows_that_are_not_there_are_refused(tiny_bert, change):
    asked = {"token": 1, "position": 0, "segment": 0, "language": "en"} | change
    assert page.add_embeddings(asked)["error"]["key"] in ("embedding_row", "bad_request")


def test_missing_weights_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(embedding_sum.assets, "FOLDER", tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    asked = {"token": 1, "position": 0, "segment": 0, "language": "en"}
    assert page.add_embeddings(asked)["error"]["key"] == "asset_missing"


@pytest.mark.slow  # imports transformers
def test_other_tokenizers_are_absent_damaged_or_cut_the_text(monkeypatch, tmp_path):
    monkeypatch.setattr(other_tokenizers, "FOLDER", tmp_path)
    assert page.cut_by_others({"text": "unaffable"}) == {"cuts": []}
    (tmp_path / "roberta-base").mkdir()
    (tmp_path / "roberta-base" / "tokenizer.json").write_text("{", "utf-8")
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(["low lower lowest"] * 9, vocab_size=270, show_progress=False)
    (tmp_path / "gpt2").mkdir()
    trained.save(str(tmp_path / "gpt2" / "tokenizer.json"))
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "model_type": "gpt2"}
    (tmp_path / "gpt2" / "tokenizer_config.json").write_text(json.dumps(kind), "utf-8")
    gpt2, roberta = page.cut_by_others({"text": "low lower"})["cuts"]
    assert gpt2["name"] == "gpt2"
    assert gpt2["tokens"][0] == "low"
    assert "".join(gpt2["tokens"]) == "lowĠlower"
    assert gpt2["n_vocabulary"] == trained.get_vocab_size()
    assert roberta == {**roberta, "name": "roberta-base", "readable": False}
    assert page.cut_by_others({"text": " "})["error"]["key"] == "text_empty"
