"""Codes: a student grows the tree, reads the bits, flips one, and takes a picture apart."""

import re

import pytest
from PIL import Image

from core import texts
from core.inference import codec_lab
from core.models import huffman
from tests.browser.visiting import guess, open_section, switch_language

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PAGE = "#codec_lab .page"


def opened(browser, query: str = "&lang=en", **settings):
    page = browser(f"tab=codec_lab{query}", **settings)
    page.locator(f"{PAGE}[data-ready]").wait_for()
    return page


def bits(page) -> str:
    return re.sub(r"[^01]", "", page.locator("#codec_lab .stream").inner_text())


def test_it_opens_on_a_text_and_the_tree_grows_step_by_step(browser):
    page = opened(browser)
    tab = page.locator("#codec_lab")
    page.wait_for_load_state("networkidle")
    sent = len(browser.requests)
    found = codec_lab.code_text(texts.text("codec_lab.example", "en"), "characters")
    codes = dict(zip(found.symbols, found.codes, strict=True))
    assert bits(page) == huffman.encode(found.message, codes)
    n = len(found.merges)
    back, on = tab.get_by_label("One step back"), tab.get_by_label("One step on")
    assert on.is_disabled()
    for step in reversed(range(n)):
        back.click()
        assert tab.locator(".tree circle").count() == step
        assert tab.locator(".merging .count").inner_text() == f"Merge {step} of {n}"
    assert back.is_disabled()
    on.click()
    assert tab.locator(".tree .now circle").count() == 1
    left, right = found.merges[0]
    told = tab.locator(".told").inner_text()
    assert f"counts {found.counts[left] + found.counts[right]}." in told
    tab.get_by_role("button", name="Play", exact=True).click()
    tab.locator(".merging .count", has_text=f"Merge {n} of {n}").wait_for()
    assert "step=" not in page.url
    assert browser.requests[sent:] == []


def test_bits_are_read_one_by_one_and_a_flip_spoils_some(browser):
    page = opened(browser)
    tab, text = page.locator("#codec_lab"), texts.text("codec_lab.example", "en")
    cursor = tab.locator(".cursor")
    cursor.fill("0")
    assert tab.locator(".read").inner_text() == ""
    code = tab.locator(".stream .code").first.inner_text()
    for _ in code:
        tab.get_by_role("button", name="One bit on").click()
    assert tab.locator(".read").inner_text() == text[0]
    cursor.fill("112")
    assert tab.locator(".read").inner_text() == text
    assert tab.get_by_role("button", name="Flip the marked bit").is_disabled()
    before = bits(page)
    cursor.fill("40")
    tab.get_by_role("button", name="Flip the marked bit").click()
    assert tab.locator(".read").inner_text() != text
    assert tab.locator(".read mark").count() > 0
    assert sum(a != b for a, b in zip(before, bits(page), strict=True)) == 1
    page.wait_for_function("location.search.includes('flip=40')")
    again = opened(browser, "&lang=en&flip=40&bit=112")
    assert again.locator("#codec_lab .read mark").count() > 0
    tab.get_by_role("button", name="Undo all flips").click()
    assert tab.locator(".read").inner_text() == text


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_own_texts_bytes_and_digits(browser, lang: str, width: int):
    page = opened(browser, f"&lang={lang}", width=width)
    tab = page.locator("#codec_lab")
    area = tab.locator("textarea").first
    area.fill("aabb")
    tab.locator(".sizes [data-way=huffman] td", has_text=re.compile(r"^4$")).wait_for()
    assert bits(page) == "0011"
    area.fill("")
    tab.locator(".entry > .problem", has_text=texts.text("errors.codec_empty", lang)).wait_for()
    area.fill("x")
    none = texts.text("codec_lab.no_bits", lang, n=1)
    tab.locator(".stream", has_text=none).wait_for()
    assert tab.locator(".entry > .problem").is_hidden()
    area.fill("五")
    tab.locator(".unit [value=bytes]").click()
    tab.locator(".tree rect").nth(2).wait_for()  # three bytes
    assert "unit=bytes" in page.url
    tab.locator(".source [value=digit]").click()
    tab.locator(".sizes [data-way=plain] td", has_text="6,272").wait_for()
    tab.locator(".digits button").nth(3).click()
    page.wait_for_function("location.search.includes('digit=')")
    tab.locator(".undo").click()
    page.wait_for_function("!location.search.includes('digit=')")
    tab.locator(".reset").click()
    assert area.input_value() == texts.text("codec_lab.example", lang)
    switch_language(page)
    other = "zh" if lang == "en" else "en"
    assert area.input_value() == texts.text("codec_lab.example", other)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_long_text_and_one_that_is_too_long(browser):
    page = opened(browser)
    area = page.locator("#codec_lab textarea").first
    area.fill("".join(chr(0x4E00 + k % 500) for k in range(5000)))
    page.locator("#codec_lab .tree rect").nth(499).wait_for()
    assert page.locator("#codec_lab .stream .code").count() < 500
    limit = codec_lab.MAX_TEXT
    area.evaluate("(node, text) => { node.value = text; node.oninput(); }", "x" * (limit + 1))
    said = texts.text("errors.codec_too_long", "en", limit=limit, got=limit + 1)
    page.locator("#codec_lab .entry > .problem", has_text=said).wait_for()
    assert page.locator("#codec_lab .tree rect").count() == 500  # what was there stays


