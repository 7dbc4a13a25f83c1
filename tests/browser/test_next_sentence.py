"""What a student does with the next sentence: judge, reveal, weigh words, write own ones, share."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from core import texts
from core.inference import readers
from tests.browser.visiting import open_section, open_sections

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.weights,
    pytest.mark.skipif(len(readers.bundled()) < 2, reason="the BERT weights are not there"),
]

PAGE = "#next_sentence article"
BARS = """() => [...document.querySelectorAll('#next_sentence .ranked li')].map(
    (row) => [row.querySelector('.text').textContent,
              parseFloat(row.querySelector('.track i')?.style.width)])"""
WORDS = """() => [...document.querySelectorAll('#next_sentence .weighed .chip')].map(
    (c) => c.className + c.textContent + c.style.getPropertyValue('--share')).join()"""


def opened(browser, query: str = "", **settings: object) -> "Page":
    page = browser(f"tab=next_sentence{query}", **settings)
    page.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    open_sections(page, "next_sentence")
    return page


def after(page: "Page", act: Callable[[], object]) -> list[list]:
    """Act, wait until the server has answered, and return the bars."""
    before = int(page.locator(PAGE).get_attribute("data-shown"))
    act()
    page.wait_for_function(
        f"Number(document.querySelector('{PAGE}').dataset.shown) > {before}"
        f" && !document.querySelector('{PAGE} .weighed').classList.contains('waiting')"
    )
    return page.evaluate(BARS)


def spoilers(page: "Page") -> str:
    """Return what the page tells of BERT's answer, as seen on the screen."""
    return page.locator("#next_sentence").evaluate(
        """(lab) => ["track", "share", "origin", "outcome", "chosen", "weighed", "readings",
                "strongest", "compared"]
            .flatMap((name) => [...lab.querySelectorAll(`.panel .${name}, .strip .${name}`)])
            .filter((node) => node.checkVisibility() && !node.closest(".accuracy, .trial"))
            .map((node) => node.matches(".track") ? "a bar" : node.textContent.trim())
            .filter(Boolean).join("|")"""
    )


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_the_learner_guesses_before_anything_is_told_and_sees_it_beside_the_truth(
    browser, lang: str, width: int
):
    page = opened(browser, f"&lang={lang}&of={lang}&story=2", width=width)
    lab = page.locator("#next_sentence")
    reveal = lab.locator(".reveal")
    assert spoilers(page) == "?"
    assert reveal.is_disabled()
    assert lab.locator(".guess-first").is_visible()
    order = lab.locator(".ranked .text").all_inner_texts()
    assert order == [field.input_value() for field in lab.locator(".candidates input").all()]
    after(page, lab.locator(".ranked button").nth(2).click)
    assert spoilers(page) == "?"
    after(page, reveal.click)
    assert "guess=3" in page.url
    mine = lab.locator(".ranked li", has=page.locator(".origin.guess"))
    assert mine.locator(".text").inner_text() == order[2]
    assert lab.locator(".ranked .origin.next").count() == 1
    won = mine.locator(".origin.next").count() == 1
    bert = lab.locator(".ranked li").first.locator(".origin.next").count() == 1
    key = {(1, 1): "both", (1, 0): "you", (0, 1): "bert", (0, 0): "neither"}[won, bert]
    said = texts.text(
        f"next_sentence.verdict.{key}", page.evaluate("document.documentElement.lang")[:2]
    )
    assert lab.locator(".compared").inner_text() == said
    assert lab.locator(".weighed .chip").first.is_visible()
    other = opened(browser, page.url.split("?", 1)[1].replace("tab=next_sentence", ""), width=width)
    assert other.locator("#next_sentence .compared").inner_text() == said
    after(page, lab.locator(".later").click)  # the next exercise is closed again
    assert spoilers(page) == "?"


