"""What a checkpoint's `config.json` says of its BERT, in transformers' words.

A key that is absent has transformers' default: Google's own files name no `layer_norm_eps`. What
the lab's BERT can't do is refused by name, so that nothing is computed in another way than the
model was trained in.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import InputError
from core.models.bert import ACTIVATIONS, BertConfig

CONFIG = "config.json"
LARGEST = 2**24  # of any size
N_SHOWN = 60  # characters of a value that is refused

Settings = Mapping[str, Any]


class Words(NamedTuple):
    """How a kind of model names our fields: (key, transformers' default)."""

    sizes: Mapping[str, tuple[str, int]]  # positive whole numbers
    rates: Mapping[str, tuple[str, float]]  # from 0 to below 1
    activation: str


BERT = Words(
    sizes={
        "n_vocabulary": ("vocab_size", 30522),
        "width": ("hidden_size", 768),
        "n_layers": ("num_hidden_layers", 12),
        "n_heads": ("num_attention_heads", 12),
        "n_feed_forward": ("intermediate_size", 3072),
        "n_positions": ("max_position_embeddings", 512),
        "n_segments": ("type_vocab_size", 2),
    },
    rates={"dropout": ("hidden_dropout_prob", 0.1), "epsilon": ("layer_norm_eps", 1e-12)},
    activation="hidden_act",
)
DISTILBERT = Words(  # it has no segments; our default, two of them, will be rows of zeros
    sizes={
        "n_vocabulary": ("vocab_size", 30522),
        "width": ("dim", 768),
        "n_layers": ("n_layers", 6),
        "n_heads": ("n_heads", 12),
        "n_feed_forward": ("hidden_dim", 3072),
        "n_positions": ("max_position_embeddings", 512),
    },
    rates={"dropout": ("dropout", 0.1)},
    activation="activation",
)
KINDS = {"bert": BERT, "distilbert": DISTILBERT}  # by `model_type`
TIED = "tie_word_embeddings"
NAMES = {name: key for name, (key, _) in {**BERT.sizes, **BERT.rates}.items()}  # ours -> theirs

SAME = {  # other names of an activation, equal but for rounding
    "gelu_python": "gelu",
    "gelu_fast": "gelu_new",
    "gelu_accurate": "gelu_new",
    "gelu_pytorch_tanh": "gelu_new",
    "gelu_python_tanh": "gelu_new",
    "swish": "silu",
}
ONLY = {  # what another BERT may be and the lab's is not: the one value that is read
    "is_decoder": False,  # true: it reads from left to right
    "add_cross_attention": False,
    "position_embedding_type": "absolute",
    "quantization_config": None,
}


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Return a JSON object of a checkpoint.

    Raises:
        InputError: the file is missing, or no JSON object.
    """
    file = folder / name
    if not file.is_file():
        raise InputError("checkpoint_incomplete", folder=folder.name, file=name)
    try:
        found = json.loads(file.read_bytes().decode("utf-8-sig"))
        json.dumps(found, ensure_ascii=False).encode()  # half a character ("\\ud800") is no text
    except (ValueError, RecursionError) as error:
        raise InputError("checkpoint_json", folder=folder.name, file=name) from error
    if not isinstance(found, dict):
        raise InputError("checkpoint_json", folder=folder.name, file=name)
    return found


def kind(settings: Settings) -> str:
    """Return the `model_type`; "bert" where none is told."""
    return str(settings.get("model_type") or "bert")


def read_config(folder: Path) -> BertConfig:
    """Return what `config.json` says of a BERT or a DistilBERT.

    Raises:
        InputError: the file is missing or damaged, or tells of what the lab can't compute.
    """
    settings = read_json(folder, CONFIG)
    if kind(settings) not in KINDS:
        raise InputError("checkpoint_kind", folder=folder.name, kind=kind(settings)[:N_SHOWN])

    def refuse(key: str, value: object) -> InputError:
        shown = json.dumps(value, ensure_ascii=False)[:N_SHOWN]
        return InputError("checkpoint_setting", folder=folder.name, what=f"{key}: {shown}")

    words = KINDS[kind(settings)]
    for key, only in ONLY.items():
        if settings.get(key, only) not in (only, None):
            raise refuse(key, settings[key])
    fields: dict[str, Any] = {}
    for name, (key, default) in words.sizes.items():
        value = fields[name] = settings.get(key, default)
        if type(value) is not int or not 1 <= value <= LARGEST:
            raise refuse(key, value)
    for name, (key, rate) in words.rates.items():
        value = fields[name] = settings.get(key, rate)
        if type(value) not in (int, float) or not 0 <= value < 1:
            raise refuse(key, value)
    if fields["width"] % fields["n_heads"]:
        raise refuse(words.sizes["n_heads"][0], fields["n_heads"])
    value = settings.get(words.activation, "gelu")
    activation = SAME.get(value, value) if isinstance(value, str) else None
    if activation not in ACTIVATIONS:
        raise refuse(words.activation, value)
    return BertConfig(**fields, activation=activation, tied=settings.get(TIED) is not False)


def settings_of(config: BertConfig) -> dict[str, Any]:
    """Return the `config.json` of one of our models."""
    return {
        **{theirs: getattr(config, ours) for ours, theirs in NAMES.items()},
        "model_type": "bert",
        "architectures": ["BertForPreTraining"],
        "attention_probs_dropout_prob": config.dropout,
        BERT.activation: config.activation,
        "pad_token_id": 0,
        TIED: config.tied,
    }
