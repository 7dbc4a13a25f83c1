"""Sentiment: n-grams add up to the answer, leaving out is leaving out, handlers hold."""

import json
import math

import numpy as np
import pytest
import torch

from core import assets, zoo
from core.errors import InputError
from core.inference import sentiment, sentiment_bert, sentiment_examples
from core.text import pieces, units
from demos.sentiment import tab as page

pytestmark = pytest.mark.weights

TEXTS = {
    "pieces": "The actors are wonderful, but the story is dull and far too long.",
    "characters": "书的印刷很精美，但是内容空洞，读起来很枯燥。",
    "words": "书的印刷很精美，但是内容空洞，读起来很枯燥。",
}


def odds(share: float) -> float:
    return math.log(share / (1 - share))


def good(judged, model: str) -> float:
    return next(one.good for one in judged.verdicts if one.model == model)


@pytest.mark.parametrize("kind", units.KINDS)
@pytest.mark.parametrize("start", sentiment.STARTS)
def test_what_the_filters_add_is_the_answer(kind, start):
    judged = sentiment.judge(TEXTS[kind], kind, start)
    filters = judged.filters
    total = filters.towards_good.sum() + filters.bias
    assert total == pytest.approx(odds(good(judged, start)), abs=1e-3)
    assert (filters.begins + filters.sizes <= len(judged.tokens)).all()


