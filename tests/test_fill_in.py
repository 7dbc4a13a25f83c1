"""Fill in the blank: answers are the model's own, whatever the way they are asked for."""

import json
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from core import assets, texts
from core.bert import berts
from core.errors import AssetError, InputError
from core.inference import fill_in, layer_by_layer, pronouns, stepwise, training_lapse, trials
from core.results.answers import LapseMoment, TrainingLapse
from core.text import pieces
from core.training.bert_examples import FILLS
from demos.fill_in import tab as page
from tests import tiny_models

ROOT = Path(__file__).parent.parent
TEXT = "The pianist rehearsed a new piece on the [MASK]."
CHINESE = "我每天早上八点去学校上课。"

pytestmark = pytest.mark.usefixtures("small")


def characters(text: str, word: str) -> list[int]:
    start = text.index(word)
    return list(range(start, start + len(word)))


# ---- Answers -------------------------------------------------------------------------------------


def test_answers_are_the_models(small):
    reader = small("en")
    filled = fill_in.fill(TEXT, reader, hidden=characters(TEXT, "pianist"))
    assert [blank.at for blank in filled.blanks] == [1, filled.tokens.index("[MASK]")]
    names = {token: i for i, token in enumerate(reader.tokens)}
    ids = [101, *(names[t] for t in filled.tokens), 102]
    ids[2] = names["[MASK]"]
    expected = reader.model(torch.tensor([ids])).mlm_logits[0].softmax(-1)
    for blank in filled.blanks:
        row = expected[blank.at + 1]
        assert_close(torch.tensor([p for _, p in blank.top]), row.topk(10).values)
        assert [names[t] for t, _ in blank.top] == row.topk(10).indices.tolist()
    clicked, typed = filled.blanks
    assert clicked.token == "pianist"
    assert clicked.probability == pytest.approx(float(expected[2, names["pianist"]]), rel=1e-4)
    assert clicked.rank == int((expected[2] > expected[2, names["pianist"]]).sum()) + 1
    assert (typed.token, typed.rank, typed.probability) == (None, None, None)


@pytest.mark.parametrize("spelling", ["[mask]", "【MASK】", "［ＭＡＳＫ］", "[ Mask ]"])
def test_a_typed_blank_is_understood_in_all_spellings(small, spelling):
    usual = fill_in.fill(TEXT, small("en")).blanks
    assert fill_in.fill(TEXT.replace("[MASK]", spelling), small("en")).blanks == usual


def test_a_word_of_several_pieces_takes_as_many_blanks(small):
    filled = fill_in.fill(TEXT, small("en"), hidden=characters(TEXT, "rehearsed"))
    (word,) = filled.whole_words
    assert word.written == "rehearsed"
    assert [filled.tokens[at] for at in word.at] == ["re", "##hear", "##sed"]
    product = 1.0
    for blank in filled.blanks[:3]:
        product *= blank.probability
    assert word.probability == pytest.approx(product)
    one_piece = fill_in.fill(TEXT, small("en"), hidden=[TEXT.index("rehearsed")])
    assert [one_piece.tokens[b.at] for b in one_piece.blanks] == ["re", "[MASK]"]
    assert one_piece.whole_words == ()


def test_chinese_is_hidden_by_character_or_by_word(small):
    by_character = fill_in.fill(CHINESE, small("zh"), hidden=[8])
    assert [b.token for b in by_character.blanks] == ["学"]
    assert len(set(by_character.words)) == len(by_character.tokens)
    by_word = fill_in.fill(CHINESE, small("zh"), hidden=[8, 9], by_word=True)
    assert by_word.words[8] == by_word.words[9]
    assert [w.written for w in by_word.whole_words] == ["学校"]


def test_what_finds_no_place_is_cut_and_too_many_blanks_are_refused(small):
    text = "cat " * 599 + "dog"
    filled = fill_in.fill(text, small("en"), hidden=[0, len(text) - 1])
    assert (len(filled.tokens), filled.n_cut) == (510, 90)
    assert [b.at for b in filled.blanks] == [0]
    assert len(fill_in.fill("[MASK] " * 30, small("en")).blanks) == 30
    with pytest.raises(InputError) as error:
        fill_in.fill("[MASK] " * 61, small("en"))
    assert error.value.key == "too_many_blanks"


