"""How soon does the page stand, how fast does it answer, how much does it send?

Everything is seen from Chromium without a GPU, or from the socket. What ends in the page is
timed in the page: from the event's own time stamp to the frame that shows its result.
"""

import math
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bench import chromium, clouds, one_textbox, photos
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Locator, Page

LAB = ("app.py",)
PEER = ("-m", "bench.one_textbox")
N_STARTS = 4  # of each; the first, from a cold disk, does not count
N_STROKES, N_ROUNDS = 24, 4  # strokes, and clicks beside them, in so many rounds
DRAG_SECONDS = 5.0
QUIET = 0.6  # seconds without a change after which an answer is complete
IDLE = 2.0  # seconds without a byte after which a page has come
LIMIT = 60.0  # seconds until what must appear has appeared
ANSWER_LIMIT = 15.0  # seconds until what was drawn or clicked must be answered

# `bench.answer` resolves to the milliseconds from the last pointer-up to the frame with the last
# change after it. The last, not the first: an answer that was under way when the pen was lifted
# shows an older drawing. It resolves to null where nothing changes.
WATCH = """([selector, attribute, quiet, limit]) => {
  const bench = window.bench = { lifted: 0, shown: 0 };
  addEventListener("pointerup", (event) => { bench.lifted = event.timeStamp; }, true);
  const painted = () => requestAnimationFrame(() => {  // before the frame; a message comes after it
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { bench.shown = performance.now(); };
    port2.postMessage(0);
  });
  new MutationObserver(painted).observe(document.querySelector(selector),
    attribute ? { attributes: true, attributeFilter: [attribute] }
              : { childList: true, characterData: true, subtree: true });
  bench.answer = () => new Promise((resolve) => {
    const look = () => {
      const now = performance.now(), answered = bench.shown > bench.lifted;
      if (answered && now - bench.shown > quiet) resolve(bench.shown - bench.lifted);
      else if (now - bench.lifted > limit) resolve(null);
      else setTimeout(look, 50);
    };
    look();
  });
}"""
FRAMES = """() => [Number(document.querySelector("#latent_walk article").dataset.frames),
                  performance.now()]"""


def start_ratio() -> list[Measured]:
    """Return our time to the first byte over the peer's, and both in seconds."""
    seconds = {LAB: [], PEER: []}
    for _ in range(N_STARTS):
        for program, taken in seconds.items():
            with chromium.server(*program) as (_, start):
                taken.append(start)
    ours, theirs = (statistics.median(taken[1:]) for taken in seconds.values())
    return [Measured(ours / theirs), Measured(ours, theirs)]


def draw() -> list[Measured]:
    """Return the median milliseconds from a stroke's end to its results, beside the peer's."""
    with (
        chromium.server(*LAB) as (lab_address, _),
        chromium.server(*PEER) as (peer_address, _),
        chromium.browser() as browser,
    ):
        lab = opened(browser, f"{lab_address}?tab=reconstruction")
        peer = opened(browser, peer_address)
        pad = lab.locator("#reconstruction .pad canvas")
        appears(lab, pad)
        watch(lab, "#reconstruction article", "data-shown")
        button = peer.get_by_role("button", name="count")
        appears(peer, button)
        watch(peer, f"#{one_textbox.COUNTED}", None)
        ours, theirs = [], []
        for turn in range(N_ROUNDS):
            strokes = range(turn, N_STROKES, N_ROUNDS)
            lab.bring_to_front()
            ours += [milliseconds(lab, lambda k=k: _stroke(lab, pad, k)) for k in strokes]
            peer.bring_to_front()
            theirs += [milliseconds(peer, button.click) for _ in strokes]
    # The first of each wakes models and connections.
    return [Measured(statistics.median(ours[1:]), statistics.median(theirs[1:]))]


def drag() -> list[Measured]:
    """Return decoded frames a second while the latent point is dragged, and server calls."""
    with chromium.server(*LAB) as (address, _), chromium.browser() as browser:
        page = opened(browser, f"{address}?tab=latent_walk")
        calls: list[tuple[float, str]] = []  # when each request left the page, and where to
        page.on("request", lambda request: calls.append((time.perf_counter(), request.url)))
        pad = page.locator("#latent_walk .pad canvas")
        appears(page, pad)
        deadline = time.perf_counter() + LIMIT
        while not _drag(page, pad, DRAG_SECONDS / 5)[0] > 0:  # until the weights have come
            if time.perf_counter() > deadline:
                raise BenchError("dragging in #latent_walk .pad decodes nothing (data-frames)")
        _settles(page, lambda: calls[-1][0])
        n_before = len(calls)
        n_frames, seconds = _drag(page, pad, DRAG_SECONDS)
        meanwhile = [url for _, url in calls[n_before:]]
    for url in meanwhile:
        print(f"while dragging: {url}", file=sys.stderr)
    return [Measured(n_frames / seconds), Measured(len(meanwhile))]


def weigh() -> list[Measured]:
    """Return what the first page brings over the wire into an empty cache, and its HTML's part.

    In megabytes and in bytes, headers included.
    """
    with chromium.server(*LAB) as (address, _), chromium.browser() as browser:
        page = opened(browser)
        scale = _Scale(page.context.new_cdp_session(page))
        page.goto(address, wait_until="domcontentloaded")
        appears(page, page.locator(".page[data-ready]:visible").first)
        _settles(page, lambda: scale.last)
        return [Measured(scale.total() / 1e6), Measured(scale.document())]


