"""The lab's server as it runs: full lines, runs that nobody reads, requests that no page sends."""

import itertools
import re
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from core import texts
from core.inference import train
from tests.requests_of_pages import GOOD, NASTY, TRAINING

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

SOON = 15_000  # milliseconds; on a machine with nothing else to do it is under one second
LONG = TRAINING | {"batch_size": 16, "epochs": 100}
STATUS = "document.querySelector('#train .status').textContent"
FREE = "!document.querySelector('#train .go').disabled"
numbers = itertools.count()


class Crowd:
    """Visitors who train and watch."""

    def __init__(self, lab: object) -> None:
        """Nobody is there yet."""
        self._lab, self._jobs, self._gone = lab, [], threading.Event()

    def trains(self, visitor: str) -> dict:
        """Let one more begin a training, and return the answer."""
        job = f"crowd {next(numbers)}"
        _, answer = self._lab.ask("train", "train", LONG | {"job": job}, visitor=visitor)
        if not answer:
            self._jobs.append(job)
            threading.Thread(target=self._watch, args=(job,), daemon=True).start()
        return answer

    def fill(self, n: int) -> None:
        """Let as many visitors be under way or in the line."""
        while len(self._jobs) < n:
            answer = self.trains(f"visitor{next(numbers)}")
            if answer:  # what an earlier test has left is still ending
                assert answer["error"]["key"] == "training_busy"
                time.sleep(0.5)

    def goes(self) -> None:
        """Let all of them stop."""
        self._gone.set()
        for job in self._jobs:
            self._lab.ask("train", "stop_training", {"job": job})
        self._jobs.clear()

    def _watch(self, job: str) -> None:
        while not self._gone.is_set():
            self._lab.ask("train", "follow_training", {"job": job})
            self._gone.wait(1)


@pytest.fixture
def crowd(lab_server) -> Iterator[Crowd]:
    crowd = Crowd(lab_server)
    yield crowd
    crowd.goes()


def opened(browser, lang: str) -> "Page":
    page = browser(f"tab=train&lang={lang}")
    page.wait_for_function("document.querySelector('#train .curves')?.dataset.points > 20")
    return page


def pattern(key: str, lang: str) -> str:
    """Return a text as a pattern for JavaScript, whatever its values are."""
    sentence = re.escape(texts.table()[key][lang])
    return re.sub(r"\\\{\w+\\\}", r"\\d+", sentence).replace("/", r"\/")


def waits_for(page: "Page", text: str, selector: str = "#train .status") -> None:
    said = f"document.querySelector('{selector}').textContent"
    page.wait_for_function(f"(text) => new RegExp(text).test({said})", arg=text, timeout=SOON)


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_a_full_line_is_told_at_once_and_the_button_is_free(browser, crowd, lang):
    page = opened(browser, lang)
    crowd.fill(train.MAX_LINE)
    page.locator("#train .go").click()
    busy = pattern("errors.training_busy", lang)
    waits_for(page, busy, "#train .setup .problem")
    page.wait_for_function(FREE, timeout=SOON)
    assert page.locator(".toast-body").count() == 0  # none of Gradio's own
    crowd.goes()
    page.locator("#train .go").click()
    page.wait_for_function(f"!{FREE}", timeout=SOON)
    assert page.locator("#train .setup .problem").is_hidden()
    page.locator("#train .stop").click()
    page.wait_for_function(FREE)


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_who_waits_is_told_the_place_and_can_leave_it(browser, crowd, lang):
    page = opened(browser, lang)
    crowd.fill(train.AT_ONCE + 2)
    page.locator("#train .go").click()
    waits_for(page, pattern("train.state.waiting", lang))
    page.locator("#train .stop").click()
    waits_for(page, pattern("train.state.stopped", lang))
    page.wait_for_function(FREE, timeout=SOON)


def test_a_visitor_has_two_places(crowd):
    for _ in range(2):
        while crowd.trains("greedy"):
            time.sleep(0.5)
    assert crowd.trains("greedy")["error"]["key"] == "places_taken"
    assert crowd.trains("modest") == {}


def test_runs_that_nobody_reads_are_gone_within_seconds(browser, lab_server):
    page = opened(browser, "en")
    for _ in range(20):
        request = LONG | {"job": f"unread {next(numbers)}"}
        lab_server.ask("train", "train", request, visitor=f"unread{next(numbers)}")
    end = time.monotonic() + 60
    while True:
        page.locator("#train .go").click()
        page.wait_for_function(f"{FREE} || /Step|Getting ready/.test({STATUS})")
        if not page.evaluate(FREE):
            break
        assert time.monotonic() < end
        time.sleep(1)
    page.locator("#train .stop").click()
    page.wait_for_function(FREE)


def test_whatever_is_sent_no_answer_is_a_fault(lab_server):
    said = lab_server.log.stat().st_size
    wrong = []
    for module, handlers in GOOD.items():
        view = module.__name__.split(".")[1]  # demos.VIEW.tab
        for name, request in handlers.items():
            for sent in [*({field: nasty for field in request} for nasty in NASTY), *NASTY][::4]:
                status, answer = lab_server.ask(view, name, sent)
                if status not in (200, 400) or not isinstance(answer, dict):
                    wrong.append((name, str(sent)[:60], status))
    assert wrong == []
    with lab_server.log.open() as file:
        file.seek(said)
        assert "Traceback" not in file.read()
