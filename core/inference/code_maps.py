"""How can 32 numbers be looked at? As a map of two, which must lie somewhere.

PCA keeps the two directions in which the codes differ most (Pearson 1901); t-SNE (van der Maaten &
Hinton 2008, JMLR 9) and UMAP (McInnes et al. 2018, arXiv:1802.03426) keep neighbours together and
give up distances. The maps of the sample digits ship with the lab; `umap_live` makes new ones.
"""

from collections.abc import Callable

import numpy as np
import torch
from safetensors.numpy import load_file

from core import assets, runtime, zoo
from core.errors import InputError
from core.images import coding, datasets
from core.inference import codes
from core.inference.code_space import score
from core.results.images import CodedDigit, CodeMap

NETS: dict[str, Callable[[], coding.ImageModel]] = {  # also the stems of their files
    "conv": zoo.conv_tuned,
    "dense32": zoo.dense32,
    "vae16": zoo.vae16,
}
METHODS = ("pca", "tsne", "umap")
N_NEAREST = 10
CHUNK = 500


@zoo.once
def shipped(net: str, method: str) -> CodeMap:
    """Return the stored map of the 5,000 sample digits' codes.

    Args:
        net: one of `NETS`.
        method: one of `METHODS`.

    Raises:
        InputError: there is no such net or method.
        AssetError: the maps or the model's file are missing or damaged.
    """
    known(net)
    if method not in METHODS:
        raise InputError("bad_request", field="method")
    points = load_file(assets.locate("samples/maps.safetensors"))[f"{net}.{method}"]
    points = points.astype(np.float32)
    high = codes.sample_codes(net)
    return CodeMap(
        points=points,
        kept=neighbours_kept(high, points),
        scale=float(np.percentile(np.abs(high), 99)),
        score=score(net),
    )


def digit(net: str, index: int) -> CodedDigit:
    """Return one sample digit's code and reconstruction.

    Raises:
        InputError: there is no such net or digit.
        AssetError: the model's file is missing or damaged.
    """
    known(net)
    images = datasets.sample_digits().images
    if not 0 <= index < len(images):
        raise InputError("digit_range", low=0, high=len(images) - 1, got=index)
    code = codes.sample_codes(net)[index]
    model = NETS[net]()
    pixels = coding.decode(model, torch.tensor(code[None], device=runtime.device()))[0]
    reconstruction = runtime.to_numpy(pixels)
    error = float(np.square(reconstruction - images[index] / 255).mean())
    return CodedDigit(code=code, pixels=reconstruction, error=error)


def neighbours_kept(high: np.ndarray, low: np.ndarray, n_nearest: int = N_NEAREST) -> float:
    """Return the share of each point's nearest in `high` [N, Z] that are its nearest in `low`.

    1 is a perfect map of neighbourhoods; a random one gets n_nearest / (N - 1). (The complement of
    the loss of Venna & Kaski 2006, doi:10.1016/j.neunet.2006.05.014, without ranks.)
    """
    pairs = zip(_nearest(high, n_nearest), _nearest(low, n_nearest), strict=True)
    common = [len(np.intersect1d(a, b, assume_unique=True)) for a, b in pairs]
    return float(np.mean(common) / n_nearest)


def known(net: str) -> None:
    """Raise unless `net` is one of `NETS`.

    Raises:
        InputError: it is not.
    """
    if net not in NETS:
        raise InputError("bad_request", field="net")


def _nearest(points: np.ndarray, n: int) -> np.ndarray:
    every = torch.tensor(points, dtype=torch.float32)
    found = []
    for start in range(0, len(every), CHUNK):
        distances = torch.cdist(every[start : start + CHUNK], every)
        rows = torch.arange(distances.shape[0])
        distances[rows, rows + start] = torch.inf  # nobody is a neighbour of itself
        found.append(distances.topk(n, largest=False).indices)
    return torch.cat(found).numpy()
