"""The map of pre-trained models: choose, regroup, follow the path, open what the lab shows."""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from app import CHAPTERS
from core import texts
from core.inference import models_map
from tests.browser.visiting import guess, opened, page_is_well, switch_language

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

WHOLE = models_map.whole()
N = len(WHOLE.models)
PAGES = {tab for tabs in CHAPTERS.values() for tab in tabs}
READY = "#models_map .page[data-ready]"
NODE = "#models_map .node"
CHOSEN = f"{NODE}[aria-selected=true]"
# Where the nodes are going to stand, from the styles: they move there for a while.
PLACES = """() => [...document.querySelectorAll("#models_map .node")].map((node) => {
    const [x, y] = node.style.transform.match(/-?[\\d.]+/g).map(Number);
    return [node.value, x, y, parseFloat(node.style.width)]; })"""


def asked(page: "Page") -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def values(page: "Page", selector: str) -> list[str]:
    return page.locator(selector).evaluate_all("(all) => all.map((one) => one.value)")


def all_have_places(page: "Page") -> None:
    places = page.evaluate(PLACES)
    assert {name for name, *_ in places} == set(WHOLE.models)
    assert len({(x, y) for _, x, y, _ in places}) == N
    width = page.locator("#models_map .stage").evaluate("(node) => node.clientWidth")
    assert all(0 <= x <= x + cell <= width for _, x, _, cell in places)


def test_every_perspective_and_layout_keeps_all_models_and_asks_the_server_once(browser):
    page = opened(browser, "&tab=models_map", "en")
    page.locator(READY).wait_for()
    assert page.locator(CHOSEN).get_attribute("value") == "bert"
    for by in WHOLE.perspectives:
        page.locator(f"#models_map .by [value={by}]").click()
        shown = page.locator("#models_map .legend button").evaluate_all(
            "(all) => all.map((b) => b.value)"
        )
        assert tuple(shown) == WHOLE.perspectives[by]
        for layout in ("groups", "time"):
            page.locator(f"#models_map .layouts [value={layout}]").click()
            all_have_places(page)
    assert [call["handler"] for call in page.evaluate("watched.calls")] == ["show_models"]
    grey = values(page, f"{NODE}.grey")
    assert grey == [
        name
        for name, model in WHOLE.models.items()
        if not any(WHOLE.sights[sight].page in PAGES for sight in model.sights)
    ]
    page.locator(f"{NODE}[value={grey[0]}]").click()
    said = texts.text("models_map.no_page", "en")
    assert page.locator("#models_map .details .no-page").inner_text() == said
    page_is_well(page)


