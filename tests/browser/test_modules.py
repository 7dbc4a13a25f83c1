"""The views' modules and sentences: what a page fetches, and what happens where it can't be had."""

import gzip
import re

import pytest

from core import texts
from demos.common import modules
from tests.browser.visiting import switch_language

pytestmark = pytest.mark.browser


def refused(name: str) -> str:
    """Return a script that lets the requests for one module fail, as where the network drops."""
    return f"**/{modules.address(name)}"


def test_a_page_whose_module_cannot_be_had_says_so_and_the_others_work(browser):
    page = browser("lang=en&tab=reconstruction")
    # A part that this page alone needs.
    page.route(refused("latent_walk/parts"), lambda route: route.abort())
    browser.allow("Failed to fetch dynamically imported module")
    browser.allow("ERR_FAILED")
    page.locator("#tab-latent_walk").click()
    said = page.locator("#latent_walk .alarm")
    said.wait_for()
    for language in texts.LANGUAGES:
        assert texts.text("errors.no_module", language) in said.inner_text()
    assert not page.locator("#latent_walk .page").is_visible()
    page.locator("#tab-code_space").click()
    page.locator("#code_space [data-mounted] .page").wait_for()
    switch_language(page)
    assert page.locator("#tab-code_space").inner_text() == texts.text("code_space.tab", "zh")
    assert page.locator(".alarm:visible").count() == 0


def test_a_page_fetches_its_own_modules_and_sentences_in_its_language(browser):
    page = browser("lang=zh&tab=reconstruction")
    fetched = {one.removeprefix(browser.lab.url) for one in asked(browser)}
    own = {modules.address(name) for name in modules.needed("reconstruction/view")}
    assert own <= fetched
    assert modules.address("common/views/scatter") not in fetched
    assert {one for one in fetched if one.endswith(".json") and "/texts." in one} == {
        f"{modules.texts_address()}/zh/{stem}.json" for stem in ("shell", "reconstruction")
    }
    before = len(browser.requests)
    switch_language(page)
    tables = [one for one in asked(browser, before) if one.endswith(".json")]
    assert sorted(tables) == [
        f"{browser.lab.url}{modules.texts_address()}/en/{stem}.json"
        for stem in ("reconstruction", "shell")
    ]
    before = len(browser.requests)
    switch_language(page)  # what is here is not asked for again
    page.locator("#tab-code_space").click()
    page.locator("#code_space [data-mounted] .page").wait_for()
    more = asked(browser, before)
    assert len(more) == len(set(more))
    assert not {one.removeprefix(browser.lab.url) for one in more} & fetched


def test_the_first_answer_has_nothing_of_what_pages_look_like(browser):
    page = browser("lang=en&tab=reconstruction")
    html = page.request.get(browser.lab.url).text()
    assert "brand" in html  # the shell's
    assert len(gzip.compress(html.encode(), 5)) <= 60_000  # the bound of page.html_bytes
    for name in sorted(set(modules.pages()) - modules.IN_THE_PAGE):
        assert f"#{name} " not in html, name  # its rules
        assert f"{name}.section." not in html, name
    assert page.locator("#latent_walk .page").count() == 0
    page.locator("#tab-latent_walk").click()
    page.locator("#latent_walk [data-mounted] .page").wait_for()


def asked(browser, since: int = 0) -> list[str]:
    """Return the addresses of all modules and tables that were asked for."""
    requests = [one.split(" ")[1] for one in browser.requests[since:]]
    return [one for one in requests if re.search(rf"/{modules.AT}/", one)]


def test_sentences_that_cannot_be_had_leave_the_page_in_its_language(browser):
    page = browser("lang=en&tab=reconstruction")
    page.route("**/zh/*.json", lambda route: route.abort())
    browser.allow("ERR_FAILED")
    page.locator(".shell .language").click()
    alarm = page.locator("#reconstruction .alarm")
    alarm.wait_for()
    assert alarm.inner_text() == texts.text("errors.server", "en")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.unroute("**/zh/*.json")
    switch_language(page)
    assert page.locator("#tab-reconstruction").inner_text() == texts.text(
        "reconstruction.tab", "zh"
    )
    assert alarm.inner_text() == texts.text("errors.server", "zh")
