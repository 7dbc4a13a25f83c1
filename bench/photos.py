"""Does the first page read a digit on a photo, does it know when it may not, and how soon?"""

import base64
import io
import statistics

import numpy as np
from PIL import Image

from bench import chromium
from bench.figures import BenchError, Bound, Figure, Measured, Measurement
from tests import photo_kinds

WIDE, HIGH = 4000, 3000  # pixels: a phone's 12 megapixels
N_PHOTOS = 5  # the first wakes models and does not count
LIMIT = 60.0  # seconds until a photo must be answered

# Hands a file to the page as a drop does; resolves to the milliseconds until its answer is painted.
DROP = """([data, limit]) => new Promise((resolve) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), files = new DataTransfer();
  files.items.add(new File([bytes], "photo.jpg", { type: "image/jpeg" }));
  const page = document.querySelector("#reconstruction article"), start = performance.now();
  const seen = new MutationObserver(() => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => { seen.disconnect(); resolve(performance.now() - start); };
    port2.postMessage(0);
  }));
  seen.observe(page, { attributes: true, attributeFilter: ["data-shown"] });
  setTimeout(() => resolve(null), limit);
  document.querySelector("#reconstruction .pad").dispatchEvent(
    new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: files }));
})"""


def read() -> list[Measured]:
    """Return the share read rightly, that of the worst kind, and how often the page is unsure."""
    found = photo_kinds.tally()
    wrong = ~found.right
    doubted = float((~found.sure)[wrong].mean()) if wrong.any() else 1.0
    return [
        Measured(float(found.right.mean()), photo_kinds.share_on_the_pad()),
        Measured(min(found.of_kinds.values())),
        Measured(doubted, float((~found.sure)[found.right].mean())),
    ]


def large_photo() -> bytes:
    """Return a phone's photo of a 3 in a notebook: 12 megapixels, grainy, lying on its side."""
    small = Image.open(io.BytesIO(photo_kinds.draw("notebook_on_desk", 3, 7)))
    pixels = np.asarray(small.resize((WIDE, HIGH), Image.Resampling.BICUBIC)).astype(np.int16)
    grain = np.random.default_rng(0).integers(-6, 7, (HIGH, WIDE, 1), np.int16)
    picture = Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))
    laid, exif = photo_kinds.laid(picture, 6)
    file = io.BytesIO()
    laid.save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def answer() -> list[Measured]:
    """Return the median milliseconds from dropping a large photo to the frame with its answer."""
    data = base64.b64encode(large_photo()).decode()
    with chromium.server("app.py") as (address, _), chromium.browser() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(f"{address}?tab=reconstruction")
        page.locator("#reconstruction .pad canvas").wait_for(timeout=1_000 * LIMIT)
        page.wait_for_function(
            "Number(document.querySelector('#reconstruction article').dataset.shown) > 0"
        )
        taken = []
        for _ in range(N_PHOTOS):
            milliseconds = page.evaluate(DROP, [data, 1_000 * LIMIT])
            if milliseconds is None:
                raise BenchError(f"a photo was not answered within {LIMIT:.0f} s")
            taken.append(milliseconds)
    return [Measured(statistics.median(taken[1:]))]


MEASUREMENTS = (
    Measurement(
        (
            Figure(
                "page.photos.right",
                "",
                "Drawn photos, 30 kinds x 10 digits, whose digit most of the eight models name.",
                Bound(at_least=0.95),
                "digits in hands of the same kind, drawn on the pad",
            ),
            Figure(
                "page.photos.worst_kind",
                "",
                "The same for the kind of photo that is read worst, of 10 digits.",
                Bound(at_least=0.8),
            ),
            Figure(
                "page.photos.doubted_wrong",
                "",
                "Photos read wrongly for which the page says that it is unsure.",
                None,
                "photos read rightly",
            ),
        ),
        read,
    ),
    Measurement(
        (
            Figure(
                "page.photo_ms",
                "ms",
                "Drop of a photo of 12 megapixels to the frame with its reconstructions, median.",
                Bound(at_most=1000),
            ),
        ),
        answer,
    ),
)
