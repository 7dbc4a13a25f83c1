"""What a student does with the larger English BERT: chooses it, waits a moment, compares."""

import re
from typing import TYPE_CHECKING

import pytest

from core.inference import readers
from core.texts import text

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.weights,
    pytest.mark.skipif(not readers.large(), reason="the larger weights are not there"),
]

NAME = "en-large"
SLOW = 60_000  # ms, on a busy machine: half a second to unpack, some to write down for ONNX
FIRST = "[...document.querySelectorAll('#fill_in .first .blank li')].map((li) => li.innerText)"


def chosen(page: "Page", tab: str) -> None:
    """Choose it, and wait until it is what the page asks."""
    page.locator(f"#{tab} select.model").select_option(NAME)
    page.wait_for_function(
        f"document.querySelector('#{tab} select.model').value === '{NAME}'", timeout=SLOW
    )


def test_the_blank_is_filled_by_the_larger_one_which_says_what_it_costs(browser):
    page = browser("tab=fill_in&lang=en")
    lab = page.locator("#fill_in")
    lab.locator("article[data-shown]").wait_for()
    option = lab.locator(f"select.model option[value={NAME}]")
    assert option.inner_text() == text(f"fill_in.load.ours.{NAME}", "en")
    assert lab.locator(".about-model").is_hidden()
    ours = page.evaluate(FIRST)
    assert ours

    chosen(page, "fill_in")
    page.wait_for_function(f"before => String({FIRST}) !== before", arg=",".join(ours))
    about = lab.locator(".about-model")
    cost = readers.cost(NAME)
    for figure in (f"{100 * cost.top1:.1f}%", f"{cost.n_words:,}", f"{cost.milliseconds:.0f} ms"):
        assert figure in about.inner_text()
    assert f"model={NAME}" in page.url
    lab.locator(".stored", has_text=text("fill_in.live", "en")).wait_for()

    lab.locator("select.other").select_option("en")
    lab.locator(".second .blank li").first.wait_for()
    titles = lab.locator(".side h2").all_inner_texts()
    assert titles == [text(f"fill_in.load.ours.{name}", "en") for name in (NAME, "en")]
    again = lab.locator(".second .blank li").all_inner_texts()
    assert [row.split()[0] for row in again] == [row.split()[0] for row in ours]


def test_its_heads_can_be_switched_off_and_a_second_sentence_is_refused(browser):
    page = browser("tab=attention&lang=zh&view=bench", width=390, locale="zh-CN", dark=True)
    lab = page.locator("#attention")
    lab.locator("article[data-shown]").wait_for()
    chosen(page, "attention")
    lab.locator(".about-model", has_text=text(f"fill_in.load.ours.{NAME}", "zh")).wait_for()
    lab.locator("textarea.b").fill("")
    lab.locator("textarea.a").fill("She drank a cup of [MASK] and ate some bread.")
    page.wait_for_function(
        "document.querySelector('#attention .bench .with')?.textContent.includes('coffee')",
        timeout=SLOW,
    )
    cells = lab.locator(".bench .cell")
    assert cells.count() >= 72
    cells.nth(7).click()
    page.wait_for_function("document.querySelectorAll('#attention .bench .cell.off').length === 1")

    lab.locator("textarea.b").fill("Then she left.")
    refused = text("errors.attention_one_segment", "zh", name=NAME)
    lab.locator(".typed > .problem", has_text=re.compile(re.escape(refused))).wait_for()
    assert lab.locator("textarea.b").input_value() == "Then she left."
    lab.locator("textarea.b").fill("")
    lab.locator(".typed > .problem").wait_for(state="hidden")

    lab.locator(".views button[value=sources]").click()
    lab.locator(".view.sources .agreement table").wait_for(timeout=SLOW)  # measured by itself
