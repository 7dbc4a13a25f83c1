"""The map of pre-trained models: its record is whole, its links lead to pages that read them."""

import json
import re
from pathlib import Path

import pytest

import app
from core import texts
from core.inference import models_map
from demos.models_map import tab as page
from tests.claims import says

ROOT = Path(app.__file__).parent
WHOLE = models_map.whole()
NAMES = list(WHOLE.models)
PAGES = {tab for tabs in app.CHAPTERS.values() for tab in tabs}
LECTURE = (
    "NNLM", "CBOW", "skip-gram", "GloVe", "ELMo", "GPT", "BERT", "GPT-2", "BERT-wwm", "RoBERTa",
    "RoBERTa-wwm",
)  # fmt: skip
AFTER_BERT = NAMES[NAMES.index("bert") + 1 :]


def share(perspective: str, group: str) -> list[float]:
    """Return how many models after BERT are in a group, and of how many."""
    return [sum(models_map.group(one, perspective) == group for one in AFTER_BERT), len(AFTER_BERT)]


# ---- The record ----------------------------------------------------------------------------------


def test_years_and_arxiv_numbers_go_up():
    assert 25 <= len(NAMES) <= 40
    years = [model.year for model in WHOLE.models.values()]
    assert years == sorted(years)
    assert (WHOLE.models["nnlm"].year, WHOLE.models["roberta_wwm"].year) == (2003, 2019)
    seen: list[str] = []
    for name, model in WHOLE.models.items():
        number = re.fullmatch(r"arXiv:(\d{4}\.\d{5}|\d{4}\.\d{4})", model.source)
        if number and model.source not in seen:  # RoBERTa-wwm stands in the paper on BERT-wwm
            assert model.year == 2000 + int(number[1][:2]), name
            assert all(before < model.source for before in seen), name
            seen.append(model.source)
    assert len(seen) > 20


def test_every_perspective_has_every_model_in_one_group():
    assert list(WHOLE.perspectives) == ["representation", "architecture", "task", "extension"]
    for perspective in WHOLE.perspectives:
        grouped = models_map.groups(perspective)
        assert all(grouped.values()), perspective  # no group is empty
        assert len(grouped) <= 12  # colours that stay apart
        assert sorted(name for group in grouped.values() for name in group) == sorted(NAMES)
    with pytest.raises(KeyError):
        models_map.groups("size")


def test_a_model_builds_on_earlier_ones():
    for k, name in enumerate(NAMES):
        model = WHOLE.models[name]
        assert set(model.builds_on) <= set(NAMES[:k]), name
        assert set(model.further_tasks) <= {*models_map.FURTHER_TASKS, *WHOLE.perspectives["task"]}
        assert model.task not in model.further_tasks
        assert all(name in models_map.taken_up_by(one) for one in model.builds_on)
    assert {name for name in NAMES if models_map.generation(name) == 1} == {
        "nnlm", "c_w", "cbow", "skip_gram", "paragraph_vectors", "glove", "fasttext",
    }  # fmt: skip


def test_each_model_is_told_in_two_sentences_in_both_languages():
    ends = {"en": r"[.?!](?= |$)", "zh": r"[。？！]"}
    for name in NAMES:
        for language in texts.LANGUAGES:
            added = texts.text(f"models_map.added.{name}", language)
            assert len(re.findall(ends[language], added)) == 2, (name, language)
    written = {key for key in texts.table() if key.startswith("models_map.added.")}
    assert written == {f"models_map.added.{name}" for name in NAMES}


def test_whatever_is_chosen_has_its_texts():
    keys = {f"models_map.strip.left.{one}" for one in WHOLE.perspectives["representation"]}
    for task in WHOLE.perspectives["task"]:
        keys |= {f"models_map.reads.{task}", f"models_map.says.{task}"}
    keys |= {f"models_map.group.task.{one}" for one in models_map.FURTHER_TASKS}
    for perspective, groups in WHOLE.perspectives.items():
        keys |= {f"models_map.perspective.{perspective}"}
        keys |= {f"models_map.group.{perspective}.{group}" for group in groups}
    keys |= {f"models_map.sight.{name}" for name in WHOLE.sights}
    assert keys <= set(texts.table())
    for part in ("reads", "says"):
        own = {key.rpartition(".")[2] for key in texts.table() if f"models_map.{part}." in key}
        assert own - set(WHOLE.perspectives["task"]) <= set(NAMES)
    for task in ("mlm", "restore", "lm", "permute"):  # something is hidden
        assert all("_" in texts.text(f"models_map.reads.{task}", one) for one in texts.LANGUAGES)


