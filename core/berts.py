"""The BERTs that a learner can choose: ours, a folder in transformers' layout, one on the hub.

reader("en"), reader("zh")               ship with the lab
reader("data/models/bert-base-uncased")  a folder of yours
reader("hfl/chinese-roberta-wwm-ext")    fetched from the hub once, then kept
"""

import functools
import json
from typing import NamedTuple

from tokenizers import Tokenizer

from core import checkpoints, fetching, runtime, zoo
from core.errors import InputError
from core.kept import Kept
from core.models.bert import BertForPreTraining
from core.text import pieces
from core.text.tokenizer import SPECIAL, read_vocabulary, tokenizer

LANGUAGES = ("en", "zh")
N_KEPT = 2  # of others; a bert-base is 440 MB


class Reader(NamedTuple):
    """A model that reads, and the tokenizer that it learned with."""

    name: str
    model: BertForPreTraining  # frozen, float32, shared: only read
    tokenizer: Tokenizer
    tokens: tuple[str, ...]  # of each id, V
    has_mlm: bool  # False: the checkpoint has no such head, its answers would be noise
    has_nsp: bool


def reader(name: str) -> Reader:
    """Return a model with its tokenizer.

    Args:
        name: a language, a folder, or "owner/name" on the hub.

    Raises:
        AssetError: the bundled weights are missing or damaged.
        InputError: no such checkpoint, no internet, not a BERT, pickled or damaged weights.
    """
    return _bundled(name) if name in LANGUAGES else _OTHERS.get(name)


def ready(name: str) -> Reader | None:
    """Return a model that can answer at once, None if it would have to be loaded first.

    Those that ship are always ready: they are small.
    """
    return _bundled(name) if name in LANGUAGES else _OTHERS.find(name)


@functools.cache
def _bundled(language: str) -> Reader:
    model, tokens = zoo.bert(language), pieces.token_names(language)
    return Reader(language, model, pieces.library_tokenizer(language), tokens, True, True)


def _load(name: str) -> Reader:
    path = fetching.folder(name)
    model, missing = checkpoints.load_bert(path)
    words, settings = path / checkpoints.VOCABULARY, path / checkpoints.TOKENIZER
    if not words.is_file():
        raise InputError("checkpoint_incomplete", folder=path.name, file=words.name)
    try:
        vocabulary = read_vocabulary(words)
        chosen = json.loads(settings.read_text("utf-8")) if settings.is_file() else {}
        lower = chosen.get("do_lower_case") is not False
    except (ValueError, AttributeError) as error:
        raise InputError("checkpoint_damaged", folder=path.name, file=words.name) from error
    if not set(SPECIAL) <= set(vocabulary) or len(vocabulary) > model.bert.config.n_vocabulary:
        raise InputError("checkpoint_other", folder=path.name, what=words.name)
    return Reader(
        name,
        model.to(runtime.device()).eval().requires_grad_(False),
        tokenizer(vocabulary, lower=lower),
        tuple(vocabulary),
        not any(key.startswith("cls.predictions") for key in missing),
        not any(key.startswith(("cls.seq_relationship", "bert.pooler")) for key in missing),
    )


_OTHERS = Kept(_load, N_KEPT)