def test_guesses_set_what_proves_them(browser):
    page = opened(browser)
    guess(page, "codec_lab", 0, 2)
    page.locator("#codec_lab .told", has_text="no bits at all").wait_for()
    guess(page, "codec_lab", 1, 0)
    page.locator("#codec_lab .sizes [data-way=plain] td", has_text="6,272").wait_for()
    guess(page, "codec_lab", 2, 2)
    page.locator("#codec_lab .read mark").first.wait_for()


def section(page, name: str):
    return open_section(page, "codec_lab", name)


def numbers(text: str) -> list[float]:
    return [float(one) for one in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))]


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_jpeg_step_by_step(browser, tmp_path, lang: str, width: int):
    page = opened(browser, f"&lang={lang}&open=lossy&q=60", width=width)
    part = section(page, "lossy")
    caption = part.locator(".three .out figcaption")

    def drawn() -> int:
        return int(part.get_attribute("data-drawn"))

    def after(act) -> list[float]:
        before = drawn()
        act()
        page.wait_for_function(
            "(n) => Number(document.querySelector('#codec_lab .lossy').dataset.drawn) > n",
            arg=before,
        )
        return numbers(caption.inner_text())

    fine = numbers(caption.inner_text())
    coarse = after(lambda: part.locator(".quality").fill("5"))
    assert coarse[0] < fine[0]
    assert coarse[1] < fine[1]
    page.wait_for_function("location.search.includes('q=5')")
    assert part.locator(".three .out img").evaluate("(image) => image.naturalWidth") == 192
    whole = after(lambda: part.locator(".halved").click())
    assert whole[0] >= coarse[0]
    without = after(lambda: part.locator(".waves button").nth(1).click())
    assert without[0] <= whole[0]
    assert part.locator(".waves button").nth(1).get_attribute("aria-pressed") == "false"
    after(lambda: part.locator(".bands input").nth(2).fill("3"))
    assert part.locator(".table span").last.inner_text() == "255"
    after(lambda: part.locator(".three .in img").click(position={"x": 3, "y": 3}))
    assert part.locator(".block-row").input_value() == "0"
    assert "0" in [one.strip() for one in part.locator(".kept span").all_inner_texts()]
    after(lambda: part.locator(".usual").click())
    with page.expect_download() as download:
        part.locator(".save").click()
    download.value.save_as(tmp_path / "ours.jpg")
    with Image.open(tmp_path / "ours.jpg") as ours:
        assert (ours.format, ours.size) == ("JPEG", (192, 128))
    part.locator(".compare").click()
    part.locator(".others figure").nth(3).wait_for()
    after(lambda: part.locator(".picture [value=digit]").click())
    waves = section(page, "wavelets")
    waves.locator(".kind [value=haar]").click()
    waves.locator(".percent").fill("100")
    waves.locator(".out figcaption", has_text="∞").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_one_picture_through_all_codes(browser, lang: str, width: int):
    page = opened(browser, f"&lang={lang}&open=equal", width=width)
    part = section(page, "equal")

    def error(way: str) -> float:
        return numbers(part.locator(f".ways [data-way={way}] figcaption").inner_text())[-1]

    part.locator(".ways [data-way=jpeg]").wait_for()
    assert error("dense32") < error("jpeg")
    before = part.locator(".ways").inner_text()
    part.locator(".bits [value='4']").click()
    page.wait_for_function(
        "(said) => document.querySelector('#codec_lab .ways').innerText !== said", arg=before
    )
    part.locator(".what [value=photo]").click()
    part.locator(".what [value=photo][aria-pressed=true]").wait_for()
    page.wait_for_function(
        """() => {
            const way = document.querySelector('#codec_lab .ways [data-way=dense32] figcaption');
            return Number(way.innerText.match(/[0-9.]+$/)[0]) > 0.1;
        }"""
    )
    assert error("dense32") > 10 * error("jpeg")
    part.locator(".what [value=drawing]").click()
    none = texts.text("codec_lab.no_drawing", lang)
    part.locator(".problem", has_text=none).wait_for()
    part.locator(".another").click()
    part.locator(".what [value=digit][aria-pressed=true]").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_picture_of_ones_own_and_what_is_none(browser):
    page = opened(browser, "&lang=zh&open=lossy")
    part = section(page, "lossy")
    choose = part.locator("input[type=file]")
    text = {"name": "text.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    choose.set_input_files(text)
    part.locator(".problem", has_text="无法把这个文件当作图片打开").wait_for()
    assert "192 × 128" in part.locator(".three .in figcaption").inner_text()
    page.evaluate("""async () => {
        const canvas = new OffscreenCanvas(300, 100), context = canvas.getContext("2d");
        context.fillStyle = "red";
        context.fillRect(0, 0, 200, 100);
        const files = new DataTransfer();
        files.items.add(new File([await canvas.convertToBlob()], "red.png", { type: "image/png" }));
        const input = document.querySelector("#codec_lab .lossy input[type=file]");
        input.files = files.files;
        input.onchange();
    }""")
    part.locator(".three .in figcaption", has_text="192 × 64").wait_for()
    assert part.locator(".problem").first.is_hidden()
    assert part.locator(".picture [value=own]").get_attribute("aria-pressed") == "true"