def test_the_path_goes_forward_and_covers_the_lecture():
    assert [NAMES.index(one) for one in WHOLE.path] == sorted({NAMES.index(n) for n in WHOLE.path})
    assert set(LECTURE) <= {WHOLE.models[one].name for one in WHOLE.path}


def test_the_handler_sends_what_json_can_say():
    sent = json.loads(json.dumps(page.show_models({})))
    assert list(sent["models"]) == NAMES
    assert sent["models"]["bert"]["generation"] == 2
    assert sent["sights"]["spans"] == {"page": "masking", "values": {"unit": "span"}}


# ---- The links -----------------------------------------------------------------------------------


def test_each_sight_is_shown_by_a_model_and_is_on_a_page():
    shown = {sight for model in WHOLE.models.values() for sight in model.sights}
    assert shown == set(WHOLE.sights)
    assert {sight.page for sight in WHOLE.sights.values()} <= PAGES


@pytest.mark.parametrize("name", [n for n, sight in WHOLE.sights.items() if sight.page in PAGES])
def test_each_parameter_of_a_link_is_one_that_its_page_reads(name: str):
    """Whether it arrives is seen in tests/browser/test_models_map.py."""
    sight = WHOLE.sights[name]
    folder = ROOT / "demos" / sight.page
    script = "\n".join(file.read_text("utf-8") for file in folder.glob("*.js"))
    for parameter, value in sight.values.items():
        if parameter == "open":
            assert f'data-section="{value}"' in (folder / "view.html").read_text("utf-8")
        else:
            assert re.search(rf"""["']{parameter}["'][,)]""", script), parameter


def test_a_model_is_grey_where_no_page_is_there():
    lit = [
        name
        for name, model in WHOLE.models.items()
        if any(WHOLE.sights[sight].page in PAGES for sight in model.sights)
    ]
    assert len(lit) > len(NAMES) / 2
    assert {"bert", "roberta", "bert_wwm", "spanbert"} <= set(lit)
    assert set(lit) < set(NAMES)


# ---- What the page claims ------------------------------------------------------------------------


def test_the_numbers_of_years_are_counted():
    says(
        "models_map.notice.1",
        "Ten of the 35 models took fifteen years, up to 2017; 20 came in 2019 alone",
        "35 个模型里，到 2017 年为止的 15 年只有 10 个，光 2019 年就有 20 个",
    )
    years = [model.year for model in WHOLE.models.values()]
    assert (sum(year <= 2017 for year in years), len(years)) == (10, 35)
    assert (2017 - years[0] + 1, years.count(2019)) == (15, 20)


def test_static_vectors_need_no_reader_of_sentences_and_the_lstm_is_gone_by_2019():
    says("models_map.notice.2", "no LSTM and no Transformer", "没有 LSTM，也没有 Transformer")
    for name, model in WHOLE.models.items():
        if models_map.generation(name) == 1:
            assert model.architecture in ("window", "shallow"), name
        if model.year >= 2019:
            assert model.architecture != "lstm", name


def test_a_little_more_than_half_still_hide_words():
    assert "models_map.predict.1.truth.2" in texts.table()  # "A little more than half"
    says("models_map.predict.1.answer", "12 of 21.", "21 个里有 12 个。")
    masked, n = share("task", "mlm")
    assert (masked, n) == (12, 21)
    assert 0.5 < masked / n < 0.65


def test_most_took_the_encoder_alone():
    assert "models_map.predict.2.truth.1" in texts.table()  # "The encoder alone"
    says(
        "models_map.predict.2.answer",
        "16 of 21; two are decoders, three have both",
        "21 个里有 16 个；只用解码器的 2 个，两半都用的 3 个",
    )
    counted = [share("architecture", one)[0] for one in ("encoder", "decoder", "both")]
    assert counted == [16, 2, 3]
    assert sum(counted) == len(AFTER_BERT) == 21


def test_most_build_on_bert():
    assert "models_map.predict.3.truth.3" in texts.table()  # "BERT"
    says("models_map.predict.3.answer", "18 build on it; GPT comes next with 5", "有 18 个")
    says("models_map.predict.3.answer", "GPT comes next with 5", "其次是 GPT，有 5 个")
    taken = sorted(((len(models_map.taken_up_by(name)), name) for name in NAMES), reverse=True)
    assert taken[:2] == [(18, "bert"), (5, "gpt")]
    assert taken[1][0] > taken[2][0]