# ---- Layers and steps ----------------------------------------------------------------------------


def test_the_last_layer_gives_the_answer(small):
    hidden = characters(TEXT, "pianist")
    filled = fill_in.fill(TEXT, small("en"), hidden=hidden)
    for number, blank in enumerate(filled.blanks):
        heard = layer_by_layer.ask_each_layer(TEXT, small("en"), blank=number, hidden=hidden)
        assert len(heard.layers) == 4
        assert heard.answer == blank.top[0][0]
        last = heard.layers[-1]
        assert [t for t, _ in last.top] == [t for t, _ in blank.top]
        assert_close([p for _, p in last.top], [p for _, p in blank.top])
        assert last.rank == 1
        assert last.original == (None if blank.token is None else pytest.approx(blank.probability))
        firsts = [layer.top[0][0] == heard.answer for layer in heard.layers]
        assert all(firsts[heard.settled :])
        assert heard.settled == 0 or not firsts[heard.settled - 1]


@pytest.mark.parametrize(("text", "blank", "key"), [(TEXT, 1, "blank_range"), ("a", 0, "no_blank")])
def test_layers_of_no_blank_are_refused(small, text, blank, key):
    with pytest.raises(InputError) as error:
        layer_by_layer.ask_each_layer(text, small("en"), blank=blank)
    assert error.value.key == key


def test_steps_fill_the_surest_first_and_read_what_they_filled(small):
    text = "the [MASK] sat on the [MASK] and the [MASK] slept."
    reader = small("en")
    taken = list(stepwise.steps(text, reader))
    assert [len(step.blanks) for step in taken] == [3, 2, 1]
    assert taken[0].blanks == fill_in.fill(text, reader).blanks
    ids = fill_in.prepare(text, reader).ids.clone()
    for step in taken:
        assert step.probability == max(blank.top[0][1] for blank in step.blanks)
        expected = reader.model(ids).mlm_logits[0].softmax(-1)
        for blank in step.blanks:
            assert_close(blank.top[0][1], float(expected[blank.at + 1].max()))
        ids[0, step.at + 1] = step.token_id
    assert 103 not in ids
    assert sorted(step.at for step in taken) == [1, 5, 8]


def test_only_blanks_can_have_been_filled(small):
    with pytest.raises(InputError) as error:
        stepwise.next_step("the [MASK]", small("en"), filled={0: 5})
    assert error.value.key == "bad_request"


# ---- Pronouns ------------------------------------------------------------------------------------


def test_professions_in_one_batch_are_answered_as_each_alone(small):
    template, names = "the [profession] said that [mask] was tired.", ["nurse", "anaesthesiologist"]
    table = pronouns.compare(template, [*names, " "], small("en"))
    assert table.pronouns == ("he", "she", "they")
    assert [row.profession for row in table.rows] == names
    for row in table.rows:
        text = template.replace("[profession]", row.profession)
        reader = small("en")
        blanks = fill_in.prepare(text, reader)
        hidden = reader.model.bert(blanks.ids).hidden[0, blanks.at + 1]
        shares = fill_in.probabilities(hidden, reader)[0]
        expected = shares[[reader.tokens.index(word) for word in table.pronouns]]
        assert_close(torch.tensor(row.shares), expected, rtol=1e-3, atol=1e-7)
        assert sum(row.shares) + row.other == pytest.approx(1)


def test_a_chinese_template_asks_for_chinese_pronouns(small):
    table = pronouns.compare("这位【职业】说[MASK]今天很累。", ["护士", r"\1医生"], small("zh"))
    assert table.pronouns == ("他", "她")
    assert [row.profession for row in table.rows] == ["护士", r"\1医生"]


