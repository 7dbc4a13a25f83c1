"""What the pages Sentiment and Train say is what the race, the models and the files say now."""

import re
from collections.abc import Sequence

import numpy as np
import pytest

from core import assets, texts
from core.inference import sentiment, sentiment_bert, train
from core.jobs.live import Checked, Diverged, Run
from core.jobs.settings import AutoencoderSettings, FineTuningSettings
from core.text import reviews, units
from core.training import fine_tuning
from core.training.live_autoencoder import Autoencoder
from tests.claims import claimed, said, says

pytestmark = pytest.mark.weights

LANGUAGES = texts.LANGUAGES


# ---- Sentiment ---------------------------------------------------------------------------------


def test_the_sentences_that_models_learned_from_are_counted():
    race = train.race()
    for language, counts in (
        ("en", claimed("sentiment.scores.en", r"([\d,]+) sentences of film .* ([\d,]+) others",
                       r"([\d,]+) 句影评.*另外 ([\d,]+) 句")),
        ("zh", claimed("sentiment.scores.zh", r"([\d,]+) reviews of books.* on ([\d,]+) others",
                       r"([\d,]+) 条书籍.*另外 ([\d,]+) 条")),
    ):  # fmt: skip
        learned, tested = counts
        assert max(point["n_labels"] for point in race[language]["points"]) == learned
        assert race[language]["n_test"] == tested
    chinese = reviews.load("zh")
    assert (len(chinese.train.texts), len(chinese.test.texts)) == tuple(counts)


def test_the_cost_of_the_dropped_vectors_is_that_of_benchmarks():
    gap, spread = claimed(
        "sentiment.scores.bug",
        r"right ([\d.]+) percentage points more often \(± ([\d.]+)",
        r"高出 ([\d.]+) 个百分点（五个随机种子，± ([\d.]+)",
    )
    told = (assets.FOLDER.parent / "BENCHMARKS.md").read_text("utf-8")
    for name, value in (("gap", gap), ("gap_spread", spread)):
        measured = float(re.search(rf"sentiment\.lecture_bug_{name}` \| \**([\d.]+)", told)[1])
        assert 100 * measured == pytest.approx(value, abs=0.05)


def test_the_figure_beside_each_model_is_that_of_benchmarks():
    """One sample, one figure: what the page shows of a file is what the bench measured of it."""
    measured = (assets.FOLDER.parent / "BENCHMARKS.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `sentiment\.(\S+)` \| \**([\d.]+)", measured, re.MULTILINE))
    names = {"tuned": "textcnn", "random": "textcnn_random", "frozen": "textcnn_frozen"}
    stems = {"pieces": "en", "characters": "zh.characters", "words": "zh"}
    assert set(stems) == set(sentiment.KINDS)
    for kind, stem in stems.items():
        for model, name in {**names, "bow": "bow"}.items():
            shown = sentiment.accuracy(kind, model)
            assert shown == pytest.approx(float(rows[f"{stem}.{name}_acc"]), abs=6e-5), (
                kind,
                model,
            )
    for language in LANGUAGES:
        shown = sentiment_bert.accuracy(language)
        assert shown == pytest.approx(float(rows[f"{language}.bert_acc"]), abs=6e-5)


def bag(tokens: Sequence[str], kind: str) -> float:
    """Return the log-odds of a bag of words."""
    good = sentiment.bag(sentiment.numbered(tuple(tokens), kind), kind)
    return float(np.log(good / (1 - good)))


def test_a_bag_of_words_takes_two_negatives_for_two_complaints():
    says("sentiment.predict.1.answer", "“not” and “bad”, both of which speak against", "都往“差”推")
    for kind, words in (("pieces", "not bad"), ("words", "不是 不好"), ("characters", "不")):
        language = units.KINDS[kind]
        judged = sentiment.judge(said("sentiment.example.3")[language], kind, "tuned")
        whole = bag(judged.tokens, kind)
        for word in words.split():
            without = [token for token in judged.tokens if token != word]
            assert whole - bag(without, kind) < -0.1, word
        assert next(v.good for v in judged.verdicts if v.model == "bow") < 0.5
        for word in words.split():
            assert f"“{word}”" in said("sentiment.predict.1.answer")[language]


