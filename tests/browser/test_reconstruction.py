"""What a student does on the first page: draw, take back, choose, upload, share."""

import re
import struct
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import guess, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = "#reconstruction article"
THREE = [(30, 25), (60, 18), (80, 32), (55, 52), (82, 70), (66, 92), (28, 86)]  # on a pad of 112
DOT = [(56, 56)]
SLASH = [(40, 20), (70, 90)]


def shown(page: "Page") -> int:
    return int(page.locator(PAGE).get_attribute("data-shown"))


def wait_for_answer(page: "Page", before: int) -> None:
    page.wait_for_function(
        f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}"
        f" && document.querySelector('{PAGE}').getAttribute('aria-busy') !== 'true'"
    )


def opened(browser, query: str = "", **settings) -> "Page":
    page = browser(f"tab=reconstruction{query}", **settings)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    return page


def draw(page: "Page", points: list[tuple[int, int]]) -> None:
    canvas = page.locator("#reconstruction .pad canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    places = [
        (box["x"] + x / 112 * box["width"], box["y"] + y / 112 * box["height"]) for x, y in points
    ]
    before = shown(page)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()
    page.wait_for_function("new URLSearchParams(location.search).has('strokes')")
    wait_for_answer(page, before)


def pictures(page: "Page") -> list[str]:
    """Every canvas of the cards, the strip and what the network sees, as text."""
    return page.eval_on_selector_all(
        "#reconstruction .pictures canvas, #reconstruction .strip canvas, .seen canvas",
        "canvases => canvases.map(canvas => canvas.toDataURL())",
    )


def test_draw_a_three_undo_and_clear(browser):
    page = opened(browser)
    page.wait_for_timeout(300)
    # The first view is stored: nothing was asked.
    assert not [r for r in browser.requests if r.startswith("POST")]
    first = pictures(page)
    page.locator("#reconstruction .clear").click()
    assert page.locator("#reconstruction .hint").is_visible()
    draw(page, THREE)
    drawn = pictures(page)
    assert len(drawn) == 8 * 2 + 2 + 1
    assert all(a != b for a, b in zip(first, drawn, strict=True))
    assert page.locator("#reconstruction .digit-name").inner_text() == "3"

    draw(page, SLASH)
    assert pictures(page) != drawn
    before = shown(page)
    page.locator("#reconstruction .undo").click()
    wait_for_answer(page, before)
    assert pictures(page) == drawn

    page.locator("#reconstruction .clear").click()
    assert page.locator("#reconstruction .hint").is_visible()
    assert pictures(page) == drawn  # old results stay, dimmed
    page.locator("#reconstruction .undo").click()
    assert not page.locator("#reconstruction .hint").is_visible()


def test_a_dot_is_a_drawing(browser):
    page = opened(browser)
    draw(page, DOT)
    assert "strokes=56%2C56" in page.url or "strokes=56,56" in page.url
    assert page.locator("#reconstruction .problem:visible").count() == 0


ONE = [(58, 18), (54, 96)]


@pytest.mark.parametrize("query", ["&lang=en", "&lang=zh&digit=567", "&lang=en&proof"])
def test_a_stroke_takes_the_place_of_what_the_lab_laid_there(browser, query):
    page = opened(browser, query)
    lab = page.locator("#reconstruction")
    if "proof" in query:
        guess(page, "reconstruction", 0)  # its answer draws a letter
        page.wait_for_function("location.search.includes('strokes=')")
        page.wait_for_timeout(500)
    there = lab.locator(".pad canvas").evaluate("c => c.toDataURL()")
    draw(page, ONE)
    assert lab.locator(".digit-name").inner_text() == "1"
    assert (
        page.evaluate("new URLSearchParams(location.search).get('strokes').includes(':')") is False
    )
    before = shown(page)
    lab.locator(".undo").click()
    wait_for_answer(page, before)
    assert lab.locator(".pad canvas").evaluate("c => c.toDataURL()") == there
    draw(page, ONE)  # again in its place, not on top of it
    assert lab.locator(".digit-name").inner_text() == "1"
    one = pictures(page)
    draw(page, SLASH)  # the learner's own is drawn upon
    assert page.evaluate("new URLSearchParams(location.search).get('strokes').includes(':')")
    assert pictures(page) != one


def test_where_nothing_is_drawn_nobody_votes(browser):
    page = opened(browser)
    lab = page.locator("#reconstruction")
    assert lab.locator(".digit-name").inner_text() == "3"
    assert lab.locator(".vote").first.is_visible()

    def unvoted() -> None:
        page.locator(f"{PAGE}.voteless").wait_for()
        assert lab.locator(".digit-name").inner_text() == "?"
        assert not lab.locator(".unlike.true").count()
        for hidden in lab.locator(".vote, .neighbours").all():
            assert not hidden.is_visible()
        said = lab.locator(".agreed").inner_text()
        switch_language(page)
        assert lab.locator(".agreed").inner_text() != said
        assert lab.locator(".digit-name").inner_text() == "?"

    lab.locator(".clear").click()
    unvoted()
    # A pad full of ink has no shape: the server refuses it, and the example's vote is not shown.
    full = ":".join(f"0,{y},112,{y}" for y in range(4, 112, 8))
    page = opened(browser, f"&strokes={full}")
    lab = page.locator("#reconstruction")
    lab.locator(".entry .problem").wait_for()
    unvoted()


