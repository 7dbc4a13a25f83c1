"""What the page LSTM asks and is told: its handlers, and what it opens with."""

import numpy as np
import pytest

from core.inference import lstm, lstm_opening
from core.models.lstm import BACKWARDS, FORWARDS
from demos.lstm import tab

pytestmark = pytest.mark.weights

TEXT = "It is a slow but moving film."
ASKED = {"text": TEXT, "language": "en", "start": "tuned", "off": []}


def test_the_stored_opening_is_what_the_models_say_now():
    stored = lstm_opening.opening()
    assert set(stored) == set(lstm.LANGUAGES)
    for language, one in stored.items():
        now = lstm.read(lstm_opening.text(language), language, lstm_opening.START)
        assert (one.tokens, one.left, one.start) == (now.tokens, now.left, now.start)
        for name in (FORWARDS, BACKWARDS):
            for part in (*lstm.PARTS, "good"):
                np.testing.assert_allclose(
                    getattr(one.steps[name], part), getattr(now.steps[name], part), atol=4e-3
                )
        for was, is_now in zip(one.answers, now.answers, strict=True):
            assert was.good == pytest.approx(is_now.good, abs=1e-3)
            assert was.test_accuracy == is_now.test_accuracy


def test_handlers_answer_what_the_question_does():
    answer = tab.read_text(ASKED | {"off": [1]})
    found = lstm.read(TEXT, "en", "tuned", [1])
    assert answer["left"] == found.left
    assert answer["steps"]["forwards"]["good"] == pytest.approx(
        found.steps["forwards"].good.tolist(), abs=1e-6
    )
    assert tab.compare_reasons(ASKED | {"direction": "both"})["ways"] == lstm.WAYS
    assert tab.read_text(ASKED | {"start": "best"})["error"]["key"] == "bad_request"


@pytest.mark.parametrize("language", lstm.LANGUAGES)
@pytest.mark.parametrize(
    ("text", "off", "key"),
    [
        ("", [], "text_empty"),
        ("?!", [], "text_empty"),
        ("word " * 10_000, [], "text_too_long"),
        ("word", [0], "no_word_left"),
    ],
)
def test_what_cannot_be_read_is_refused_in_both_languages(language, text, off, key):
    asked = {"text": text, "language": language, "start": "tuned", "off": off}
    for answer in (tab.read_text(asked), tab.compare_reasons(asked | {"direction": "both"})):
        assert answer["error"]["key"] == key
        assert answer["error"]["zh"] != answer["error"]["en"]


def test_a_sentence_to_compare_with_must_hold_something():
    assert tab.compare_contexts(ASKED | {"other": " "})["error"]["key"] == "text_empty"
