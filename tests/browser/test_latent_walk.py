"""The latent walk as a student uses it: drag the point, change beta, play the film."""

import re

import pytest

from tests.browser.visiting import guess, module, open_section, switch_language

pytestmark = pytest.mark.browser

SHEET = """canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  .data.reduce((sum, value, k) => (sum * 31 + value * (k % 97)) % 1000003, 7)"""
# Two frames: what was asked for is on the screen.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def opened(browser, query: str = "", *, sections: tuple[str, ...] = (), **how):
    page = browser(f"tab=latent_walk&lang=en{query}", **how)
    page.locator("#latent_walk .page[data-ready]").wait_for(timeout=90_000)
    page.locator("#latent_walk canvas[data-map=whole]").wait_for(timeout=90_000)
    for name in sections:
        open_section(page, "latent_walk", name)
    return page


def frames(page) -> int:
    return int(page.locator("#latent_walk .page").get_attribute("data-frames"))


def test_dragging_decodes_here_and_asks_nobody(browser):
    page = opened(browser)
    pad, big = page.locator("#latent_walk .pad canvas"), page.locator("#latent_walk .big")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.wait_for_load_state("networkidle")
    before, first, sent = frames(page), big.evaluate(SHEET), len(browser.requests)
    x, y, step_size = box["x"] + box["width"] / 9, box["y"] + box["height"] / 6, box["width"] / 56
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for step in range(40):
        page.mouse.move(x + step_size * step, y + 0.8 * step_size * step)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        if step % 8 == 0:
            seen.add(big.evaluate(SHEET))
    page.mouse.up()
    assert frames(page) - before >= 20
    assert len(seen | {first}) >= 5
    assert browser.requests[sent:] == []
    page.wait_for_function("new URLSearchParams(location.search).get('z')?.startsWith('1.')")
    place = page.locator("#latent_walk .place").inner_text()
    assert re.fullmatch(r"z = \(1\.\d\d, −1\.\d\d\)", place)

    sent = len(browser.requests)  # the keyboard does the same
    pad.focus()
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowUp"):
        page.keyboard.press(key)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.locator("#latent_walk .place").inner_text() != place
    page.keyboard.press("Home")
    page.get_by_text("z = (0.00, 0.00)").wait_for()
    assert browser.requests[sent:] == []


def test_beta_changes_the_map_and_the_window_zooms(browser):
    page = opened(browser, "&z=1,1")
    pad = page.locator("#latent_walk .pad canvas")
    one, big = pad.evaluate(SHEET), page.locator("#latent_walk .big").evaluate(SHEET)
    page.locator("#latent_walk .betas").get_by_role("button", name="4").click()
    page.wait_for_function("location.search.includes('beta=4')")
    page.locator("#latent_walk .strip .out figcaption", has_text="β = 4").wait_for()
    page.locator("#latent_walk tr.now", has_text="4").wait_for()
    page.locator("#latent_walk .chart:not(.asking)").wait_for()
    page.evaluate(SETTLED)  # the new map has begun to grow
    page.locator("#latent_walk canvas[data-map=whole]").wait_for()
    four = pad.evaluate(SHEET)
    assert four != one
    page.wait_for_function(f"({SHEET})(document.querySelector('#latent_walk .big')) != {big}")
    page.get_by_role("button", name="all codes").click()
    page.wait_for_function("location.search.includes('zoom=fit')")
    page.wait_for_function(
        f"({SHEET})(document.querySelector('#latent_walk .pad canvas')) != {four}"
    )


def test_the_film_plays_and_its_path_lies_on_the_plane(browser):
    page = opened(browser, "&steps=9&frame=1&a=7&b=1", sections=("between",))
    for name in ("ae3", "vae2", "vae16"):
        assert page.locator(f"#latent_walk .reel.{name} .strip-of-film canvas").count() == 9
    big = page.locator("#latent_walk .reel.vae16 > canvas")
    first = big.evaluate(SHEET)
    page.locator("#latent_walk .play", has_text="Play").click()
    page.wait_for_function(  # it plays there and back: paused, it may show any frame
        "Number(document.querySelector('#latent_walk .frame').value) > 3"
        f" && ({SHEET})(document.querySelector('#latent_walk .reel.vae16 > canvas')) != {first}"
    )
    page.locator("#latent_walk .play", has_text="Pause").click()
    page.locator("#latent_walk .frame").fill("9")
    page.get_by_text("Frame 9 of 9").wait_for()
    page.locator("#latent_walk .steps").fill("32")
    page.get_by_text("Frame 9 of 32").wait_for()
    assert page.locator("#latent_walk .reel.ae3 .strip-of-film canvas").count() == 32
    page.get_by_role("button", name="Round (slerp)").click()
    page.wait_for_function("location.search.includes('mode=slerp')")


