"""The front page: where each step leads, in which state, and the way back."""

from urllib.parse import parse_qs, urlsplit

import pytest

from demos.home.tab import MINUTES, STORY

pytestmark = [pytest.mark.browser, pytest.mark.weights]

READY = "#home .page[data-ready]"
HIGHEST = 1600  # pixels of a first view at 1280


def asked(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_first_shows_a_picture_for_each_step_and_fits(browser, lang: str):
    page = browser(f"lang={lang}")
    page.locator(READY).wait_for()
    assert asked(page)["tab"] == "home"
    steps = page.locator("#home .step")
    assert steps.count() == len(STORY)
    for step, node in zip(STORY, steps.all(), strict=True):
        if step.tab:
            assert node.locator(".picture > *").count() > 0
            assert node.locator("small").inner_text()
            assert "{" not in node.inner_text()
        else:
            assert node.locator("a").count() == 0
    assert page.evaluate("document.documentElement.scrollHeight") <= HIGHEST
    assert page.locator(".shell .tabs button").count() == 0  # a chapter of one page
    assert page.locator("#home .continue").is_hidden()  # a first visit


def test_each_step_opens_its_page_in_its_state_and_back_leads_home(browser):
    page = browser("lang=en")
    page.locator(READY).wait_for()
    for step in STORY:
        if not step.tab:
            continue
        link = page.locator(f"#home .step[data-picture={step.picture}] .open")
        wanted = parse_qs(urlsplit(link.get_attribute("href")).query)
        link.click()
        page.locator(f"#{step.tab} .todo").first.wait_for()
        page.wait_for_function(
            "([name, value]) => new URLSearchParams(location.search).get(name) === value",
            arg=["tab", step.tab],
        )
        state = {name: value[0] for name, value in wanted.items() if name not in ("tab", "lang")}
        for name, value in state.items():
            page.wait_for_function(
                "([name, value]) => new URLSearchParams(location.search).get(name) === value",
                arg=[name, value],
            )
        page.go_back()
        page.locator(READY).wait_for()


def test_a_page_that_has_begun_is_opened_in_the_asked_state(browser):
    page = browser("lang=en&tab=fill_in")
    page.locator("#fill_in .strip .chips").first.wait_for()
    page.locator("#tab-home").click()
    page.locator(READY).wait_for()
    page.locator("#home .step[data-picture=blank] .open").click()
    page.wait_for_function(
        "document.querySelector('#fill_in textarea')?.value.startsWith('he drank a cup')"
    )


def test_the_map_leads_to_each_page_on_a_phone(browser):
    page = browser("lang=zh", width=390, locale="zh-CN")
    page.locator(READY).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    links = page.locator("#home .map a")
    leads = [parse_qs(urlsplit(link.get_attribute("href")).query)["tab"] for link in links.all()]
    assert leads == [[tab] for tab in MINUTES]
    links.nth(leads.index(["masking"])).click()
    page.locator("#masking .todo").first.wait_for()
    assert asked(page)["tab"] == "masking"
    selected = page.locator("#tab-masking").bounding_box()
    assert selected["x"] >= 0
    assert selected["x"] + selected["width"] <= 390


def test_who_comes_back_goes_on_where_he_was(browser):
    page = browser("lang=en&tab=latent_walk&steps=7")
    page.locator("#latent_walk .page[data-ready]").wait_for()
    page.wait_for_function("location.search.includes('steps=7')")
    page.goto(page.url.split("?")[0] + "?lang=en")
    page.locator(READY).wait_for()
    last = page.locator("#home .continue a")
    assert "Latent walk" in last.inner_text()
    last.click()
    page.locator("#latent_walk .page[data-ready]").wait_for()
    assert asked(page)["steps"] == "7"


def test_each_page_ends_with_the_next_one(browser):
    page = browser("lang=en&tab=reconstruction")
    button = page.locator("#reconstruction .onward")
    assert button.inner_text().split() == ["Next:", "Code", "space"]
    button.click()
    page.locator("#code_space .page").wait_for()
    assert asked(page)["tab"] == "code_space"
    page = browser("lang=en&tab=retrain")
    page.locator("#retrain .todo").first.wait_for()
    assert page.locator("#retrain .onward").count() == 0  # the last one
