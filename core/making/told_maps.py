"""Draw the codes of "Told and not told" on a plane: `python -m core.making.told_maps`.

The 1,000 shown pictures of each set by each of the four encoders, by t-SNE and UMAP with the
settings of core/making/maps.py; PCA needs no file. Takes three minutes.
"""

import argparse

import numpy as np
from safetensors.numpy import save_file
from tqdm import tqdm

from core import assets
from core.images import picture_sets
from core.inference import told
from core.making import maps


def drawn(codes: np.ndarray, method: str, seed: int) -> np.ndarray:
    """Return a map [N, 2] float16, centred and scaled so that its points fill [-1, 1]."""
    points = maps.METHODS[method](codes, seed)
    points = points - (points.max(0) + points.min(0)) / 2
    return (points / np.abs(points).max()).astype(np.float16)


def main() -> None:
    """Write all maps."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    found = {}
    for pictures in told.PICTURES:
        for objective, space in tqdm(told.spaces(pictures).items(), desc=pictures):
            for method in told.STORED_METHODS:
                points = drawn(space.codes, method, seed)
                found[told.map_name(pictures, objective, method)] = points
    save_file(found, assets.FOLDER / told.MAPS)
    assets.register(
        told.MAPS,
        licence="Apache-2.0",
        source="codes of the shown pictures by this project's encoders",
        paper=maps.PAPERS,
        command=f"python -m core.making.told_maps --seed {seed}",
        made_from=sorted(
            {file for one in told.PICTURES for file in picture_sets.files(one)}
            | {told.weights_file(one) for one in told.PICTURES}
        ),
    )


if __name__ == "__main__":
    main()
