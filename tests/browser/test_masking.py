"""What a student does in the masking lab: roll, compare, type, draw word boundaries, share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import open_sections, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = "#masking article"
EPOCHS = """() => [...document.querySelectorAll('#masking .epoch:not(.thousand)')].map(
    (row) => [...row.querySelectorAll('.chip')].map((c) => c.className + c.textContent).join())"""


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=masking{query}", **settings)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    open_sections(page, "masking")
    return page


def after(page: "Page", act: Callable[[], object]) -> list[str]:
    """Act, wait until the server has answered, and return the epochs that are shown."""
    before = int(page.locator(PAGE).get_attribute("data-shown"))
    act()
    page.wait_for_function(
        f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}"
        f" && !document.querySelector('{PAGE} .epochs').classList.contains('waiting')"
    )
    return page.evaluate(EPOCHS)


def test_the_dice_repeat_for_a_seed_and_differ_for_another(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#masking")
    start = page.evaluate(EPOCHS)
    assert len(start) == 4
    assert len(set(start)) > 1, "dynamic"
    rolled = after(page, lab.get_by_role("button", name="Roll again").click)
    assert rolled != start
    assert "seed=1" in page.url

    def back_to_zero() -> None:
        lab.locator(".seed").fill("0")
        lab.locator(".seed").press("Enter")

    assert after(page, back_to_zero) == start
    static = after(page, lab.get_by_role("button", name="Static", exact=True).click)
    assert len(static) == 4
    assert len(set(static)) == 1, "static"
    assert after(page, lab.get_by_role("button", name="Undo").click) == start
    lab.get_by_role("button", name="Epoch 3").click()
    assert lab.locator(".dice-title").inner_text() == "The dice of epoch 3"
    assert lab.locator(".throws li").count() == start[2].count("chip hidden") + start[2].count(
        "chip random"
    ) + start[2].count("chip kept")
    page.wait_for_function("document.querySelectorAll('#masking .cell .track').length === 8")


def test_chinese_words_are_shown_and_edited_and_the_link_keeps_them(browser):
    page = opened(browser, "&lang=zh&example=2&unit=word&seed=4", width=390)
    lab = page.locator("#masking")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    joined = (
        "document.querySelectorAll('#masking .epoch .chips')[0].querySelectorAll('.joined').length"
    )
    n_joined = page.evaluate(joined)
    after(page, lab.get_by_role("button", name="把“市”和“长”连成一个词").click)
    assert page.evaluate(joined) == n_joined + 1
    after(page, lab.get_by_role("button", name="在“市”和“长”之间断开").click)
    edited = after(page, lab.get_by_role("button", name="在“京”和“市”之间断开").click)
    assert page.evaluate(joined) == n_joined - 1
    assert "cuts=" in page.url
    other = browser(page.url.split("?", 1)[1])
    other.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    assert other.evaluate(EPOCHS) == edited


def test_typed_text_stays_through_errors_and_languages_and_is_never_run(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#masking")
    box = lab.locator("textarea")
    typed = "<img src=x onerror='window.ran=1'> [mask] [SEP] 😀"
    after(page, lambda: box.fill(typed))
    assert page.evaluate("window.ran") is None
    assert lab.locator(".remark").count() == 3
    lab.locator(".problem").first.wait_for(state="hidden")
    box.fill("   ")
    lab.locator(".typed .problem").wait_for()
    box.fill("a" * 10_000)
    page.wait_for_function(
        "document.querySelector('#masking .typed .problem').textContent.includes('10000')"
    )
    switch_language(page)
    assert "10000" in lab.locator(".typed .problem").inner_text()
    assert "最多" in lab.locator(".typed .problem").inner_text()
    assert len(box.input_value()) == 10_000
    after(page, lambda: box.fill("今天天气很好"))
    lab.get_by_role("button", name="改用中文词表").wait_for()
    after(page, lab.get_by_role("button", name="改用中文词表").click)
    assert box.input_value() == "今天天气很好"
    assert "of=zh" in page.url
