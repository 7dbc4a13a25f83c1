"""What a student does on the retraining page: own pictures, a run, what it looks at, bad files."""

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from core import texts
from core.inference import retrain, retrain_curve
from tests.browser.visiting import switch_language, traces

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PATIENCE = 120_000  # milliseconds; the first run waits for a process, on a busy machine for long
OVER = "document.querySelector('#retrain .status').textContent.startsWith"


def opened(browser, query: str = "", lang: str = "en", **settings: object) -> "Locator":
    page = browser(f"tab=retrain&lang={lang}{query}", **settings)
    page.locator("#retrain .page[data-ready]").wait_for()
    return page.locator("#retrain")


def picture(colour: tuple[int, int, int], seed: int, kind: str = "PNG") -> dict:
    """Return a file with spots of about one colour, as a field for files takes it."""
    dice = np.random.default_rng(seed)
    pixels = np.full((90, 120, 3), 255, np.uint8)
    for _ in range(6):
        y, x = dice.integers(0, 60), dice.integers(0, 90)
        shade = np.array(colour) + dice.integers(-30, 30, 3)
        pixels[y : y + 25, x : x + 25] = np.clip(shade, 0, 255)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    name = f"{seed}.{kind.lower()}"
    return {"name": name, "mimeType": f"image/{kind.lower()}", "buffer": file.getvalue()}


def start(lab: "Locator", said: str = "Done") -> None:
    lab.locator(".go").click()
    lab.page.wait_for_function(f"{OVER}({json.dumps(said)})", timeout=PATIENCE)


def test_it_opens_on_a_worked_example_and_each_stored_run_is_a_click_away(browser):
    lab = opened(browser)
    assert lab.locator(".box").count() == 3
    assert lab.locator(".thumb.learns").count() == 30
    assert lab.locator(".thumb.held").count() == 30
    assert lab.locator(".runs tbody tr").count() == 4
    right = lab.locator(".card.right").count()
    assert right + lab.locator(".card.wrong").count() == 30
    assert f"{right} of 30" in lab.locator(".tried").inner_text()
    stored = retrain.examples().runs
    for number, name in enumerate(("layer", "block", "all", "background")):
        lab.locator(".runs tbody button").nth(number).click()
        share = stored[name].checks[-1, 2]
        assert lab.locator(".card.right").count() == round(30 * share)
        assert f"{100 * share:.0f}%" in lab.locator(".runs .shown").inner_text()
    lines = traces(lab.page, "#retrain .curves")
    assert len(lines[1]["x"]) > 5


def test_a_card_goes_to_the_strip_and_the_veil_can_be_taken_off(browser):
    lab = opened(browser)
    card, shown = lab.locator(".card.right").first, "(c) => c.toDataURL()"
    veiled = card.locator("canvas").evaluate(shown)
    card.click()
    assert "right" in lab.locator(".strip .out figcaption").inner_text()
    lab.locator(".look").click()
    assert card.locator("canvas").evaluate(shown) != veiled
    lab.locator(".card.wrong").first.click()
    assert "wrong" in lab.locator(".strip .out figcaption").inner_text()
    before = lab.locator(".strip .out figcaption").inner_text()
    switch_language(lab.page)
    assert lab.locator(".strip .out figcaption").inner_text() != before


def test_own_pictures_are_learned_and_leave_no_trace_in_the_browser(browser):
    lab = opened(browser)
    lab.locator(".away").nth(2).click()
    assert lab.locator(".box").count() == 2
    for number, colour in enumerate([(220, 40, 40), (40, 60, 220)]):
        box = lab.locator(".box").nth(number)
        for _ in range(box.locator(".thumb").count()):
            box.locator(".thumb").first.click()
        files = [picture(colour, 10 * number + k, "JPEG" if k % 2 else "PNG") for k in range(6)]
        box.locator("input[type=file]").set_input_files(files)
        box.locator(".thumb").nth(5).wait_for()
        box.locator("input[type=text]").fill("red" if number == 0 else "<b>blue")
    assert "have changed" in lab.locator(".lesson").inner_text()
    lab.locator(".learned input").fill("4")
    start(lab)
    assert lab.locator(".card").count() == 4
    assert lab.locator(".card.right").count() == 4
    assert lab.locator(".runs tbody tr").count() == 1
    assert "<b>blue" in lab.locator(".answers").inner_text()
    kept = lab.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "classes" not in kept
    assert len(kept) < 2000
    assert "kinds" not in lab.page.url


