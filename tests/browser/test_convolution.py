"""The convolution playground: a student plays with it."""

import re

import pytest
import torch
import torch.nn.functional as F

from tests.browser.visiting import guess, open_sections, switch_language

pytestmark = pytest.mark.browser

PAGE = "#convolution article"


def opened(browser, query: str = "&lang=en", **settings):
    page = browser(f"tab=convolution{query}", **settings)
    page.locator(f"{PAGE}[data-shown]").wait_for(timeout=90_000)
    open_sections(page, "convolution")
    return page


def test_it_opens_mid_slide_and_plays_without_the_server(browser):
    page = opened(browser)
    tab = page.locator("#convolution")
    assert (
        tab.locator(".line code").inner_text() == "nn.Conv2d(1, 4, kernel_size=(3, 3), padding=1)"
    )
    assert tab.locator(".sum-title").inner_text() == "Output row 14, column 18, filter 1"
    assert "= 28" in tab.locator(".size").inner_text()
    assert tab.locator(".count").inner_text() == "4·1·3·3 + 4 = 40"
    page.wait_for_load_state("networkidle")
    sent = len(browser.requests)
    tab.get_by_role("button", name="One window on").click()
    assert tab.locator(".sum-title").inner_text() == "Output row 14, column 19, filter 1"
    tab.get_by_role("button", name="Play", exact=True).click()
    tab.get_by_role("button", name="Pause").click()
    tab.locator(".speed").fill("8")
    tab.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(
        "document.querySelector('#convolution .sum-title').textContent.includes('column 28,')"
        "&& document.querySelector('#convolution .play').textContent === 'Play'"
    )
    assert tab.locator(".play").inner_text() == "Play"
    page.wait_for_function("location.search.includes('at=27,27')")

    output = tab.locator(".maps .out canvas").first
    output.hover(position={"x": 5, "y": 5})
    tab.locator(".sum-title", has_text="Output row 1, column 1,").wait_for()
    output.press("ArrowDown")
    output.press("ArrowRight")
    assert tab.locator(".sum-title").inner_text().startswith("Output row 2, column 2")
    tab.locator(".maps .in canvas").first.click(position={"x": 100, "y": 100})
    assert not tab.locator(".sum-title").inner_text().startswith("Output row 2, column 2")
    assert browser.requests[sent:] == []


def shown_sum(tab) -> tuple[float, float]:
    """Return the sum of the products on the screen, and the value that the page gives."""
    numbers = [
        float(text.replace("−", "-")) for text in tab.locator(".products .cell").all_inner_texts()
    ]
    value = tab.locator(".equation b").inner_text()
    return sum(numbers), float(value.replace("−", "-"))


def test_a_cell_of_the_kernel_can_be_changed_and_a_link_restores_it(browser):
    page = opened(browser)
    tab = page.locator("#convolution")
    for cell, weight in ((0, "0.5"), (4, "-2"), (8, "３")):
        tab.locator("input.cell").nth(cell).fill(weight)
        tab.locator("input.cell").nth(cell).press("Tab")
    assert "A weight is a number" in tab.locator(".sum .problem").inner_text()
    tab.locator("input.cell").nth(8).fill("3")
    tab.locator("input.cell").nth(8).press("Tab")
    assert not tab.locator(".sum .problem").is_visible()
    products, value = shown_sum(tab)
    assert products == pytest.approx(value, abs=0.05)
    tab.get_by_role("button", name="Mish", exact=True).click()
    said = tab.locator(".activation .value").inner_text()
    found = re.fullmatch(r"Mish\((\S+)\) = (\S+), derivative \S+", said)
    x, y = (float(part.replace("−", "-")) for part in found.groups())
    assert x == value
    assert y == pytest.approx(float(F.mish(torch.tensor(x))), abs=0.02)

    other = browser(page.url.split("?", 1)[1])
    other.locator(f"{PAGE}[data-shown]").wait_for()
    restored = other.locator("#convolution")
    assert restored.locator("input.cell").nth(4).input_value() == "−2"
    assert restored.locator(".activation .value").inner_text() == said
    assert restored.locator(".equation b").inner_text() == tab.locator(".equation b").inner_text()

    tab.get_by_role("button", name="Undo").first.click()
    tab.get_by_role("button", name="Undo").first.click()
    assert tab.locator("input.cell").nth(8).input_value() == "1"
    tab.get_by_role("button", name="Reset").click()
    assert tab.locator("input.cell").nth(4).input_value() == "0"


