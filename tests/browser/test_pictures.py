"""Pictures come to the pad by paste and drop: large, turned, empty, with several digits."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests import photo_kinds
from tests.browser.visiting import module

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


SENT = """async ([kind, data, size]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), file = new Uint8Array(size);
  file.set(bytes);  // what follows the picture makes the file large, and means nothing
  const { pictureFile } = await PICTURES;
  return pictureFile(new File([size ? file : bytes], "photo", { type: `image/${kind}` }));
}""".replace("PICTURES", module("common/views/pictures"))


def corners() -> Image.Image:
    """A picture that shows how it is turned: 96 x 64 pixels with three different corners."""
    picture = Image.new("RGB", (96, 64), (230, 230, 230))
    for tone, at in [((200, 0, 0), (0, 0)), ((0, 160, 0), (64, 0)), ((0, 0, 200), (0, 32))]:
        picture.paste(tone, (*at, at[0] + 32, at[1] + 32))
    return picture


@pytest.mark.parametrize("kind", ["jpeg", "webp", "png"])
def test_a_picture_arrives_upright_whatever_its_camera_noted(browser, kind):
    page = browser("tab=reconstruction")
    for orientation in photo_kinds.LAID:
        laid, exif = photo_kinds.laid(corners(), orientation)
        file = io.BytesIO()
        laid.save(file, kind, exif=exif, **({} if kind == "png" else {"quality": 95}))
        data = base64.b64encode(file.getvalue()).decode()
        sent = base64.b64decode(page.evaluate(SENT, [kind, data, 2**20 + 1]))
        arrived = Image.open(io.BytesIO(sent))
        assert arrived.getexif().get(0x0112, 1) == 1
        assert arrived.size == (96, 64)
        off = np.abs(np.asarray(arrived.convert("RGB"), float) - np.asarray(corners(), float))
        assert off.mean() < 12, (kind, orientation)


def test_a_small_file_is_sent_as_it_is_and_read_upright(browser):
    page = browser("tab=reconstruction")
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    seven = Image.open(io.BytesIO(base64.b64decode(png(300)))).convert("RGB")
    laid, exif = photo_kinds.laid(seven, 6)
    file = io.BytesIO()
    laid.save(file, "webp", exif=exif)
    before = shown(page)
    page.locator("#reconstruction input[type=file]").set_input_files(
        {"name": "seven.webp", "mimeType": "image/webp", "buffer": file.getvalue()}
    )
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert page.locator("#reconstruction .digit-name").inner_text() == "7"
    # It is sure of this one: the photo is shown on demand only.
    assert page.locator("#reconstruction .photo").is_hidden()
    page.locator("#reconstruction .inspect").click()
    assert page.locator("#reconstruction .photo canvas").is_visible()


def one_and_seven() -> dict:
    """A photo of two digits, a 1 on the left half and a 7 on the right."""
    picture = Image.new("RGB", (600, 400), (235, 235, 228))
    ink = ImageDraw.Draw(picture)
    ink.line([(150, 90), (150, 310)], (20, 20, 60), 22)
    ink.line([(390, 100), (500, 100), (430, 310)], (20, 20, 60), 22, joint="curve")
    file = io.BytesIO()
    picture.save(file, "jpeg", quality=90)
    return {"name": "two.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.mark.parametrize("width", [1280, 390])
def test_of_two_digits_a_box_chooses_one(browser, width):
    page = browser("tab=reconstruction&lang=zh", width=width, dark=width == 390)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    name, doubt = (page.locator(f"#reconstruction {at}") for at in (".digit-name", ".doubt"))
    before = shown(page)
    page.locator("#reconstruction input[type=file]").set_input_files(one_and_seven())
    doubt.wait_for()
    # What it found is named before the models have answered.
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert "不止一处" in doubt.inner_text()
    canvas = page.locator("#reconstruction .photo canvas")
    canvas.scroll_into_view_if_needed()

    def drag(left: float, right: float) -> None:
        before, box = shown(page), canvas.bounding_box()
        page.mouse.move(box["x"] + left * box["width"], box["y"] + 0.1 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + right * box["width"], box["y"] + 0.9 * box["height"], steps=4)
        page.mouse.up()
        page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")

    drag(0.5, 0.98)
    assert name.inner_text() == "7"
    assert doubt.is_hidden()
    drag(0.45, 0.02)  # from right to left
    assert name.inner_text() == "1"
    # By keys: the box goes to the other digit.
    before = shown(page)
    canvas.focus()
    for _ in range(25):
        canvas.press("ArrowRight")
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert name.inner_text() == "7"
    before = shown(page)
    page.locator("#reconstruction .whole").click()
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert "不止一处" in doubt.inner_text()
    # A slip of the pointer is no box.
    canvas.click()
    assert "不止一处" in doubt.inner_text()
    before = shown(page)
    page.locator("#reconstruction .undo").click()
    page.wait_for_function(f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}")
    assert name.inner_text() == "7"
    assert page.locator("#reconstruction .photo").is_visible()
