"""Does the browser decode what torch decodes?

The decoders of demos/common/views/decoder.js get each model's weights as the pages do (float16,
batch norm folded in) and 1,000 codes: half of them codes of shipped digits, half anywhere in the
box around those, where a slider or a pointer can go.
"""

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import torch

from bench import chromium
from bench.figures import Measured
from core import runtime, zoo
from core.images import coding, datasets
from core.inference import decoders
from core.models.autoencoder import MLPAutoencoder
from core.models.vae import VAE
from core.results.images import DecoderWeights
from core.training import evaluation

N_CODES = 1_000
SEED = 0
if TYPE_CHECKING:
    from playwright.sync_api import Route

Load = Callable[[], MLPAutoencoder | VAE]
MODELS: dict[str, Load] = {
    "ae3-lecture": zoo.mlp_lecture,
    "ae3": zoo.mlp_tuned,
    "vae3": zoo.vae3,
    "vae2-beta0": lambda: zoo.vae2(0),
    "vae2-beta1": lambda: zoo.vae2(1),
    "vae2-beta4": lambda: zoo.vae2(4),
}
FOLDER = chromium.ROOT / "demos" / "common" / "views"
HOST = "http://decoder.test/"  # answered by this process from FOLDER
DECODE = """async ([wire, codes]) => {
  const { decoder } = await import("/decoder.js"), { toBase64 } = await import("/wire.js");
  const decode = decoder(wire);
  const ink = new Float32Array(codes.length * 784);
  codes.forEach((code, k) => ink.set(decode(Float32Array.from(code)), 784 * k));
  return toBase64(new Uint8Array(ink.buffer));
}"""


def largest_error(models: Mapping[str, Load] = MODELS) -> Measured:
    """Return the largest difference of any pixel of any model, ink in [0, 1]."""
    worst = 0.0
    with chromium.browser() as browser:
        page = browser.new_page()
        page.route(f"{HOST}**", _file)
        page.goto(HOST)
        for name, load in models.items():
            model = load()
            codes = reachable_codes(model)
            wire = as_sent(decoders.export(model, name))
            answer = page.evaluate(DECODE, [wire, codes.tolist()])
            shown = np.frombuffer(base64.b64decode(answer), "<f4").reshape(-1, 28, 28)
            truth = runtime.to_numpy(coding.decode(model, codes))
            worst = max(worst, float(np.abs(shown - truth).max()))
    return Measured(worst)


def _file(route: "Route") -> None:
    name = route.request.url.removeprefix(HOST)
    if name:
        route.fulfill(path=FOLDER / name, content_type="text/javascript")
    else:
        route.fulfill(body="<title>decoder</title>", content_type="text/html")


def as_sent(decoder: DecoderWeights) -> dict[str, object]:
    """Return a decoder as `decoder` reads it."""
    layers = [
        {
            "n_in": weight.shape[1],
            "n_out": weight.shape[0],
            "weight": _base64(weight),
            "bias": _base64(bias),
        }
        for weight, bias in decoder.layers
    ]
    return {"activation": decoder.activation, "output": decoder.output, "layers": layers}


def _base64(halves: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(halves, "<f2").tobytes()).decode()


def reachable_codes(model: MLPAutoencoder | VAE) -> torch.Tensor:
    """Return 1,000 codes [N, Z] that a page can ask for."""
    digits = torch.tensor(datasets.sample_digits().images[: N_CODES // 2], device=runtime.device())
    codes = evaluation.codes_of(model, digits)
    low, high = codes.amin(0), codes.amax(0)
    share = torch.rand(len(codes), len(low), generator=runtime.generator(SEED)).to(codes)
    return torch.cat([codes, low + share * (high - low)])
