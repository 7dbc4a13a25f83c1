"""links.js and filters.js: what stands in an address."""

import random
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import HOST

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def linked(bare):
    """Return a function that opens the bare page with a query, as somebody's link does."""

    def opened(query: str) -> "Page":
        bare.goto(f"{HOST}{query}")
        return bare

    yield opened
    bare.goto(HOST)


def test_what_a_page_puts_into_its_link_is_read_from_it(linked):
    values = {"text": "a & b = c#d 你好，世界", "at": "1,2", "strokes": "1,2:3,4", "k": "-0.25"}
    page = linked("?tab=train&lang=en&old=1")
    page.evaluate(
        """async values => { const { pageLink } = await import("/common/views/links.js");
        pageLink.set("train", { ...values, gone: 1 });
        pageLink.set("train", { gone: null });
        pageLink.set("sentiment", { text: "of another page" }); }""",
        values,
    )
    link = page.url
    assert "strokes=1,2:3,4" in link, "readable"
    assert parse_qs(urlsplit(link).query) == {
        "tab": ["train"],
        "lang": ["en"],
        **{name: [value] for name, value in values.items()},
    }
    read = linked(f"?{urlsplit(link).query}").evaluate(
        """async names => { const { pageLink } = await import("/common/views/links.js");
        return [names.map((name) => pageLink.read("train", name, null)),
                names.map((name) => pageLink.read("sentiment", name, null))]; }""",
        list(values),
    )
    assert read == [list(values.values()), [None] * len(values)]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", 3),
        ("2.5", 2.5),
        ("-9", 0),
        ("1e9", 10),
        ("x", 7),
        ("", 7),
        ("NaN", 7),
        ("Infinity", 7),
    ],
)
def test_a_number_of_a_link_stays_within_its_bounds(linked, written: str, number: float):
    page = linked(f"?tab=train&n={written}")
    script = """async () => { const { pageLink } = await import("/common/views/links.js");
        return pageLink.number("train", "n", 7, 0, 10); }"""
    assert page.evaluate(script) == number


def test_filters_of_a_link_are_the_filters_that_were_written(bare):
    rng = random.Random(4)
    given = [rng.choice(["vertical", "blur", [rng.randint(-9, 9) / 4 for _ in range(9)]])
             for _ in range(12)]  # fmt: skip
    read = bare.evaluate(
        """async given => { const { read, write } = await import("/convolution/filters.js");
        return read(write(given), 9, given.length); }""",
        given,
    )
    assert read == given