def test_a_run_of_ones_own_and_the_background(browser):
    lab = opened(browser, "&n=3&kinds=food,tools")
    assert lab.locator(".box").count() == 2
    assert lab.locator(".thumb.learns").count() == 6
    start(lab)
    assert lab.locator(".card").count() == 20
    lab.locator(".background").click()
    assert "background=1" in lab.page.url
    start(lab)
    assert lab.locator(".runs tbody tr").count() == 2
    assert "green" in lab.locator(".runs .shown").inner_text()


def test_stop_ends_a_long_run(browser):
    lab = opened(browser, "&depth=all")
    lab.locator(".go").click()
    lab.page.wait_for_function(f"{OVER}('Step')", timeout=PATIENCE)
    lab.locator(".stop").click()
    lab.page.wait_for_function(f"{OVER}('Stopped')", timeout=PATIENCE)
    assert lab.locator(".go").is_enabled()


def test_reset_brings_the_worked_example_back(browser):
    lab = opened(browser)
    before = lab.locator(".lesson").inner_text()
    lab.locator(".box .away").first.click()
    lab.locator(".depths button").last.click()
    lab.locator(".background").click()
    assert lab.locator(".box").count() == 2
    lab.locator(".reset").click()
    lab.locator(".box").nth(2).wait_for()
    lab.page.wait_for_function(
        "(said) => document.querySelector('#retrain .lesson').textContent === said", arg=before
    )
    assert lab.locator(".thumb.learns").count() == 30
    assert lab.locator(".runs tbody tr").count() == 4
    assert lab.locator(".background").get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_bad_files_get_a_sentence_and_the_others_stay(browser, lang: str, width: int):
    lab = opened(browser, lang=lang, width=width)
    box = lab.locator(".box").first
    bad = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"this is a text"}
    box.locator("input[type=file]").set_input_files([picture((9, 99, 9), 1), bad])
    box.locator(".problem").wait_for()
    formats = "PNG, JPEG, WEBP, GIF, BMP"
    assert box.locator(".problem").inner_text() == texts.text(
        "errors.image_unreadable", lang, formats=formats
    )
    assert box.locator(".thumb").count() == 21
    many = [picture((9, 9, 99), k) for k in range(12)]
    box.locator("input[type=file]").set_input_files(many)
    lab.page.wait_for_function(
        "document.querySelector('#retrain .box .problem').textContent.includes('12')"
    )
    assert box.locator(".thumb").count() == 30
    assert box.locator(".problem").inner_text() == texts.text("retrain.full", lang, n=12, high=30)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_empty_class_and_twins_are_told_of(browser, lang: str):
    lab = opened(browser, lang=lang)
    lab.locator(".add").click()
    lab.locator(".go").click()
    problem = lab.locator(".setup > .problem")
    problem.wait_for()
    assert problem.inner_text() == texts.text("errors.retrain_few", lang, number=4, got=0, low=3)
    lab.locator(".box").nth(3).locator("select").select_option("food")
    lab.locator(".box").nth(3).locator(".thumb").nth(5).wait_for()
    lab.locator(".go").click()
    lab.page.wait_for_function(
        "document.querySelector('#retrain .setup > .problem').textContent.includes('4')"
    )
    assert problem.inner_text() == texts.text("errors.retrain_twice", lang, one=2, other=4)


def test_a_refused_camera_says_so(browser):
    lab = opened(browser)
    lab.page.evaluate(
        "Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value:"
        " { getUserMedia: () => Promise.reject(new DOMException('no', 'NotAllowedError')) } })"
    )
    box = lab.locator(".box").nth(1)
    box.locator(".open-camera").click()
    box.locator(".problem").wait_for()
    assert box.locator(".problem").inner_text() == texts.text("retrain.camera.refused", "en")


