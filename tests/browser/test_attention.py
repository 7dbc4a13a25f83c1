"""What a student does with attention: hover, pin, filter, switch off, explain, swap, export."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import switch_language, traces

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = "#attention article"
VIEWS = ("heads", "model", "heat", "maps", "bench", "sources", "swap")
SVG = "{http://www.w3.org/2000/svg}"


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=attention{query}", **settings)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.layers) > 0")
    return page


def after(page: "Page", act: Callable[[], object]) -> None:
    """Act, and wait until something new is on the screen."""
    before = int(page.locator(PAGE).get_attribute("data-shown"))
    act()
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")


def lines(page: "Page") -> int:
    return int(page.locator("#attention .stage canvas").get_attribute("data-lines"))


def exported(page: "Page", kind: str) -> str:
    with page.expect_download() as download:
        page.locator(f"#attention .exports button[value={kind}]").click()
    return download.value.path().read_text(encoding="utf-8-sig")


def rows(page: "Page") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(page, "csv"))))


def test_hover_isolates_a_click_pins_and_switching_asks_nobody(browser):
    page = opened(browser, "&lang=en&pins=")
    lab = page.locator("#attention")
    everything = lines(page)
    token = lab.locator(".column.q .token", has_text="cat")
    token.hover()
    page.wait_for_function(
        "document.querySelector('#attention .listing h2').textContent.includes('cat')"
    )
    assert 0 < lines(page) < everything
    lab.locator(".todo").first.hover()
    page.wait_for_function(
        f"document.querySelector('#attention .stage canvas').dataset.lines === '{everything}'"
    )
    page.wait_for_load_state("networkidle")
    asked = len(browser.requests)
    token.click()
    assert token.get_attribute("aria-pressed") == "true"
    assert "pins=q2" in page.url
    after(page, lab.locator(".heads .layer button").nth(4).click)
    assert {row["layer"] for row in rows(page)} == {"5"}
    after(page, lab.get_by_role("button", name="None", exact=True).click)
    assert lines(page) == 0
    after(page, lab.locator(".toggle").nth(6).click)
    after(page, lambda: lab.locator(".least input").fill("1"))
    found = rows(page)
    assert {(row["head"], row["from_token"]) for row in found} == {("7", "cat")}
    assert min(float(row["share"]) for row in found) >= 0.01
    token.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('pins=q2,q3')")
    page.keyboard.press("Escape")
    page.wait_for_function("`${location.search}&`.includes('pins=&')")
    assert browser.requests[asked:] == []


def test_the_pair_filter_hides_the_right_lines(browser):
    page = opened(browser, "&lang=en&example=2&pins=&least=1", width=390)
    lab = page.locator("#attention")
    tokens = lab.locator(".column.q .token")
    second = [tokens.nth(i).evaluate("(t) => [...t.classList]") for i in range(tokens.count())]
    segment = ["special" if "special" in c else "b" if "second" in c else "a" for c in second]
    assert "b" in segment
    for way in ("aa", "ab", "ba", "bb"):
        after(page, lab.locator(f".pairs button[value={way}]").click)
        found = rows(page)
        assert len(found) == lines(page) > 0
        ends = {(segment[int(row["from"])], segment[int(row["to"])]) for row in found}
        assert ends == {(way[0], way[1])}


@pytest.mark.parametrize(
    "view", ["heads&pins=q3,k0&heads=2,5&least=1", "heat", "maps&measure=distance"]
)
def test_svg_and_csv_have_the_same_numbers(browser, view: str):
    page = opened(browser, f"&lang=en&view={view}")
    page.wait_for_function("!document.querySelector('#attention .exports button').disabled")
    table, picture = rows(page), ET.fromstring(exported(page, "svg"))
    value = "value" if "maps" in view else "share"
    shown = [shape.get(f"data-{value}") for shape in picture.iter() if shape.get(f"data-{value}")]
    told = [row.get("share") or row.get("distance") for row in table]
    assert len(told) > 5
    assert sorted(shown) == sorted(told)
    answer = json.loads(exported(page, "json"))
    assert len(answer["rows"]) == len(table)
    page.locator("#attention .exports .code").click()
    snippet = page.locator("#attention .snippet pre").inner_text()
    compile(snippet, "snippet", "exec")
    assert "attention.show(**read, off=off)" in snippet


def test_heads_go_off_and_the_answer_changes(browser):
    page = opened(browser, "&lang=en&view=bench")
    lab = page.locator("#attention .view.bench")
    page.wait_for_function(
        "document.querySelector('#attention .bench .verdict').textContent.length > 0"
    )
    answers = lab.locator(".without")
    before = answers.inner_text()
    assert lab.locator(".with").inner_text() == before
    lab.locator(".head-grid .cell").nth(14).click()
    page.wait_for_function(
        "(before) => document.querySelector('#attention .without').innerText !== before", arg=before
    )
    assert "off=14" in page.url
    assert lab.locator(".head-grid .cell.off").count() == 1
    assert lab.locator(".with").inner_text() == before
    lab.get_by_role("button", name="5 least important").click()
    page.wait_for_function("document.querySelectorAll('#attention .bench .cell.off').length === 6")
    lab.get_by_role("button", name="Undo").click()
    page.wait_for_function("document.querySelectorAll('#attention .bench .cell.off').length === 1")
    lab.get_by_role("button", name="All heads on").click()
    page.wait_for_function(
        "(before) => document.querySelector('#attention .without').innerText === before", arg=before
    )
    lab.get_by_role("button", name="Quick").click()
    lab.locator(".curve .chart-box").scroll_into_view_if_needed()
    (curve,) = traces(page, "#attention .curve")
    n_heads = lab.locator(".head-grid .cell").count()
    assert curve["x"] == list(range(n_heads + 1))  # from none to all
    assert all(0 <= share <= 1 for share in curve["y"])


def test_effects_explanations_and_swaps(browser):
    page = opened(browser, "&lang=zh&view=maps&measure=effect", width=390, locale="zh-CN")
    lab = page.locator("#attention")
    lab.get_by_role("button", name="逐个关掉来测量").click()
    cells = lab.locator(".maps .head-grid .cell")
    cells.first.wait_for()
    page.wait_for_function(
        "document.querySelector('#attention .maps .cell')?.textContent.match(/[+−]\\d/)"
    )
    after(page, lab.locator(".views button[value=sources]").click)
    lab.locator(".agreement table").wait_for(timeout=60_000)
    shares = [float(row["attention"]) for row in rows(page)]
    assert sum(shares) == pytest.approx(1, abs=0.01)
    after(page, lab.locator(".views button[value=swap]").click)
    lab.locator(".swap .head-grid .cell").first.wait_for()
    before = rows(page)
    shown = int(lab.locator(".view.swap").get_attribute("data-shown"))
    lab.locator(".other-a").fill(lab.locator("textarea.a").input_value())
    page.wait_for_function(
        f"Number(document.querySelector('#attention .view.swap').dataset.shown) > {shown}"
        " && !document.querySelector('#attention .exports button').disabled"
    )
    assert {float(row["divergence"]) for row in rows(page)} == {0}
    assert max(float(row["divergence"]) for row in before) > 0


@pytest.mark.parametrize("end", ["newer", "undone"])
def test_an_answer_that_comes_late_does_not_change_what_is_on_the_screen(browser, end: str):
    """The first text's tokens stay, and work, until what stands in the field has been read."""
    page = opened(browser, "&lang=en")
    page.wait_for_function(f"document.querySelector('{PAGE}').dataset.layers === '6'")
    page.wait_for_timeout(300)
    lab, held = page.locator("#attention"), []
    chips = lab.locator(".view.heads .column.q .token")
    before = chips.all_inner_texts()
    page.route(re.compile("component_server"), lambda route: held.append(route))

    def asked(n: int) -> None:
        for _ in range(200):
            if len(held) == n:
                return
            page.wait_for_timeout(50)
        raise AssertionError(f"{len(held)} questions, not {n}")

    first, field = lab.locator("textarea.a").input_value(), lab.locator("textarea.a")
    field.fill("it")
    asked(1)
    field.fill(f"{first} so it slept." if end == "newer" else first)
    with page.expect_response(re.compile("component_server")):
        held[0].continue_()
    asked(2 if end == "newer" else 1)
    assert chips.all_inner_texts() == before
    chips.last.hover()
    chips.nth(5).click()  # the errors that this threw fail the test
    if end == "newer":
        after(page, held[1].continue_)
        assert len(chips.all_inner_texts()) > len(before)
    assert lab.locator(".view.heads.waiting").count() == 0
    assert lab.locator(".view.heads .token[aria-pressed=true]").count() > 0


