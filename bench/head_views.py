"""What does the first picture of a text's attention weigh, and how fast does a layer change?

The peer, BertViz, writes all heads of all layers into one HTML for a notebook. Both show the same
text of 128 tokens, as read by the bundled English model.
"""

import statistics
from collections.abc import Sequence

import torch

from bench import chromium, page
from bench.figures import BenchError, Measured
from core.inference import attention, readings
from core.inference.readings import Reading
from core.results.attention import Attention

N_TOKENS = 128
PARAGRAPH = """\
The lighthouse keeper climbed the narrow stairs every evening, lit the lamp, and wrote down the
weather in a heavy book. When the fog came in from the sea, she rang the bell until her arms were
tired, because the fishermen could not see the rocks. One night a small boat answered with three
short blasts of its horn. The keeper ran down to the beach with a rope and a lantern, and found
two children who had drifted away from the harbour while they were asleep. She wrapped them in
blankets, gave them hot soup, and told them stories about whales until the storm was over. In the
morning their father came across the bay and thanked her with a basket of oranges and a carved
wooden horse, which still stands on the shelf above the stove, next to the heavy book."""
N_SWITCHES = 18
LAYERS = "#attention .view.heads .layer button"


def text_128() -> str:
    """Return the beginning of the paragraph that makes 128 tokens with its frame.

    Raises:
        BenchError: the model's vocabulary cuts no such beginning.
    """
    words = PARAGRAPH.split()
    for n in range(len(words), 0, -1):
        text = " ".join(words[:n])
        if len(readings.read("en", text).read.tokens) == N_TOKENS:
            return text
    raise BenchError(f"no beginning of the paragraph has {N_TOKENS} tokens")


def reading_128() -> Reading:
    """Return the same, in front of the bundled English model."""
    return readings.read("en", text_128())


def payloads() -> Sequence[Measured]:
    """Return the compressed bytes of one layer and of all, beside BertViz's HTML."""
    peer = float(_bertviz(attention.show("en", text_128())))
    return [Measured(float(_weighed(layers)), peer) for layers in ([0], [])]


def _weighed(layers: list[int]) -> int:
    """Return the bytes on the wire of the handler's answer, through the lab's own middleware."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    from app import build_app
    from demos.attention import tab as tab
    from demos.common.page import middleware

    asked = {"model": "en", "text": text_128(), "second": "", "keep": "head", "at": None, "off": []}
    answer = tab.read_attention(asked | {"layers": layers})
    if "error" in answer:
        raise BenchError(answer["error"]["en"])
    app = Starlette(
        routes=[Route("/", lambda _request: JSONResponse(answer))],
        middleware=middleware(build_app()),
    )
    with TestClient(app).stream("GET", "/", headers={"accept-encoding": "gzip"}) as response:
        head = sum(len(k) + len(v) + 4 for k, v in response.headers.raw)
        return head + sum(len(part) for part in response.iter_raw())


def _bertviz(seen: Attention) -> int:
    """Return the bytes of BertViz's head view; its libraries, from a CDN, come on top."""
    try:
        from bertviz import head_view
    except ImportError as error:
        raise BenchError("no bertviz; `pip install -r requirements-bench.txt`") from error
    layers = [torch.from_numpy(layer)[None] for layer in seen.attention]
    return len(head_view(layers, list(seen.read.tokens), html_action="return").data.encode())


def switches() -> Sequence[Measured]:
    """Return the median milliseconds of a layer switch, and the requests during all of them."""
    with chromium.server(*page.LAB) as (address, _), chromium.browser() as browser:
        tab = page.opened(browser, f"{address}?tab=attention&lang=en")
        page.appears(tab, tab.locator(LAYERS).first)
        tab.locator("#attention textarea.a").fill(text_128())
        n_layers = tab.locator(LAYERS).count()
        tab.wait_for_function(
            """([n, layers]) => {
              const article = document.querySelector("#attention article");
              return article.dataset.layers === String(layers)
                && document.querySelectorAll("#attention .column.q > *").length >= n;
            }""",
            arg=[N_TOKENS, n_layers],
            timeout=1_000 * page.LIMIT,
        )
        page.watch(tab, "#attention article", "data-shown")
        calls: list[str] = []
        tab.on("request", lambda request: calls.append(request.url))
        times = [
            page.milliseconds(tab, tab.locator(LAYERS).nth((k + 1) % n_layers).click)
            for k in range(N_SWITCHES)
        ]
    return [Measured(statistics.median(times)), Measured(len(calls))]
