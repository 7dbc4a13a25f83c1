"""Counts and orders that pages tell in passing: of recipes, vocabularies, teachers and dice."""

import re

import numpy as np
import pytest
import torch

from core import assets, texts, zoo
from core.images import coding, datasets
from core.inference import (
    attention,
    codes,
    head_patterns,
    latent_walk,
    masking,
    prior,
    reconstruction,
    sentiment,
    training_lapse,
    yardsticks,
)
from core.models import textcnn
from core.models.bert import BertConfig, BertForPreTraining
from core.text import masking as dice
from core.text import pieces, reviews, units, wordpiece
from core.text.units import is_han
from core.training import live_autoencoder
from core.training.autoencoder import PRESETS
from core.training.bert_start import shared_words
from research import distilling, span_teacher
from tests.claims import claimed, said, says

pytestmark = pytest.mark.weights

LANGUAGES = texts.LANGUAGES
# Of google-bert/bert-base-uncased's vocab.txt.
UNCASED = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
N_REVIEWS = 150  # of a test part: enough to tell a third from a half, a seventh from a third


# ---- Recipes -----------------------------------------------------------------------------------


def test_image_networks_were_made_as_their_cards_say():
    (epochs,) = claimed("reconstruction.about.ae3-lecture", r"(\d+) epochs", r"训练 (\d+) 轮")
    says("reconstruction.about.ae3-lecture", "784-128-64-12-3", "784-128-64-12-3")
    assert PRESETS["ae3-lecture"].recipe.epochs == epochs
    widths = [one.in_features for one in linear(zoo.mlp_lecture())]
    assert widths[:4] == [784, 128, 64, 12]
    (epochs,) = claimed("reconstruction.about.conv-lecture", r"(\d+) epochs", r"训练 (\d+) 轮")
    assert PRESETS["conv-lecture"].recipe.epochs == epochs
    says("reconstruction.about.conv", "trained longer", "训练更久")
    assert PRESETS["conv"].recipe.epochs > epochs
    shape = claimed("reconstruction.about.conv-lecture", *[r"(\d+) × (\d+) × (\d+)"] * 2)
    assert np.prod(shape) == codes.sample_codes("conv-lecture").shape[1] == 32
    (means,) = claimed("reconstruction.about.vae16", r"(\d+) means", r"(\d+) 个均值")
    assert codes.sample_codes("vae16").shape[1] == means


def linear(model: torch.nn.Module) -> list[torch.nn.Linear]:
    return [part for part in model.modules() if isinstance(part, torch.nn.Linear)]


def test_what_is_far_away_is_as_the_page_says():
    far, high = claimed(
        "reconstruction.voting",
        r"for (\d+)% of the sample digits, or .* on (\d+)% of them",
        r"比 (\d+)% 的样本数字离近邻都远，或者误差比 (\d+)% 的",
    )
    assert (far, high) == (100 * yardsticks.FAR, 100 * yardsticks.HIGH)


def test_a_dense_code_beats_pca_and_the_lectures_convolutions():
    says("reconstruction.predict.3.answer", "beats both", "比两者都好")
    usual = {name: mark.usual for name, mark in reconstruction.yardsticks().items()}
    assert usual["dense32"] < min(usual["pca32"], usual["conv-lecture"])


def test_trainings_of_the_page_use_what_it_says():
    n_train, n_all = live_autoencoder.N_TRAIN, len(datasets.sample_digits().labels)
    for sentence in said("train.what.autoencoder").values():
        told = {int(n.replace(",", "")) for n in re.findall(r"\d,\d{3}", sentence)}
        assert told == {n_train, n_all, n_all - n_train}
    (cloud,) = claimed("train.section.codes.line", r"of (\d+) digits", r"(\d+) 个数字")
    assert cloud == live_autoencoder.N_CLOUD
    (filters,) = claimed("train.what.textcnn", r"(\d+) filters each of three", r"各 (\d+) 个")
    config = textcnn.TextCNNConfig(10, 4)
    assert config.n_filters == filters
    assert len(config.filter_widths) == 3


def test_the_plane_and_the_sheets_have_as_many_pictures_as_is_said():
    (grid,) = claimed("latent_walk.axes", r"(\d+) × 20 places", r"(\d+) × 20 格")
    script = (assets.FOLDER.parent / "demos/latent_walk/plane.js").read_text("utf-8")
    assert f"GRID = {int(grid)}," in script
    (drawn,) = claimed("latent_walk.section.prior.line", r"sheets of (\d+)", r"每张 (\d+) 个")
    assert drawn == prior.N_DRAWS


