"""Further experiments: titles that open in place, asked for only then, and kept in the link."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.visiting import go_to, open_section, opened, page_is_well, tabs

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

TALLEST = 1600  # pixels of a page as it opens, 1280 wide
SCREEN = 900  # pixels: some of what is shown is as high as the window allows
# What a section asks the server as it opens; the others draw what is there.
ASKED = {
    "codec_lab": {"lossy": "show_jpeg", "wavelets": "show_pyramid", "equal": "show_equal_bytes"},
    "latent_walk": {"between": "show_walk", "prior": "show_draws", "bound": "show_elbo"},
    "told": {"labels": "show_figures", "maps": "show_maps"},
    "lstm": {"contexts": "compare_contexts"},
    "words": {"analogies": "show_analogies", "map": "show_word_maps", "across": "show_bridge"},
    "retrain": {"curve": "show_curve"},
    "input_pieces": {
        "match": "match_word",
        "sum": "add_embeddings",
        "search": "search_vocabulary",
    },
    "masking": {"counts": "count_rolls"},
    "fill_in": {"layers": "ask_layers", "training": "show_training", "transfer": "show_transfer"},
    "next_sentence": {"accuracy": "show_lapse", "trial": "show_trial"},
    "sentiment": {"reasons": "show_ngrams"},
}


def asked(page: "Page") -> list[str]:
    return page.evaluate("watched.calls.map(({ handler }) => handler)")


def opens(page: "Page", tab: str) -> list[str]:
    """Return the names of the sections that are open."""
    return page.locator(f"#{tab} .experiment[open]").evaluate_all(
        "(all) => all.map((one) => one.dataset.section)"
    )


# Titles that look as if they couldn't be pressed.
DIMMED = """(selector) => [...document.querySelectorAll(selector)].filter((title) => {
    for (let up = title; up; up = up.parentElement)
        if (Number(getComputedStyle(up).opacity) < 1) return true;
    return false;
}).map((title) => title.textContent)"""


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_is_long_before_something_is_opened(browser, lang: str):
    """What is this, what do I do, what should I notice: all of it near, the rest one click away."""
    page = opened(browser, "", lang)
    page.set_viewport_size({"width": 1280, "height": SCREEN})
    heights = {}
    for tab in tabs(page):
        go_to(page, tab)
        assert opens(page, tab) == [], tab
        heights[tab] = page.evaluate("document.documentElement.scrollHeight")
        assert page.evaluate(DIMMED, f"#{tab} .experiment > summary") == [], tab
    assert {tab: height for tab, height in heights.items() if height > TALLEST} == {}
    page_is_well(page)


@pytest.mark.slow
def test_a_section_is_asked_for_when_it_is_opened_and_once(browser):
    page = opened(browser, "", "en")
    for tab, handlers in ASKED.items():
        go_to(page, tab)
        assert not set(asked(page)) & set(handlers.values()), tab
        for name, handler in handlers.items():
            title = open_section(page, tab, name).locator("> summary")
            page.evaluate("watched.settle()")
            n_asked = asked(page).count(handler)
            assert n_asked > 0, (tab, name)
            assert f"open={name}" in page.url
            title.click()
            page.wait_for_function("!location.search.includes('open=')")
            title.click()
            page.wait_for_function("location.search.includes('open=')")
            page.evaluate("watched.settle()")
            assert asked(page).count(handler) == n_asked, (tab, name)
            title.click()
    page_is_well(page)


@pytest.mark.parametrize(
    ("tab", "name", "drawn"),
    [
        ("latent_walk", "bound", ".splits > *"),
        ("fill_in", "people", ".template"),
        ("convolution", "layer", ".fields input"),
        ("train", "codes", "canvas"),
    ],
)
def test_a_link_opens_one_section_and_leads_there(browser, tab: str, name: str, drawn: str):
    page = browser(f"tab={tab}&lang=en&open=nothing,{name},%3Cb%3E")
    section = page.locator(f"#{tab} .experiment[data-section={name}][open][data-ready]")
    section.locator(drawn).first.wait_for()
    assert opens(page, tab) == [name]
    assert f"open={name}" in page.url
    assert "nothing" not in page.url
    page.wait_for_function("scrollY > 0")
    assert section.locator("summary h2").first.evaluate(
        "(title) => title.getBoundingClientRect().top < innerHeight"
    )


def test_what_belongs_to_a_closed_section_leaves_the_link_and_comes_back_with_it(browser):
    page = browser("tab=latent_walk&lang=en&steps=7")  # a link of before there were sections
    section = page.locator("#latent_walk .experiment[data-section=between][open][data-ready]")
    section.wait_for()
    assert opens(page, "latent_walk") == ["between"]
    section.locator("> summary").click()
    page.wait_for_function("!location.search.includes('steps=')")
    open_section(page, "latent_walk", "between")
    page.wait_for_function("location.search.includes('steps=7')")


def test_a_refused_layer_is_told_by_the_window_or_by_its_fields(browser):
    page = browser("tab=convolution&lang=en&f=blur&in=4&out=6&g=4")
    problem = page.locator("#convolution .refusal .problem")
    problem.get_by_text("out_channels=8").wait_for()
    assert page.locator("#convolution .stage .refusal").count() == 1
    section = open_section(page, "convolution", "layer")
    assert section.locator(".refusal .problem").is_visible()
    section.locator("> summary").click()
    page.locator("#convolution .stage .refusal .problem").wait_for()
