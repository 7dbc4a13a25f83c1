"""Texts -> token files that training reads without parsing anything again.

    python -m core.training.bert_corpus en --data DATA
    python -m core.training.bert_corpus zh --data DATA --words   # for whole word masking

A corpus is a folder of arrays: all tokens in a row (uint16), where each sentence and each document
begins, each document's source, and whether it is held out. Whole documents are held out, chosen by
a hash of their text, so that the choice is the same in every session. Documents that share a long
sentence have a common parent (two versions of an article, say) and stay on one side together;
sources cut into parts whose parent isn't known (novels, laws) are never held out.
"""

import argparse
import hashlib
import json
import lzma
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Encoding

from core.text import reviews
from core.text.tokenizer import read_vocabulary, tokenizer
from core.text.vocabulary import characters
from core.text.words import boundaries

FILES = {"en": ("en-more", "en-core"), "zh": ("zh-more", "zh-core")}
# Not for weights that ship (licence), kept clean for later evaluation, or full of "[UNK]".
LEFT_OUT = {"brown", "abc", "pd98", "xquad_en", "wikitext2"}
REVIEWS = "reviews"  # the source of the sentences of core/text/reviews.py that classifiers train on
HELD_OUT_SOURCES = {
    "en": {"enwiki", "sgd_dialogue", "taskmaster4", "tatoeba_en", "commonvoice_en"},
    "zh": {"zhwiki", "cmrc2017_children", "crosswoz", "kdconv", "commonvoice_zh"},
}
HELD_OUT_ONE_IN = 100  # documents
LONG_SENTENCE = {"en": 60, "zh": 20}  # characters; shorter ones recur by chance
COMMON = 8  # a sentence in more documents than this is boilerplate and relates nothing
MAX_TOKENS = 250  # of a sentence; longer ones are lists and tables
MAX_FAMILY = 20  # related documents; more are a collection, not one parent


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """All texts of one language, as numbers."""

    tokens: np.ndarray  # uint16 [n_tokens], memory-mapped
    sentences: np.ndarray  # int64 [n_sentences + 1], where each begins in `tokens`
    documents: np.ndarray  # int64 [n_documents + 1], where each begins in `sentences`
    sources: np.ndarray  # uint8 [n_documents], index into `source_names`
    held_out: np.ndarray  # bool [n_documents]
    source_names: tuple[str, ...]
    starts: np.ndarray | None = None  # bool [n_tokens], does a token begin a (Chinese) word?


