"""Going through the lab as the tests of every page do, with every_control.js watching."""

from pathlib import Path
from typing import TYPE_CHECKING

from demos.common import modules

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

LOCALES = {"en": "en-US", "zh": "zh-CN"}
HEIGHT = 500  # pixels: what is drawn at each step takes most of the time
CRAWLER = (Path(__file__).parent / "every_control.js").read_text("utf-8")


def module(name: str) -> str:
    """Return JavaScript for the promise of a module below demos, the one that the page uses."""
    return f'import(new URL("{modules.address(name)}", document.baseURI))'


def switch_language(page: "Page") -> None:
    """Press the switch; return once the page speaks the other language, which it fetches first."""
    before = page.evaluate("document.documentElement.lang")
    page.locator(".shell .language").click()
    page.wait_for_function("(before) => document.documentElement.lang !== before", arg=before)


def opened(browser, query: str, lang: str, width: int = 1280, script: str = CRAWLER) -> "Page":
    """Open the lab and return once nothing is under way; `watched` of every_control.js is there."""
    settings = {"width": width, "height": HEIGHT, "locale": LOCALES[lang], "script": script}
    page = browser(f"lang={lang}{query}", **settings)
    page.evaluate("watched.settle()")
    return page


def tabs(page: "Page") -> list[str]:
    """Return the names of all pages of the lab, in their order; each chapter is opened for it."""
    names = []
    for chapter in page.locator(".shell .chapters button").all():
        chapter.click()
        alone = [chapter] if chapter.get_attribute("id") else []  # a chapter of one page
        for tab in alone or page.locator(".shell .tabs button").all():
            names.append(tab.get_attribute("id").removeprefix("tab-"))
    return names


def go_to(page: "Page", tab: str, *, settled: bool = True) -> "Locator":
    """Open one page by its buttons; with `settled`, return once nothing is under way there."""
    for chapter in page.locator(".shell .chapters button").all():
        if page.locator(f"#tab-{tab}").count():
            break
        chapter.click()
    page.locator(f"#tab-{tab}").click()
    page.locator(f"#{tab} .page").wait_for()
    if settled:
        page.evaluate("watched.settle()")
    return page.locator(f"#{tab} .page")


def answered(page: "Page", tab: str) -> None:
    """Wait until a page that counts its answers in `data-shown` has one."""
    page.locator(f"#{tab} article:not([data-shown='0'])").wait_for(timeout=90_000)


def after(page: "Page", tab: str, act: "Callable[[], object]") -> None:
    """Do something on such a page and wait for the answer to it."""
    before = int(page.locator(f"#{tab} article").get_attribute("data-shown") or 0)
    act()
    page.wait_for_function(
        "([tab, n]) => { const article = document.querySelector(`#${tab} article`);"
        " return Number(article.dataset.shown) > n && !article.classList.contains('old'); }",
        arg=[tab, before],
    )


def open_section(page: "Page", tab: str, name: str) -> "Locator":
    """Open a further experiment of a page by its title, if it is closed; return it, drawn."""
    section = page.locator(f"#{tab} .experiment[data-section={name}]")
    if section.get_attribute("open") is None:
        section.locator("> summary").click()
    page.locator(f"#{tab} .experiment[data-section={name}][data-ready]").wait_for()
    return section


def open_sections(page: "Page", tab: str) -> None:
    """Open all further experiments of a page, and go back to its top."""
    for section in page.locator(f"#{tab} .experiment").all():
        open_section(page, tab, section.get_attribute("data-section"))
    page.evaluate("scrollTo(0, 0)")


def guess(page: "Page", tab: str, number: int, option: int = 0) -> "Locator":
    """Open a question of a page, from 0, and choose an option; return the question."""
    question = page.locator(f"#{tab} .predict details").nth(number)
    question.locator("summary").click()
    question.locator(".guesses button").nth(option).click()
    question.locator(".answer").wait_for()
    return question


def traces(page: "Page", selector: str) -> list[dict]:
    """Return what the chart below `selector` has drawn, once it has: Plotly's traces."""
    chart = page.locator(f"{selector}:is(.chart-box), {selector} .chart-box").first
    chart.locator(".main-svg").first.wait_for()
    return chart.evaluate(
        "(node) => JSON.parse(JSON.stringify(node.querySelector('.chart-plot').data.map("
        "({ name, x, y, type, marker, line, meta, selectedpoints }) =>"
        " ({ name, x: [...x], y: [...y], type, marker, line, meta, selectedpoints }))))"
    )


def page_is_well(page: "Page") -> None:
    """Fail with all that every_control.js has found to go wrong."""
    faults = page.evaluate("watched.faults")
    assert not faults, "\n".join(faults)
