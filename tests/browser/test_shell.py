"""What every visitor does first: language, tabs, themes, links, on a screen and on a phone."""

import os
import subprocess
import sys

import pytest

from core import texts
from tests.browser.visiting import guess, open_section, switch_language
from tests.conftest import PATIENCE, ROOT

pytestmark = pytest.mark.browser

TWO_ROWS = 110  # pixels


def test_language_follows_the_browser_and_the_switch_loses_nothing(browser):
    page = browser("tab=reconstruction", locale="zh-TW")
    tab = page.get_by_role("tab", name="隐空间漫步")
    tab.click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    switch_language(page)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Latent Lab"
    assert page.get_by_role("tab", name="Latent walk").get_attribute("aria-selected") == "true"
    assert "lang=en" in page.url
    page.locator("#latent_walk .page").wait_for()
    han = page.locator("#latent_walk .page").evaluate(
        "e => e.innerText.split('\\n').filter((line) => /[\\u4e00-\\u9fff]/.test(line))"
    )
    assert han == []


def test_a_language_in_the_link_wins_over_the_browser(browser):
    page = browser("tab=reconstruction&lang=zh", locale="en-US")
    page.get_by_role("tab", name="编码空间").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


# The words of a strip that run over its edges, as they are drawn.
OUTSIDE = """(selector) => [...document.querySelectorAll(selector)].flatMap((strip) => {
    const edges = strip.getBoundingClientRect(), range = document.createRange();
    return [...strip.querySelectorAll("figcaption, .arrow b")].filter((node) => {
        range.selectNodeContents(node);
        const { left, right } = range.getBoundingClientRect();
        return node.textContent && (left < edges.left || right > edges.right);
    }).map((node) => node.textContent);
})"""


@pytest.mark.parametrize("width", [1280, 390])
def test_each_tab_is_two_taps_away_and_fits_the_screen(browser, width: int):
    page = browser("lang=en", width=width)
    page.locator(".shell .chapters button").first.wait_for()
    assert page.locator(".nav-holder:visible").count() == 0, "Gradio's links between its own pages"
    chapters = page.locator(".shell .chapters button")
    for chapter in range(chapters.count()):
        chapters.nth(chapter).click()
        alone = chapters.nth(chapter).get_attribute("id")  # a chapter of one page
        tabs = chapters.nth(chapter) if alone else page.locator(".shell .tabs button")
        for tab in range(tabs.count()):
            button = tabs.nth(tab)
            assert button.is_visible()
            button.click()
            name = button.get_attribute("id").removeprefix("tab-")
            page.locator(f"#{name} .todo").first.wait_for()
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert overflow <= 0, f"{button.inner_text()} is {overflow} px too wide"
            assert page.evaluate(OUTSIDE, f"#{name} .strip") == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tab", ["home", "latent_walk", "sentiment"])
def test_the_head_takes_two_rows_of_a_phone(browser, lang: str, tab: str):
    page = browser(f"tab={tab}&lang={lang}", width=390)
    page.locator(f"#tab-{tab}").wait_for()
    rows = page.locator(".shell :is(button, .brand):visible").evaluate_all(
        "(all) => [...new Set(all.map((one) => Math.round(one.getBoundingClientRect().top / 24)))]"
    )
    assert len(rows) <= 2
    assert page.locator(".shell").bounding_box()["height"] <= TWO_ROWS
    for name in ("language", "projector", "theme"):
        button = page.locator(f".shell .{name}")
        box = button.bounding_box()
        assert button.inner_text()  # a sign to the eye, its name to a screen reader
        assert box["x"] + box["width"] <= 390


def test_who_goes_on_at_once_gets_the_last_page(browser):
    page = browser("lang=en&tab=latent_walk")
    page.evaluate(
        """for (const id of ["code_space", "latent_walk", "reconstruction", "code_space"])
            document.querySelector(`#tab-${id}`).click()"""
    )
    page.locator("#code_space .page").wait_for()
    seen = "[...document.querySelectorAll('.page')].filter((node) => node.checkVisibility()).length"
    page.wait_for_function(f"{seen} === 1")
    page.go_back()
    page.locator("#reconstruction .page").wait_for()
    assert not page.locator("#code_space .page").is_visible()

    # An address that another script wrote names no tab: it opens the front page.
    page.evaluate("history.pushState(null, '', '?lang=en')")
    page.go_back()
    page.locator("#reconstruction .page").wait_for()
    page.evaluate("history.forward()")
    page.locator("#home .page").wait_for()