# ---- Vocabularies ------------------------------------------------------------------------------


def test_the_vocabularies_share_what_the_transfer_says():
    chinese = {token: number for number, token in enumerate(pieces.vocabulary("zh"))}
    english = {token: number for number, token in enumerate(pieces.vocabulary("en"))}
    characters = [one for one in chinese if len(one) == 1 and wordpiece.is_chinese(one)]
    ours, theirs = claimed(
        "fill_in.transfer.characters",
        r"the ([\d,]+) characters .* has (\d+)",
        r"有 ([\d,]+) 个汉字.*其中 (\d+) 个",
    )
    assert len(characters) == ours
    assert sum(token in english for token in characters) == theirs
    differs = "fill_in.transfer.differs"
    (both,) = claimed(differs, r"(\d+) of our", r"MiniLM 有 (\d+) 个")
    assert len(shared_words(english, chinese)) == both
    (all_of_ours,) = claimed(differs, r"of our ([\d,]+) for", r"我们的 ([\d,]+) 个词元")
    assert len(chinese) == all_of_ours


def test_the_english_vocabulary_is_the_one_that_is_named():
    says("input_pieces.foot", "as in bert-base-uncased", "与 bert-base-uncased 相同")
    assert assets.manifest()["weights/bert-en/vocab.txt"]["sha256"] == UNCASED


# ---- Teachers ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_teachers_read_as_much_as_the_page_says():
    parts, anew, words = claimed(
        "sentiment.scores.zh",
        r"of ([\d,]+) parts of them, of ([\d,]+) texts .* of ([\d,]+) single words",
        r"其中 ([\d.]+ 万)个片段、.*写成的 ([\d.]+ 万)条文本和 ([\d.]+ 万)个单独的词",
    )
    split = reviews.load("zh")
    assert len(span_teacher.in_parts(split)) == pytest.approx(parts, abs=500)
    listed = assets.locate("weights/textcnn-words/vocab.txt").read_text("utf-8").split("\n")
    known = {word for word in listed if any(map(is_han, word))}
    assert len(known | set(span_teacher.dictionary())) == pytest.approx(words, abs=500)
    # BERT writes each of these once; what comes out twice counts once.
    train, left_out = split.train, span_teacher.held_out(split)
    spans = span_teacher.parts(train, left_out, span_teacher.spans, 0)
    low, high = span_teacher.SHORTEST, span_teacher.SHORT_SPAN
    asked = sum(low <= len(text) <= high for text, _ in spans)
    short = sum(len(text) < span_teacher.SHORT for text in train.texts)
    asked += span_teacher.N_ANEW * (len(train.texts) + short)
    assert 0.9 * asked < anew <= asked
    (judged,) = claimed("sentiment.scores.en", r"of ([\d,]+) sentences without", r"([\d.]+ 万)句无")
    assert judged == distilling.N_SENTENCES


def test_the_english_teacher_is_as_much_larger_as_the_footer_says():
    says("sentiment.foot", "a model five times as large", "有它五倍大")
    # all-mpnet-base-v2 has the size of a BERT-base
    base = BertConfig(30_527, width=768, n_layers=12, n_heads=12, n_feed_forward=3072)
    with torch.device("meta"):
        teacher = BertForPreTraining(base).bert
    models = teacher, zoo.bert("en").bert
    sizes = [sum(weight.numel() for weight in one.parameters()) for one in models]
    assert sizes[0] / sizes[1] == pytest.approx(5, abs=0.3)


# ---- What is to be noticed ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        ("pieces", "one English test sentence in three", "英文测试句子上约有三分之一"),
        ("words", "one Chinese review in seven", "中文评论上约有七分之一"),
    ],
)
def test_small_models_disagree_as_often_as_the_page_says(kind, english, chinese):
    says("sentiment.notice.1", english, chinese)
    says("sentiment.notice.1", "praise or complaint", "好评差评都一样")
    part = reviews.shipped(units.KINDS[kind]).test
    differ = np.array([disagree(text, kind) for text in part.texts[:N_REVIEWS]])
    good = part.labels[:N_REVIEWS] == 1
    share = {"pieces": 1 / 3, "words": 1 / 7}[kind]
    assert differ.mean() == pytest.approx(share, rel=0.25)
    assert min(differ[good].mean(), differ[~good].mean()) > share / 2