@pytest.mark.parametrize("kind", units.KINDS)
def test_each_winner_is_its_filters_best_window(kind):
    judged, (model, numbers) = (
        sentiment.judge(TEXTS[kind], kind, "tuned"),
        zoo.textcnn(kind, "tuned"),
    )
    ids = torch.tensor([[numbers.get(token, units.UNKNOWN_ID) for token in judged.tokens]])
    words = model.embedding(ids)
    n = model.convolutions[0].out_channels
    for k in (0, n - 1, n, 5 * n // 2, 3 * n - 1):
        convolution = model.convolutions[k // n]
        size, filters = model.config.filter_widths[k // n], judged.filters
        met = [
            model.activation(
                (words[0, i : i + size] * convolution.weight[k % n, 0]).sum()
                + convolution.bias[k % n]
            ).item()
            for i in range(len(judged.tokens) - size + 1)
        ]
        assert filters.begins[k] == int(np.argmax(met))
        assert filters.met[k] == pytest.approx(max(met), abs=1e-4)


@pytest.mark.parametrize("kind", ["pieces", "characters"])
def test_leaving_one_out_is_reading_the_text_without_it(kind):
    judged = sentiment.judge(TEXTS[kind], kind, "tuned")
    for k in (0, 4, len(judged.tokens) - 1):
        text = judged.tokens[:k] + judged.tokens[k + 1 :]
        with torch.inference_mode():
            logits = zoo.textcnn(kind, "tuned").model(sentiment.numbered(text, kind)).logits
        expected = odds(good(judged, "tuned")) - float(logits[0, 1] - logits[0, 0])
        assert judged.costs[k] == pytest.approx(expected, abs=1e-3)


def test_the_bag_sees_no_order_and_no_number():
    one = sentiment.judge("a dull film , but a funny one", "pieces", "tuned")
    other = sentiment.judge("one funny film but , a dull dull", "pieces", "tuned")
    assert good(one, "bow") == pytest.approx(good(other, "bow"), abs=1e-6)
    assert good(one, "tuned") != pytest.approx(good(other, "tuned"), abs=1e-6)
    ids = set(sentiment.numbered(one.tokens, "pieces")[0].tolist())
    weights = sentiment.bag_weights("pieces")
    total = sum(float(weights["weight"][i]) for i in ids) + float(weights["bias"][0])
    assert odds(good(one, "bow")) == pytest.approx(total, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a", "pieces"), ("好", "characters"), ("好", "words"), ("🎬", "pieces"), ("😀", "words")],
)
def test_one_character_is_enough(text, kind):
    judged = sentiment.judge(text, kind, "random")
    assert len(judged.tokens) == len(judged.costs) == 1
    assert np.isfinite(judged.costs).all()
    assert all(0 <= one.good <= 1 for one in judged.verdicts)


def test_what_is_unknown_or_cut_or_of_the_other_language_is_told():
    judged = sentiment.judge("今天 watched 12345", "pieces", "tuned")
    assert judged.unknown[0]
    assert sentiment.judge("这家酒店很好", "pieces", "tuned").looks_like == "zh"
    long = sentiment.judge("good film " * 200, "pieces", "tuned")
    assert (len(long.tokens), long.n_cut) == (192, 208)


def test_clear_words_decide():
    for kind, praise, blame in (
        ("pieces", "a wonderful , moving and funny film", "a dull , stupid and boring mess"),
        ("characters", "非常好，孩子很喜欢，推荐", "太差了，质量很烂，后悔买"),
        ("words", "非常好，孩子很喜欢，推荐", "太差了，质量很烂，后悔买"),
    ):
        for text, side in ((praise, True), (blame, False)):
            judged = sentiment.judge(text, kind, "tuned")
            assert [one.good > 0.5 for one in judged.verdicts] == [side] * 4, (kind, text)


@pytest.mark.parametrize("kind", units.KINDS)
def test_a_filters_ngrams_excite_it_as_much_as_they_say(kind):
    model, _ = zoo.textcnn(kind, "tuned")
    n = model.convolutions[0].out_channels
    for number in (0, 3 * n // 2, 3 * n - 1):
        ngrams = sentiment.exciting(kind, "tuned", number)
        assert len(ngrams) == 10
        size = model.config.filter_widths[number // n]
        cut = [units.cut(one.text, kind).tokens for one in ngrams]
        same = [
            k for k, tokens in enumerate(cut) if len(tokens) == size
        ]  # most: jieba needs context
        assert same
        with torch.inference_mode():
            met = model(sentiment.numbered(cut[same[0]], kind)).maxima[0, number]
        if kind != "words":
            assert float(met) == pytest.approx(ngrams[same[0]].met, abs=0.02)  # fp16 ships


def test_there_is_no_filter_300():
    with pytest.raises(InputError):
        sentiment.exciting("pieces", "tuned", 300)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_berts_answer_and_costs_are_those_of_its_forward(language):
    text = TEXTS["pieces" if language == "en" else "characters"]
    judged = sentiment_bert.judge(text, language)
    model, vocabulary = zoo.sentiment_bert(language), pieces.vocabulary(language)
    row = [vocabulary["[CLS]"], *pieces.read(text, language).ids.tolist(), vocabulary["[SEP]"]]

    def said(ids: list[int]) -> float:
        with torch.inference_mode():
            logits = model(torch.tensor([ids]))[0]
        return float(logits[1] - logits[0])

    assert odds(judged.verdict.good) == pytest.approx(said(row), abs=1e-3)
    words = np.array([-1, *judged.words, -1])
    for word in (0, 1, max(judged.words)):
        hidden = np.where(words == word, vocabulary["[MASK]"], row).tolist()
        (cost, *same) = set(judged.costs[words[1:-1] == word].tolist())
        assert not same, "a word's pieces have one colour"
        assert cost == pytest.approx(said(row) - said(hidden), abs=1e-3)


@pytest.mark.parametrize("kind", units.KINDS)
def test_an_ngrams_cost_is_reading_the_text_without_it(kind):
    filters = sentiment.judge(TEXTS[kind], kind, "tuned").filters
    read = sentiment.judge(TEXTS[kind], kind, "tuned")
    asked = np.flatnonzero(~np.isnan(filters.costs))
    assert len(asked) == 2 * sentiment.N_SHOWN
    strongest = np.argsort(-np.abs(filters.towards_good))[:3]
    assert set(strongest) <= set(asked), "what the page shows first has its cost"
    for k in asked[:4]:
        begin, size = filters.begins[k], filters.sizes[k]
        rest = read.tokens[:begin] + read.tokens[begin + size :]
        with torch.inference_mode():
            logits = zoo.textcnn(kind, "tuned").model(sentiment.numbered(rest, kind)).logits
        expected = odds(good(read, "tuned")) - float(logits[0, 1] - logits[0, 0])
        assert filters.costs[k] == pytest.approx(expected, abs=1e-3)


def test_the_bag_loses_what_its_colours_say():
    text = "a dull film , but not a dull story"
    judged = sentiment.judge(text, "pieces", "tuned")
    for k, cost in enumerate(judged.bag):
        rest = " ".join(judged.tokens[:k] + judged.tokens[k + 1 :])
        now = good(sentiment.judge(rest, "pieces", "tuned"), "bow")
        assert cost == pytest.approx(odds(good(judged, "bow")) - odds(now), abs=1e-3)


# ---- What the page opens on ----------------------------------------------------------------------

STORED = [
    (text, kind, start)
    for kind, language in units.KINDS.items()
    for text in sentiment_examples.sentences(language)
    for start in sentiment_examples.starts(text, language)
]
REMAKE = f"made by other weights than ship: {sentiment_examples.COMMAND}"


def assert_alike(stored, now, equal: tuple[str, ...], near: tuple[str, ...]) -> None:
    for name in equal:
        np.testing.assert_array_equal(getattr(stored, name), getattr(now, name), name)
    for name in near:  # NaN stands in both or in none
        one, other = getattr(stored, name), getattr(now, name)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-3, err_msg=name)


@pytest.mark.parametrize(("text", "kind", "start"), STORED)
def test_the_stored_answers_are_what_the_models_say(text, kind, start):
    found = sentiment_examples.remembered(text, kind, start)
    assert found is not None, REMAKE
    stored, now = found[0], sentiment.judge(text, kind, start)
    equal = "tokens", "starts", "ends", "unknown", "n_cut", "looks_like"
    assert_alike(stored, now, equal, ("costs", "bag"))
    assert_alike(stored.filters, now.filters, ("sizes",), ("met", "towards_good", "costs", "bias"))
    # Words that stand twice excite a filter equally: either may win.
    assert np.mean(stored.filters.begins == now.filters.begins) > 0.95
    for one, other in zip(stored.verdicts, now.verdicts, strict=True):
        assert_alike(one, other, ("model", "test_accuracy"), ("good",))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pieces", "characters"])
def test_berts_stored_answers_are_what_it_says(kind):
    language = units.KINDS[kind]
    for text in sentiment_examples.sentences(language):
        found = sentiment_examples.remembered(text, kind, "tuned")
        assert found is not None, REMAKE
        stored, now = found[1], sentiment_bert.judge(text, language)
        equal = "tokens", "starts", "ends", "n_cut", "words", "together"
        assert_alike(stored, now, equal, ("costs",))
        assert_alike(stored.verdict, now.verdict, ("model", "test_accuracy"), ("good",))


def test_the_page_opens_without_waking_a_model(monkeypatch):
    for name in ("textcnn", "sentiment_bert", "bert"):
        monkeypatch.setattr(zoo, name, None)
    monkeypatch.setattr(sentiment, "bag_weights", None)
    for text, kind, start in STORED:
        request = {"text": text, "kind": kind, "start": start}
        heard = page.open_example(request)
        assert heard["known"], REMAKE
        verdicts = [*heard["judged"]["verdicts"], heard["by_bert"]["verdict"]]
        assert [one["model"] for one in verdicts] == list(page.MODELS)
        json.dumps(heard, allow_nan=False)
        assert page.open_example(request | {"text": text + " "}) == {"known": False}
    english = sentiment_examples.sentences("en")
    assert sentiment_examples.remembered(english[0], "characters", "tuned") is None
    assert sentiment_examples.remembered(english[1], "pieces", "frozen") is None


def test_answers_of_other_weights_are_forgotten(monkeypatch):
    listed = assets.manifest()
    changed = {}
    monkeypatch.setattr(assets, "manifest", lambda: {**listed, **changed})
    english, chinese = (sentiment_examples.sentences(language)[0] for language in ("en", "zh"))
    needed = [*sentiment_examples.made_by("pieces"), *sentiment_examples.made_by("en")]
    for part in ("textcnn-pieces/random", "textcnn-pieces/bow", "sentiment-en", "bert-en/model"):
        assert any(name.startswith(f"weights/{part}") for name in needed)
    for name in needed:
        changed.clear()
        assert sentiment_examples.remembered(english, "pieces", "tuned") is not None, REMAKE
        changed[name] = {**listed[name], "sha256": "0" * 64}
        assert sentiment_examples.remembered(english, "pieces", "tuned") is None
        assert sentiment_examples.remembered(chinese, "characters", "tuned") is not None, REMAKE


# ---- Handlers ------------------------------------------------------------------------------------

HANDLERS = [
    page.judge_text,
    page.judge_by_bert,
    page.compare_reasons,
    page.open_example,
    page.show_ngrams,
]


@pytest.mark.parametrize("handler", HANDLERS)
def test_handlers_refuse_what_is_not_a_question(handler):
    for request in ({}, {"text": 3}, None, {"text": "a", "kind": "x", "start": "tuned"}):
        answer = handler(request)
        assert set(answer["error"]) >= {"en", "zh"}


def test_a_handlers_answer_is_json():
    request = {"text": TEXTS["pieces"], "kind": "pieces", "start": "tuned"}
    answer = page.judge_text(request)
    assert json.loads(json.dumps(answer, allow_nan=False)) == json.loads(json.dumps(answer))
    assert len(answer["filters"]["towards_good"]) == 300
    assert "error" in page.judge_text(request | {"text": "  "})
    for model in ("tuned", "bert"):
        compared = page.compare_reasons(request | {"model": model, "language": "en"})
        json.dumps(compared, allow_nan=False)
        assert compared["agreement"][0]["same_sign"] == 1
    shown = page.show_ngrams({"kind": "pieces", "start": "tuned", "filter": 3})
    assert len(shown["ngrams"]) == 10
