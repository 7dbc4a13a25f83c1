"""Every parameter of every page's link, with values that nobody meant: the page opens all the same.

Which parameters there are is not written here: each page is asked which ones it reads. Each page
has one language and width, and each of its parameters two of the five kinds of value;
LATENT_LAB_EVERY=1 gives it both, and all.
"""

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from demos.common import modules
from tests.browser.visiting import CRAWLER, go_to, opened, page_is_well, tabs
from tests.conftest import EVERY

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights, pytest.mark.slow]

# Stands at the end of the module of links, and notes which names each page reads from the link:
# `linkNames[tab]`.
NAMES = """
window.linkNames = {};
for (const how of ["read", "number"]) {
  const inner = pageLink[how];
  pageLink[how] = (tab, name, ...more) => {
    (linkNames[tab] ??= new Set()).add(name);
    return inner(tab, name, ...more);
  };
}
"""
HEAD = ["lang", "theme", "projector"]  # what the head of the page may read
FRONT = "home"  # has no state of its own
# Pages that read most of a link only where this stands in it.
WITH = {"convolution": "&f=blur", "attention": "&text=a", "fill_in": "&text=a"}
ODD = [
    ["constructor", "__proto__", "toString", "hasOwnProperty"],
    ["NaN", "", "Infinity", ",,,", "-", "null"],
    ["1e999", "-1e999", "1e308,1e308,1e308", "99999999999999999999"],
    ["-1", "2.5", "-3,-2,-1", "0.999,1.5,2.5", "1.5-2.5", "q1.5,k2", "0"],
    ["x" * 1500, "7" * 1500, "1,2," * 400, "好" * 160],
    # Halves of characters, as bytes; what ends an element or a text.
    ["%ED%A0%80", "<img src=x onerror=alert(1)>", "a%ED%B0%80%00b", "a|b‖c\\d'\"`${1+1}", "😀"],
]


def value(kind: int, k: int) -> str:
    odd = ODD[kind % len(ODD)]
    text = odd[k % len(odd)]
    return text if "%" in text else quote(text, safe="")


def names_of(page: "Page", tab: str) -> list[str]:
    found = page.evaluate("(tab) => [...(linkNames[tab] ?? [])]", tab)
    return [*HEAD, *sorted(found)]


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_no_value_of_a_link_breaks_a_page(browser, lang: str, width: int):
    page = opened(browser, "", lang, width)
    every = [tab for k, tab in enumerate(tabs(page)) if EVERY or k % 2 == (lang == "zh")]
    names = names_by_page(page, every, lang)
    faults = []
    for k, tab in enumerate(every):
        for turn in range(len(ODD)) if EVERY else (k, k + 2):
            # Each name gets another kind of value in each round.
            odd = "".join(
                f"&{name}={value(turn + place, turn // 2 + place)}"
                for place, name in enumerate(names[tab])
                if name != "lang"
            )
            query = f"tab={tab}&lang={lang}{odd}"
            visit(page, query)
            faults += [f"?{query[:300]}: {fault}" for fault in page.evaluate("watched.faults")]
    assert not faults, "\n".join(faults)


def names_by_page(page: "Page", every: list[str], lang: str) -> dict[str, list[str]]:
    links = modules.address("common/views/links")
    _, source = modules.served()[f"/{links}"]
    noting = {"body": source.decode() + NAMES, "content_type": "text/javascript"}
    page.route(f"**/{links}", lambda route: route.fulfill(**noting))
    names = {}
    for tab in every:
        if tab == FRONT:
            names[tab] = HEAD
            continue
        visit(page, f"tab={tab}&lang={lang}{WITH.get(tab, '')}")
        page.wait_for_function("(tab) => window.linkNames?.[tab]", arg=tab)  # it has begun
        page.evaluate("watched.settle()")
        names[tab] = names_of(page, tab)
    page.unroute(f"**/{links}")
    return names


def visit(page: "Page", query: str) -> None:
    page.goto(f"{page.url.split('?')[0]}?{query}", wait_until="domcontentloaded")
    page.wait_for_function(
        "document.querySelector(`#${document.documentElement.dataset.tab} .page`)"
    )
    page.evaluate("watched.typing = true; watched.settle()")
    page.wait_for_function(
        "document.querySelector(`#${document.documentElement.dataset.tab} .page`).checkVisibility()"
    )


@pytest.mark.parametrize("value", ["constructor", "__proto__", "%ED%A0%80", "", "x" * 2000])
def test_an_odd_page_or_language_opens_the_first_page(browser, value: str):
    page = browser(f"tab={value}&lang={value}", script=CRAWLER)
    page.evaluate("watched.settle()")
    go_to(page, "train")
    page_is_well(page)


@pytest.mark.parametrize("kept", ["xx", "constructor", ""])
def test_an_odd_remembered_language_is_forgotten(browser, kept: str):
    script = f"localStorage.setItem('lab.lang', {kept!r});" + CRAWLER
    page = browser("", locale="zh-CN", script=script)
    page.evaluate("watched.settle()")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    page_is_well(page)
