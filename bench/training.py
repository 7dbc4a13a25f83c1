"""How soon does a training show its curve, and does a drawing stay live beside two of them?"""

import base64
import statistics
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from bench import chromium, page
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement, single
from core.images import datasets
from core.inference import train
from core.inference.train import AutoencoderSettings
from demos.reconstruction.tab import PAD, show_reconstructions

if TYPE_CHECKING:
    from playwright.sync_api import Page

N_STARTS = 5
N_DRAWINGS = 300
WARM_UP = 20.0  # seconds that the processes have to import torch, while the visitor reads
BEGIN_LIMIT = 60.0  # seconds until the trainings beside the drawings are under way
LONG = AutoencoderSettings(batch_size=16, epochs=80)
# From the click's own time stamp to the frame that shows the first point of the curve.
FIRST_POINT = """() => new Promise((resolve, reject) => {
  const go = document.querySelector("#train .go");
  const curves = document.querySelector("#train .curves");
  let clicked = 0;
  const note = (event) => { clicked = event.timeStamp; };
  go.addEventListener("click", note, { once: true, capture: true });
  const look = new MutationObserver(() => {
    if (!clicked || !Number(curves.dataset.points)) return;
    look.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - clicked)));
  });
  look.observe(curves, { attributes: true });
  setTimeout(() => reject(new Error("no point on the curve")), 60000);
  go.click();
})"""


def first_curve() -> Measured:
    """Return the median seconds from Start to the first point on the screen."""
    seconds = []
    with chromium.server("app.py") as (address, _), chromium.browser() as browser:
        tab = page.opened(browser, f"{address}?tab=train")
        tab.locator("#train .curves").scroll_into_view_if_needed(timeout=1_000 * page.LIMIT)
        page.appears(tab, tab.locator("#train .curves .main-svg").first)
        tab.wait_for_timeout(1_000 * WARM_UP)
        for _ in range(N_STARTS):
            seconds.append(tab.evaluate(FIRST_POINT) / 1_000)
            _stopped(tab)
    return Measured(statistics.median(seconds))


def _stopped(tab: "Page") -> None:
    tab.locator("#train .stop").click()
    tab.wait_for_function("!document.querySelector('#train .go').disabled")


def draw_ratio() -> list[Measured]:
    """Return the 95th percentile of a drawing's handler beside trainings over that alone."""
    drawings = [_drawing(image) for image in datasets.sample_digits().images[:N_DRAWINGS]]
    for drawing in drawings[:20]:  # models wake up
        show_reconstructions(drawing)
    train.warm_up()
    quiet = _p95(drawings)
    names = [f"bench{k}" for k in range(train.AT_ONCE)]
    states: dict[str, str] = {}
    watchers = [threading.Thread(target=_watch, args=(name, states)) for name in names]
    for watcher in watchers:
        watcher.start()
    try:
        deadline = time.monotonic() + BEGIN_LIMIT
        while list(states.values()) != ["running"] * len(names):
            if time.monotonic() > deadline:
                raise BenchError(f"the trainings did not begin: {states}")
            time.sleep(0.05)
        beside = _p95(drawings)
        if list(states.values()) != ["running"] * len(names):
            raise BenchError("a training ended before the drawings did")
    finally:
        for name in names:
            train.stop(name)
        for watcher in watchers:
            watcher.join()
    return [Measured(beside / quiet), Measured(beside, quiet)]


def _watch(name: str, states: dict[str, str]) -> None:
    """Ask for reports as the page's handler does."""
    for report in train.start(name, LONG):
        states[name] = report.state


def _drawing(image: np.ndarray) -> dict:
    """Return a request with a digit in the middle of the pad."""
    pad = np.zeros((PAD, PAD), np.uint8)
    side, start = 2 * image.shape[0], PAD // 4
    pad[start : start + side, start : start + side] = image.repeat(2, 0).repeat(2, 1)
    return {"drawing": base64.b64encode(pad.tobytes()).decode(), "preparation": "on"}


def _p95(drawings: list[dict]) -> float:
    """Return the 95th percentile of the handler's milliseconds, a drawing every 50 ms."""
    times = []
    for drawing in drawings:
        start = time.perf_counter()
        show_reconstructions(drawing)
        times.append(1_000 * (time.perf_counter() - start))
        time.sleep(0.05)
    return float(np.percentile(times, 95))


GROUP = Group(
    "training",
    "Models that train in front of the class, each in a process of its own at low priority.",
    (
        single(
            Figure(
                "training.first_curve_s",
                "s",
                "Start pressed to the first point of the curve on the screen, median, in Chromium.",
                Bound(at_most=1.5),
            ),
            first_curve,
        ),
        Measurement(
            (
                Figure(
                    "training.draw_p95_ratio",
                    "times",
                    f"p95 of a drawing's handler while {train.AT_ONCE} trainings run ÷ "
                    "while none runs.",
                    Bound(at_most=3),
                ),
                Figure(
                    "training.draw_p95_ms",
                    "ms",
                    "The same in milliseconds, beside trainings.",
                    peer="the handler alone",
                ),
            ),
            draw_ratio,
        ),
    ),
)
