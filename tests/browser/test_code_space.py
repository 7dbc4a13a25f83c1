"""What a student does with the code space: turn it, point, pin, move the probe, watch it learn."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import module, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

CLOUD = "document.querySelector('canvas.cloud').cloud"
MAP_SHOWS = """(({ layout, data }) => JSON.stringify([layout.xaxis.range, data[0].x.slice(0, 9)]))(
    document.querySelector("#code_space .flat .chart-plot"))"""
# Two frames: what was asked for is on the screen.
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=code_space&lang=en{query}", **settings)
    page.wait_for_function(f"document.querySelector('canvas.cloud') && {CLOUD}?.count() > 0")
    page.wait_for_function(f"{CLOUD}.frames > 0 && document.querySelectorAll('.key').length === 10")
    return page


def picture(page: "Page", selector: str) -> str:
    page.evaluate(SETTLED)
    return page.evaluate("(s) => document.querySelector(s).toDataURL()", f"#code_space {selector}")


def changed(page: "Page", selector: str, act: Callable[[], object]) -> None:
    """Act, and see that a canvas shows something else than before."""
    before = picture(page, selector)
    act()
    page.wait_for_function(
        "([s, before]) => document.querySelector(s).toDataURL() !== before",
        arg=[f"#code_space {selector}", before],
    )


def map_changed(page: "Page", act: Callable[[], object]) -> None:
    """Act, and see that the flat map shows other points, or another part of them."""
    before = page.evaluate(MAP_SHOWS)
    act()
    page.wait_for_function(f"(before) => {MAP_SHOWS} !== before", arg=before)


def spot(page: "Page") -> tuple[float, float]:
    """Return where on the page a digit stands that no other one hides."""
    page.locator("canvas.cloud").evaluate("node => node.scrollIntoView({ block: 'center' })")
    page.evaluate(SETTLED)
    x, y = page.evaluate("""() => {
        const canvas = document.querySelector("canvas.cloud"), { cloud } = canvas;
        const box = canvas.getBoundingClientRect();
        const spots = Array.from({ length: 400 }, (_, i) => cloud.project(cloud.at(i)));
        const inside = spots.filter(([x, y]) =>
            x > 40 && y > 40 && x < box.width - 40 && y < box.height - 40);
        const [x, y] = inside.sort((a, b) => a[2] - b[2])[0];  // the one in front
        return [box.x + x, box.y + y];
    }""")
    return x, y


def drag(page: "Page", target: "Locator", by: int) -> None:
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by, y + 20, steps=4)
    page.mouse.up()


def test_turn_point_and_pin(browser):
    page = opened(browser)
    lab = page.locator("#code_space")
    assert page.evaluate(f"{CLOUD}.turning()") is False  # this visitor prefers reduced motion
    changed(page, "canvas.cloud", lambda: drag(page, lab.locator("canvas.cloud"), 120))
    page.wait_for_function("location.search.includes('view=')")
    x, y = spot(page)
    page.mouse.move(x, y)
    lab.locator(".tip").wait_for()
    hovered = page.evaluate(f"{CLOUD}.hovered")
    assert hovered is not None
    n_cards = lab.locator(".card").count()
    page.mouse.click(x, y)
    page.wait_for_function(
        f"document.querySelectorAll('#code_space .card').length === {n_cards + 1}"
    )
    assert f",{hovered}" in page.url
    assert f"no. {hovered}" in lab.locator(".summary").inner_text()
    lab.locator(".card .off").last.click()
    assert lab.locator(".card").count() == n_cards
    # By keys alone: turn, step to a digit, pin it.
    lab.locator("canvas.cloud").focus()
    changed(page, "canvas.cloud", lambda: page.keyboard.press("ArrowLeft"))
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.wait_for_function(
        f"document.querySelectorAll('#code_space .card').length === {n_cards + 1}"
    )


def test_the_probe_decodes_here_and_the_link_restores_it(browser):
    page = opened(browser, "&space=tuned&pins=5,9&hide=4")
    lab = page.locator("#code_space")
    assert lab.locator(".card").count() == 2
    assert lab.locator('.key[aria-pressed="false"]').inner_text().split()[0] == "4"
    page.wait_for_load_state("networkidle")
    before = len(browser.requests)
    slider = lab.locator(".sliders input").first
    changed(page, ".big", lambda: drag(page, slider, -50))
    changed(page, ".big", lambda: slider.press("PageUp"))
    assert browser.requests[before:] == []
    found, nearest = page.evaluate(
        """async () => {
        const { cloud } = document.querySelector("canvas.cloud");
        const codes = Array.from({ length: 5000 }, (_, i) => cloud.at(i));
        const { probe } = cloud.marks;
        const far = codes.map((code) => Math.hypot(...code.map((value, k) => value - probe[k])));
        const order = [...far.keys()].sort((a, b) => far[a] - far[b]);
        const found = (await PANELS).codePanels.nearest(Float32Array.from(codes.flat()), probe, 5);
        return [found.map(({ i }) => i), order.slice(0, 5)];
    }""".replace("PANELS", module("code_space/panels"))
    )
    assert found == nearest
    pixels, address = picture(page, ".big"), page.url
    switch_language(page)
    lab.get_by_text("看它怎样学会").wait_for()
    assert lab.locator(".card").count() == 2
    assert picture(page, ".big") == pixels
    other = browser(address.split("?", 1)[1])
    other.wait_for_function(f"document.querySelector('canvas.cloud') && {CLOUD}?.count() === 5000")
    other.wait_for_function(
        "([s, before]) => document.querySelector(s).toDataURL() === before",
        arg=["#code_space .big", pixels],
    )
    assert other.locator("#code_space .card").count() == 2


def test_training_and_holes_on_a_phone(browser):
    page = opened(browser, width=390, height=844, touch=True)
    lab = page.locator("#code_space")
    lab.get_by_role("button", name="Open the time-lapse").click()
    lab.locator(".timeline .main-svg").first.wait_for()
    assert page.evaluate(f"{CLOUD}.count()") == 2000
    changed(page, "canvas.cloud", lambda: lab.locator(".timeline input").fill("5"))
    assert "moment=5" in page.url
    lab.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.timeline input').value) > 6")
    lab.get_by_role("button", name="Pause").click()
    lab.get_by_role("button", name="Decode a random empty place").click()
    lab.locator(".found figure").nth(1).wait_for()
    assert "times the usual gap" in lab.locator(".found").inner_text()
    page.wait_for_function(f"{CLOUD}.count() === 5000")  # the probe is in the trained space
    assert "seed=" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    lab.get_by_role("button", name="VAE").click()
    page.wait_for_function("location.search.includes('space=vae')")


def test_the_drawing_of_the_first_page_is_a_star(browser):
    page = opened(browser)
    page.evaluate(
        f"""{module("common/views/digits")}.then(async ({{ keepDrawing, sampleDigits }}) =>
            keepDrawing((await sampleDigits()).pixels(12)))"""
    )
    page.wait_for_function(f"{CLOUD}.marks.star?.length === 3")
    assert page.evaluate(f"{CLOUD}.marks.near[0]") == 12  # its own code is the nearest
    assert page.locator("#code_space .near figure").count() == 7
    assert "5 nearest" in page.locator("#code_space .vote").inner_text()


def test_maps_of_more_numbers(browser):
    page = opened(browser, "&mode=maps&net=vae16&map=tsne&pins=3")
    lab = page.locator("#code_space")
    lab.get_by_text("arXiv:1802.03426").wait_for(state="hidden")
    page.wait_for_function(
        "document.querySelector('#code_space .card .words')?.textContent.length > 3"
    )
    page.wait_for_selector("#code_space .strip .bars[data-count='16']")
    map_changed(page, lab.get_by_role("button", name="PCA").click)
    assert "map=pca" in page.url
    map_changed(page, lambda: drag(page, lab.locator(".flat"), 80))
    lab.get_by_role("button", name="Dense code, 32").click()
    page.wait_for_selector("#code_space .strip .bars[data-count='32']")
    lab.get_by_role("button", name="3 numbers").click()
    page.wait_for_selector("#code_space .strip .bars[data-count='3']")


@pytest.mark.slow  # UMAP is compiled first
def test_a_map_is_made_and_another_one_stopped(browser):
    page = opened(browser, "&mode=maps")
    page.set_default_timeout(240_000)
    lab = page.locator("#code_space")
    lab.locator(".n_digits").fill("100")
    lab.get_by_role("button", name="Make the map").click()
    lab.get_by_text("10 seconds or more. ").wait_for()
    lab.get_by_text("100 digits;").wait_for()
    page.wait_for_function(f"{CLOUD}.count() === 100")
    lab.locator(".n_digits").fill("2000")
    lab.get_by_role("button", name="Make the map").click()
    lab.get_by_role("button", name="Stop").click()
    lab.get_by_text("Stopped.").wait_for()
    assert page.evaluate(f"{CLOUD}.count()") == 100