@pytest.mark.parametrize(
    ("template", "professions", "key"),
    [
        ("the nurse said that [MASK] was tired.", ["a"], "template_marks"),
        ("the [profession] said.", ["a"], "template_marks"),
        ("the [profession] [MASK] [MASK]", ["a"], "template_marks"),
        ("[profession] [MASK]" + "x" * 200, ["a"], "template_long"),
        ("[profession] [MASK]", [" ", ""], "professions_count"),
        ("[profession] [MASK]", ["a"] * 17, "professions_count"),
        ("[profession] [MASK]", ["a" * 41], "profession_name"),
        ("[profession] [MASK]", ["[MASK]"], "profession_name"),
    ],
)
def test_templates_that_cannot_work_are_refused(small, template, professions, key):
    with pytest.raises(InputError) as error:
        pronouns.compare(template, professions, small("en"))
    assert error.value.key == key


# ---- Stored answers, examples -------------------------------------------------------------------


def test_stored_answers_need_no_model(monkeypatch):
    top = (("france", 0.5), ("europe", 0.25))
    moment = LapseMoment(1, 1, 1.0, 0.5, 0.6, 0.7, 10, 10, (top,), ())
    lapse = TrainingLapse("en", ("paris is the capital of [MASK].",), (), (moment,))
    monkeypatch.setattr(training_lapse, "lapse", lambda language: lapse)
    monkeypatch.setattr(berts, "_bundled", None)
    request = {"model": "en", "text": "paris is the capital of [MASK]."}
    heard = page.open_example(request)
    assert heard["known"]
    assert heard["blanks"][0]["at"] == 5
    assert heard["blanks"][0]["top"] == top
    assert page.open_example({**request, "text": "another [MASK]"}) == {"known": False}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_examples_can_be_read_and_the_first_is_stored(language):
    assert texts.text("fill_in.example.1", language) in FILLS[language]
    for number in range(1, 6):
        example = texts.text(f"fill_in.example.{number}", language)
        assert "|" in example or "[MASK]" in example
        read = pieces.read(example.replace("|", ""), language)
        assert "[UNK]" not in read.tokens
    marked = texts.text("fill_in.example.4", language).split("|")[1]
    assert len(pieces.read(marked, language).tokens) > 1, "the word in pieces is in pieces"


# ---- From English to Chinese ---------------------------------------------------------------------


def test_the_transfer_trial_is_read_or_said_to_be_missing(stored_trial):
    assert page.show_transfer({}) == {"trial": None}
    stored_trial("transfer", "body", "random", "own")
    trial = page.show_transfer({})["trial"]
    assert [name for name, _ in trial["runs"]] == ["body", "random", "own"]
    assert (trial["n_steps"], trial["n_masked"], trial["command"]) == (4, 7, "make it")
    assert trial["runs"][0][1][0]["loss"] == 5.0
    json.dumps(trial)


POINT = {"step": 4, "tokens": 9, "loss": 5.0, "top1": 0.1, "top5": 0.2, "nsp_accuracy": 0.5}


@pytest.mark.parametrize(
    "changes",
    [
        {"curves": 3},
        {"curves": {"body": []}},
        {"curves": {"body": [POINT]}},
        {"curves": {"body": [], "random": []}},
        {"curves": {"body": [{"step": 1}], "random": [{"step": 1}]}},
    ],
)
def test_a_damaged_trial_is_refused(stored_trial, changes):
    stored_trial("transfer", "body", "random", **changes)
    with pytest.raises(AssetError) as error:
        trials.stored("transfer")
    assert error.value.key == "asset_damaged"
    told = page.show_transfer({})["error"]
    assert "make it" in told["en"], "what to do"


def test_a_trial_changed_by_hand_is_refused(stored_trial, tmp_path):
    stored_trial("transfer", "body", "random")
    (tmp_path / trials.file_of("transfer")).write_text("{}", "utf-8")
    assert page.show_transfer({})["error"]["key"] == "asset_damaged"


# ---- Handlers ------------------------------------------------------------------------------------

