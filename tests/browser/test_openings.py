"""Opening a page of language wakes no model: it shows what is stored."""

import importlib

import pytest

from app import CHAPTERS
from core import zoo
from core.bert import berts
from tests.browser.visiting import go_to, opened

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PAGES = [tab for chapter in ("language", "attention", "textcnn") for tab in CHAPTERS[chapter]]
LOADERS = [(zoo, "bert"), (zoo, "textcnn"), (zoo, "sentiment_bert"), (berts, "_bundled")]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_wakes_a_model_as_it_opens(browser, monkeypatch, lang):
    page = opened(browser, f"&tab={PAGES[0]}", lang)
    handlers = {}
    for tab in PAGES:
        go_to(page, tab)
        handlers |= vars(importlib.import_module(f"demos.{tab}.tab"))
    calls = [call for call in page.evaluate("watched.calls") if call["handler"] in handlers]
    assert {"read_attention", "judge_candidates", "open_example"} <= {
        call["handler"] for call in calls
    }

    woken = []
    for module, name in LOADERS:
        monkeypatch.setattr(module, name, lambda *given, name=name: woken.append((name, given)))
    for call in calls:  # again, here
        try:
            handlers[call["handler"]](call["sent"])
        except (AttributeError, TypeError):  # of None, which came instead of a model
            assert woken
        assert woken == [], call
