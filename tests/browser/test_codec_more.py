"""Codes: own drawings and pictures, magnified blocks, the chart of bytes, links, bad files."""

import io

import pytest
from PIL import Image

from core import texts
from core.inference import codec_equal_bytes, codec_rates
from tests.browser.test_codec_lab import opened, section
from tests.browser.visiting import traces

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def file(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, kind, **how)
    return content.getvalue()


def drawn_after(part, act) -> None:
    before = int(part.get_attribute("data-drawn"))
    act()
    part.page.wait_for_function(
        "(n) => Number(document.querySelector('#codec_lab .lossy').dataset.drawn) > n", arg=before
    )


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_a_drawing_and_a_picture_are_coded_without_loss(browser, lang: str, width: int):
    page = opened(browser, f"&lang={lang}", width=width)
    tab = page.locator("#codec_lab")
    plain = tab.locator(".sizes [data-way=plain] td").first
    tab.locator(".source [value=drawing]").click()
    tab.locator(".sizes [data-way=plain] td", has_text="6,272").wait_for()  # the example on the pad
    before = tab.locator(".entry .sizes").inner_text()
    pad = tab.locator(".sketch canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 130, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "(said) => document.querySelector('#codec_lab .entry .sizes').innerText !== said",
        arg=before,
    )
    page.wait_for_function("location.search.includes('strokes=')")
    link = page.url.partition("?")[2]
    mine = tab.locator(".entry .sizes").inner_text()
    tab.locator(".wipe").click()
    page.wait_for_function("!location.search.includes('strokes=')")
    tab.locator(".undo").click()
    page.wait_for_function("location.search.includes('strokes=')")

    tab.locator(".source [value=picture]").click()
    tab.locator(".pictured .which [value=temple]").click()
    page.wait_for_function("location.search.includes('of=temple')")
    tab.locator(".pictured small", has_text="96 × 64").wait_for()
    assert int(plain.inner_text().replace(",", "")) == 8 * 96 * 64
    moving = file(Image.new("RGB", (60, 30), "red"), "GIF", save_all=True,
                  append_images=[Image.new("RGB", (60, 30), "blue")])  # fmt: skip
    upload = {"name": "a.gif", "mimeType": "image/gif", "buffer": moving}
    tab.locator(".pictured input[type=file]").set_input_files(upload)
    tab.locator(".pictured small", has_text=texts.text("codec_lab.moves", lang)).wait_for()
    assert "60 × 30" in tab.locator(".pictured small").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    again = browser(link, width=width)
    again.locator("#codec_lab .page[data-ready]").wait_for()
    assert again.locator("#codec_lab .entry .sizes").inner_text() == mine


def test_a_link_keeps_blocks_bands_waves_and_equal_bytes(browser):
    page = opened(browser, "&lang=en&open=lossy")
    part = section(page, "lossy")
    drawn_after(
        part, lambda: part.locator(".magnified .out canvas").click(position={"x": 5, "y": 5})
    )
    block = [part.locator(one).input_value() for one in (".block-row", ".block-column")]
    assert block != ["6", "8"]
    drawn_after(part, lambda: part.locator(".span [value='2']").click())
    drawn_after(part, lambda: part.locator(".bands input").nth(1).fill("1"))
    drawn_after(part, lambda: part.locator(".waves button").nth(5).click())
    drawn_after(part, lambda: part.locator(".halved").click())
    waves = section(page, "wavelets")
    waves.locator(".kind [value=haar]").click()
    waves.locator(".levels").fill("2")
    equal = section(page, "equal")
    equal.locator(".what [value=letter]").click()
    equal.locator(".budget [value='180']").click()
    page.wait_for_function("location.search.includes('codes=letter')")
    page.wait_for_function("location.search.includes('wave=haar,2')")
    said = f"block={','.join(block)}"
    assert all(
        one in page.url for one in (said, "span=2", "bands=100,200,100", "off=5", "halved=0")
    )

    again = browser(page.url.partition("?")[2])
    again.locator("#codec_lab .page[data-ready]").wait_for()
    lossy = again.locator("#codec_lab .lossy")
    assert [lossy.locator(one).input_value() for one in (".block-row", ".block-column")] == block
    assert lossy.locator(".waves button").nth(5).get_attribute("aria-pressed") == "false"
    assert lossy.locator(".halved").get_attribute("aria-pressed") == "false"
    assert lossy.locator(".span [aria-pressed=true]").inner_text() == "2 × 2"
    assert again.locator("#codec_lab .wavelets .levels").input_value() == "2"
    chosen = again.locator("#codec_lab .equal")
    assert chosen.locator(".what [aria-pressed=true]").get_attribute("value") == "letter"
    assert chosen.locator(".budget [aria-pressed=true]").get_attribute("value") == "180"


