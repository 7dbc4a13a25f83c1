"""What a student does on the page of word vectors: a run, the time, a word, a text of one's own."""

import json
from typing import TYPE_CHECKING

import pytest

from core.inference import word2vec
from tests.browser.visiting import open_section, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PATIENCE = 120_000  # milliseconds; the first run waits for a process, on a busy machine for long
SAYS = "document.querySelector('#word2vec .status').textContent.startsWith"


def opened(browser, query: str = "", lang: str = "en", **settings: object) -> "Locator":
    page = browser(f"tab=word2vec&lang={lang}{query}", **settings)
    page.locator("#word2vec .page[data-ready]").wait_for()
    return page.locator("#word2vec")


def until(lab: "Locator", said: str) -> None:
    lab.page.wait_for_function(f"{SAYS}({json.dumps(said)})", timeout=PATIENCE)


def cells(lab: "Locator", row: int) -> list[str]:
    return lab.locator(".near.table tr").nth(row).locator("td b").all_inner_texts()


def test_it_opens_on_a_stored_run_whose_time_can_be_pulled(browser):
    lab = opened(browser)
    stored = word2vec.example("en", "skipgram")
    watched = stored.report.facts.words.watched
    assert lab.locator(".labels button").all_inner_texts() == list(watched)
    assert cells(lab, 0) == list(stored.frames[0].near[0])
    assert cells(lab, 1) == list(stored.frames[-1].near[0])
    lab.locator(".labels button").nth(3).evaluate("(b) => b.click()")
    assert cells(lab, 1) == list(stored.frames[-1].near[3])
    assert lab.locator(".strip .word").inner_text() == watched[3]
    there = lab.locator(".labels button").nth(3).get_attribute("style")
    lab.locator(".time input").fill("0")
    assert cells(lab, 1) == list(stored.frames[0].near[3])
    assert lab.locator(".labels button").nth(3).get_attribute("style") != there
    assert "Before" in lab.locator(".moment").inner_text()


def test_the_window_slides_and_other_methods_show_what_they_aim_at(browser):
    lab = opened(browser)
    sentence = word2vec.example("en", "skipgram").report.facts.words.sentence
    lab.locator(".slide button").nth(0).click()
    assert lab.locator(".slide .middle b").inner_text() == sentence[0]
    lab.locator(".on").click()
    assert lab.locator(".slide .middle b").inner_text() == sentence[1]
    assert lab.locator(".slide .near").count() == min(len(sentence) - 1, 1 + 5)
    assert lab.locator(".drawn .random").count() == 5
    assert "%" in lab.locator(".slide .near").first.inner_text()
    lab.locator(".play").click()
    lab.page.wait_for_function(
        "(word) => document.querySelector('#word2vec .slide .middle b').textContent !== word",
        arg=sentence[1],
    )
    lab.locator(".play").click()
    lab.locator(".methods [value=glove]").click()
    lab.page.wait_for_function("!document.querySelector('#word2vec .drawn .random')")
    assert "/" in lab.locator(".slide .near").first.inner_text()
    assert "method=glove" in lab.page.url


def test_a_run_of_ones_own_text_with_markup_and_two_scripts(browser):
    lab = opened(browser)
    lab.locator(".texts [value=own]").click()
    text = "<b>The cat</b> likes the 小猫. The dog likes the 小狗. A cat and a dog meet! " * 60
    lab.locator(".own").fill(text)
    lab.locator(".fields [data-field=epochs][value='5']").click()
    lab.locator(".fields [data-field=n_dims][value='2']").click()
    lab.locator(".watch input").fill("cat, dog 小猫")
    lab.locator(".go").click()
    until(lab, "Done")
    assert lab.locator(".labels button").all_inner_texts() == ["cat", "dog", "小猫"]
    assert "dog" in lab.locator(".slide").inner_text()
    assert lab.locator(".strip .bars").get_attribute("data-count") == "2"
    kept = lab.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "likes" not in kept + lab.page.url
    lab.locator(".reset").click()
    lab.page.wait_for_function("document.querySelectorAll('#word2vec .labels button').length > 3")
    until(lab, "A stored run")


def test_a_long_run_can_be_stopped(browser):
    lab = opened(browser, "&epochs=100&n_dims=100&window=10")
    assert lab.locator(".changed").is_visible()
    lab.locator(".go").click()
    until(lab, "Step")
    lab.locator(".stop").click()
    until(lab, "Stopped")
    assert lab.locator(".go").is_enabled()


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_bad_texts_get_a_sentence_and_the_text_stays(browser, lang: str, width: int):
    lab = opened(browser, lang=lang, width=width)
    lab.locator(".texts [value=own]").click()
    problem = lab.locator(".setup .problem")
    for text, said in (
        ("", {"en": "no text yet", "zh": "还没有文本"}),
        ("word", {"en": "at least two different words", "zh": "两个不同的词"}),
        ("one two three", {"en": "Choose fewer negatives", "zh": "请减少负样本"}),
    ):
        lab.locator(".own").fill(text)
        lab.locator(".go").click()
        lab.page.wait_for_function(
            "(said) => document.querySelector('#word2vec .setup .problem')"
            ".textContent.includes(said)",
            arg=said[lang],
            timeout=PATIENCE,
        )
        assert problem.is_visible()
        assert lab.locator(".own").input_value() == text
        assert lab.locator(".go").is_enabled()


def test_sections_show_counts_aims_frequencies_and_four_ways(browser):
    lab = opened(browser)
    watched = word2vec.usual("en").watched
    heat = open_section(lab.page, "word2vec", "counts")
    assert heat.locator("tbody tr").count() == len(watched)
    open_section(lab.page, "word2vec", "fit").locator(".main-svg").first.wait_for()
    assert "Correlation" in lab.locator("[data-section=fit] .reading").inner_text()
    frequent = open_section(lab.page, "word2vec", "frequent")
    before = frequent.locator(".reading").inner_text()
    frequent.locator("input").fill("-5")
    assert frequent.locator(".reading").inner_text() != before
    assert "rare=-5" in lab.page.url
    ways = open_section(lab.page, "word2vec", "ways")
    ways.locator("thead th").nth(3).wait_for()
    ways.locator(".words button").nth(1).click()
    assert watched[1] in ways.locator("caption").inner_text()
    switch_language(lab.page)
    assert "最近" in ways.locator("caption").inner_text()


PLANE = """async () => {
  const { directions, plane, turned } = await import("/word2vec/plane.js");
  const angles = [0.1, 0.9, 2.0, 3.3, 4.4];
  const flat = angles.flatMap((a) => [3 * Math.cos(a), 3 * Math.sin(a), 0]);
  const rows = directions(flat, 5), { points, explained } = plane(rows);
  const distance = (p, q) => Math.hypot(...p.map((x, k) => x - q[k]));
  const far = (of) => of.flatMap((p, i) => of.slice(i + 1).map((q) => distance(p, q)));
  const back = turned(points.map(([x, y]) => [y, x]), points);
  return { explained, a: far(rows), b: far(points),
    off: Math.max(...back.map((p, i) => distance(p, points[i]))) };
}"""


def test_the_plane_keeps_distances_and_turns_back(bare):
    """Of vectors that lie in a plane the map is exact; turned points come back where they were."""
    found = bare.evaluate(PLANE)
    assert found["explained"] == pytest.approx(1)
    assert found["b"] == pytest.approx(found["a"], rel=1e-6)
    assert found["off"] < 1e-9