def test_refusals_are_explained_in_both_languages_and_mended(browser):
    page = opened(browser, "&lang=zh")
    tab = page.locator("#convolution")
    problem, line = tab.locator(".layer .problem"), tab.locator(".line code")
    tab.get_by_label("in_channels").fill("3")
    tab.get_by_label("groups").fill("2")
    assert "没法平均分成 2 组" in problem.inner_text()
    assert "in_channels must be divisible by groups" in tab.locator(".torch").inner_text()
    assert line.inner_text().startswith("nn.Conv2d(3, 4,")
    switch_language(page)
    assert "can’t be shared out evenly among 2 groups" in problem.inner_text()
    tab.get_by_role("button", name="Set groups=1").click()
    assert not problem.is_visible()
    tab.get_by_label("stride, rows").fill("2")
    tab.get_by_role("button", name="same", exact=True).click()
    assert "Use stride 1" in problem.inner_text()
    tab.get_by_role("button", name="Set stride=(1, 1)").click()
    assert not problem.is_visible()
    assert "padding='same'" in line.inner_text()
    tab.get_by_role("button", name="a number").click()
    tab.get_by_label("padding, rows").fill("29")
    tab.get_by_role("button", name="reflect").click()
    assert "only 27 of them" in problem.inner_text()
    tab.get_by_role("button", name="Set padding=(27, 27)").click()
    assert "padding_mode='reflect'" in line.inner_text()
    for wrong in ("0", "99", "1.5", "-3", ""):
        tab.get_by_label("kernel_size, rows").fill(wrong)
        assert "whole number from 1 to 8" in problem.inner_text()
    tab.get_by_label("kernel_size, rows").fill("2")
    assert not problem.is_visible()
    assert tab.locator("input.cell").count() == 4


def test_channels_and_groups_show_what_they_mix(browser):
    page = opened(browser)
    tab = page.locator("#convolution")
    guess(page, "convolution", 1)
    tab.locator(".line code", has_text="groups=2").wait_for()
    pictures = tab.locator(".maps .in .thumbs button")
    assert pictures.count() == 2
    assert pictures.first.is_disabled()  # filter 4 reads channel 2 alone
    assert pictures.nth(1).get_attribute("aria-pressed") == "true"
    tab.get_by_label("groups").fill("1")
    assert pictures.first.is_enabled()
    assert "(channel 1)" in tab.locator(".equation").inner_text()
    assert "(channel 2)" in tab.locator(".equation").inner_text()


def test_a_trained_layer_gives_what_torch_gives(browser):
    from core import zoo
    from core.inference import reconstruction

    page = opened(browser)
    tab = page.locator("#convolution")
    tab.get_by_role("button", name="A trained layer").click()
    page.wait_for_function(
        "document.querySelectorAll('#convolution .maps .out .thumbs button').length == 16"
    )
    tab.locator(".maps .out .thumbs button").nth(9).click()
    digit = torch.tensor(reconstruction.sample(reconstruction.example().row[4]))
    with torch.inference_mode():
        out = zoo.conv_tuned().encoder[0](2 * digit[None, None] - 1)[0, 9, 4, 4]
    shown = tab.locator(".equation b").inner_text().replace("−", "-")
    assert tab.locator(".sum-title").inner_text() == "Output row 5, column 5, filter 10"
    assert float(shown) == pytest.approx(float(out), abs=0.06)


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
def test_a_sentence_is_read_word_by_word(browser, language: str, width: int):
    page = opened(browser, f"&lang={language}", width=width, touch=width == 390)
    tab = page.locator("#convolution")
    tab.get_by_role("button", name={"en": "Sentence", "zh": "句子"}[language]).click()
    phrase = {"en": "not good", "zh": "好看"}[language]
    peak = tab.locator(".peak")
    peak.get_by_text(phrase).wait_for()
    assert "2.00" in peak.inner_text()
    assert "kernel_size=(2, 8)" in tab.locator(".line code").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    box, problem = tab.locator("textarea"), tab.locator(".sentence-input .problem")
    box.fill("")
    problem.wait_for()
    box.fill({"en": "word " * 40, "zh": "字" * 40}[language])
    problem.get_by_text("40").wait_for()
    box.fill({"en": "good", "zh": "好"}[language])  # shorter than the kernel
    tab.locator(".layer .problem").wait_for()
    assert "2" in tab.locator(".layer .problem").inner_text()
    box.fill({"en": "今天天气很好", "zh": "a fine day"}[language])
    tab.locator(".remarks button").wait_for()  # offers to read it as the other language
    box.fill("<script>window.ran=1</script> 🎬")
    page.wait_for_function("!document.querySelector('#convolution .layer .problem').textContent")
    assert page.evaluate("window.ran") is None
    words = tab.inner_text()
    assert "undefined" not in words
    assert not re.search(r"\{\w+\}|NaN", words)