def large(pixels: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("1", pixels).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(("lang", "width"), [("en", 390), ("zh", 1280)])
def test_other_files_that_come_by_mistake(browser, lang: str, width: int):
    lab = opened(browser, lang=lang, width=width)
    box = lab.locator(".box").first
    heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(99)
    limits = {"limit": 40, "got": "50"}
    for content, key, values in (
        (heic, "image_unreadable", {"formats": "PNG, JPEG, WEBP, GIF, BMP"}),
        (large((10_000, 5_000)), "image_too_large", limits),
        (large((1, 1)), "picture_tiny", {"low": 16, "got": "1 x 1"}),
    ):
        sent = {"name": "a.png", "mimeType": "image/png", "buffer": content}
        box.locator("input[type=file]").set_input_files(sent)
        said = texts.text(f"errors.{key}", lang, **values)
        box.locator(".problem", has_text=said).wait_for()
    assert box.locator(".thumb").count() == 20
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    sent = {"name": "a.gif", "mimeType": "image/gif", "buffer": moving.getvalue()}
    box.locator("input[type=file]").set_input_files(sent)
    box.locator(".problem", has_text=texts.text("retrain.moves", lang)).wait_for()
    assert box.locator(".thumb").count() == 21
    one = picture((9, 9, 99), 1)
    box.locator("input[type=file]").set_input_files([one] * 200)
    full = texts.text("retrain.full", lang, n=200, high=30)
    box.locator(".problem", has_text=full).wait_for()
    assert box.locator(".thumb").count() == 30
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_curve_and_a_run_of_ones_own_in_it(browser):
    lab = opened(browser, "&open=curve")
    part = lab.locator("[data-section=curve]")
    part.locator(".chart").scroll_into_view_if_needed()
    stored = retrain_curve.stored()
    lines = traces(lab.page, "#retrain [data-section=curve]")
    assert len(lines) == len(retrain_curve.WAYS)
    for line, right in zip(lines, stored.right.values(), strict=True):
        measured = zip(retrain_curve.COUNTS, right, strict=True)
        assert line["x"] == [n for n, some in measured if some]
        assert line["y"] == pytest.approx([np.mean(some) for some in right if some])
    part.locator(".ways-row [value=pixels]").click()
    assert "live=pixels,2" in lab.page.url
    part.locator(".measure").click()
    lab.page.wait_for_function(
        """() => document.querySelector("#retrain [data-section=curve] .chart-plot").data
            .some((one) => one.meta === "mark")""",
        timeout=PATIENCE,
    )
    assert "Your run, Raw pixels, 2 a class" in part.locator(".live-status").inner_text()
    assert part.locator(".measure").is_enabled()


# What a canvas shows stands in for a camera.
CAMERA = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 240 });
  const draw = () => { const pen = canvas.getContext("2d"); pen.fillStyle = `hsl(${performance.now() / 50}, 80%, 50%)`; pen.fillRect(0, 0, 320, 240); };
  draw();
  setInterval(draw, 40);
  const stream = canvas.captureStream(25);
  window.tracks = stream.getTracks();
  Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: { getUserMedia: async () => stream } });
}"""  # noqa: E501


def test_the_camera_takes_a_picture_and_is_let_go(browser):
    lab = opened(browser)
    lab.page.evaluate(CAMERA)
    box = lab.locator(".box").first
    box.locator(".open-camera").click()
    lab.page.wait_for_function("document.querySelector('#retrain video')?.videoWidth > 0")
    box.locator(".shoot").click()
    box.locator(".thumb").nth(20).wait_for()
    box.locator(".camera .end").click()
    assert lab.page.evaluate("window.tracks.every((track) => track.readyState === 'ended')")
    assert lab.locator("video").count() == 0


def dropped(page: "Page", event: str) -> None:
    """Paste or drop a picture, on the second box."""
    page.evaluate(
        """async (event) => {
          const canvas = new OffscreenCanvas(60, 60);
          canvas.getContext("2d").fillRect(10, 10, 30, 30);
          const data = new DataTransfer();
          data.items.add(new File([await canvas.convertToBlob()], "a.png", { type: "image/png" }));
          const box = document.querySelectorAll("#retrain .box")[1];
          if (event === "drop") box.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
          else { box.focus(); document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }
        }""",  # noqa: E501
        event,
    )


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped_into_a_box(browser, event: str):
    lab = opened(browser)
    dropped(lab.page, event)
    lab.locator(".box").nth(1).locator(".thumb").nth(20).wait_for()
    assert lab.locator(".box").first.locator(".thumb").count() == 20