def test_the_link_restores_what_is_on_the_screen(browser):
    query = "&lang=en&text=a+dog+ran.&second=it+barked.&layer=2&heads=3,11&pins=q2,k6&off=7&least=2"
    page = opened(browser, f"{query}&pairs=ab&unit=word")
    lab = page.locator("#attention")
    after(page, lab.locator(".heads .layer button").nth(3).click)
    other = opened(browser, f"&{page.url.split('tab=attention&', 1)[1]}")
    assert rows(other) == rows(page)
    assert other.locator("#attention textarea.b").input_value() == "it barked."
    assert other.locator("#attention .heads .layer [aria-pressed=true]").inner_text() == "4"
    assert other.locator("#attention .toggle[aria-pressed=true]").all_inner_texts() == ["3", "11"]
    assert "1 of 72" in other.locator("#attention .remarks").inner_text()


def test_bad_texts_are_told_in_both_languages_and_never_run(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#attention")
    typed = "<img src=x onerror='window.ran=1'> [SEP] 😀 سلام"
    for box in ("textarea.a", "textarea.b"):
        after(page, lambda box=box: lab.locator(box).fill(typed))
    for view in VIEWS:
        lab.locator(f".views button[value={view}]").click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    lab.locator("textarea.a").fill(" ")
    lab.locator(".typed > .problem").wait_for()
    english = lab.locator(".typed > .problem").inner_text()
    switch_language(page)
    assert lab.locator(".typed > .problem").inner_text() != english
    after(page, lambda: lab.locator("textarea.a").fill("cat " * 700))
    lab.get_by_role("button", name="改为保留结尾").click()
    lab.get_by_role("button", name="改为保留开头").wait_for()


@pytest.mark.parametrize(("width", "lang"), [(390, "zh"), (1280, "en")])
def test_every_view_fits(browser, width: int, lang: str):
    page = opened(browser, f"&lang={lang}&example=2", width=width, dark=width == 390)
    for view in VIEWS:
        after(page, page.locator(f"#attention .views button[value={view}]").click)
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, view
        assert page.locator("#attention .view:visible").count() == 1


def test_the_language_changes_while_another_tab_is_shown(browser):
    page = opened(browser, "&lang=en")
    chapters = page.locator(".shell .chapters button")
    chapters.last.click()
    examples = page.locator("#sentiment .examples")
    examples.get_by_text("Examples").wait_for()
    switch_language(page)
    examples.get_by_text("例句").wait_for()
    page.wait_for_url("**lang=zh**")
    chapters.get_by_text("注意力").click()
    after(page, lambda: page.locator("#attention .heads .layer button").nth(4).click())
    page.locator("#attention .view.heads:not(.waiting)").wait_for()
