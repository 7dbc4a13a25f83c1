"""In context: a student walks the layers, points at sentences, chooses a word, types his own."""

import functools

import pytest

from core.inference import contextual
from tests.browser import visiting
from tests.browser.visiting import open_section, switch_language

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def opened(browser, query: str = "&lang=en", **settings):
    page = browser(f"tab=contextual{query}", **settings)
    visiting.answered(page, "contextual")
    return page


after = functools.partial(visiting.after, tab="contextual")


def cosines(page) -> list[str]:
    return page.locator("#contextual .matrix tr:nth-child(2) td").all_inner_texts()


def first_row(found, layer: int) -> list[str]:
    return [f"{one:.2f}".replace("0.", ".") for one in found["cosines"][layer][0]]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_stored_and_the_layers_ask_nothing(browser, lang, width):
    page = visiting.opened(browser, "&tab=contextual", lang, width)
    visiting.answered(page, "contextual")
    stored = contextual.stored()["opening"][lang]
    assert page.locator("#contextual .dot").count() == len(stored["sentences"])
    assert cosines(page) == first_row(stored, -1)
    slider = page.locator("#contextual .layer")
    slider.focus()
    for layer in (5, 4):
        page.keyboard.press("ArrowLeft")
        assert cosines(page) == first_row(stored, layer)
        assert str(layer) in page.locator("#contextual .at").inner_text()
    page.keyboard.press("Home")
    assert cosines(page) == ["1.00"] * 6
    places = page.locator("#contextual .dot").evaluate_all("(all) => all.map((x) => x.style.left)")
    assert set(places) == {"50%"}
    assert "layer=-1" in page.url
    asked = page.evaluate("watched.calls.map(({ handler }) => handler)")
    assert not {"show_word", "compare_sentences"} & set(asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_points_light_their_sentences_and_play_walks(browser):
    page = opened(browser, "&lang=en&layer=4")
    page.locator("#contextual .dot").nth(4).hover()
    assert "rain" in page.locator("#contextual .line.on").inner_text()
    line = page.locator("#contextual .line").nth(3)
    line.focus()
    assert page.locator("#contextual .dot.on").inner_text() == "4"
    assert page.locator("#contextual .matrix td.on").count() == 11
    line.press("Enter")
    page.locator("#contextual .play").focus()
    assert page.locator("#contextual .line.on").count() == 1  # it stays
    assert line.get_attribute("aria-pressed") == "true"
    page.locator("#contextual .play").click()
    page.locator("#contextual .at", has_text="layer 6").wait_for()
    page.locator("#contextual .play", has_text="Play").wait_for()
    assert "6 of 6" in page.locator("#contextual .outcome").inner_text()


def test_words_own_sentences_and_what_is_refused(browser):
    page = opened(browser)
    after(page, act=lambda: page.locator("#contextual select").select_option("bat"))
    assert "cave" in page.locator("#contextual textarea").input_value()
    assert page.locator("#contextual .lines small").first.inner_text() == "animal"
    box, problem = page.locator("#contextual textarea"), page.locator("#contextual .problem").first
    after(page, act=lambda: box.fill("The <b>bat</b> flew.\nA bat hit a bat."))
    assert page.locator("#contextual .lines li").count() == 2
    assert "<b>bat</b>" in page.locator("#contextual .lines").inner_text()
    assert page.locator("#contextual .dot[data-sense='0']").count() == 2
    assert "first place counts" in page.locator("#contextual .remarks").inner_text()
    for text, said in [
        ("", "nothing to read"),
        ("A bat.", "at least 2"),
        ("A bat.\nA dog.", "Sentence 2"),
        ("a bat\n" * 13, "At most 12"),
        ("bat " * 10_000 + "\na bat", "at most"),
    ]:
        box.fill(text)
        page.locator("#contextual .typed .problem", has_text=said).wait_for()
    assert problem.is_visible()
    after(page, act=lambda: box.fill("A bat.\nThe bat."))
    page.locator("#contextual .word").fill("")
    page.locator("#contextual .typed .problem", has_text="Which word").wait_for()
    switch_language(page)
    page.locator("#contextual .typed .problem", has_text="要看哪个词").wait_for()
    after(page, act=lambda: page.locator("#contextual .reset").click())
    assert page.locator("#contextual .word").input_value() == contextual.OPENING["zh"]


def test_a_link_with_own_sentences_and_the_measured_charts(browser):
    page = opened(browser, "&lang=en&of=en&word=cat&text=A+cat+sat.%0AMy+cat+ran.&layer=2")
    assert page.locator("#contextual .dot").count() == 2
    assert "layer 2" in page.locator("#contextual .at").inner_text()
    for name in ("senses", "alike"):
        open_section(page, "contextual", name)
        page.locator(f"#contextual [data-section={name}] .scatterlayer .trace").first.wait_for()
    assert page.locator("#contextual [data-section=alike] .trace").count() == 4
