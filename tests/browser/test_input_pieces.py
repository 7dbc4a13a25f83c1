"""What a student does with the input: type, click a word, take it apart, search, share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import open_sections, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = "#input_pieces article"


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=input_pieces{query}", **settings)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    open_sections(page, "input_pieces")
    return page


def after(page: "Page", act: Callable[[], object]) -> list[str]:
    """Act, wait until the server has answered, and return the cards that are shown."""
    before = int(page.locator(PAGE).get_attribute("data-shown"))
    act()
    page.wait_for_function(
        f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}"
        f" && !document.querySelector('{PAGE} .result').classList.contains('waiting')"
    )
    return page.locator("#input_pieces .card .chip").all_text_contents()


def test_a_word_comes_apart_and_the_link_restores_it(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#input_pieces")
    cards = after(page, lambda: lab.locator("textarea.first").fill("an unaffable cat"))
    assert cards[:7] == ["[CLS]", "an", "una", "##ffa", "##ble", "cat", "[SEP]"]
    assert lab.locator(".rung").count() == 12
    after(page, lab.locator(".card", has_text="cat").click)
    assert lab.locator(".rung").count() == 1
    after(page, lab.locator(".card", has_text="##ffa").click)
    lab.get_by_role("button", name="From the start").click()
    assert lab.locator(".rung").count() == 1
    lab.get_by_role("button", name="Next look").click()
    assert lab.locator(".rung").count() == 2
    lab.locator(".query").fill("##affa")
    lab.get_by_text("No token fits “##affa”").wait_for()
    lab.locator(".query").fill("##ing")
    lab.get_by_role("button", name="contains").click()
    lab.locator(".hit", has_text="2075").wait_for()
    other = browser(page.url.split("?", 1)[1])
    other.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    assert other.locator("#input_pieces .greedy-title").inner_text().endswith("unaffable")
    assert other.locator("#input_pieces .query").input_value() == "##ing"
    assert after(page, lab.get_by_role("button", name="Reset").click)[1] == "the"


def test_bad_input_on_a_phone_is_said_and_kept(browser):
    page = opened(browser, "&lang=zh", width=390)
    lab = page.locator("#input_pieces")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box = lab.locator("textarea.first")
    after(page, lambda: box.fill("<script>window.ran=1</script> the cat sat on the mat"))
    lab.get_by_role("button", name="改用英文词表").wait_for()
    after(page, lab.get_by_role("button", name="改用英文词表").click)
    assert page.evaluate("window.ran") is None
    cards = after(page, lambda: box.fill("cat " * 600))
    assert len(cards) == 512
    assert "BERT 只有 512 个位置" in lab.locator(".remarks").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box.fill("")
    lab.locator(".typed .problem").wait_for()
    switch_language(page)
    assert "nothing to read" in lab.locator(".typed .problem").inner_text()
