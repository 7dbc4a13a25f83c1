"""Charts by Plotly: what they show, how they are kept, and what is said where they can't come."""

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demos.common import modules
from tests.browser.visiting import module, switch_language, traces

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

CURVES = "#train .curves"
MAP = "#code_space .flat"
CLOUD = "document.querySelector('#code_space canvas.cloud')?.cloud?.count() > 0"
PAGES = {  # page -> what of its link is needed, and its charts: where one stands, and what opens it
    "train": ("&open=race", {CURVES: "", "#train .race .chart-box": ""}),
    "fill_in": (
        "&open=training,transfer",
        {"#fill_in .lapse .curves .chart-box": "", "#fill_in .transfer .chart-box": ""},
    ),
    "next_sentence": (
        "&open=accuracy,trial",
        {"#next_sentence .lapse .curves .chart-box": "", "#next_sentence .trial .chart-box": ""},
    ),
    "latent_walk": ("&open=bound", {"#latent_walk .dimensions": ""}),
    "code_space": (
        "",
        {
            "#code_space .timeline .error-curve": "#code_space .lapse .open",
            MAP: "#code_space [data-mode=maps]",
        },
    ),
    "attention": ("&view=bench", {"#attention .pruning .curve .chart-box": ".pruning .quick"}),
}


def shown(page: "Page", selector: str) -> "Locator":
    """Open what a chart stands in, go there, and return it once it is drawn."""
    chart = page.locator(selector).first
    chart.wait_for(state="attached")
    chart.evaluate(
        "(node) => { for (let up = node; up; up = up.parentElement)"
        " if (up.tagName === 'DETAILS') up.open = true; }"
    )
    page.wait_for_function(
        """([selector]) => {
            const node = document.querySelector(selector);
            node.scrollIntoView({ block: "center" });
            return node.querySelector(".main-svg");
        }""",
        arg=[selector],
        polling=200,
    )
    return chart


def asked_for_plotly(browser) -> list[str]:
    return [url for url in browser.requests if "/views/plotly-" in url]


@pytest.mark.parametrize("tab", PAGES)
def test_charts_stand_on_their_page_and_speak_both_languages(browser, tab):
    link, charts = PAGES[tab]
    page = browser(f"tab={tab}&lang=en{link}")
    for selector, press in charts.items():
        if tab == "code_space":
            page.wait_for_function(CLOUD)
        if press:
            page.locator(press).click()
        chart = shown(page, selector)
        drawn = traces(page, selector)
        assert drawn, selector
        assert all(len(line["x"]) == len(line["y"]) > 0 for line in drawn), selector
        plot, width = chart.locator(".chart-plot"), chart.bounding_box()["width"]
        assert plot.bounding_box()["width"] == pytest.approx(width, abs=3), selector
        assert chart.locator(".main-svg").first.bounding_box()["width"] > 0.95 * width, selector
        assert plot.get_attribute("aria-label"), selector
    words = {selector: page.locator(selector).first.text_content() for selector in charts}
    switch_language(page)
    for selector, said in words.items():
        if not page.locator(selector).first.is_visible():
            continue  # one mode of its page at a time
        shown(page, selector)  # the switch stands at the top: it wasn't in view, and waited
        page.wait_for_function(
            "([selector, said]) => document.querySelector(selector).textContent !== said",
            arg=[selector, said],
        )
        assert re.search("[一-龥]", page.locator(selector).first.text_content()), selector


def test_no_page_without_a_chart_fetches_plotly(browser):
    page = browser("tab=reconstruction&lang=en")
    page.locator("#reconstruction .page").wait_for()
    page.wait_for_timeout(1_000)
    assert asked_for_plotly(browser) == []


def test_a_chart_out_of_sight_waits(browser):
    page = browser("tab=latent_walk&lang=en&open=between,bound")
    page.locator("#latent_walk .dimensions").first.wait_for(state="attached")
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") == 0
    assert asked_for_plotly(browser) == []
    shown(page, "#latent_walk .dimensions")
    assert len(set(asked_for_plotly(browser))) == 1


