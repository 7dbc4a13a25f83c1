"""What an LSTM makes of a sentence: steps, what leaving a word out costs, words in contexts."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core import assets, runtime, zoo
from core.errors import AssetError, InputError
from core.inference import lstm, lstm_contexts
from core.models.lstm import BACKWARDS, BOTH, DIRECTIONS, FORWARDS
from core.text.units import UNKNOWN_ID
from core.text.vectors import vectors

pytestmark = pytest.mark.weights

TEXTS = {"en": "It is a slow but moving film.", "zh": "房间很干净，就是早餐太差。"}


def good(text: str, language: str, start: str) -> dict[str, float]:
    """Return P(good) of each direction, straight from the model."""
    words, model = lstm.cut(text, language).tokens, zoo.lstm(language, start)
    logits = model.model(lstm.numbered(words, model)).logits.softmax(-1)[:, 0, 1]
    return dict(zip(DIRECTIONS, logits.tolist(), strict=True))


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("start", lstm.STARTS)
def test_the_last_step_is_the_answer_and_cells_stand_by_what_they_say(language, start):
    found = lstm.read(TEXTS[language], language, start)
    expected = good(TEXTS[language], language, start)
    (mine,) = (one for one in found.answers if one.start == start)
    assert mine.good == pytest.approx(expected, abs=1e-5)
    assert found.steps[FORWARDS].good[-1] == pytest.approx(expected[FORWARDS], abs=1e-5)
    assert found.steps[BACKWARDS].good[0] == pytest.approx(expected[BACKWARDS], abs=1e-5)
    model = zoo.lstm(language, start).model
    for name in (FORWARDS, BACKWARDS):
        steps, head = found.steps[name], model.heads[name]
        weight = (head.weight[1] - head.weight[0]).sort().values
        bias = head.bias[1] - head.bias[0]
        odds = torch.from_numpy(steps.hidden) @ weight.cpu() + bias.cpu()
        np.testing.assert_allclose(odds.sigmoid().numpy(), steps.good, atol=1e-5)
        before = np.zeros_like(steps.cell)
        if name == FORWARDS:
            before[1:] = steps.cell[:-1]
        else:
            before[:-1] = steps.cell[1:]
        np.testing.assert_allclose(
            steps.cell, steps.forget_gate * before + steps.input_gate * steps.candidate, atol=1e-5
        )


@pytest.mark.parametrize("language", TEXTS)
def test_a_cost_is_what_crossing_the_word_out_changes(language):
    found = lstm.read(TEXTS[language], language, "tuned")
    for k in range(len(found.tokens)):
        without = lstm.read(TEXTS[language], language, "tuned", [k])
        assert without.left == tuple(n for n in range(len(found.tokens)) if n != k)
        for name in DIRECTIONS:
            odds = [
                np.log(one.good[name] / (1 - one.good[name]))
                for read in (found, without)
                for one in read.answers
                if one.start == "tuned"
            ]
            assert found.costs[name][k] == pytest.approx(odds[0] - odds[1], abs=2e-3)


def test_one_word_alone_costs_what_nothing_says():
    found = lstm.read("wonderful", "en", "pretrained")
    model = zoo.lstm("en", "pretrained").model
    nothing = torch.zeros(1, model.config.n_cells, device=runtime.device())
    odds = lstm.log_odds(model.answer(nothing, nothing))[:, 0]
    whole = lstm.log_odds(model(lstm.numbered(["wonderful"], zoo.lstm("en", "pretrained"))).logits)
    for k, name in enumerate(DIRECTIONS):
        assert found.costs[name] == pytest.approx([float(whole[k, 0] - odds[k])], abs=1e-5)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_other_ways_stand_beside_leaving_out(direction):
    found = lstm.read(TEXTS["en"], "en", "tuned")
    ways = lstm.compare(TEXTS["en"], "en", "tuned", direction)
    assert ways.ways == lstm.WAYS
    np.testing.assert_allclose(ways.values[0], found.costs[direction], atol=1e-4)
    if direction != BOTH:  # the steps lead from what is said before any word to the answer
        model = zoo.lstm("en", "tuned").model
        nothing = torch.zeros(1, model.config.n_cells, device=runtime.device())
        begun = lstm.log_odds(model.answer(nothing, nothing))[DIRECTIONS.index(direction), 0]
        answer = next(one.good[direction] for one in found.answers if one.start == "tuned")
        odds = np.log(answer / (1 - answer))
        assert ways.values[2].sum() == pytest.approx(odds - float(begun), abs=1e-3)
    assert 0 <= ways.agreement[3].same_sign <= 1


def test_unknown_words_cut_words_and_mapped_characters_are_said():
    found = lstm.read("A qwzx film " + "good " * 120, "en", "random")
    assert found.n_cut == 123 - lstm.MAX_WORDS
    assert found.answers[0].unknown[1]
    assert not found.answers[1].unknown[2]
    assert lstm.read("這部電影很好看", "zh", "tuned").n_mapped == 2
    assert lstm.read("A good film.", "zh", "tuned").looks_like == "en"


def test_random_vectors_know_fewer_words():
    """Only those of the training sentences; the others know all words that have a vector."""
    for language in TEXTS:
        numbers = {start: zoo.lstm(language, start).numbers for start in lstm.STARTS}
        assert set(vectors(language).words) < set(numbers["tuned"])
        assert set(numbers["random"]) < set(numbers["tuned"]) == set(numbers["pretrained"])
        assert min(numbers["random"].values()) > UNKNOWN_ID
        base = zoo.lstm(language, "pretrained").model.embedding.weight
        tuned = zoo.lstm(language, "tuned").model.embedding.weight
        listed = vectors(language).words
        unseen = [numbers["tuned"][word] for word in listed if word not in numbers["random"]]
        assert_close(tuned[unseen], base[unseen])  # never seen, so never moved
        assert not torch.equal(tuned, base)


@pytest.mark.parametrize(
    ("text", "off", "key"),
    [
        ("", [], "text_empty"),
        ("?!", [], "text_empty"),
        ("word " * 10_000, [], "text_too_long"),
        ("one word", [0, 1], "no_word_left"),
    ],
)
@pytest.mark.parametrize("language", TEXTS)
def test_what_cannot_be_read_is_refused_in_words(language, text, off, key):
    with pytest.raises(InputError) as refused:
        lstm.read(text, language, "tuned", off)
    assert refused.value.key == key


# ---- Contexts ------------------------------------------------------------------------------------


def test_a_direction_tells_a_word_apart_only_by_what_it_has_read():
    found = lstm_contexts.contexts("The film is good .", "The film is not good .", "en", "tuned")
    alike = {one.word: one.cosines for one in found.shared}
    assert alike["film"][FORWARDS] == pytest.approx(1, abs=1e-5)  # the same words stand before
    assert alike["film"][BACKWARDS] < 0.999
    assert alike["good"][BACKWARDS] == pytest.approx(1, abs=1e-5)  # the same stand behind
    assert alike["good"][FORWARDS] < 0.999
    assert all(one["vector"] == 1 for one in alike.values())
    assert [one.word for one in found.shared] == ["the", "film", "is", "good"]


def test_both_sides_are_the_two_states_side_by_side():
    found = lstm_contexts.contexts(TEXTS["en"], "A film so slow.", "en", "pretrained")
    for text, states in zip(found.tokens, found.states, strict=True):
        for name in DIRECTIONS:
            assert len(states[name]) == len(text)
        joined = np.concatenate([states[FORWARDS], states[BACKWARDS]], 1)
        np.testing.assert_array_equal(joined, states[BOTH])


def test_sentences_that_share_nothing_have_no_rows_and_empty_ones_are_refused():
    assert lstm_contexts.contexts("One two.", "Three four.", "en", "tuned").shared == ()
    with pytest.raises(InputError) as refused:
        lstm_contexts.contexts("One two.", " ", "en", "tuned")
    assert refused.value.key == "text_empty"


def test_a_file_of_another_shape_is_named(monkeypatch):
    monkeypatch.setattr(zoo, "load_file", lambda _path: {"forwards.bias": torch.zeros(3)})
    with pytest.raises(AssetError) as refused:
        zoo.lstm.__wrapped__("en", "random")
    assert refused.value.key == "asset_contents"
    assert refused.value.values["file"] in assets.manifest()