class _Scale:
    """Weighs what comes over the wire, headers included; streams that never end, too."""

    def __init__(self, session: "CDPSession") -> None:
        self.finished: dict[str, float] = {}
        self.under_way: dict[str, float] = {}
        self.documents: set[str] = set()
        self.last = time.perf_counter()
        session.on("Network.responseReceived", self._begun)
        session.on("Network.dataReceived", self._part)
        session.on("Network.loadingFinished", self._whole)
        session.send("Network.enable")

    def _begun(self, event: dict) -> None:
        if event["type"] == "Document":
            self.documents.add(event["requestId"])

    def _part(self, event: dict) -> None:
        key, size = event["requestId"], event["encodedDataLength"]
        self.under_way[key] = self.under_way.get(key, 0) + size
        self.last = time.perf_counter()

    def _whole(self, event: dict) -> None:
        self.finished[event["requestId"]] = event["encodedDataLength"]
        self.last = time.perf_counter()

    def total(self) -> float:
        """Return the bytes so far."""
        return sum({**self.under_way, **self.finished}.values())

    def document(self) -> float:
        """Return the bytes of the page's HTML alone."""
        return sum(self.finished[key] for key in self.documents)


def opened(browser: "Browser", address: str = "about:blank") -> "Page":
    """Open a page in a profile of its own, as a visitor who was never here."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    return page


def appears(page: "Page", locator: "Locator") -> None:
    """Wait until something is seen, and then a little."""
    locator.wait_for(state="visible", timeout=1_000 * LIMIT)
    page.wait_for_timeout(1_000 * QUIET)


def _settles(page: "Page", last: Callable[[], float]) -> None:
    """Wait until `last`, the time of the last sign of life, is long ago."""
    deadline = time.perf_counter() + LIMIT
    while time.perf_counter() - last() < IDLE and time.perf_counter() < deadline:
        page.wait_for_timeout(100)


def watch(page: "Page", selector: str, attribute: str | None) -> None:
    """Time changes of an attribute, or of whatever stands inside an element."""
    page.evaluate(WATCH, [selector, attribute, 1_000 * QUIET, 1_000 * ANSWER_LIMIT])


def milliseconds(page: "Page", act: Callable[[], None]) -> float:
    """Do something that ends with a pointer-up; return the time until its last change is shown."""
    act()
    answer = page.evaluate("bench.answer()")
    if answer is None:
        raise BenchError(f"{page.url} did not answer within {ANSWER_LIMIT:.0f} s")
    return answer


def _stroke(page: "Page", pad: "Locator", k: int) -> None:
    """Draw a short wave somewhere on the pad, as fast as a hand does."""
    box = pad.bounding_box()
    left, top = 0.2 + 0.05 * (k % 6), 0.2 + 0.15 * (k // 6 % 4)
    for step in range(12):
        across, down = left + 0.03 * step, top + 0.08 * math.sin(step / 2 + k)
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])
        if step == 0:
            page.mouse.down()
        page.wait_for_timeout(12)
    page.mouse.up()


def _drag(page: "Page", pad: "Locator", limit: float) -> tuple[float, float]:
    """Drag through the pad without a pause; return frames decoded meanwhile, and the seconds.

    The path is slow, never closes, and reaches most of the pad.
    """
    box = pad.bounding_box()
    began = time.perf_counter()

    def move() -> None:
        seconds = time.perf_counter() - began
        across, down = 0.5 + 0.38 * math.sin(2.1 * seconds), 0.5 + 0.38 * math.cos(3.3 * seconds)
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])

    move()
    page.mouse.down()
    n_before, start = page.evaluate(FRAMES)
    while time.perf_counter() - began < limit:
        move()
    n_after, end = page.evaluate(FRAMES)
    page.mouse.up()
    return n_after - n_before, (end - start) / 1_000


GROUP = Group(
    "page",
    "The page in headless Chromium without a GPU, served by `app.py` on the same machine.",
    (
        Measurement(
            (
                Figure(
                    "page.first_byte_ratio",
                    "times",
                    "Start of the process to the first byte of the page ÷ that of the least app.",
                    Bound(at_most=1.25),
                ),
                Figure(
                    "page.first_byte_s",
                    "s",
                    "The same in seconds, median of starts in turns.",
                    peer="a one-textbox Gradio app that also imports torch",
                ),
            ),
            start_ratio,
        ),
        Measurement(
            (
                Figure(
                    "page.draw_p50_ms",
                    "ms",
                    "End of a stroke to the frame with its reconstructions by all models, median.",
                    Bound(at_most=100, times_peer=5),
                    "a trivial unqueued Gradio event, click to frame",
                ),
            ),
            draw,
        ),
        Measurement(
            (
                Figure(
                    "page.latent_fps",
                    "frames/s",
                    "Digits decoded and painted a second while the latent point is dragged.",
                    Bound(at_least=30),
                ),
                Figure(
                    "page.latent_server_calls",
                    "calls",
                    "Requests that left the page during that drag.",
                    Bound(at_most=0),
                ),
            ),
            drag,
        ),
        Measurement(
            (
                Figure(
                    "page.bytes_first_view",
                    "MB",
                    "Bytes over the wire until the first page is complete, empty cache.",
                    Bound(at_most=0.45),
                ),
                Figure(
                    "page.html_bytes",
                    "bytes",
                    "Of these the HTML: what all pages stand in, and the styles.",
                    Bound(at_most=60_000),
                ),
            ),
            weigh,
        ),
        *photos.MEASUREMENTS,
        *clouds.MEASUREMENTS,
    ),
)
