"""Told and not told: a student asks four encoders about a picture."""

import pytest

from core.inference import told
from tests.browser import visiting
from tests.browser.visiting import open_section, switch_language, traces

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PAGE = "#told article"


def opened(browser, query: str = "&lang=en", **settings):
    page = browser(f"tab=told{query}", **settings)
    page.locator(f"{PAGE}:not([data-shown='0'])").wait_for(timeout=90_000)
    return page


def card(page, objective: str):
    return page.locator(f"#told .card[data-objective={objective}]")


def shown(page) -> int:
    return int(page.locator(PAGE).get_attribute("data-shown"))


def after(page, act) -> None:
    """Do something and wait for the answer to it."""
    before = shown(page)
    act()
    page.wait_for_function(
        "(n) => Number(document.querySelector('#told article').dataset.shown) > n"
        " && !document.querySelector('#told article.old')",
        arg=before,
    )


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_on_a_stored_answer_without_asking(browser, lang, width):
    page = visiting.opened(browser, "&tab=told", lang, width)
    for kept in told.opening_answers():
        text = card(page, kept.objective).locator(".error").inner_text()
        assert text == f"MSE {kept.error:.4f}".replace("0.", ".")
    asked = page.evaluate("watched.calls.map(({ handler }) => handler)")
    assert not {"compare_codes", "show_row"} & set(asked)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_another_digit_another_set_and_a_drawing_are_answered(browser):
    page = opened(browser)
    after(page, lambda: page.locator("#told .samples button").nth(3).click())
    assert "says: 3" in card(page, "told").locator(".verdict").inner_text()
    index = told.row("digits", told.OPENING_ROW)[3]
    page.wait_for_function(f"location.search.includes('sample={index}')")

    after(page, lambda: page.locator("#told .sets [value=animals]").click())
    assert page.locator("#told .pad").is_visible()
    assert page.locator("#told .samples button").nth(9).get_attribute("title") == "zebra"
    after(page, lambda: page.locator("#told .samples button").nth(9).click())
    assert "zebra" in card(page, "told").locator(".verdict").inner_text()
    switch_language(page)
    assert "斑马" in card(page, "told").locator(".verdict").inner_text()
    switch_language(page)

    after(page, lambda: page.locator("#told .sets [value=digits]").click())
    page.locator("#told .clear").click()
    page.locator("#told article.old").wait_for()
    box = page.locator("#told .pad canvas").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"]

    def one() -> None:
        page.mouse.move(x, y + 0.15 * box["height"])
        page.mouse.down()
        page.mouse.move(x - 4, y + 0.85 * box["height"], steps=8)
        page.mouse.up()

    after(page, one)
    assert "says: 1" in card(page, "told").locator(".verdict").inner_text()
    assert "strokes=" in page.url


@pytest.mark.parametrize("query", ["&of=clothes&sample=17", "&of=animals"])
def test_a_link_opens_its_picture(browser, query):
    page = opened(browser, f"&lang=en{query}")
    page.locator(f"{PAGE}:not(.old)").wait_for()
    pictures = "clothes" if "clothes" in query else "animals"
    index = 17 if "17" in query else told.row("animals", 0)[0]
    page.wait_for_function(f"location.search.includes('of={pictures}&sample={index}')")
    kept = {one.objective: one for one in told.compare(pictures, told.shown(pictures, index))}
    text = card(page, "ae").locator(".error").inner_text()
    assert float(text.removeprefix("MSE ")) == pytest.approx(kept["ae"].error, abs=1e-4)


def test_sections_show_what_was_measured_and_a_point_of_a_map_is_a_picture(browser):
    page = opened(browser)
    labels = open_section(page, "told", "labels")
    labels.locator(".chart .js-plotly-plot").wait_for()
    assert labels.locator(".key span").count() == 5
    lost = open_section(page, "told", "lost")
    lost.locator(".strokes-chart .js-plotly-plot").wait_for()
    tables = open_section(page, "told", "confusion").locator("table")
    tables.first.wait_for()
    figures = told.figures("digits")["objectives"]["told"]["confusion"]
    assert tables.first.locator("td").first.inner_text() == str(figures[0][0])
    maps = open_section(page, "told", "maps")
    for figure in maps.locator("figure").all():
        figure.scroll_into_view_if_needed()  # a chart is drawn when it is in view
        figure.locator(".js-plotly-plot").wait_for()
    flat = traces(page, "#told .maps")
    maps.locator(".methods [value=umap]").click()
    page.wait_for_function("location.search.includes('map=umap')")
    page.wait_for_function(
        """(x) => document.querySelector("#told .maps .chart-plot").data[0].x[0] !== x""",
        arg=flat[0]["x"][0],
    )
    star = next(one for one in traces(page, "#told .maps") if one.get("meta") == "mark")
    points = told.maps("digits", "umap")[0].points
    assert (star["x"][0], star["y"][0]) == pytest.approx(tuple(points[told.opening()["digit"]]))
    assert "UMAP" in maps.locator(".reading").inner_text()
    point = maps.locator(".map").first.locator(".scatterlayer .points path").nth(40)
    after(page, lambda: point.click(force=True))
    assert "sample=" in page.url

    after(page, lambda: page.locator("#told .sets [value=clothes]").click())
    assert not page.locator("#told .pad").is_visible()
    assert "can’t be drawn" in page.locator("#told .draw-note").inner_text()
    page.wait_for_function("document.querySelector('#told .tables th').textContent === 'T-shirt'")
    assert lost.locator(".strokes-chart").is_hidden()


def test_an_empty_pad_says_where_to_draw_and_undo_brings_the_digit_back(browser):
    page = opened(browser)
    page.locator("#told .clear").click()
    page.locator("#told .hint").wait_for()
    assert not page.locator("#told .entry .problem").is_visible()
    after(page, lambda: page.locator("#told .undo").click())
    assert page.locator("#told .hint").is_hidden()
    assert "sample=" not in page.url  # the one with which the page opens


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_a_drawn_animal_is_answered_and_twins_are_told_of(browser, lang, width):
    page = opened(browser, f"&lang={lang}&of=animals", width=width)
    page.locator(f"{PAGE}:not(.old)").wait_for()
    pad = page.locator("#told .pad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()

    def outline() -> None:
        at = [(0.2, 0.3), (0.8, 0.3), (0.8, 0.8), (0.6, 0.5), (0.3, 0.8), (0.2, 0.3)]
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in at]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=4)
        page.mouse.up()

    after(page, outline)
    page.wait_for_function("location.search.includes('strokes=')")
    assert "sample=" not in page.url
    link = page.url.partition("?")[2]
    error = card(page, "ae").locator(".error").inner_text()
    twins = open_section(page, "told", "labels").locator(".twins")
    assert str(told.twins()["n_near"]) in twins.inner_text()
    after(page, lambda: page.locator("#told .sets [value=digits]").click())
    page.locator("#told .undo").click()
    page.locator("#told .hint").wait_for()  # an empty pad: nothing of the animals comes back
    again = browser(link, width=width)
    again.locator(f"{PAGE}:not([data-shown='0'])").wait_for()
    assert card(again, "ae").locator(".error").inner_text() == error
    assert page.evaluate("document.documentElement.scrollWidth") <= width