def test_drawing_is_convolved_while_it_is_drawn(browser):
    page = opened(browser)
    tab = page.locator("#convolution")
    tab.get_by_role("button", name="Clear").click()
    assert tab.locator(".equation b").inner_text() == "0.00"
    box = tab.locator(".pad canvas").bounding_box()
    page.wait_for_load_state("networkidle")
    sent = len(browser.requests)
    x = box["x"] + box["width"] * 15.5 / 28
    page.mouse.move(x, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 130, steps=6)
    page.wait_for_function(
        "document.querySelector('#convolution .equation b').textContent !== '0.00'"
    )
    page.mouse.up()
    page.wait_for_function("location.search.includes('strokes=')")
    assert browser.requests[sent:] == []


def test_a_stroke_takes_the_place_of_the_example_and_undo_brings_it_back(browser):
    page = opened(browser)
    tab = page.locator("#convolution")
    shown = "document.querySelector('#convolution .pad canvas').toDataURL()"
    example = page.evaluate(shown)
    box = tab.locator(".pad canvas").bounding_box()
    x = box["x"] + box["width"] / 2

    def draw(shift: float) -> None:
        page.mouse.move(x + shift, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(x + shift, box["y"] + 130, steps=4)
        page.mouse.up()
        page.wait_for_function("location.search.includes('strokes=')")

    draw(0)
    assert "digit=none" in page.url
    alone = page.evaluate(shown)
    tab.get_by_role("button", name="Clear").click()
    draw(0)
    assert page.evaluate(shown) == alone, "nothing of the example was left below the stroke"
    draw(20)
    assert ":" in page.evaluate("new URLSearchParams(location.search).get('strokes')")
    for _ in range(4):
        tab.get_by_role("button", name="Undo").click()
    assert page.evaluate(shown) == example


def test_a_bad_link_opens_the_page_all_the_same(browser):
    query = "&lang=en&f=evil:1,2:window.x&k=99,0&s=NaN&p=-1,3&g=0&in=50&out=3&mode=no&at=-5,x"
    page = opened(browser, f"{query}&reach=-9&act=constructor&digit=77&filter=40&bias=x,1e9,2")
    tab = page.locator("#convolution")
    assert (
        tab.locator(".line code").inner_text() == "nn.Conv2d(1, 3, kernel_size=(3, 3), padding=1)"
    )
    assert tab.locator(".problem:visible").count() == 0
    words = tab.inner_text()
    assert not re.search(r"\{\w+\}|NaN|undefined", words)
    refused = opened(browser, "&lang=en&f=blur&in=4&out=6&g=4")
    problem = refused.locator("#convolution .layer .problem")
    assert "out_channels=8" in problem.inner_text()


def test_the_line_is_copied(browser):
    page = opened(browser, permissions=("clipboard-read", "clipboard-write"))
    button = page.locator("#convolution .copy")
    button.evaluate("""(button) => {  // what it says for a moment only
        const heard = new MutationObserver(() => said.push(button.textContent));
        window.said = [];
        heard.observe(button, { childList: true });
    }""")
    button.click()
    page.wait_for_function("said.includes('Copied')")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "nn.Conv2d(1, 4, kernel_size=(3, 3), padding=1)"
