"""An empty page, in which modules that know no page run without the lab."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from demos.common import modules

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

HOST = "http://modules.test/"  # answered by this process from demos
BARE = "<!doctype html><title>modules</title><script type=application/json id=lab-files>{}</script>"


@pytest.fixture(scope="module")
def bare(chromium) -> "Page":
    """An empty page that can import every module by its name."""

    def answer(route: "Route") -> None:
        name = urlsplit(route.request.url).path.lstrip("/")
        if name:
            route.fulfill(path=modules.FOLDER / name, content_type="text/javascript")
        else:
            route.fulfill(body=BARE, content_type="text/html")

    page = chromium.new_page()
    page.route(f"{HOST}**", answer)
    page.goto(HOST)
    return page
