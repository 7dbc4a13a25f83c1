"""What a page looks like travels with its module: its html and its rules."""

import re

import pytest

from demos.common import modules

PAGES = [one for one in modules.pages() if one not in modules.IN_THE_PAGE]


@pytest.mark.parametrize("page", PAGES)
def test_rules_are_for_this_page_alone(page):
    """Each selector names the page's id: else they would stay on the pages opened after it."""
    rules = re.sub(r"/\*.*?\*/", "", modules.rules(page), flags=re.DOTALL)
    within_brackets = re.compile(r"\([^()]*\)")
    while within_brackets.search(rules):
        rules = within_brackets.sub("", rules)
    for selectors in re.findall(r"([^{};]+)\{", re.sub(r"@keyframes.*", "", rules)):
        for one in selectors.split(","):
            assert re.search(rf"#{page}\b|^\s*@media\b", one), one


def test_a_page_has_another_address_when_its_looks_change(monkeypatch):
    before, other = modules.address("fill_in/view"), modules.address("fill_in/hints")
    monkeypatch.setattr(modules, "html", lambda _page: "<p>other</p>")
    modules.address.cache_clear()
    try:
        assert modules.address("fill_in/view") != before
        assert modules.address("fill_in/hints") == other
    finally:
        monkeypatch.undo()
        modules.address.cache_clear()
