"""Tiny BERTs with random weights, in the layouts that are out there; transformers writes them."""

import functools
import json
import shutil
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "the cat dog sat on mat Paris paris möchte mochte für fur . , ? ö ä ü ##ö ##ü ##ä é 19 -"
HAN = "今天气很好我爱北京"
LETTERS = [*string.ascii_lowercase, *string.ascii_uppercase]
VOCABULARY = [*SPECIAL, *LETTERS, *(f"##{c}" for c in LETTERS), *WORDS.split(), *HAN, "今天"]
SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 64,
}
DISTIL_SIZES = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}

Change = Callable[[Path], None]


@functools.cache
def _transformers() -> Any:
    import transformers

    return transformers


def bert(folder: Path, kind: str = "ForPreTraining", n: int | None = None, **settings: Any) -> Path:
    """Write a BERT that transformers built: its weights, config.json and a vocab.txt."""
    library = _transformers()
    n_words = len(VOCABULARY) if n is None else n
    config = library.BertConfig(vocab_size=n_words, **{**SIZES, **settings})
    return write(folder, getattr(library, f"Bert{kind}")(config))


def distilbert(folder: Path, kind: str = "ForMaskedLM", **settings: Any) -> Path:
    """Write a DistilBERT."""
    library = _transformers()
    sizes = {"vocab_size": len(VOCABULARY), "max_position_embeddings": 64, **DISTIL_SIZES}
    config = library.DistilBertConfig(**{**sizes, **settings})
    return write(folder, getattr(library, f"DistilBert{kind}")(config))


def write(folder: Path, model: Any) -> Path:
    """Give a model weights that would be noticed if one were lost, and save it."""
    dice = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.normal_(0, 0.3, generator=dice)
            if weight.ndim == 1 and "norm" in name.lower() and name.endswith("weight"):
                weight += 1
    model.save_pretrained(folder)
    words(folder, VOCABULARY)
    return folder


def words(folder: Path, vocabulary: list[str], end: str = "\n", encoding: str = "utf-8") -> None:
    """Write a vocab.txt."""
    (folder / "vocab.txt").write_bytes(end.join([*vocabulary, ""]).encode(encoding))


def told(folder: Path, file: str = "tokenizer_config.json", **settings: Any) -> None:
    """Write a JSON file, or change one; a setting that is `...` goes."""
    path = folder / file
    now = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    now = {key: value for key, value in {**now, **settings}.items() if value is not ...}
    path.write_text(json.dumps(now), "utf-8")


def rewrite(folder: Path, change: Callable[[dict[str, torch.Tensor]], dict]) -> None:
    """Change a checkpoint's weights."""
    weights = change(load_file(folder / WEIGHTS))
    weights = {name: weight.clone().contiguous() for name, weight in weights.items()}
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})


def save_tokenizer(folder: Path, *added: str, **settings: Any) -> None:
    """Write the tokenizer as today's transformers does: tokenizer.json, no vocab.txt."""
    numbers = {token: i for i, token in enumerate(VOCABULARY)}
    tokenizer = _transformers().BertTokenizer(vocab=numbers, **settings)
    tokenizer.add_tokens(list(added))
    tokenizer.save_pretrained(folder)
    (folder / "vocab.txt").unlink()


def words_of(extra: list[str], at: int = 5) -> list[str]:
    """Return the vocabulary with some more."""
    return [*VOCABULARY[:at], *extra, *VOCABULARY[at:]]


def with_words(folder: Path, vocabulary: list[str], n: int | None = None, **form: str) -> None:
    """Write a BERT of another vocabulary."""
    bert(folder, "ForMaskedLM", n=n or len(vocabulary))
    words(folder, vocabulary, **form)


def with_settings(folder: Path, **settings: object) -> None:
    """Write a BERT whose tokenizer_config.json says this."""
    bert(folder, "ForMaskedLM")
    told(folder, **settings)


def stored(folder: Path, *added: str, n: int | None = None, **settings: object) -> None:
    """Write a BERT with the tokenizer that transformers saves today."""
    bert(folder, n=n)
    save_tokenizer(folder, *added, **settings)


def shard(folder: Path) -> None:
    """Cut the weights into three files and an index."""
    weights = load_file(folder / WEIGHTS)
    (folder / WEIGHTS).unlink()
    where = {}
    for k in range(3):
        file = f"model-0000{k + 1}-of-00003.safetensors"
        part = {name: weights[name] for name in sorted(weights)[k::3]}
        save_file(part, folder / file, metadata={"format": "pt"})
        where |= dict.fromkeys(part, file)
    told(folder, "model.safetensors.index.json", metadata={}, weight_map=where)


def then(make: Change, change: object) -> Change:
    """Make a folder, then change its weights."""
    return lambda folder: (make(folder), rewrite(folder, change))


def as_type(dtype: torch.dtype) -> object:
    """Return a change of the weights' type."""
    return lambda weights: {name: weight.to(dtype) for name, weight in weights.items()}


def only(start: str) -> Callable[[dict], dict]:
    """Return a change that keeps the weights whose names begin so, without that beginning."""
    return lambda weights: {
        name.removeprefix(start): weight
        for name, weight in weights.items()
        if name.startswith(start)
    }


def old_names(weights: dict) -> dict:
    """Return weights under the names of 2018."""
    renamed = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    return {
        name.replace(
            ".".join(name.split(".")[-2:]), renamed.get(".".join(name.split(".")[-2:]), "?")
        )
        if ".".join(name.split(".")[-2:]) in renamed
        else name: weight
        for name, weight in weights.items()
    }


def made(how: Change, folder: Path) -> Path:
    """Write one layout into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    how(folder)
    return folder