def test_it_works_by_keyboard(browser):
    page = browser("tab=models_map&lang=en&node=cbow")
    page.locator(READY).wait_for()
    page.locator(CHOSEN).focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(f"{CHOSEN}:focus").get_attribute("value") == "skip_gram"
    page.keyboard.press("Home")
    assert asked(page)["node"] == "nnlm"
    page.keyboard.press("ArrowDown")
    assert asked(page)["node"] == "c_w"
    assert page.locator(f"{NODE}[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    page.locator("#convolution .page").wait_for()
    page.wait_for_function("location.search.includes('on=sentence')")
    page.go_back()
    page.locator(READY).wait_for()
    assert asked(page)["node"] == "c_w"


def test_the_path_is_walked_filtered_and_searched(browser):
    page = browser("tab=models_map&lang=en&node=nnlm")
    page.locator(READY).wait_for()
    lab = page.locator("#models_map")
    assert lab.locator(".steps .back").is_disabled()
    walked = ["nnlm"]
    while lab.locator(".steps .on").is_enabled():
        lab.locator(".steps .on").click()
        walked.append(asked(page)["node"])
    assert tuple(walked) == WHOLE.path
    assert f"Step {len(walked)} of {len(walked)}" in lab.locator(".steps .step").inner_text()
    assert lab.locator(".lines .gone").count() == 1
    lab.locator(".steps .back").click()
    assert asked(page)["node"] == WHOLE.path[-2]
    lab.locator(".steps .path").click()
    assert lab.locator(".lines polyline").count() == 0
    lab.locator(".legend [value=restore]").click()
    kept = {name for name in WHOLE.models if models_map.group(name, "task") == "restore"}
    assert set(values(page, f"{NODE}:not(.dim)")) == kept
    lab.locator(".legend [value=restore]").click()
    search = lab.locator(".search")
    search.fill("mikolov")
    lit = values(page, f"{NODE}:not(.dim)")
    assert set(lit) == {n for n, m in WHOLE.models.items() if "Mikolov" in m.authors}
    search.press("Enter")
    assert asked(page)["node"] == lit[0]
    for odd in ("<b>(*", "没有", "x" * 10_000):
        search.fill(odd)
        assert lab.locator(".found").inner_text() == texts.text("models_map.found_none", "en")
    search.fill("  ")
    assert lab.locator(".node.dim").count() == 0
    lab.locator(".facts button").nth(1).click()  # of the architecture
    assert asked(page)["by"] == "architecture"
    assert asked(page)["only"]


def test_a_link_brings_the_state_back_in_the_other_language_too(browser):
    query = "tab=models_map&node=albert&by=extension&layout=groups&only=compressed&path=0&q=bert"
    page = browser(f"{query}&lang=zh", locale="zh-CN")
    page.locator(READY).wait_for()
    wanted = {name: values[0] for name, values in parse_qs(query).items()}
    assert asked(page) == {**wanted, "lang": "zh"}
    assert page.locator(CHOSEN).get_attribute("value") == "albert"
    switch_language(page)
    assert texts.text("models_map.added.albert", "en") in page.locator(".details").inner_text()
    assert asked(page) == {**wanted, "lang": "en"}


def test_on_a_phone_what_is_told_opens_under_the_model(browser):
    page = browser("tab=models_map&lang=zh", width=390, locale="zh-CN")
    page.locator(READY).wait_for()
    for name in ("nnlm", "roberta_wwm", "ernie_tsinghua"):
        node = page.locator(f"{NODE}[value={name}]")
        node.click()
        page.wait_for_timeout(450)  # they move
        box, told = node.bounding_box(), page.locator("#models_map .details").bounding_box()
        assert 0 <= told["y"] - (box["y"] + box["height"]) <= 12
        all_have_places(page)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator("#models_map .layouts [value=groups]").click()
    all_have_places(page)


@pytest.mark.parametrize(
    ("number", "state"), [(0, {"layout": "groups"}), (1, {"by": "architecture"})]
)
def test_an_answer_sets_the_map(browser, number: int, state: dict[str, str]):
    page = browser("tab=models_map&lang=en")
    page.locator(READY).wait_for()
    guess(page, "models_map", number)
    assert state.items() <= asked(page).items()


@pytest.mark.slow
def test_each_link_opens_its_page_in_its_state(browser):
    """In one visit, from the map and back; an error in the console fails, too."""
    page = browser("tab=models_map&lang=en")
    left = {name for name, sight in WHOLE.sights.items() if sight.page in PAGES}
    assert len(left) > 15
    for name, model in WHOLE.models.items():
        for sight in left & set(model.sights):
            page.locator(READY).wait_for()
            page.locator(f"{NODE}[value={name}]").click()
            page.locator(f"#models_map .sights [data-sight={sight}]").click()
            wanted = {"tab": WHOLE.sights[sight].page, **WHOLE.sights[sight].values}
            for key, value in wanted.items():
                page.wait_for_function(
                    "([key, value]) => new URLSearchParams(location.search).get(key) === value",
                    arg=[key, str(value)],
                )
            page.locator(f"#{wanted['tab']} .page").wait_for()
            # Written by the page itself, once it has begun with them.
            page.wait_for_function(
                "(tab) => document.documentElement.dataset.tab === tab", arg=wanted["tab"]
            )
            if "open" in wanted:
                part = f"[data-section={wanted['open']}][open]"
                page.locator(f"#{wanted['tab']} .experiment{part}").wait_for()
            page.go_back()
        left -= set(model.sights)
    assert left == set()
