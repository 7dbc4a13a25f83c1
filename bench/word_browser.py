"""How long does the browser take to find the nearest words?

The modules with which the page searches (demos/words/search.js, vectors_file.js) get the Chinese
vectors, the larger ones, and differences of words, one after the other.
"""

import statistics
import time
from typing import TYPE_CHECKING

import numpy as np

from bench import chromium
from bench.figures import BenchError, Bound, Figure, Measured, single
from core import assets
from core.inference import word_search
from core.text.vectors import FILE, vectors

if TYPE_CHECKING:
    from playwright.sync_api import Route

HOST = "http://words.test/"  # answered by this process
FOLDER = chromium.ROOT / "demos" / "words"
N_ASKED, MOST = 200, 10
SEARCH = """async ([words, most]) => {
  const { searcher } = await import("/search.js"), { parse } = await import("/vectors_file.js");
  const lab = searcher(parse(await (await fetch("/vectors.safetensors")).arrayBuffer()));
  return words.map(([plus, minus]) => {
    const began = performance.now(), found = lab.similar([plus], [minus], most);
    return [performance.now() - began, found.near.map(({ word }) => word)];
  });
}"""


def search_ms() -> Measured:
    """Return the browser's median milliseconds a question, and NumPy's.

    Raises:
        BenchError: there is no browser, or it finds other words than we do.
    """
    known = vectors("zh")
    asked = [[known.words[k], known.words[2 * k + 1]] for k in range(N_ASKED)]
    with chromium.browser() as browser:
        page = browser.new_page()
        page.route(f"{HOST}**", _file)
        page.goto(HOST)
        answers = page.evaluate(SEARCH, [asked, MOST])
    peer = []
    for (plus, minus), (_, words) in zip(asked, answers, strict=True):
        if words[0] != word_search.similar("zh", [plus], [minus]).words[0]:
            raise BenchError(f"another word is nearest to {plus} - {minus}")
        began = time.perf_counter()
        np.argpartition(known.units @ known.units[known.numbers[plus]], -MOST)
        peer.append(1000 * (time.perf_counter() - began))
    return Measured(statistics.median(ms for ms, _ in answers), statistics.median(peer))


def _file(route: "Route") -> None:
    name = route.request.url.removeprefix(HOST)
    if name.endswith(".js"):
        route.fulfill(path=FOLDER / name, content_type="text/javascript")
    elif name:
        route.fulfill(path=assets.locate(FILE.format("zh")))
    else:
        route.fulfill(body="<title>words</title>", content_type="text/html")


SEARCHED = single(
    Figure(
        "words.search_ms",
        "ms",
        "Median time for the ten nearest of 30,000 Chinese words, in Chromium.",
        Bound(at_most=15),
        peer="NumPy's product with the same matrix, one thread",
    ),
    search_ms,
)