def test_own_sentences_are_guessed_and_revealed_too(browser):
    page = opened(browser, "&lang=en&of=en")
    lab = page.locator("#next_sentence")
    after(page, lambda: lab.locator("textarea").fill("The kettle is boiling."))
    after(page, lambda: lab.locator(".candidates input").first.fill("I will make us some tea."))
    assert spoilers(page) == "?"
    assert "your sentences" in lab.locator(".todo").inner_text()
    after(page, lab.locator(".ranked button").first.click)
    field = lab.locator(".candidates input").first
    after(page, lambda: field.fill("I will make us some tea now."))  # the guess goes along
    after(page, lab.locator(".reveal").click)
    assert len(page.evaluate(BARS)) == 5
    shares = [share for _, share in page.evaluate(BARS)]
    assert shares == sorted(shares, reverse=True)
    guess = lab.locator(".ranked li", has=page.locator(".origin.guess"))
    assert guess.locator(".text").inner_text() == "I will make us some tea now."
    first = lab.locator(".ranked .text").first.inner_text() == "I will make us some tea now."
    key = "same" if first else "differ"
    assert lab.locator(".compared").inner_text() == texts.text(f"next_sentence.verdict.{key}", "en")
    after(page, lambda: field.fill("Once revealed, it stays so while one types."))
    assert len(page.evaluate(BARS)) == 5
    # What is told already is not to be revealed; who wants to guess the new ones can.
    assert lab.locator(".todo").inner_text() == texts.text("next_sentence.todo_seen", "en")
    assert lab.locator(".reveal").inner_text() == texts.text("next_sentence.again", "en")
    after(page, lab.locator(".reveal").click)
    assert spoilers(page) == "?"
    assert lab.locator(".reveal").is_disabled()
    assert "your sentences" in lab.locator(".todo").inner_text()


def test_candidates_are_ranked_and_the_true_one_stays_hidden_until_revealed(browser):
    page = opened(browser, "&lang=en")
    lab = page.locator("#next_sentence")
    after(page, lab.locator(".ranked button").first.click)
    after(page, lab.get_by_role("button", name="Reveal").click)
    bars = page.evaluate(BARS)
    assert len(bars) == 5
    shares = [share for _, share in bars]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 100 for share in shares)
    assert lab.locator(".origin.next").count() == 1
    assert lab.locator(".origin.same").count() == 1
    assert lab.locator(".origin.other").count() == 3
    words = page.evaluate(WORDS)
    after(page, lab.locator(".ranked button").last.click)
    assert page.evaluate(WORDS) != words
    assert "pick=" in page.url
    assert "reveal=1" in page.url


def test_hiding_a_word_and_swapping_change_the_answer_and_the_link_keeps_it(browser):
    page = opened(browser, "&lang=en&story=3&reveal=1")
    lab = page.locator("#next_sentence")
    token = lab.locator(".chips.second button.token").nth(2)
    (cost,) = re.findall(r"[+−][\d.]+", token.get_attribute("title"))
    after(page, token.click)
    assert lab.locator(".chips.second .chip.hidden").count() >= 1
    assert lab.locator(".reading.hidden").count() == 1
    turned = cost.translate(str.maketrans("+−", "−+"))
    assert turned in lab.locator(".claim").inner_text(), "hiding does what the colour says"
    assert "hide=" in page.url
    seen = page.evaluate(WORDS), lab.locator(".claim").inner_text()
    other = browser(page.url.split("?", 1)[1])
    other.wait_for_function(f"Number(document.querySelector('{PAGE}')?.dataset.shown) > 0")
    assert (other.evaluate(WORDS), other.locator("#next_sentence .claim").inner_text()) == seen
    first = lab.locator("textarea").input_value()
    after(page, lab.get_by_role("button", name="Swap A and B").click)
    assert lab.locator("textarea").input_value() != first
    assert first in [box.input_value() for box in lab.locator(".candidates input").all()]
    after(page, lab.get_by_role("button", name="Undo").click)
    assert lab.locator("textarea").input_value() == first


