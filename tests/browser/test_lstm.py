"""LSTM: a student steps through a sentence, crosses words out and changes who reads."""

import functools

import pytest

from core import texts
from core.inference import lstm, lstm_opening
from tests.browser import visiting
from tests.browser.visiting import open_section, switch_language

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def opened(browser, query: str = "&lang=en", **settings):
    page = browser(f"tab=lstm{query}", **settings)
    visiting.answered(page, "lstm")
    return page


after = functools.partial(visiting.after, tab="lstm")


def shares(page) -> list[str]:
    return page.locator("#lstm .word-row .shares").all_inner_texts()


def expected(text: str, start: str = "tuned", direction: str = "forwards", off=()) -> list[str]:
    good = lstm.read(text, "en", start, off).steps[direction].good
    return [f"{100 * float(one):.0f}%" for one in good]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_on_a_stored_answer_without_asking(browser, lang, width):
    page = visiting.opened(browser, "&tab=lstm", lang, width)
    visiting.answered(page, "lstm")
    stored = lstm_opening.opening()[lang]
    assert page.locator("#lstm .word-row").count() == len(stored.left)
    last = f"{100 * float(stored.steps['forwards'].good[-1]):.0f}%"
    assert shares(page)[-1].strip() == last
    asked = page.evaluate("watched.calls.map(({ handler }) => handler)")
    assert "read_text" not in asked
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_steps_directions_vectors_and_crossed_out_words(browser):
    page = opened(browser)
    text = texts.text("lstm.example.1", "en")
    assert [one.strip() for one in shares(page)] == expected(text)

    page.locator("#lstm .word-row").nth(2).click()
    assert "“story”" not in page.locator("#lstm .at-word").inner_text()
    assert "“is”" in page.locator("#lstm .at-word").inner_text()
    assert page.locator("#lstm .word-row .unread").count() > 0
    page.locator("#lstm .on-one").click()
    assert "“slow”" in page.locator("#lstm .at-word").inner_text()
    page.locator("#lstm .back-one").click()
    page.wait_for_function("location.search.includes('at=2')")

    page.locator("#lstm .part [value=forget_gate]").click()
    assert "emptied" in page.locator("#lstm .shows").inner_text()
    page.locator("#lstm .directions [value=backwards]").click()
    assert [one.strip() for one in shares(page)] == expected(text, direction="backwards")
    page.locator("#lstm .directions [value=both]").click()
    assert page.locator("#lstm .row-strips canvas").count() == 2 * len(expected(text))
    page.locator("#lstm .directions [value=forwards]").click()

    after(page, act=lambda: page.locator("#lstm .starts [value=random]").click())
    assert [one.strip() for one in shares(page)] == expected(text, "random")
    after(page, act=lambda: page.locator("#lstm .crossing button").nth(3).click())
    assert [one.strip() for one in shares(page)] == expected(text, "random", off=[3])
    assert page.locator("#lstm .crossing [aria-pressed=true]").count() == 1
    after(page, act=lambda: page.locator("#lstm .undo").click())
    after(page, act=lambda: page.locator("#lstm .reset").click())
    assert [one.strip() for one in shares(page)] == expected(text)


def test_reading_aloud_ends_at_the_last_word(browser):
    page = opened(browser, "&lang=en&text=A+good+film")
    page.locator("#lstm .play").click()
    assert "“A”" in page.locator("#lstm .at-word").inner_text()
    page.locator("#lstm .at-word", has_text="“film”").wait_for()
    page.locator("#lstm .play", has_text="Read").wait_for()


def test_own_texts_bad_ones_and_markup(browser):
    page = opened(browser)
    box = page.locator("#lstm textarea")
    after(page, act=lambda: box.fill("<b>Not</b> a qzxw film!"))
    assert page.locator("#lstm .word-row b").all_inner_texts()[:2] == ["b", "Not"]
    assert "qzxw" in page.locator("#lstm .remarks").inner_text()
    box.fill("")
    page.locator("#lstm .typed .problem", has_text="nothing to read").wait_for()
    box.fill("word " * 10_000)
    page.locator("#lstm .typed .problem", has_text="at most").wait_for()
    after(page, act=lambda: box.fill("good"))
    page.locator("#lstm .crossing button").click()
    page.locator("#lstm .typed .problem", has_text="crossed out").wait_for()
    after(page, act=lambda: page.locator("#lstm .back").click())
    assert page.locator("#lstm .word-row").count() == 1
    switch_language(page)
    after(page, act=lambda: page.locator("#lstm .language [value=zh]").click())
    after(page, act=lambda: box.fill("這部電影很好看"))
    assert "繁体" in page.locator("#lstm .remarks").inner_text()


def test_sections_a_word_in_two_sentences_reasons_and_scores(browser):
    page = opened(browser)
    open_section(page, "lstm", "contexts")
    page.locator("#lstm .pairs button").first.click()
    row = page.locator("#lstm [data-section=contexts] tr", has_text="good")
    row.wait_for()
    page.locator("#lstm [data-section=contexts] .one", has_text="The film is good.").wait_for()
    assert row.locator("[data-of=backwards]").inner_text().strip() == "1.00"
    assert row.locator("[data-of=forwards]").inner_text().strip() != "1.00"
    page.locator("#lstm .other").fill("Nothing alike")
    page.locator("#lstm [data-section=contexts] .remark", has_text="share no word").wait_for()
    page.locator("#lstm .other").fill("")
    page.locator("#lstm [data-section=contexts] .problem", has_text="nothing to read").wait_for()

    open_section(page, "lstm", "reasons")
    page.locator("#lstm .ways summary").click()
    page.locator("#lstm .ways .grid b", has_text="step").wait_for()
    open_section(page, "lstm", "scores")
    page.locator("#lstm [data-section=scores] td").first.wait_for()
    assert page.locator("#lstm [data-section=scores] td").count() == 9