def test_arrow_keys_move_between_tabs(browser):
    page = browser("lang=en&tab=reconstruction")
    page.get_by_role("tab").first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-code_space"
    assert "tab=code_space" in page.url


def test_projector_and_theme(browser):
    page = browser("lang=en")
    size = "parseFloat(getComputedStyle(document.querySelector('.page')).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Projector").click()
    assert page.evaluate(size) == pytest.approx(1.35 * before)
    paper = "getComputedStyle(document.body).getPropertyValue('--paper')"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(paper) != light


def test_theme_and_projector_stand_in_the_link(browser):
    page = browser("lang=en&tab=reconstruction")
    seen = """() => [getComputedStyle(document.body).getPropertyValue('--paper'),
        getComputedStyle(document.querySelector('.page')).fontSize]"""
    assert "theme" not in page.url  # who has chosen nothing gets what the system has
    page.get_by_role("button", name="Projector").click()
    page.get_by_role("button", name="Dark").click()
    chosen = page.evaluate(seen)
    page.get_by_role("tab", name="Code space").click()
    link = page.url.split("?", 1)[1]
    assert "theme=dark" in link
    assert "projector=1" in link
    other = browser(link)
    other.wait_for_function("document.body.classList.contains('dark')")
    assert other.evaluate(seen) == chosen
    for name in ("Projector", "Dark"):
        button = other.get_by_role("button", name=name)
        assert button.get_attribute("aria-pressed") == "true"
        button.click()
        assert button.get_attribute("aria-pressed") == "false"
    assert "theme=light" in other.url
    assert "projector" not in other.url
    light = browser(other.url.split("?", 1)[1], dark=True)  # a choice wins over the system
    light.wait_for_function("!document.body.classList.contains('dark')")
    assert light.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "false"


STROKE = "document.querySelector('#reconstruction .pad canvas').toDataURL()"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_back_and_forward_go_between_pages_and_bring_back_their_state(browser, lang: str):
    page = browser(f"tab=reconstruction&lang={lang}")
    number = page.evaluate("history.length")

    def shows(tab: str) -> None:
        page.locator(f"#tab-{tab}[aria-selected=true]").wait_for()
        page.locator(f"#{tab} .page").wait_for()
        assert f"tab={tab}" in page.url

    def draw(x: int) -> None:
        pad = page.locator("#reconstruction .pad canvas")
        box = pad.bounding_box()
        page.mouse.move(box["x"] + x, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + x, box["y"] + 150, steps=3)
        page.mouse.up()
        page.wait_for_function("location.search.includes('strokes=')")

    draw(60)
    first, link = page.evaluate(STROKE), page.url
    page.locator("#tab-latent_walk").click()
    shows("latent_walk")
    page.locator("#latent_walk .page[data-ready]").wait_for()
    open_section(page, "latent_walk", "between")
    page.locator("#latent_walk .steps").fill("7")  # a slider makes no entry
    page.locator("#tab-latent_walk").click()  # nor does the page that is there already
    page.wait_for_function("location.search.includes('steps=7')")
    assert page.evaluate("history.length") == number + 1
    page.locator(".shell .chapters button").nth(3).click()
    shows("input_pieces")
    page.go_back()
    shows("latent_walk")
    assert page.locator("#latent_walk .steps").input_value() == "7"
    page.go_back()
    shows("reconstruction")
    assert page.url == link
    assert page.evaluate(STROKE) == first

    page.locator("#tab-code_space").click()
    shows("code_space")
    page.locator("#tab-reconstruction").click()
    page.locator("#reconstruction .clear").click()
    draw(120)
    second = page.evaluate(STROKE)
    switch_language(page)
    page.go_back()
    shows("code_space")
    assert not page.evaluate("document.documentElement.lang").startswith(
        lang
    )  # a choice of the visitor's, not of the page's
    page.go_back()  # the page as it was then: another drawing
    page.wait_for_function(
        f"document.querySelector('#reconstruction .pad canvas') && {STROKE} === {first!r}"
    )
    shows("reconstruction")
    page.go_forward()
    page.go_forward()
    page.wait_for_function(
        f"document.querySelector('#reconstruction .pad canvas') && {STROKE} === {second!r}"
    )


