"""Where do 5,000 words lie when their D numbers are drawn with two?

PCA, t-SNE (van der Maaten & Hinton 2008, JMLR 9) and UMAP (McInnes et al. 2018, arXiv:1802.03426),
made once by core/making/word_maps.py. Some words belong to a topic of core/text/translations.toml,
by which they are coloured: no vector and no map was ever shown a topic.
"""

import functools

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from core import assets
from core.errors import AssetError
from core.results.words import WordMaps

FILE = "samples/words-maps.safetensors"
METHODS = ("pca", "tsne", "umap")
N_MAPPED = 5_000
TOPICS = ("animals", "food", "people", "body", "countries", "transport", "science", "feelings")


@functools.cache
def maps(language: str) -> WordMaps:
    """Return the stored maps of the 5,000 most frequent words of "en" or "zh".

    Raises:
        AssetError: the file is missing or damaged.
    """
    path = assets.locate(FILE)
    try:
        found = load_file(path)
        return WordMaps(
            numbers=found[f"{language}.numbers"],
            topics=found[f"{language}.topics"],
            points={name: found[f"{language}.{name}"].astype(np.float32) for name in METHODS},
            kept=dict(zip(METHODS, found[f"{language}.kept"].tolist(), strict=True)),
        )
    except (SafetensorError, KeyError) as error:
        command = assets.manifest()[FILE]["command"]
        raise AssetError("asset_contents", file=FILE, command=command) from error
