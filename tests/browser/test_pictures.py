"""Pictures come to the pad by paste and drop, too large, transparent or empty."""

import base64
import io

import pytest
from PIL import Image, ImageDraw

pytestmark = pytest.mark.browser

PAGE = "#reconstruction article"
HAND = """([how, name, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), files = new DataTransfer();
  files.items.add(new File([bytes], name, { type: "image/png" }));
  const init = { bubbles: true, cancelable: true };
  const event = how === "paste"
    ? new ClipboardEvent("paste", { ...init, clipboardData: files })
    : new DragEvent("drop", { ...init, dataTransfer: files });
  document.querySelector("#reconstruction .pad").dispatchEvent(event);
}"""


def png(size: int, *, transparent: bool = False) -> str:
    """A seven in dark ink, as base64 of a PNG of size x size pixels."""
    paper = (0, 0, 0, 0) if transparent else (250, 250, 245, 255)
    picture = Image.new("RGBA", (size, size), paper)
    ink = ImageDraw.Draw(picture)
    at = [(0.3 * size, 0.25 * size), (0.7 * size, 0.25 * size), (0.45 * size, 0.8 * size)]
    ink.line(at, (20, 20, 60, 255), max(1, size // 12), joint="curve")
    file = io.BytesIO()
    picture.save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def shown(page) -> int:
    return int(page.locator(PAGE).get_attribute("data-shown"))


@pytest.mark.parametrize(
    ("how", "size", "transparent"),
    [("paste", 300, False), ("drop", 200, True), ("drop", 4500, False)],
    ids=["pasted", "dropped transparent", "dropped with 20 megapixels"],
)
def test_a_picture_reaches_the_networks(browser, how, size, transparent):
    page = browser("tab=reconstruction")
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    before = shown(page)
    page.evaluate(HAND, [how, "seven.png", png(size, transparent=transparent)])
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert page.locator("#reconstruction .digit-name").inner_text() == "7"
    assert not page.locator("#reconstruction .entry .problem").is_visible()


@pytest.mark.parametrize("data", [png(1), base64.b64encode(b"plain").decode()], ids=["1x1", "text"])
def test_what_holds_no_digit_gets_a_sentence_and_the_page_goes_on(browser, data):
    page = browser("tab=reconstruction&lang=zh")
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    page.evaluate(HAND, ["drop", "nothing.png", data])
    problem = page.locator("#reconstruction .entry .problem")
    problem.wait_for()
    assert any("\u4e00" <= c <= "\u9fff" for c in problem.inner_text())
    before = shown(page)
    page.evaluate(HAND, ["drop", "seven.png", png(120)])
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert problem.is_hidden()