def test_an_unknown_tab_or_language_in_the_link_is_ignored(browser):
    page = browser("tab=nothing&lang=xx&beta=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    page.locator(".shell .chapters button").first.wait_for()
    assert "tab=home" in page.url


def test_inside_a_space_the_frame_tells_the_outer_page_its_state(chromium, lab_server):
    """A stand-in for the Space's page, with the lab in a frame, hears each change of the state."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    inner = f"{lab_server.url}?lang=en&tab=reconstruction"
    outer = f"""<iframe src="{inner}" style="width:1000px;height:700px"></iframe>
        <script>
            heard = [];
            postMessage = (data, origin) => heard.push([origin, data.queryString]);
        </script>"""
    address = f"{lab_server.url}outer"
    page.route(address, lambda route: route.fulfill(body=outer, content_type="text/html"))
    page.goto(address)
    page.frame_locator("iframe").get_by_role("tab", name="Code space").click()
    assert page.evaluate("heard.at(-1)[0]") == "https://huggingface.co"
    assert "tab=code_space&lang=en" in page.evaluate("heard.at(-1)[1]")
    context.close()


def test_the_lab_runs_without_any_network(tmp_path, chromium):
    """In a network namespace with nothing but loopback, server and browser do their work."""
    if sys.platform != "linux":
        pytest.skip("network namespaces are Linux's")
    allowed = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True, check=False)
    if allowed.returncode != 0:
        pytest.skip(f"unshare -n is not permitted here: {allowed.stderr.strip()}")
    script = tmp_path / "offline.py"
    script.write_text(OFFLINE, encoding="utf-8")
    run = subprocess.run(
        ["unshare", "-n", sys.executable, str(script)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "drawn" in run.stdout


OFFLINE = """
import fcntl, pathlib, shutil, socket, struct, tempfile
from playwright.sync_api import sync_playwright
from tests.conftest import FLAGS, PATIENCE, PROGRAMS, Lab

SIOCSIFFLAGS, IFF_UP = 0x8914, 1  # a new namespace's loopback is down; this is `ip link set lo up`
with socket.socket() as control:
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
lab = Lab(pathlib.Path(tempfile.mkdtemp()) / "server.log")
try:
    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=FLAGS
        )
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(lab.url + "?tab=reconstruction&lang=en")
        pad = page.locator("#reconstruction .pad canvas")
        page.locator("#reconstruction article:not([data-shown='0'])").wait_for()
        before = page.locator("#reconstruction article").get_attribute("data-shown")
        box = pad.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + box["height"] / 3, steps=8)
        page.mouse.up()
        page.locator(f"#reconstruction article:not([data-shown='{before}'])").wait_for()
        assert faults == [], faults
        print("drawn")
        browser.close()
finally:
    lab.stop()
"""


def test_an_answer_is_shown_after_a_guess_and_keeps_it_beside(browser):
    page = browser("tab=masking&lang=en")
    page.locator("#masking .page[data-ready], #masking .predict summary").first.wait_for()
    first, second = (page.locator("#masking .predict details").nth(k) for k in (0, 1))
    first.locator("summary").click()
    assert not first.locator(".answer").is_visible()
    assert first.locator(".guesses .truth").count() == 0  # nothing gives it away
    guess(page, "masking", 1, option=0)
    said = second.locator(".guess")
    wrong = texts.text("masking.predict.2.choice.1", "en")
    assert said.inner_text() == texts.text("shell.guess.wrong", "en", said=wrong)
    first.locator(".guesses button").first.click()
    right = texts.text("masking.predict.1.truth.1", "en")
    assert first.locator(".guess").inner_text() == texts.text("shell.guess.right", "en", said=right)
    assert first.locator(".answer").is_visible()
    assert first.locator(".guesses .truth").inner_text() == right
    assert first.locator(".guesses button:enabled").count() == 0
    switch_language(page)
    wrong = texts.text("masking.predict.2.choice.1", "zh")
    assert said.inner_text() == texts.text("shell.guess.wrong", "zh", said=wrong)


def test_a_printed_page_has_the_page_alone_and_is_light(browser):
    page = browser("tab=masking&lang=en", dark=True)
    guess(page, "masking", 0)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert not page.evaluate("document.body.classList.contains('dark')")
    assert page.locator(".shell .tabs").is_hidden()
    assert page.locator("#masking .predict .answer").first.is_visible()
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.body.classList.contains('dark')")