def test_language_and_seed_keep_the_state(browser):
    page = opened(browser, "&z=-1.5,0.5&steps=5&seed=77", sections=("between", "prior"))
    sheet = page.locator("#latent_walk .sheet.vae16 canvas")
    drawn = sheet.evaluate(SHEET)
    switch_language(page)
    assert page.locator("#latent_walk .place").inner_text() == "z = (−1.50, 0.50)"
    assert page.locator("#latent_walk .steps-name").inner_text() == "5 步"
    assert page.locator("#latent_walk .seed").input_value() == "77"
    assert sheet.evaluate(SHEET) == drawn
    words = page.locator("#latent_walk .page").inner_text()
    assert "undefined" not in words
    assert not re.search(r"\{\w+\}", words)
    page.evaluate("Math.random = () => 0.5")  # else it may be 77 again
    page.get_by_role("button", name="换个种子").click()
    page.wait_for_function(f"({SHEET})(document.querySelector('.sheet.vae16 canvas')) != {drawn}")
    assert "seed=5000" in page.url


def test_a_link_restores_the_screen_on_a_phone(browser):
    link = "&beta=4&z=0.5,-1.25&zoom=6&a=12&b=34&steps=20&mode=slerp&frame=7&seed=5&map=0"
    page = browser(f"tab=latent_walk&lang=en{link}", width=390, height=844, touch=True, dark=True)
    page.locator("#latent_walk .page[data-ready]").wait_for(timeout=90_000)
    assert page.locator("#latent_walk .place").inner_text() == "z = (0.50, −1.25)"
    assert "sample 12" in page.locator("#latent_walk .chooser.a").inner_text()
    assert "sample 34" in page.locator("#latent_walk .chooser.b").inner_text()
    assert page.locator("#latent_walk .frame-name").inner_text() == "Frame 7 of 20"
    pressed = page.locator("#latent_walk [aria-pressed=true]").all_inner_texts()
    assert {"4", "±6", "Codes", "Round (slerp)"} <= set(pressed)
    assert "Map" not in pressed
    for part in link.strip("&").split("&"):
        assert part.replace("0.5,-1.25", "0.500,-1.250") in page.url
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    pad = page.locator("#latent_walk .pad canvas")
    pad.scroll_into_view_if_needed()
    live = page.locator("#latent_walk .live")
    before = live.evaluate(SHEET)
    pad.tap(position={"x": 40, "y": 60})
    page.wait_for_function("!document.querySelector('.place').textContent.includes('0.50')")
    assert live.evaluate(SHEET) != before


def test_a_bad_link_opens_the_page_all_the_same(browser):
    page = opened(
        browser, "&beta=7&z=NaN,x&zoom=up&a=-3&b=99999&steps=1000&mode=no&frame=-1&seed=-9"
    )
    assert page.locator("#latent_walk .steps-name").inner_text() == "32 steps"
    assert "sample 4999" in page.locator("#latent_walk .chooser.b").inner_text()
    assert page.locator("#latent_walk .problem:visible").count() == 0


def test_a_drawing_of_the_first_page_can_be_walked_from(browser):
    page = opened(browser, sections=("between", "bound"))
    own = page.locator("#latent_walk .chooser.a .own")
    assert own.is_disabled()
    bar = "Float32Array.from({ length: 784 }, (_, p) => (p % 28 > 12 && p % 28 < 16 ? 1 : 0))"
    page.evaluate(f"{module('common/views/digits')}.then((digits) => digits.keepDrawing({bar}))")
    first = page.locator("#latent_walk .reel.vae16 .strip-of-film canvas").first
    before = first.evaluate(SHEET)
    own.click()
    page.locator("#latent_walk .chooser.a .name", has_text="your drawing").wait_for()
    canvas = "document.querySelector('#latent_walk .reel.vae16 .strip-of-film canvas')"
    page.wait_for_function(f"({SHEET})({canvas}) != {before}")
    page.locator("#latent_walk .how", has_text="your drawing").wait_for()
    assert "a=drawing" in page.url


def test_an_answer_sets_the_instrument_and_leads_there(browser):
    page = opened(browser, "&beta=1&zoom=1.5&seed=9")
    page.locator("#latent_walk .prior[data-ready]").wait_for()  # an older link: its seed is shown
    sheet = page.locator("#latent_walk .sheet.vae2 canvas")
    before = sheet.evaluate(SHEET)
    answer = guess(page, "latent_walk", 0)
    canvas = "document.querySelector('#latent_walk .sheet.vae2 canvas')"
    page.wait_for_function(f"({SHEET})({canvas}) != {before}")
    assert re.search(r"beta=0&.*zoom=fit.*seed=1&open=prior", page.url)
    assert page.locator("#latent_walk .seed").input_value() == "1"
    answer.get_by_role("button", name="Take me there").click()
    page.wait_for_function(f"{canvas}.getBoundingClientRect().bottom < innerHeight")
