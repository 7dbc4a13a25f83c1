"""Draw 5,000 words of each language on planes: `python -m core.making.word_maps`.

The most frequent words, without those that nothing opens with, by the three methods that draw the
digits' codes (core/making/maps.py), on unit vectors. Two minutes on one core.
"""

import argparse

import numpy as np
from safetensors.numpy import save_file

from core import assets
from core.inference import word_maps
from core.inference.code_maps import neighbours_kept
from core.making.maps import METHODS, PAPERS
from core.text import word_lists
from core.text.vectors import FILE, LANGUAGES, WordVectors, vectors

SEED = 0


def topics_of(known: WordVectors, numbers: np.ndarray) -> np.ndarray:
    """Return the number of each word's first topic, int8 [N], -1 where it has none."""
    side = LANGUAGES.index(known.language)  # of a pair
    found: dict[str, int] = {}
    for number, topic in enumerate(word_maps.TOPICS):
        for pair in word_lists.topics()[topic]:
            found.setdefault(pair[side], number)
    return np.array([found.get(known.words[k], -1) for k in numbers], np.int8)


def drawn(language: str) -> dict[str, np.ndarray]:
    """Return all that is stored of a language."""
    known = vectors(language)
    numbers = np.flatnonzero(~known.quiet)[: word_maps.N_MAPPED].astype(np.int32)
    units, kept = known.units[numbers], []
    found = {"numbers": numbers, "topics": topics_of(known, numbers)}
    for method in word_maps.METHODS:
        points = METHODS[method](units, SEED)
        points = points - (points.max(0) + points.min(0)) / 2
        found[method] = (points / np.abs(points).max()).astype(np.float16)
        kept.append(neighbours_kept(units, found[method].astype(np.float32)))
        print(language, method, round(kept[-1], 3), flush=True)
    found["kept"] = np.array(kept, np.float32)
    return {f"{language}.{name}": array for name, array in found.items()}


def main() -> None:
    """Write the maps of both languages."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    save_file(
        {name: array for language in LANGUAGES for name, array in drawn(language).items()},
        assets.FOLDER / word_maps.FILE,
    )
    assets.register(
        word_maps.FILE,
        licence="Apache-2.0",
        source="the shipped word vectors, drawn on planes; topics by this project",
        paper=PAPERS,
        command="python -m core.making.word_maps",
        made_from=[FILE.format(language) for language in LANGUAGES],
    )


if __name__ == "__main__":
    main()
