"""What a student does with blanks: click, read the bars, step, play, type nonsense, share."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import guess, module, open_section, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PAGE = "#fill_in article"
SHOWN = f"Number(document.querySelector('{PAGE}')?.dataset.shown)"
SETTLED = "!document.querySelector('#fill_in .result').classList.contains('waiting')"
BARS = """() => [...document.querySelectorAll('#fill_in .first .blank')].map(
    (card) => [...card.querySelectorAll('li')].map((li) => li.innerText.replace('\\n', ' ')))"""


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=fill_in{query}", **settings)
    page.wait_for_function(f"{SHOWN} > 0 && {SETTLED}")
    return page


def after(page: "Page", act: Callable[[], object]) -> list[list[str]]:
    """Act, wait until the server has answered, and return the bars that are shown."""
    before = int(page.locator(PAGE).get_attribute("data-shown"))
    act()
    page.wait_for_function(f"{SHOWN} > {before} && {SETTLED}")
    return page.evaluate(BARS)


def test_click_a_word_and_see_bars(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#fill_in")
    assert not any("fill_blanks" in request for request in browser.requests)
    (stored,) = page.evaluate(BARS)
    assert len(stored) == 5
    lab.locator(".stored", has_text="Stored answers").wait_for()

    board = lab.locator(".board button")
    both = after(page, board.nth(3).click)
    assert len(both) == 2
    assert board.nth(3).get_attribute("aria-pressed") == "true"
    lab.get_by_text("“cup” was hidden here: rank").wait_for()
    assert "masks=12,13,14" in page.url
    ten = after(page, lab.get_by_role("button", name="10 answers").click)
    assert [len(bars) for bars in ten] == [10, 10]

    board.nth(0).focus()
    page.keyboard.press("ArrowRight")
    three = after(page, lambda: page.keyboard.press("Enter"))
    assert len(three) == 3
    assert board.nth(1).evaluate("node => node === document.activeElement")
    assert len(after(page, lab.get_by_role("button", name="Undo").click)) == 2
    assert len(after(page, board.nth(3).click)) == 1

    other = browser(page.url.split("?", 1)[1].replace("masks", "none") + "&masks=0,1,2")
    other.wait_for_function(f"{SHOWN} > 0 && {SETTLED}")
    other.get_by_text("“she” was hidden here: rank").wait_for()
    assert other.locator("#fill_in .first .blank").count() == 2


def test_layers_and_steps(browser):
    page = opened(browser, "&lang=en&example=5&layer=0")
    lab = page.locator("#fill_in")
    rows = lab.locator(".layers button.layer")
    rows.first.wait_for()
    assert rows.count() == 7
    assert rows.first.get_attribute("aria-pressed") == "true"
    top = lab.locator(".layers .one li").all_inner_texts()
    slider = lab.locator(".layers input[type=range]")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    assert rows.last.get_attribute("aria-pressed") == "true"
    assert lab.locator(".layers .one li").all_inner_texts() != top
    assert "layer=6" in page.url
    first = page.evaluate(BARS)[0][0].split()[0]
    assert rows.last.locator(".chip").inner_text() == first
    assert "open=layers" in page.url
    before = lab.locator(".layers .which").inner_text()
    lab.get_by_role("button", name="Blank 2", exact=True).click()
    page.wait_for_function(
        f"document.querySelector('#fill_in .layers .which').innerText !== {before!r}"
    )

    open_section(page, "fill_in", "steps")
    lab.get_by_role("button", name="Fill step by step").click()
    lab.locator(".steps .outcome").wait_for()
    assert lab.locator(".steps tbody tr").count() == 3
    assert lab.locator(".steps .outcome .chips").nth(1).locator(".hidden").count() == 0
    after(page, lab.locator(".board button").nth(0).click)
    assert lab.locator(".steps table").count() == 0, "another sentence, other steps"
    guess(page, "fill_in", 2)
    lab.locator(".steps .outcome").wait_for()


def test_time_lapse_and_pronouns(browser):
    page = opened(browser, "&lang=en&moment=0&sentence=2&people=1&jobs=nurse,engineer")
    lab = page.locator("#fill_in")
    output = lab.locator(".lapse output")
    output.wait_for()
    assert "After 0 tokens" in output.inner_text()
    bars = lab.locator(".lapse .answer-bars")
    assert bars.locator("li").count() == 5
    start = bars.inner_text()
    slider = lab.locator(".lapse input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    assert bars.inner_text() != start
    assert "After 0 tokens" not in output.inner_text()
    lab.locator(".lapse select").select_option("0")
    assert "sentence=0" in page.url
    page.keyboard.press("Home")
    lab.locator(".lapse .play").click()
    page.wait_for_function(
        "!document.querySelector('#fill_in .lapse output').innerText.includes('After 0 tokens')"
    )
    lab.locator(".lapse .play").click()
    assert lab.locator(".lapse .play").inner_text() == "Play"

    lab.locator(".people .row-of").nth(1).wait_for()
    assert sorted(lab.locator(".people .name").all_inner_texts()) == ["engineer", "nurse"]
    lab.locator(".people .template").fill("the [profession] is here.")
    lab.locator(".people .problem", has_text="one [profession] and one [MASK]").wait_for()
    lab.locator(".people .template").fill("the [profession] lost [MASK] keys.")
    lab.locator(".people .problem").wait_for(state="hidden")


def test_bad_input_and_languages(browser):
    page = opened(browser, "&lang=zh&unit=word", width=390, touch=True)
    lab = page.locator("#fill_in")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box = lab.locator(".typed > textarea")
    after(page, lambda: box.fill("<img src=x onerror='window.ran=1'> [mask] [SEP] 😀"))
    assert page.evaluate("window.ran") is None
    assert page.evaluate("document.querySelectorAll('#fill_in img').length") == 0
    box.fill("   ")
    lab.locator(".typed > .problem", has_text="没有可读的文字").wait_for()
    box.fill("[MASK]" * 61)
    lab.locator(".typed > .problem", has_text="61").wait_for()
    switch_language(page)
    lab.locator(".typed > .problem", has_text="There are 61 blanks").wait_for()
    after(page, lambda: box.fill("the cat sat on the [MASK]."))
    after(page, lab.get_by_role("button", name="Read it as English").click)
    assert "model=en" in page.url
    assert lab.locator("select.model").input_value() == "en"
    after(page, lambda: box.fill("[MASK] " * 30))
    assert lab.locator(".first .blank").count() == 30
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    lab.locator(".loader summary").click()
    lab.locator(".loader input").fill("/etc")
    lab.locator(".loader .go").click()
    lab.locator(".loader .problem", has_text="no model that the lab may open").wait_for()


def test_chinese_words_and_two_models(browser):
    page = opened(browser, "&lang=zh&example=4&unit=word&other=en", dark=True)
    lab = page.locator("#fill_in")
    lab.locator(".first .whole-word", has_text="学校").wait_for()
    assert lab.locator(".second .blank").count() == 2
    assert page.locator("#fill_in .layers .body").is_hidden()
    after(page, lab.get_by_role("button", name="“早”，点一下遮住").click)
    assert lab.locator(".first .blank").count() == 4
    after(page, lab.get_by_role("button", name="单个字").click)
    after(page, lab.get_by_role("button", name="空，原来是“上”，点一下还原").click)
    assert lab.locator(".first .blank").count() == 3
    after(page, lambda: lab.locator("select.other").select_option(""))
    assert lab.locator(".second").is_hidden()


def test_what_an_english_body_brings(browser):
    page = opened(browser, "&lang=en")
    assert not any("show_transfer" in request for request in browser.requests)
    panel = open_section(page, "fill_in", "transfer")
    command = panel.locator(".command:visible", has_text="research.bert_trials transfer zh")
    command.wait_for()
    charts = panel.locator(".chart-box")
    assert charts.count() == 2
    charts.first.scroll_into_view_if_needed()
    charts.first.locator(".main-svg").first.wait_for()
    assert panel.locator("tr").count() == 4
    panel.locator("details summary").click()
    panel.get_by_text("not of the layers alone").wait_for()
    switch_language(page)
    panel.locator(".outcome").first.get_by_text("百分点").wait_for()


BARS_OF = module("common/views/answer_bars")
AMOUNTS = {  # number -> as each language counts it, an axis's form last
    "en": {7300: "7,300", 462027: "462,027", 8382198: "8.4 million", 2.5e9: "2.5 billion"},
    "zh": {0: "0 ", 7300: "7,300 ", 462027: "46.2 万", 8382198: "838 万", 15336068: "1534 万",
           99_999_999: "1 亿", 2.5e9: "25 亿"},
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_where_it_fails_is_a_row_to_click(browser, lang):
    page = opened(browser, f"&lang={lang}", width=390 if lang == "zh" else 1280)
    rows = page.locator("#fill_in .failures button")
    rows.first.wait_for()
    assert rows.count() >= 6
    why = page.locator("#fill_in .failures .why")
    assert why.inner_text() == ""
    for k in range(rows.count()):
        bars = after(page, rows.nth(k).click)
        answer = rows.nth(k).inner_text().split("[")[1].split("]")[0]
        assert bars[0][0].split()[0] == answer
        assert f"“{answer}”" in why.inner_text()
        assert "{" not in why.inner_text()
        assert rows.nth(k).get_attribute("aria-pressed") == "true"
    foot = page.locator("#fill_in .foot p").inner_text()
    assert "…" not in foot
    assert re.search(r"\d 万个词元" if lang == "zh" else r"\d million tokens", foot)
    for number, written in AMOUNTS[lang].items():
        assert page.evaluate(f"async (n) => (await {BARS_OF}).amount(n)", number) == written
    assert page.evaluate(f"{BARS_OF}.then((bars) => bars.compact(3e6))") == (
        "300 万" if lang == "zh" else "3M"
    )