ASKED = {"text": TEXT, "model": "en", "hidden": [4], "by_word": False}


def test_handlers_answer(monkeypatch, tmp_path):
    filled = page.fill_blanks(ASKED)
    assert [b["token"] for b in filled["blanks"]] == ["pianist", None]
    assert len(page.ask_layers({**ASKED, "blank": 1})["layers"]) == 4
    step = page.fill_next({**ASKED, "filled": []})
    assert not step["done"]
    both = [x for b in filled["blanks"] for x in (b["at"], 5)]
    assert page.fill_next({**ASKED, "filled": both}) == {"done": True}
    asked = {"template": "the [profession] [MASK]", "professions": "a\nb", "model": "en"}
    assert len(page.compare_pronouns(asked)["rows"]) == 2
    assert page.wake_chinese_words({}) == {}
    assert json.dumps([filled, step]), "all of it goes over the wire"
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    for show in (page.show_training, page.show_score):
        assert show({"language": "en"})["error"]["key"] == "asset_missing"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": "  "}, "text_empty"),
        ({"text": "a" * 10_000}, "text_too_long"),
        ({"text": 5}, "bad_request"),
        ({"model": "fr"}, "model_name"),
        ({"model": "some/model"}, "model_not_loaded"),
        ({"model": None}, "bad_request"),
        ({"hidden": [1.5]}, "bad_request"),
        ({"hidden": [0] * 6000}, "bad_request"),
        ({"by_word": 1}, "bad_request"),
        ({"blank": float("nan")}, "bad_request"),
        ({"filled": [1]}, "bad_request"),
        ({"filled": [1, 10**9]}, "bad_request"),
    ],
)
def test_handlers_refuse(change, key):
    request = {**ASKED, "blank": 0, "filled": [], **change}
    handlers = [page.fill_blanks, page.ask_layers, page.fill_next]
    if "blank" in change:
        handlers = [page.ask_layers]
    if "filled" in change:
        handlers = [page.fill_next]
    for handler in handlers:
        assert handler(request)["error"]["key"] == key


def test_other_handlers_refuse():
    for show in (page.show_training, page.show_score):
        assert show({"language": "fr"})["error"]["key"] == "bad_request"
    assert page.open_example({"model": "a/b", "text": "x"})["error"]["key"] == "bad_request"
    assert page.compare_pronouns({"professions": "a"})["error"]["key"] == "bad_request"
    for request in ({}, {"job": "", "name": "en"}, {"job": "x" * 41, "name": "en"}):
        assert page.load_model(request)["error"]["key"] == "bad_request"
    assert page.stop_loading({})["error"]["key"] == "bad_request"


def test_markup_and_special_tokens_are_text(small):
    filled = fill_in.fill("<b>[CLS] 😀 [mask]</b>", small("en"))
    assert filled.specials == ("[CLS]",)
    assert "[CLS]" not in filled.tokens
    assert len(filled.blanks) == 1


# ---- Blanks that are none, and blanks that are lost ----------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The <mask> sat on ____.", ["<mask>", "____"]),
        ("今天天气很__，我想去（　）。", ["__", "（　）"]),
        ("＜ｍａｓｋ＞ 好 ＿ [BLANK]", ["＜ｍａｓｋ＞", "＿", "[BLANK]"]),
        ("snake_case, f(x), a < mask, () and [MASK]【MASK】", []),
    ],
)
def test_what_looks_like_a_blank_is_pointed_at(text, found, small):
    filled = fill_in.fill(text, small("en"))
    assert [text[start:end] for start, end in filled.blank_like] == found
    assert filled.n_lost == 0


def test_blanks_that_are_cut_off_are_counted():
    reader = tiny_models.reader()  # 24 positions
    text = "the cat [MASK] " * 12
    filled = fill_in.fill(text, reader, hidden=[len(text) - 11])  # the last "cat"
    assert (len(filled.tokens), filled.n_positions) == (22, 24)
    assert (len(filled.blanks), filled.n_lost) == (7, 12 - 7 + 1)