def read(data: Path, language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (source, sentences) of each document that may ship."""
    for name in FILES[language]:
        with lzma.open(data / "text" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                document = json.loads(line)
                if document["src"] not in LEFT_OUT:
                    yield document["src"], [s for p in document["paras"] for s in p]


def read_reviews(language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the sentences that classifiers train on, one a document and without their labels.

    Those that validate or test a classifier are read by nobody.

    Raises:
        AssetError: the English ones are not in LATENT_LAB_DATA.
    """
    for sentence in reviews.load(language).train.texts:
        yield REVIEWS, [sentence]


def everything(data: Path, language: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (source, sentences) of all that a run may read or be scored on."""
    yield from read(data, language)
    yield from read_reviews(language)


def digest(text: str) -> int:
    """Return 64 bits that depend on the text's letters alone, not on spaces or case."""
    letters = "".join(text.lower().split()).encode()
    return int.from_bytes(hashlib.blake2b(letters, digest_size=8).digest(), "big")


def families(documents: list[list[int]]) -> np.ndarray:
    """Group documents that share a sentence; returns each one's family, [n_documents].

    Args:
        documents: digests of each document's long sentences.
    """
    parent = np.arange(len(documents))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = int(parent[i])
        return i

    seen = defaultdict(list)
    for i, digests in enumerate(documents):
        for value in set(digests):
            if len(seen[value]) <= COMMON:
                seen[value].append(i)
    for members in seen.values():
        if 1 < len(members) <= COMMON:
            for other in members[1:]:
                parent[root(other)] = root(members[0])
    return np.array([root(i) for i in range(len(documents))])


def choose_held_out(
    whole: list[int], sources: list[str], family: np.ndarray, language: str
) -> np.ndarray:
    """Hold out one family in a hundred, by the smallest digest of its documents; bool [n]."""
    least: dict[int, int] = {}
    for value, group in zip(whole, family.tolist(), strict=True):
        least[group] = min(value, least.get(group, value))
    size = Counter(family.tolist())
    allowed = {g: size[g] <= MAX_FAMILY for g in least}
    for source, group in zip(sources, family.tolist(), strict=True):
        allowed[group] &= source in HELD_OUT_SOURCES[language]
    return np.array([allowed[g] and least[g] % HELD_OUT_ONE_IN == 0 for g in family.tolist()])


def build(
    given: Iterable[tuple[str, list[str]]],
    language: str,
    vocabulary: Path,
    folder: Path,
    *,
    words: bool = False,
    cased: bool = False,
) -> None:
    """Tokenise everything once and write the corpus.

    Args:
        given: source and sentences of each document.
        language: "en" or "zh".
        vocabulary: `vocab.txt`; for Chinese it is made from the texts if it isn't there.
        folder: where the arrays go.
        words: also look where Chinese words begin (jieba reads some 200,000 characters a second).
            In English, pieces say so themselves.
        cased: whether upper case and accents count.
    """
    texts: dict[int, tuple[str, list[str]]] = {}
    for source, sentences in given:
        texts.setdefault(digest("".join(sentences)), (source, sentences))  # without copies
    whole, documents = list(texts), list(texts.values())
    sources = [source for source, _ in documents]
    long = LONG_SENTENCE[language]
    digests = [[digest(s) for s in sentences if len(s) >= long] for _, sentences in documents]
    held_out = choose_held_out(whole, sources, families(digests), language)
    if not vocabulary.exists():
        vocabulary.parent.mkdir(parents=True, exist_ok=True)
        training = (
            s for (_, sentences), h in zip(documents, held_out, strict=True) if not h
            for s in sentences
        )  # fmt: skip
        vocabulary.write_text("\n".join(characters(training)) + "\n", "utf-8")

    pieces = tokenizer(read_vocabulary(vocabulary), lower=not cased)
    names = sorted(set(sources))
    tokens, lengths, counts, kept, starts = [], [], [], [], []
    # Offsets cost time and only words need them.
    encode = pieces.encode_batch if words else pieces.encode_batch_fast
    for i in range(0, len(documents), 1000):
        block = documents[i : i + 1000]
        encoded = iter(encode([s for _, sentences in block for s in sentences]))
        for j, (_, sentences) in enumerate(block):
            pairs = [(s, next(encoded)) for s in sentences]
            pairs = [(s, e) for s, e in pairs if e.ids]
            ids = [e.ids[:MAX_TOKENS] for _, e in pairs]
            if words:
                starts.extend(word_starts(s, e)[:MAX_TOKENS] for s, e in pairs)
            if ids:
                tokens.extend(np.array(x, np.uint16) for x in ids)
                lengths.extend(map(len, ids))
                counts.append(len(ids))
                kept.append(i + j)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "tokens.npy", np.concatenate(tokens))
    np.save(folder / "sentences.npy", np.concatenate([[0], np.cumsum(lengths)]))
    np.save(folder / "documents.npy", np.concatenate([[0], np.cumsum(counts)]))
    np.save(folder / "sources.npy", np.array([names.index(sources[i]) for i in kept], np.uint8))
    np.save(folder / "held_out.npy", held_out[kept])
    if words:
        np.save(folder / "starts.npy", np.concatenate(starts))
    (folder / "corpus.json").write_text(json.dumps({"sources": names}, indent=1))


def word_starts(sentence: str, encoding: Encoding) -> np.ndarray:
    """Say at which tokens of a sentence a word begins, bool [T]; a blank ends a word too."""
    begins = [0, *boundaries(sentence)]
    places = [start for start, _ in encoding.offsets]
    numbers = np.searchsorted(begins, places, side="right")  # of the word that each stands in
    return np.diff(numbers, prepend=0) > 0


def load(folder: Path) -> Corpus:
    """Open a corpus that `build` wrote."""
    names = json.loads((folder / "corpus.json").read_text())["sources"]
    tokens = np.load(folder / "tokens.npy", mmap_mode="r")
    parts = ("sentences", "documents", "sources", "held_out")
    file = folder / "starts.npy"
    starts = np.load(file, mmap_mode="r") if file.exists() else None
    return Corpus(tokens, *(np.load(folder / f"{p}.npy") for p in parts), tuple(names), starts)


def main() -> None:
    """Build a corpus and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("language", choices=sorted(FILES))
    parser.add_argument("--data", type=Path, default=os.environ.get("LATENT_LAB_DATA"))
    parser.add_argument("--vocabulary", type=Path, help="default: assets/weights/bert-LANGUAGE/")
    parser.add_argument("--folder", type=Path, help="default: data/corpus-LANGUAGE/")
    parser.add_argument("--words", action="store_true", help="find Chinese words")
    parser.add_argument("--cased", action="store_true", help="upper case and accents count")
    args = parser.parse_args()
    vocabulary = args.vocabulary or Path(f"assets/weights/bert-{args.language}/vocab.txt")
    folder = args.folder or Path(f"data/corpus-{args.language}")
    given = everything(args.data, args.language)
    build(given, args.language, vocabulary, folder, words=args.words, cased=args.cased)
    corpus = load(folder)
    length = np.diff(corpus.sentences[corpus.documents])
    print(f"{len(read_vocabulary(vocabulary))} tokens in the vocabulary")
    for i, name in enumerate(corpus.source_names):
        mine = corpus.sources == i
        held = mine & corpus.held_out
        print(
            f"{name:22} {mine.sum():7} documents {length[mine].sum():9} tokens, "
            f"held out {held.sum():5} documents {length[held].sum():7} tokens"
        )


if __name__ == "__main__":
    main()
