"""Draw the codes of 16 and 32 numbers on a plane: `python -m core.making.maps`.

For the 5,000 sample digits, three maps of each code: PCA (a shadow: what is far apart in it is
far apart), t-SNE (van der Maaten & Hinton 2008) and UMAP (McInnes et al. 2018), which keep
neighbours together and tear the rest. Minutes on one core.
"""

import argparse
from collections.abc import Callable

import numpy as np
import torch
from safetensors.numpy import save_file
from tqdm import tqdm

from core import assets
from core.images import datasets
from core.inference.codes import sample_codes
from core.models.pca import PCA

NAMES = ("conv", "dense32", "vae16")
FILE = "samples/maps.safetensors"
PAPERS = "van der Maaten & Hinton 2008 (JMLR 9); McInnes et al. 2018, arXiv:1802.03426"


def pca(codes: np.ndarray, _seed: int) -> np.ndarray:
    """Return the coordinates along the two directions of largest variance, [N, 2]."""
    tensor = torch.tensor(codes)
    return PCA.fit(tensor, 2).encode(tensor).numpy()


def tsne(codes: np.ndarray, seed: int) -> np.ndarray:
    """Return a t-SNE map, [N, 2]."""
    from sklearn.manifold import TSNE

    return TSNE(perplexity=30, init="pca", random_state=seed).fit_transform(codes)


def umap(codes: np.ndarray, seed: int) -> np.ndarray:
    """Return a UMAP map, [N, 2]."""
    from umap import UMAP

    return UMAP(n_neighbors=15, min_dist=0.1, random_state=seed, n_jobs=1).fit_transform(codes)


METHODS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "pca": pca,
    "tsne": tsne,
    "umap": umap,
}


def main() -> None:
    """Write all maps, each centred and scaled so that its points fill [-1, 1]."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    maps = {}
    for name in NAMES:
        for method, draw in tqdm(METHODS.items(), desc=name):
            points = draw(sample_codes(name), seed)
            points = points - (points.max(0) + points.min(0)) / 2
            maps[f"{name}.{method}"] = (points / np.abs(points).max()).astype(np.float16)
    save_file(maps, assets.FOLDER / FILE)
    assets.register(
        FILE,
        licence="Apache-2.0",
        source="codes of the sample digits by this project's models",
        paper=PAPERS,
        command=f"python -m core.making.maps --seed {seed}",
        made_from=[*datasets.SAMPLE_FILES, *(f"weights/{name}.safetensors" for name in NAMES)],
    )


if __name__ == "__main__":
    main()