def test_answers_come_while_the_stroke_lasts(browser):
    page = opened(browser)
    draw(page, SLASH)  # wakes the models
    box = page.locator("#reconstruction .pad canvas").bounding_box()
    before = shown(page)
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 60 + 10 * step, box["y"] + 60 + 5 * step)
        page.wait_for_timeout(40)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    page.mouse.up()


def test_keyboard_draws(browser):
    page = opened(browser)
    page.locator("#reconstruction .clear").click()
    pad = page.locator("#reconstruction .pad canvas")
    pad.focus()
    before = shown(page)
    pad.press("Space")
    for _ in range(12):
        pad.press("ArrowDown")
    pad.press("Space")
    wait_for_answer(page, before)
    page.wait_for_function("location.search.includes('strokes=56,28,56,76')")
    assert page.locator("#reconstruction .digit-name").inner_text() == "1"
    pad.press("Backspace")
    page.wait_for_function("location.search.includes('blank=1')")


def test_choose_a_sample_and_restore_it_from_the_link(browser):
    page = opened(browser)
    before = shown(page)
    first = "document.querySelector('#reconstruction .digits button').dataset.index"
    row = page.evaluate(first)
    page.locator("#reconstruction .more").click()
    page.wait_for_function(f"{first} !== {row}")
    page.locator("#reconstruction .digits button[aria-label='Sample digit 7']").click()
    wait_for_answer(page, before)
    page.locator("#reconstruction .card[data-model=dense32] .name").click()
    page.wait_for_function("location.search.includes('card=dense32')")
    chosen, query = pictures(page), page.url.split("?")[1]
    assert re.search(r"digit=\d+", query)

    again = opened(browser, "&" + query)
    wait_for_answer(again, 1)
    assert pictures(again) == chosen


def test_a_drawing_survives_the_language_and_travels_in_the_link(browser):
    page = opened(browser)
    page.locator("#reconstruction .clear").click()
    draw(page, THREE)
    drawn, words = pictures(page), page.locator("#reconstruction .vote").first.inner_text()
    switch_language(page)
    assert page.locator("#reconstruction .vote").first.inner_text() != words
    assert "网络看到的" in page.locator("#reconstruction .seen").inner_text()
    assert pictures(page) == drawn

    again = opened(browser, "&" + page.url.split("?")[1])
    wait_for_answer(again, 1)
    assert pictures(again) == drawn


def test_a_file_that_is_no_picture_gets_a_sentence_and_a_photo_a_digit(browser):
    page = opened(browser)
    page.locator("#reconstruction .clear").click()
    draw(page, THREE)
    drawn = pictures(page)
    choose = page.locator("#reconstruction input[type=file]")
    problem = page.locator("#reconstruction .entry .problem")
    choose.set_input_files(
        {"name": "three.png", "mimeType": "image/png", "buffer": b"This is no picture."}
    )
    problem.wait_for()
    english = problem.inner_text()
    switch_language(page)
    assert problem.inner_text() not in ("", english)
    assert pictures(page) == drawn  # the drawing is kept

    before = shown(page)
    choose.set_input_files({"name": "bar.png", "mimeType": "image/png", "buffer": bar()})
    wait_for_answer(page, before)
    assert not problem.is_visible()
    assert pictures(page) != drawn
    assert page.locator("#reconstruction .unlinked").is_visible()


def bar() -> bytes:
    """A dark bar on white paper: a PNG of 60 x 60 pixels, RGB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    rows = b"".join(
        b"\0"
        + b"".join(b"\x10" * 3 if 26 < x < 34 and 8 < y < 52 else b"\xff" * 3 for x in range(60))
        for y in range(60)
    )
    header = struct.pack(">IIBBBBB", 60, 60, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_opening_an_answer_proves_it(browser):
    page = opened(browser)
    before = shown(page)
    guess(page, "reconstruction", 0)
    wait_for_answer(page, before)
    assert "strokes=" in page.url
    assert page.locator("#reconstruction .unlike.true").is_visible()


def test_skipping_the_preparation_changes_what_the_network_sees(browser):
    small = "&strokes=" + ":".join(
        ",".join(f"{70 + x // 3},{70 + y // 3}" for x, y in THREE).split(":")
    )
    page = opened(browser, small)
    wait_for_answer(page, 1)
    seen = pictures(page)[-1]
    before = shown(page)
    page.locator("#reconstruction .skip").click()
    wait_for_answer(page, before)
    assert pictures(page)[-1] != seen


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_phone(browser, locale):
    page = opened(browser, width=390, height=844, locale=locale, touch=True)
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    outside = page.eval_on_selector_all(
        "#reconstruction *",
        """nodes => nodes.filter(node => node.getClientRects().length
            && node.getBoundingClientRect().right > innerWidth + 1).map(node => node.className)""",
    )
    assert outside == []
    before = shown(page)
    page.locator("#reconstruction .digits button").nth(4).tap()
    wait_for_answer(page, before)
    page.locator("#reconstruction [data-show=errors]").tap()
    assert page.locator("#reconstruction .cards canvas.errors").first.is_visible()
    assert not page.locator("#reconstruction .cards canvas.pixels").first.is_visible()


def test_boxes_do_not_jump(browser):
    page = opened(browser)
    places = "nodes => nodes.map(node => Object.values(node.getBoundingClientRect().toJSON()))"
    before = page.eval_on_selector_all("#reconstruction .card, #reconstruction .panel", places)
    draw(page, SLASH)
    after = page.eval_on_selector_all("#reconstruction .card, #reconstruction .panel", places)
    moved = [
        abs(a - b)
        for old, new in zip(before, after, strict=True)
        for a, b in zip(old, new, strict=True)
    ]
    assert max(moved) < 1