def test_the_chart_of_bytes_and_its_stars(browser):
    page = opened(browser, "&lang=en&open=equal")
    part = section(page, "equal")
    part.locator(".rates").scroll_into_view_if_needed()
    part.locator(".rates .main-svg").first.wait_for()

    def stars() -> dict[str, float]:
        found = traces(page, "#codec_lab .rates")
        return {one["name"]: one["y"][0] for one in found if one.get("meta") == "mark"}

    curves = [one for one in traces(page, "#codec_lab .rates") if one.get("meta") != "mark"]
    stored = codec_rates.stored()
    assert [one["x"] for one in curves] == [[n for n, _ in points] for points in stored.values()]
    dense, jpeg = (texts.text(f"codec_lab.way.{one}", "en") for one in ("dense32", "jpeg"))
    before = stars()
    assert before[dense] < before[jpeg]
    longer = texts.text("codec_lab.way_longer_file", "en", budget=24)
    assert longer in part.locator("[data-way=webp]").inner_text()
    part.locator(".what [value=photo]").click()
    part.locator(".rates").scroll_into_view_if_needed()
    page.wait_for_function(
        """(name) => document.querySelector("#codec_lab .rates .chart-plot").data
            .some((one) => one.meta === "mark" && one.name === name && one.y[0] > 0.1)""",
        arg=dense,
    )
    after = stars()
    assert after[dense] > 10 * after[jpeg]
    part.locator(".budget [value='250']").click()
    fits = texts.text("codec_lab.way_fits", "en", budget=max(codec_equal_bytes.BUDGETS))
    part.locator("[data-way=webp]", has_text=fits).wait_for()


BAD = {
    "a text": (b"this is a text", "image_unreadable", {"formats": "PNG, JPEG, WEBP, GIF, BMP"}),
    "HEIC": (
        b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(99),
        "image_unreadable",
        {"formats": "PNG, JPEG, WEBP, GIF, BMP"},
    ),
    "50 megapixels": (
        file(Image.new("1", (10_000, 5_000))),
        "image_too_large",
        {"limit": 40, "got": "50"},
    ),
}


@pytest.mark.parametrize(("lang", "width"), [("en", 390), ("zh", 1280)])
def test_what_is_no_picture_gets_a_sentence_and_nothing_is_lost(browser, lang: str, width: int):
    page = opened(browser, f"&lang={lang}&open=lossy&on=picture", width=width)
    part = section(page, "lossy")
    page.locator("#codec_lab .pictured small", has_text="96 × 64").wait_for()
    uploads = (
        (part.locator("input[type=file]"), part.locator(".problem").first),
        (
            page.locator("#codec_lab .pictured input"),
            page.locator("#codec_lab .entry > .problem"),
        ),
    )
    for content, key, values in BAD.values():
        sent = {"name": "picture.jpg", "mimeType": "image/jpeg", "buffer": content}
        said = texts.text(f"errors.{key}", lang, **values)
        for choose, problem in uploads:
            choose.set_input_files(sent)
            problem.filter(has_text=said).wait_for()
    assert "192 × 128" in part.locator(".three .in figcaption").inner_text()
    assert "96 × 64" in page.locator("#codec_lab .pictured small").inner_text()
    for picture, kind in (
        (Image.new("L", (1, 1), 9), "PNG"),
        (Image.new("CMYK", (40, 30), (0, 90, 0, 0)), "JPEG"),
        (Image.new("RGBA", (40, 30), (255, 0, 0, 0)), "PNG"),
        (Image.new("I;16", (40, 30), 40_000), "PNG"),
    ):
        sent = {
            "name": f"a.{kind}",
            "mimeType": f"image/{kind.lower()}",
            "buffer": file(picture, kind),
        }
        size = f"{picture.width} × {picture.height}"
        part.locator("input[type=file]").set_input_files(sent)
        part.locator(".three .in figcaption", has_text=size).wait_for()
    assert part.locator(".problem").first.is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
