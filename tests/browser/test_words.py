"""Word vectors: a student asks for neighbours, adds and takes away, and goes on."""

import pytest

from core.inference import word_bridge, word_search, words
from core.text.vectors import FILE, vectors
from tests.browser import visiting
from tests.browser.visiting import open_section, switch_language

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PAGE = "#words article"


def opened(browser, query: str = "&lang=en", **settings):
    page = browser(f"tab=words{query}", **settings)
    page.locator(f"{PAGE}:not([data-shown='0'])").wait_for()
    return page


def near(page) -> list[str]:
    rows = page.locator("#words .answers .near button")
    return rows.evaluate_all("(all) => all.map((one) => one.value)")


def waits_for(page, first: str) -> None:
    page.wait_for_function(
        "(word) => document.querySelector('#words .answers .near button')?.value === word"
        " && !document.querySelector('#words article.old')",
        arg=first,
    )


def types(page, text: str) -> None:
    page.locator("#words .typing input").fill(text)
    page.locator("#words .typing input").press("Enter")


def problem(page) -> str:
    page.locator("#words .entry .problem:not([hidden])").wait_for()
    return page.locator("#words .entry .problem").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_opens_on_a_stored_answer_without_the_vectors(browser, lang, width):
    page = visiting.opened(browser, "&tab=words", lang, width)
    assert near(page) == words.stored()["opening"][lang]["words"]
    asked = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert not [name for name in asked if "vectors-" in name]
    assert page.evaluate("watched.calls.length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_word_and_a_sum_are_searched_in_the_browser(browser):
    page = opened(browser)
    types(page, "dog")
    waits_for(page, "cat")
    assert near(page) == [*word_search.similar("en", ["dog"]).words]
    page.wait_for_function("location.search.includes('plus=dog')")
    asked = len([one for one in browser.requests if "component_server" in one])
    types(page, "paris - france + italy")
    waits_for(page, "rome")
    assert page.locator("#words .tray.minus .chip").count() == 1
    # A chip goes over by its button, the next by dragging; then one is left out.
    page.locator("#words .tray.minus .over").click()
    waits_for(page, word_search.similar("en", ["paris", "italy", "france"]).words[0])
    page.locator("#words .tray.plus .chip").nth(2).drag_to(page.locator("#words .tray.minus"))
    waits_for(page, "rome")
    page.locator("#words .tray.minus .out").click()
    waits_for(page, word_search.similar("en", ["paris", "italy"]).words[0])
    page.locator("#words .undo").click()
    waits_for(page, "rome")
    page.locator("#words .answers .near button").nth(0).click()
    waits_for(page, word_search.similar("en", ["rome"]).words[0])
    page.locator("#words .reset").click()
    waits_for(page, "queen")
    page.locator("#words .random").click()
    page.locator("#words .examples button").nth(3).click()
    waits_for(page, "sell")
    assert len([one for one in browser.requests if "component_server" in one]) == asked


def test_chinese_is_found_by_characters_by_pinyin_and_from_traditional_ones(browser):
    page = opened(browser, "&lang=zh")
    field = page.locator("#words .typing input")
    found = {"银行": "中国银行", "beijing": "北京", "lvse": "绿色", "bj": "北京"}
    for typed, word in found.items():
        field.fill(typed)
        page.locator(f"#words .suggested button[value='{word}']").wait_for()
    page.locator("#words .suggested button[value='北京']").click()
    waits_for(page, word_search.similar("zh", ["北京"]).words[0])
    types(page, "國家")
    waits_for(page, word_search.similar("zh", ["国家"]).words[0])
    assert "国家" in page.locator("#words .remarks").inner_text()
    types(page, "上海-中国+日本")
    waits_for(page, word_search.similar("zh", ["上海", "日本"], ["中国"]).words[0])
    switch_language(page)  # the words stay, the page speaks the other language
    assert page.locator("#words .answers h2").inner_text().startswith("Nearest to 上海")
    page.locator("#words .sets [value=en]").click()
    waits_for(page, "queen")


def test_what_cannot_be_looked_up_is_said_and_what_was_typed_stays(browser):
    page = opened(browser)
    for typed, said in [
        ("", "no word yet"),
        ("elefant", "elephant"),
        ("<img src=x onerror=alert(1)>", "is not one of"),
        ("king 国王", "one language at a time"),
        ("dog - dog", "cancel each other out"),
        ("dog " * 10_000, "At most 24 words"),
    ]:
        types(page, typed)
        page.wait_for_function(
            "(said) => document.querySelector('#words .entry .problem').textContent.includes(said)",
            arg=said,
        )
        assert page.locator("#words .typing input").input_value() == typed
    types(page, "qxzzyv")
    page.locator("#words .entry .problem").get_by_text("30000").wait_for()
    types(page, "狗")  # Chinese, though English was chosen
    waits_for(page, "猫")
    page.locator("#words .tray.plus .out").click()
    assert "no word yet" in problem(page)


def test_a_link_opens_its_sum_and_its_sections(browser):
    page = opened(browser, "&lang=en&of=zh&plus=成都,广东&minus=四川&open=odd&odd=猫 狗 银行")
    waits_for(page, "广州")
    odd = page.locator("#words [data-section=odd]")
    odd.locator(".likeness .odd").wait_for()
    assert odd.locator(".likeness .odd .word").inner_text() == "银行"


def test_the_further_experiments_answer(browser):
    page = opened(browser)
    analogies = open_section(page, "words", "analogies")
    assert analogies.locator(".kind").count() == 8
    share = words.stored()["analogies"]["en"]["kinds"]["capital"]["accuracy"]
    assert f"{100 * share:.1f}%" in analogies.locator(".kind .number").first.inner_text()
    analogies.locator("button[value=people]").click()
    page.locator("#words .meant:not([hidden])").wait_for()

    odd = open_section(page, "words", "odd")
    assert odd.locator(".likeness .odd .word").inner_text() == "bicycle"
    odd.locator("input").fill("dog cat")
    odd.locator(".problem:not([hidden])").wait_for()
    odd.locator(".another").click()
    odd.locator(".likeness li:has-text('music').odd").wait_for()

    axis = open_section(page, "words", "axis")
    axis.locator(".presets button").nth(1).click()
    axis.locator(".places li:has-text('nurse')").wait_for()
    placed = word_search.along_axis("en", [("he", "she")], ["nurse", "engineer"]).places
    assert placed[0] > placed[1]
    order = axis.locator(".places .word").all_inner_texts()
    assert order.index("nurse") > order.index("engineer")
    axis.locator("[data-field=left]").fill("he man")
    assert "2 and 5" in axis.locator(".problem:not([hidden])").inner_text()

    why = open_section(page, "words", "why")
    found = word_search.why("en", "dog", "cat")
    assert f"{found.cosine:.2f}" in why.locator(".reading").inner_text()
    assert why.locator("rect").count() == 50
    assert f"{int(found.parts.argmax()) + 1} " in why.locator(".large li").first.inner_text()


def test_a_word_is_found_across_languages_and_on_the_map(browser):
    page = opened(browser, "&lang=zh")
    across = open_section(page, "words", "across")
    across.locator(".near button").first.wait_for()
    found = across.locator(".near button").evaluate_all("(all) => all.map((b) => b.value)")
    assert found[:5] == [*word_bridge.translate("zh", "狗").words]
    across.locator("input").fill("dog")
    across.locator(".near button[value=狗]").wait_for()

    where = open_section(page, "words", "map")
    where.locator(".plane").scroll_into_view_if_needed()
    where.locator(".js-plotly-plot").wait_for()
    drawn = visiting.traces(page, "#words .plane")
    assert sum(len(one["x"]) for one in drawn if one.get("meta") != "mark") == 5000
    mark = next(one for one in drawn if one.get("meta") == "mark")
    assert len(mark["x"]) == 3 + 10
    where.locator(".methods [value=pca]").click()
    page.wait_for_function("location.search.includes('method=pca')")
    assert visiting.traces(page, "#words .plane")[0]["x"] != drawn[0]["x"]


def test_damaged_vectors_are_named(browser):
    name = FILE.format("en")
    page = browser("tab=words&lang=en")

    def broken(route) -> None:
        route.fulfill(status=404, json={"error": {"key": "asset_damaged", "en": name, "zh": name}})

    browser.allow("404")
    page.route("**/vectors-en.safetensors", broken)
    types(page, "dog")
    assert name in problem(page)
    page.unroute("**/vectors-en.safetensors")
    types(page, "dog")
    waits_for(page, "cat")


def test_the_browser_finds_what_numpy_finds(bare):
    known = vectors("zh")
    bare.route(
        "**/vectors.safetensors",
        lambda route: route.fulfill(path=words.assets.locate(FILE.format("zh"))),
    )
    sums = [(known.words[k], known.words[3 * k + 7]) for k in range(0, 3000, 150)]
    found = bare.evaluate(
        """async (sums) => {
          const { searcher } = await import("/words/search.js");
          const { parse } = await import("/words/vectors_file.js");
          const answer = await fetch("/vectors.safetensors");
          const lab = searcher(parse(await answer.arrayBuffer()));
          return sums.map(([plus, minus]) => lab.similar([plus], [minus], 10).near);
        }""",
        sums,
    )
    for (plus, minus), answers in zip(sums, found, strict=True):
        wanted = word_search.similar("zh", [plus], [minus])
        cosines = [one["cosine"] for one in answers]
        assert cosines == pytest.approx(wanted.cosines.tolist(), abs=1e-5)
        assert answers[0]["word"] == wanted.words[0]


@pytest.mark.parametrize(
    ("text", "plus", "minus"),
    [
        ("king - man + woman", ["king", "woman"], ["man"]),
        ("国王-男人+女人", ["国王", "女人"], ["男人"]),
        ("co-operate −work", ["co-operate"], ["work"]),
        ("cat, dog;bird", ["cat", "dog", "bird"], []),
        ("-war", [], ["war"]),
        (" + ", [], []),
    ],
)
def test_a_sum_is_read(bare, text, plus, minus):
    found = bare.evaluate("async (text) => (await import('/words/search.js')).readSum(text)", text)
    assert found == {"plus": plus, "minus": minus}