def test_the_answer_is_there_before_its_reasons_and_a_click_asks_for_no_reason_again(browser):
    page = opened(browser, "&lang=en&story=2")
    lab = page.locator("#next_sentence")
    asked, held = [], []

    def pass_on(route) -> None:
        asked.append(route.request.post_data_json["fn_name"])
        if asked[-1] == "hide_words" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile("component_server"), pass_on)
    lab.locator(".ranked button").first.click()
    lab.locator(".reveal").click()
    lab.locator(".weighed .chip.waiting").first.wait_for()
    for _ in range(200):
        if held:
            break
        page.wait_for_timeout(50)
    assert lab.locator(".reading.as_is").is_visible()
    assert lab.locator(".weighed .chip.signed").count() == 0
    after(page, held[0].continue_)
    assert lab.locator(".weighed .chip.waiting").count() == 0
    assert asked.count("hide_words") > 1, "in portions"
    asked.clear()
    after(page, lab.locator(".chips.second button.token").nth(2).click)
    assert lab.locator(".reading.hidden").count() == 1
    assert "weigh_words" in asked
    assert "hide_words" not in asked


def test_a_gradient_is_held_against_hiding(browser):
    page = opened(browser, "&lang=zh&reveal=1", width=390, locale="zh-CN", dark=True)
    lab = page.locator("#next_sentence")
    lab.locator(".ways summary").click()
    lab.locator(".ways .cell").first.wait_for(timeout=60_000)
    assert lab.locator(".ways table tr").count() == 4
    assert "%" in lab.locator(".ways .told").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert "compare=1" in page.url


def test_own_sentences_on_a_phone_are_limited_kept_and_never_run(browser):
    page = opened(browser, "&lang=zh&reveal=1", width=390, locale="zh-CN", dark=True)
    lab = page.locator("#next_sentence")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for n in range(6, 9):
        lab.get_by_role("button", name="添加候选").click()
        assert lab.locator(".candidates input").count() == n
    assert lab.get_by_role("button", name="添加候选").is_disabled()
    assert "8" in lab.locator(".limit").inner_text()
    assert len(page.evaluate(BARS)) == 5, "blank candidates are left out"
    typed = "<img src=x onerror='window.ran=1'> [SEP] [mask]"
    bars = after(page, lambda: lab.locator(".candidates input").last.fill(typed))
    assert typed in [text for text, _ in bars]
    assert page.evaluate("window.ran") is None
    assert lab.locator(".remark").count() >= 2
    after(page, lambda: lab.locator("textarea").fill("cat " * 600))
    assert lab.locator(".remark", has_text="512").count() >= 1
    lab.locator("textarea").fill("  ")
    lab.locator(".typed .problem").wait_for()
    assert page.evaluate(BARS), "old bars stay"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_words_are_weighed_once_their_section_is_open(browser):
    def weighed() -> list[str]:
        return [one for one in browser.requests if " weigh_words" in one or " hide_words" in one]

    page = browser("tab=next_sentence&lang=en&story=2")
    lab = page.locator("#next_sentence")
    lab.locator(".ranked button").first.click()
    lab.locator(".reveal:enabled").click()
    lab.locator(".ranked .track").first.wait_for()
    page.wait_for_load_state("networkidle")
    assert weighed() == []
    open_section(page, "next_sentence", "words")
    lab.locator(".weighed .chip.signed").first.wait_for()
    assert weighed()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_where_it_fails_is_a_row_to_click(browser, lang):
    page = browser(f"tab=next_sentence&lang={lang}", width=390 if lang == "en" else 1280)
    rows = page.locator("#next_sentence .failures button")
    rows.first.wait_for()
    assert rows.count() >= 3
    for k in range(rows.count()):
        sentence = rows.nth(k).inner_text()
        rows.nth(k).click()
        page.locator("#next_sentence .ranked button", has_text=sentence).wait_for()
        share = page.locator("#next_sentence .ranked .share").inner_text()
        assert share in page.locator("#next_sentence .failures .why").inner_text()
    assert "…" not in page.locator("#next_sentence .foot p").inner_text()
