"""The BERTs that a learner can choose: ours, a folder in transformers' layout, one on the hub.

A DistilBERT is a BERT without segments and pooler.

reader("en"), reader("zh")               ship with the lab
reader("en-large")                       so does this one, and is loaded when it is asked for
reader("data/models/bert-base-uncased")  a folder of yours
reader("hfl/chinese-roberta-wwm-ext")    what core/bert/fetching.py fetched from the hub, and keeps
"""

import functools
from typing import NamedTuple

from tokenizers import Tokenizer

from core import runtime, zoo
from core.bert import checkpoints, fetching
from core.bert.checkpoint_config import CONFIG, kind, read_json
from core.bert.checkpoint_heads import Task, task_of
from core.bert.checkpoint_tokens import read_tokenizer
from core.bert.kept import Kept
from core.errors import InputError
from core.models.bert import BertForPreTraining
from core.text import pieces

LANGUAGES = ("en", "zh")
LARGE = ("en-large",)  # these ship, too, but take seconds and room: they come and go as others do
BUNDLED = (*LANGUAGES, *LARGE)
N_KEPT = 2  # of others; a bert-base is 440 MB


class Reader(NamedTuple):
    """A model that reads, and the tokenizer that it learned with."""

    name: str
    model: BertForPreTraining  # frozen, float32, shared: only read
    tokenizer: Tokenizer
    tokens: tuple[str, ...]  # of each id, V
    has_mlm: bool  # False: the checkpoint has no such head, its answers would be noise
    has_nsp: bool
    kind: str = "bert"  # or "distilbert"
    task: Task | None = None  # what it was fine-tuned to say

    @property
    def reads_pairs(self) -> bool:
        """Whether its table of segments has a row for a second sentence."""
        return self.model.bert.config.n_segments > 1


def reader(name: str) -> Reader:
    """Return a model with its tokenizer.

    Args:
        name: one of `BUNDLED`, a folder, or "owner/name" on the hub.

    Raises:
        AssetError: the bundled weights are missing or damaged.
        InputError: no such checkpoint here, not a BERT, pickled or damaged weights.
    """
    return _bundled(name) if name in LANGUAGES else _OTHERS.get(name)


def ready(name: str) -> Reader | None:
    """Return a model that can answer at once, None if it would have to be loaded first.

    Those of `LANGUAGES` are always ready: they are small.
    """
    return _bundled(name) if name in LANGUAGES else _OTHERS.find(name)


@functools.cache
def _bundled(language: str) -> Reader:
    model, tokens = zoo.bert(language), pieces.token_names(language)
    return Reader(language, model, pieces.library_tokenizer(language), tokens, True, True)


def _large(name: str) -> Reader:
    model = zoo.bert_large(name)
    cut = read_tokenizer(zoo.large_folder(name), model.bert.config.n_vocabulary)
    return Reader(name, model, *cut, has_mlm=True, has_nsp=False, kind="distilbert")


def _load(name: str) -> Reader:
    if name in LARGE:
        return _large(name)
    path = fetching.folder(name)
    settings = read_json(path, CONFIG)
    model, missing, rest = checkpoints.open_bert(path)
    tokenizer, tokens = read_tokenizer(path, model.bert.config.n_vocabulary)
    task = task_of(settings, model, missing, rest)
    if task and not all(weight.isfinite().all() for weight in task.layers.parameters()):
        raise InputError("checkpoint_not_finite", folder=path.name, what="classifier")
    if task:
        task.layers.to(runtime.device()).eval().requires_grad_(False)
    return Reader(
        name,
        model.to(runtime.device()).eval().requires_grad_(False),
        tokenizer,
        tokens,
        not any(key.startswith("cls.predictions") for key in missing),
        not any(key.startswith(("cls.seq_relationship", "bert.pooler")) for key in missing),
        kind(settings),
        task,
    )


_OTHERS = Kept(_load, N_KEPT)
