"""What a student does with sentiment: type, compare, cross words out, look into filters, share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import open_sections

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.weights,
]

PAGE = "#sentiment article"
SHARES = """() => Object.fromEntries(
    [...document.querySelectorAll('#sentiment .verdicts button')].map(
        ({value, children}) =>
            [value, Number(/[\\d.]+|$/.exec(children[2].textContent)[0])]))"""
BERT_SAID = (
    "!document.querySelector('#sentiment .verdicts button[value=bert] .share')"
    ".textContent.includes('…')"
)


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=sentiment{query}", **settings)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    page.wait_for_function(BERT_SAID)
    open_sections(page, "sentiment")
    return page


def after(page: "Page", act: Callable[[], object]) -> dict[str, float]:
    """Act, wait until all have answered, and return P(good) in percent by model."""
    before = int(page.locator(PAGE).get_attribute("data-shown"))
    act()
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    page.wait_for_function(BERT_SAID)
    return page.evaluate(SHARES)


@pytest.mark.parametrize(
    "query",
    [
        "lang=en",
        "lang=zh",
        "lang=en&of=zh&kind=words",
        "lang=en&model=bert",
        "lang=en&model=frozen",
    ],
)
def test_the_page_opens_on_stored_answers_and_no_model_wakes(browser, query):
    def asked() -> list[str]:
        return [request for request in browser.requests if " judge_" in request]

    page = opened(browser, f"&{query}")
    lab = page.locator("#sentiment")
    assert len(page.evaluate(SHARES)) == 5
    assert lab.locator(".verdicts .share", has_text="…").count() == 0
    assert any(request.endswith(" open_example") for request in browser.requests)
    told = lab.locator(".stored").inner_text()
    assert "Stored" in told or "存好" in told
    # Another example, and another model's reasons, are stored as well.
    if "model" not in query:
        after(page, lab.locator(".examples button").nth(1).click)
        after(page, lab.locator(".verdicts button[value=bow]").click)
    assert asked() == []
    after(page, lab.locator(".crossing button").first.click)
    assert asked()
    assert lab.locator(".stored").inner_text() != told


def test_praise_and_blame_and_what_differs(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#sentiment")
    assert len(page.evaluate(SHARES)) == 5
    field = lab.locator("textarea")
    praise = after(page, lambda: field.fill("A wonderful, moving and very funny film."))
    blame = after(page, lambda: field.fill("A dull, stupid and boring mess."))
    assert all(share > 50 for share in praise.values())
    assert all(share < 50 for share in blame.values())
    assert "All of them" in lab.locator(".agreement").inner_text()
    after(page, lab.get_by_role("button", name="Undo").click)
    assert page.evaluate(SHARES) != blame


def test_a_crossed_out_word_changes_the_answer_and_the_link_keeps_it(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#sentiment")
    before = page.evaluate(SHARES)
    shares = after(page, lab.get_by_role("button", name="Cross out “wonderful”").click)
    assert shares["tuned"] < before["tuned"]
    assert shares["bow"] < before["bow"]
    assert lab.locator(".verdicts .before").count() == 5
    assert "off=" in page.url
    other = opened(browser, "&" + page.url.split("?", 1)[1].removeprefix("tab=sentiment&"))
    assert other.evaluate(SHARES) == shares
    assert after(page, lab.get_by_role("button", name="Bring all back").click) == before


def test_filters_show_their_ngrams_and_every_model_its_reasons(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#sentiment")
    lab.locator(".ngrams li").nth(9).wait_for()
    first = lab.locator(".ngrams ol").inner_text()
    lab.locator(".filters button").nth(3).click()
    page.wait_for_function(
        "(first) => document.querySelector('#sentiment .ngrams ol').innerText !== first", arg=first
    )
    assert "filter=" in page.url
    after(page, lab.locator(".verdicts button[value=bow]").click)
    assert lab.locator(".shares .chip").count() == lab.locator(".crossing .chip").count()
    assert lab.locator(".ways").is_hidden()
    after(page, lab.locator(".verdicts button[value=bert]").click)
    assert "[MASK]" in lab.locator(".how").inner_text()


@pytest.mark.parametrize("model", ["tuned", "bert"])
def test_other_explanations_are_held_against_what_is_coloured(browser, model):
    page = opened(browser, f"&lang=en&model={model}")
    lab = page.locator("#sentiment")
    lab.locator(".ways summary").click()
    lab.locator(".ways .cell").first.wait_for(timeout=60_000)
    assert "compare=1" in page.url
    columns = lab.locator(".ways .grid > b:not(.mono):not(.corner)").count()
    assert columns == 4
    # The first column is what the words are coloured by.
    numbers = lab.locator(".ways .cell .number").all_inner_texts()
    told = [float(x.replace("−", "-")) for x in numbers]
    first = told[: len(lab.locator(".ways .grid > b.mono").all()) * columns : columns]
    chips = ".sentence .won" if model == "tuned" else ".shares .chip"
    titles = lab.locator(chips).evaluate_all("nodes => nodes.map(({ title }) => title)")
    assert len(titles) >= len(first)
    for cost in first:
        signed = f"{'−' if cost < 0 else '+'}{abs(cost):.2f}"
        assert any(signed in title for title in titles), signed
    before = lab.locator(".ways .grid").inner_text()
    after(page, lambda: lab.locator("textarea").fill("A wonderful film."))
    page.wait_for_function(
        "(before) => document.querySelector('#sentiment .ways .grid').innerText !== before",
        arg=before,
    )
    other = opened(browser, "&" + page.url.split("?", 1)[1].removeprefix("tab=sentiment&"))
    other.locator("#sentiment .ways .cell").first.wait_for(timeout=60_000)


def test_chinese_by_character_and_by_word_on_a_phone(browser):
    page = opened(browser, "&lang=zh", width=390, locale="zh-CN", dark=True)
    lab = page.locator("#sentiment")
    by_character = lab.locator(".crossing .chip").count()
    after(page, lab.get_by_role("button", name="按词").click)
    assert lab.locator(".crossing .chip").count() < by_character
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    after(page, lambda: lab.locator("textarea").fill("This film is wonderful"))
    after(page, lab.locator(".remarks button").click)
    assert lab.locator(".language button[value=en]").get_attribute("aria-pressed") == "true"
    assert lab.locator("textarea").input_value() == "This film is wonderful"


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("en", "", "nothing to read"),
        ("zh", "   ", "没有可读"),
        ("en", "x" * 5001, "5001"),
        ("en", "中文", "Not in the training texts|None of these words"),
        ("en", "good film " * 150, "not read"),
    ],
)
def test_bad_texts_are_told_and_nothing_is_lost(browser, language, text, told):
    page = opened(browser, f"&lang={language}")
    lab = page.locator("#sentiment")
    before = page.evaluate(SHARES)
    after(page, lambda: lab.locator("textarea").fill(text))
    said = lab.locator(".problem").first.inner_text() + lab.locator(".remarks").inner_text()
    assert any(
        part.lower() in said.replace(".", ",").lower() or part in said for part in told.split("|")
    )
    assert len(page.evaluate(SHARES)) == len(before)


def test_markup_is_shown_as_typed(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#sentiment")
    text = "<img src=x onerror=alert(1)> <b>good</b> 😀 123"
    after(page, lambda: lab.locator("textarea").fill(text))
    assert lab.locator("img").count() == 0
    assert "<img" in lab.locator(".given").inner_text()
