"""Ask our BERTs what pages open with: `python -m core.making.openings`, some seconds.

What is stored, and when it counts, says core/inference/openings.py.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from safetensors.numpy import save_file

from core import assets, zoo
from core.inference import attention, next_sentence, openings
from core.inference.openings import ARRAYS, FILE
from core.results.answers import JudgedCandidate
from core.text.pieces import LANGUAGES

COMMAND = "python -m core.making.openings"


def answers(language: str) -> tuple[dict[str, np.ndarray], dict[str, object]]:
    """Return what is stored of a language: arrays, and what JSON says."""
    seen = attention.show(language, openings.example(language))
    sentences = openings.sentences(language)
    judged = [list(_judged(first, sentences, language)) for first in sentences]
    arrays = {
        "attention": np.array(seen.attention),
        "follows": np.array([[one.probability for one in row] for row in judged], np.float32),
        "n_tokens": np.array([[one.n_tokens for one in row] for row in judged], np.int32),
    }
    lists = {name: getattr(seen.read, name).tolist() for name in ARRAYS}
    said = {
        "text": openings.example(language),
        "read": asdict(seen.read) | lists,
        "can": asdict(seen.can),
        "sentences": sentences,
    }
    return {f"{language}.{name}": array for name, array in arrays.items()}, said


def _judged(first: str, sentences: tuple[str, ...], language: str) -> Iterator[JudgedCandidate]:
    for begin in range(0, len(sentences), next_sentence.MAX_CANDIDATES):
        some = sentences[begin : begin + next_sentence.MAX_CANDIDATES]
        for one in next_sentence.judge(first, some, language).candidates:
            if one.cut_first.n_pieces or one.cut_second.n_pieces:
                raise ValueError(f"a story's sentence is too long: {first}")
            yield one


def main() -> None:
    """Write the file anew."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    arrays: dict[str, np.ndarray] = {}
    says = {}
    for language in LANGUAGES:
        mine, said = answers(language)
        arrays |= mine
        says[language] = json.dumps(said, ensure_ascii=False)
    save_file(arrays, assets.FOLDER / FILE, metadata=says)
    assets.register(
        FILE,
        licence="Apache-2.0",
        source="what the shipped BERTs answer to what the pages Attention and Next sentence show",
        paper="",
        command=COMMAND,
        made_from=[name for one in LANGUAGES for name in zoo.bert_files(one)],
    )


if __name__ == "__main__":
    main()