def test_hover_says_the_value_and_the_csv_file_has_all(browser, tmp_path: Path):
    page = browser("tab=train&lang=en")
    chart = shown(page, CURVES)
    box = chart.locator(".nsewdrag").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    chart.locator(".hovertext").first.wait_for(state="attached")
    assert "validation" in chart.locator(".hoverlayer").text_content() or (
        "training batch" in chart.locator(".hoverlayer").text_content()
    )
    with page.expect_download() as coming:
        chart.locator(".chart-tools .csv").click()
    coming.value.save_as(tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert head[0] == "series"
    drawn = traces(page, CURVES)
    told = [(t["name"], x, y) for t in drawn for x, y in zip(t["x"], t["y"], strict=True)]
    assert [(name, float(x), float(y)) for name, x, y in rows] == told


@pytest.mark.parametrize(("kind", "begins"), [("png", b"\x89PNG"), ("svg", b"<svg")])
def test_a_chart_is_kept_as_a_picture_with_its_names(browser, tmp_path: Path, kind, begins):
    page = browser("tab=train&lang=en")
    chart = shown(page, CURVES)
    chart.hover()
    with page.expect_download() as coming:
        chart.locator(f".chart-tools .{kind}").click()
    coming.value.save_as(tmp_path / "curves")
    content = (tmp_path / "curves").read_bytes()
    assert content.startswith(begins)
    if kind == "svg":
        assert "epochs" in content.decode()


def test_another_theme_has_other_colours_also_while_a_chart_has_no_room(browser):
    page = browser("tab=train&lang=en")
    shown(page, CURVES)
    before = traces(page, CURVES)[-1]["line"]["color"]
    page.evaluate(  # in one task: nobody has told the chart yet that it can't be seen
        """(selector) => {
            document.querySelector(selector).style.display = "none";
            document.querySelector(".shell .theme").click();
        }""",
        CURVES,
    )
    page.wait_for_timeout(300)  # a page that hangs does not come back from this
    page.locator(CURVES).evaluate("(node) => { node.style.display = ''; }")
    page.wait_for_function(
        "([selector, before]) => document.querySelector(`${selector} .chart-plot`).data.at(-1)"
        ".line.color !== before",
        arg=[CURVES, before],
    )
    ink = page.locator(f"{CURVES} .xtick text").first.evaluate("(n) => n.style.fill")
    soft = page.evaluate("getComputedStyle(document.body).getPropertyValue('--soft').trim()")
    red, green, blue = (int(soft[at : at + 2], 16) for at in (1, 3, 5))
    assert ink == f"rgb({red}, {green}, {blue})"


def test_the_tools_are_reached_by_keyboard(browser):
    page = browser("tab=train&lang=en")
    chart = shown(page, CURVES)
    tools = chart.locator(".chart-tools")
    assert tools.evaluate("(node) => getComputedStyle(node).opacity") == "0"
    tools.locator(".csv").focus()
    page.wait_for_function(
        "(s) => getComputedStyle(document.querySelector(`${s} .chart-tools`)).opacity === '1'",
        arg=CURVES,
    )
    assert tools.locator(".csv").get_attribute("aria-label")


def test_the_lasso_chooses_digits(browser):
    page = browser("tab=code_space&mode=maps&net=dense32&map=umap&lang=en")
    chart = shown(page, MAP)
    page.wait_for_function(f"document.querySelector('{MAP} .chart-plot').data?.length === 10")
    chart.hover()
    chart.locator(".chart-tools .lasso").click()
    page.wait_for_function(
        f"document.querySelector('{MAP} .chart-plot')._fullLayout.dragmode === 'lasso'"
    )
    box = chart.bounding_box()
    corners = [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), (0.2, 0.22)]
    for k, (across, down) in enumerate(corners):
        place = box["x"] + across * box["width"], box["y"] + down * box["height"]
        page.mouse.move(*place, steps=6)
        if k == 0:
            page.mouse.down()
    page.mouse.up()
    page.get_by_text("You chose ").wait_for()
    chosen = [line["selectedpoints"] for line in traces(page, MAP)]
    n = sum(len(points) for points in chosen if points)
    assert 0 < n < 5000
    assert f"You chose {n} digits" in page.locator("#code_space .summary").inner_text()


@pytest.mark.parametrize("webgl", [True, False])
def test_a_map_is_drawn_by_webgl_or_without(browser, webgl: bool):
    page = browser(
        "tab=code_space&lang=en",
        script=""
        if webgl
        else "HTMLCanvasElement.prototype.getContext = ((get) => function (kind,"
        " ...more) { return kind.includes('webgl') ? null : get.call(this, kind, ...more); })"
        "(HTMLCanvasElement.prototype.getContext);",
    )
    page.locator("#code_space [data-mode=maps]").click()
    shown(page, MAP)
    kinds = {line["type"] for line in traces(page, MAP)}
    assert kinds == {"scattergl" if webgl else "scatter"}
    plot = page.locator(f"{MAP} .chart-plot")
    plot.focus()
    page.keyboard.press("n")
    page.locator("#code_space .tip").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('pins=27,567,0')")
    page.keyboard.press("+")
    page.wait_for_function("location.search.includes('view=')")


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_bundle_that_does_not_come_is_told_of(browser, how: str):
    browser.allow("404")
    browser.allow("plotly-")
    browser.allow("integrity")
    page = browser("tab=home&lang=en")
    content = {"error": {"key": "asset_missing", "en": "The file is missing.", "zh": "缺少文件。"}}

    def answer(route: object) -> None:
        if how == "gone":
            route.fulfill(status=404, content_type="application/json", body=json.dumps(content))
        else:
            route.fulfill(status=200, content_type="text/javascript", body="window.Plotly = 1;")

    page.route("**/views/plotly-*", answer)
    page.goto(page.url.replace("tab=home", "tab=train"))
    problem = page.locator(f"{CURVES} .chart-problem")
    problem.scroll_into_view_if_needed()
    problem.wait_for()
    said = "The file is missing." if how == "gone" else "The charts could not be loaded."
    assert said in problem.inner_text()
    assert page.locator("#train .lesson").inner_text()  # all else stands
    page.unroute("**/views/plotly-*")
    page.locator("#train .log").click()  # asked for anew
    page.locator(f"{CURVES} .main-svg").first.wait_for()
    assert not problem.is_visible()


def test_the_parts_of_plotly_are_named_by_their_content():
    for part, file in modules.bundle_addresses().items():
        assert f"/plotly-{part}." in f"/{file['address']}"
        assert file["integrity"].startswith("sha256-")


def test_what_is_told_of_a_point_fits_a_phone_in_any_language(browser):
    page = browser("tab=home&lang=en")
    said = [
        "“a<b” comes first, the answer followed has 64.0%",
        "去掉三十三个头以后：首选仍是“累”，占 55.5%",
    ]
    told = page.evaluate(
        f"async (said) => {{ const {{ wrapped }} = await {module('common/views/charts')};"
        " return said.map((text) => wrapped(text, true)); }",
        said,
    )
    for before, after in zip(said, told, strict=True):
        lines = after.replace("&lt;", "<").split("<br>")
        assert len(lines) > 1
        assert max(sum(1 + (letter > "⺀") for letter in line) for line in lines) <= 30
        assert not any(line.startswith(("，", "：", "。")) for line in lines)
        assert "".join(lines).replace(" ", "") == before.replace(" ", "")