@pytest.mark.parametrize("kind", sentiment.KINDS)
def test_a_shuffled_sentence_leaves_the_bag_as_it_was(kind):
    says("sentiment.predict.2.answer", "its answer stays exactly the same", "它的答案一点也不会变")
    tokens = sentiment.judge(said("sentiment.example.4")[units.KINDS[kind]], kind, "tuned").tokens
    shuffled = tuple(np.random.default_rng(1).permutation(tokens).tolist())
    assert bag(tokens, kind) == pytest.approx(bag(shuffled, kind), abs=1e-6)


@pytest.mark.parametrize("kind", sentiment.KINDS)
def test_leaving_out_each_word_does_not_add_up_to_the_answer(kind):
    says("sentiment.predict.3.answer", "It is not.", "不等于。")
    judged = sentiment.judge(said("sentiment.example.1")[units.KINDS[kind]], kind, "tuned")
    odds = float(judged.filters.towards_good.sum()) + judged.filters.bias
    assert abs(float(judged.costs.sum()) - odds) > 0.2


# ---- The race ----------------------------------------------------------------------------------


def means(language: str) -> dict[str, dict[int, float]]:
    """Return model -> number of labels -> mean accuracy."""
    found: dict[str, dict[int, float]] = {}
    for point in train.race()[language]["points"]:
        found.setdefault(point["model"], {})[point["n_labels"]] = np.mean(point["accuracies"])
    return found


def test_the_english_race_ends_as_the_page_says():
    key = "train.race.data.en"
    says(key, "ahead of both TextCNNs at every number", "都领先两种 TextCNN")
    says(key, "with all of them it comes last of the four", "用上全部标签时四种里垫底")
    says("home.step.12", "English film reviews", "英文影评")
    says("home.step.12", "gets further", "更准")  # than TextCNN from scratch, at each number
    (few,) = claimed(key, r"with (\d+) it is ahead of both", r"(\d+) 个标签时领先两种 TextCNN")
    found = means("en")
    for n, share in found["tuned"].items():
        assert share > max(found["random"][n], found["static"][n])
    assert found["frozen"][few] > max(found["random"][few], found["static"][few])
    everything = max(found["tuned"])
    assert min(found, key=lambda name: found[name][everything]) == "frozen"


def test_the_chinese_race_ends_as_the_page_says():
    says("train.race.data.zh", "does as well or better", "一样好，甚至更好")
    found = means("zh")
    for n, share in found["random"].items():
        assert share > max(found["tuned"][n], found["frozen"][n]) - 0.01


# ---- Predict, then look ------------------------------------------------------------------------


def last(**settings: object) -> object:
    *_, event = Run(Autoencoder(AutoencoderSettings(**settings))).events()
    return event


def test_a_rate_of_a_million_is_no_number_after_a_step_or_two():
    (rate,) = claimed("train.predict.1.question", r"rate ([\d,]+)", r"学习率设为 ([\d,]+)")
    event = last(learning_rate=rate)
    assert isinstance(event, Diverged)
    assert event.step <= 3


def ended(**settings: object) -> float:
    """Return the validation error of a whole training, as the page runs it."""
    events = Run(Autoencoder(AutoencoderSettings(**settings))).events()
    return [event.score.loss for event in events if isinstance(event, Checked)][-1]


@pytest.mark.slow
def test_a_longer_code_ends_lower():
    (more,) = claimed("train.predict.2.question", r"of (\d+) numbers", r"变成 (\d+) 个")
    (fewer,) = claimed("train.predict.2.question", r"instead of (\d+)", r"从 (\d+) 个数")
    assert AutoencoderSettings().code_size == fewer
    stored = train.examples()["autoencoder"]
    assert ended(code_size=int(more)) < 0.9 * stored.checks[-1][1]


@pytest.mark.slow
def test_noise_does_not_come_back():
    (noise,) = claimed("train.predict.3.question", r"Noise of ([\d.]+)", r"强度 ([\d.]+)")
    (size,) = claimed("train.predict.3.answer", r"a code of (\d+)", r"编码 (\d+)")
    assert ended(noise=noise, code_size=int(size)) < noise**2 / 5  # of what was added


def test_rates_of_fine_tuning_are_as_the_hints_say():
    says("train.hint.n_layers", "ten times the usual", "大十倍")
    assert pytest.approx(10 * fine_tuning.RATE_BODY) == fine_tuning.RATE_CHANGES
    assert FineTuningSettings().learning_rate == fine_tuning.RATE_BODY
    says("train.hint.learning_rate_bert", "many times as fast", "大好多倍")
    assert fine_tuning.RATE_HEAD >= 10 * fine_tuning.RATE_BODY