def disagree(text: str, kind: str) -> bool:
    given = units.cut(text, kind, zoo.textcnn(kind, "random").numbers)
    ids = sentiment.numbered(given.first(sentiment.MAX_UNITS).tokens, kind)
    with torch.inference_mode():
        odds = [
            float(sentiment.log_odds(zoo.textcnn(kind, start).model(ids).logits)[0])
            for start in sentiment.STARTS
        ]
    return len({*(one > 0 for one in odds), sentiment.bag(ids, kind) > 0.5}) > 1


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_many_heads_look_at_something_plain(language):
    says("attention.notice.1", "Many heads look at something plain", "很多头看的东西很平常")
    first, _, second = said("attention.example.2")[language].partition("‖")
    read = {"model": language, "text": first.replace("|", ""), "second": second}
    seen = attention.show(**read, keep="head", at=None)
    patterns = head_patterns.score(seen).patterns
    plain = np.stack([patterns[name] for name in ("cls", "sep", "previous")]).sum(0)
    assert (plain > 0.5).mean() > 0.6


def test_frequent_words_come_before_those_that_fit():
    says("fill_in.notice.3", "such as “it” or a comma", "逗号、it 之类")
    for language, frequent in (("en", "it"), ("zh", "，")):
        moments = training_lapse.lapse(language).moments
        early, last = ([fill[0][0] for fill in one.fills] for one in (moments[1], moments[-1]))
        assert early.count(frequent) >= 2
        assert all(last[k] != frequent for k in range(len(last)) if early[k] == frequent)


@pytest.mark.parametrize("language", LANGUAGES)
def test_dice_fall_over_a_thousand_epochs_as_the_page_says(language):
    says("masking.notice.2", "about equally often", "次数都差不多")
    text = said("masking.example.1")[language].replace("|", "")

    def chosen(unit: str, *, dynamic: bool) -> np.ndarray:
        found = masking.tally(text, language, unit=unit, dynamic=dynamic, seed=0)
        often = (found.masked + found.random + found.kept) / found.n_rolls
        return often[np.array(pieces.read(text, language).words) >= 0]

    dynamic, static = (chosen("token", dynamic=one) for one in (True, False))
    assert dynamic.mean() == pytest.approx(dice.RATE, abs=0.02)
    assert dynamic.std() < 0.1 * dynamic.mean()
    assert set(static.tolist()) == {0.0, 1.0}
    says("masking.dice.how", "15% of the tokens", "15% 的词元")
    says("masking.legend.hidden", "20–99", "20–99")
    assert (dice.RATE, dice.KEEP_RATE, dice.RANDOM_RATE) == (0.15, 0.1, 0.1)
    if language == "en":
        says("masking.notice.2", "long words lag behind", "长词偏少")
        numbers = np.array(pieces.read(text, language).words)
        lengths = np.bincount(numbers)[numbers]
        often = chosen("word", dynamic=True)
        assert often[lengths >= 4].mean() < 0.8 * often[lengths == 1].mean()


@pytest.mark.slow
def test_paths_run_through_other_digits_where_numbers_are_few():
    says("latent_walk.notice.3", "runs through other digits", "穿过别的数字")
    labels, strange = datasets.sample_digits().labels, {}
    pairs = np.random.default_rng(0).integers(0, len(labels), (40, 2))
    for name in latent_walk.MODELS:
        others = []
        for start, end in pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]]:
            ends = [latent_walk.sample_digit(int(index)) for index in (start, end)]
            frames = latent_walk.walk(name, *ends, steps=9, mode="linear").frames
            shown = torch.tensor(frames.reshape(-1, 28, 28), dtype=torch.float32)
            found = coding.encode(reconstruction.model_of("dense32"), shown).numpy()
            near, _ = reconstruction.nearest_samples("dense32", found, [None] * len(found))
            votes = np.array([reconstruction.majority(labels[row]) for row in near])
            others.append(np.isin(votes, labels[[start, end]], invert=True).mean())
        strange[name] = np.mean(others)
    assert strange["vae16"] < 0.7 * min(strange["ae3"], strange["vae2"]), strange
