"""The benches find on the pages what they look for; measuring is left to `python -m bench`."""

import ast
import re
from pathlib import Path

import pytest

from tests.browser.visiting import go_to, opened

BENCH = Path(__file__).parents[2] / "bench"
DEMOS = Path(__file__).parents[2] / "demos"
TABS = "|".join(sorted(file.parent.name for file in DEMOS.glob("*/view.html")))
SELECTOR = re.compile(rf"#(?:{TABS})(?: [^\"'`\n]+)?")  # all of a string, or a JavaScript string
IN_SCRIPT = re.compile(rf"([\"'`])({SELECTOR.pattern})\1")


def selectors() -> dict[str, set[str]]:
    """Return page -> what the benches' scripts look for there."""
    found: dict[str, set[str]] = {}
    for file in sorted(BENCH.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                whole = [text] if SELECTOR.fullmatch(text) else []
                for selector in whole + [inner for _, inner in IN_SCRIPT.findall(text)]:
                    found.setdefault(selector[1:].partition(" ")[0], set()).add(selector)
    return found


@pytest.mark.browser
@pytest.mark.weights
def test_what_the_benches_look_for_stands_on_the_pages(browser):
    wanted = selectors()
    assert {"reconstruction", "latent_walk", "code_space", "train", "attention"} <= set(wanted)
    assert "#train .curves .main-svg" in wanted["train"]
    page = opened(browser, "&tab=home", "en")
    for tab, selectors_there in sorted(wanted.items()):
        go_to(page, tab)
        # The page itself first: a chart is only drawn where its place has come into view.
        for selector in sorted(selectors_there):
            place = page.locator(selector).first
            place.wait_for(state="attached", timeout=15_000)
            place.scroll_into_view_if_needed()
