"""How smoothly does the cloud of 5,000 codes turn, ours and Plotly's, and what does a chart weigh?

Both clouds hold the same points, stand in the same Chromium without a GPU, are as large, and turn
without a pause, one after the other in turns. Plotly's whole bundle comes with its Python package.
"""

import statistics
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench import chromium
from bench.figures import BenchError, Bound, Figure, Measured, Measurement
from core.images import datasets
from core.inference import code_space

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SECONDS, N_ROUNDS = 4.0, 3
LIMIT = 60_000  # milliseconds until what must appear has appeared
LAB = ("app.py",)
# Frames of the canvas in so many seconds, while it turns.
OURS = """async (seconds) => {
  const { cloud } = document.querySelector("#code_space canvas.cloud");
  cloud.turn(true);
  const [frames, began] = [cloud.frames, performance.now()];
  await new Promise((done) => setTimeout(done, 1000 * seconds));
  return (cloud.frames - frames) / ((performance.now() - began) / 1000);
}"""
MAKE = """async ([xyz, labels, width, height]) => {
  const box = document.body.appendChild(document.createElement("div"));
  const data = Array.from({ length: 10 }, (_, digit) => {
    const mine = labels.flatMap((label, k) => (label === digit ? [k] : []));
    const [x, y, z] = xyz.map((values) => mine.map((k) => values[k]));
    const marker = { size: 2.5 }, name = String(digit);
    return { type: "scatter3d", mode: "markers", name, x, y, z, marker };
  });
  await Plotly.newPlot(box, data, { width, height }, { displayModeBar: false });
  window.bench = { box };
}"""
# The camera goes round by one step a frame; a step counts once Plotly has drawn it.
THEIRS = """async (seconds) => {
  const { box } = bench, began = performance.now();
  let frames = 0, now = began;
  while (now - began < 1000 * seconds) {
    const angle = (now - began) / 6000;
    const eye = { x: 1.6 * Math.cos(angle), y: 1.6 * Math.sin(angle), z: 0.7 };
    await Plotly.relayout(box, { "scene.camera": { eye } });
    await new Promise(requestAnimationFrame);
    box.querySelector("canvas").getContext("webgl")?.finish();
    frames += 1;
    now = performance.now();
  }
  return frames / ((now - began) / 1000);
}"""


def turn() -> list[Measured]:
    """Return frames a second while the cloud turns: ours, and Plotly's scatter3d."""
    import plotly  # late: only requirements-notebooks.txt has it

    whole = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    with chromium.server(*LAB) as (address, _), chromium.browser() as browser:
        ours = _opened(browser)
        ours.goto(f"{address}?tab=code_space")
        canvas = ours.locator("#code_space canvas.cloud")
        canvas.wait_for(timeout=LIMIT)
        ours.wait_for_function(
            "document.querySelector('#code_space canvas.cloud').cloud?.count() === 5000"
        )
        box = canvas.bounding_box()
        theirs = _opened(browser)
        theirs.add_script_tag(path=whole)
        codes = code_space.space("lecture").codes
        labels = datasets.sample_digits().labels[: len(codes)]
        xyz = np.asarray(codes, float).T.round(4).tolist()
        theirs.evaluate(MAKE, [xyz, labels.tolist(), box["width"], box["height"]])
        if theirs.get_by_text("WebGL is not supported").count():
            raise BenchError("this Chromium has no WebGL, which Plotly's cloud needs")
        found: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(N_ROUNDS):
            found["ours"].append(_rate(ours, OURS))
            found["theirs"].append(_rate(theirs, THEIRS))
    return [Measured(statistics.median(found["ours"]), statistics.median(found["theirs"]))]


def _opened(browser: "Browser") -> "Page":
    return browser.new_context(viewport={"width": 1280, "height": 900}).new_page()


def _rate(tab: "Page", script: str) -> float:
    tab.bring_to_front()  # what can't be seen isn't drawn
    return float(tab.evaluate(script, SECONDS))


def weigh() -> list[Measured]:
    """Return the megabytes over the wire that a page's first chart brings."""
    with chromium.server(*LAB) as (address, _), chromium.browser() as browser:
        tab = _opened(browser)
        weights: list[float] = []

        def note(entry: dict) -> None:
            if "/views/plotly-" in asked.get(entry["requestId"], ""):
                weights.append(entry["encodedDataLength"])

        asked: dict[str, str] = {}
        session = tab.context.new_cdp_session(tab)
        session.on(
            "Network.requestWillBeSent",
            lambda event: asked.update({event["requestId"]: event["request"]["url"]}),
        )
        session.on("Network.loadingFinished", note)
        session.send("Network.enable")
        tab.goto(f"{address}?tab=train")
        tab.locator("#train .curves").scroll_into_view_if_needed(timeout=LIMIT)
        tab.locator("#train .curves .main-svg").first.wait_for(timeout=LIMIT)
        tab.wait_for_timeout(500)  # until its length has been told
    if not weights:
        raise BenchError("the first chart came without Plotly")
    return [Measured(sum(weights) / 1e6)]


MEASUREMENTS = (
    Measurement(
        (
            Figure(
                "page.cloud_fps",
                "frames/s",
                "Frames a second of the turning cloud of 5,000 codes on the page Code space.",
                peer="Plotly's scatter3d with the same points and size, in the same Chromium",
            ),
        ),
        turn,
    ),
    Measurement(
        (
            Figure(
                "page.chart_bytes",
                "MB",
                "Bytes over the wire that the first chart in view brings, once for all charts.",
                Bound(at_most=0.42),
            ),
        ),
        weigh,
    ),
)
