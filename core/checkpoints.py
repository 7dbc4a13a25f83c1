"""BERT checkpoints in transformers' layout: `config.json`, `model.safetensors`, `vocab.txt`."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.errors import InputError
from core.models.bert import BertConfig, BertForPreTraining

CONFIG, WEIGHTS, VOCABULARY = FILES = ("config.json", "model.safetensors", "vocab.txt")
TOKENIZER = "tokenizer_config.json"  # says whether upper case counts; not all have it
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")  # can run any program when opened

NAMES = {  # transformers' name of each field of our config
    "n_vocabulary": "vocab_size",
    "width": "hidden_size",
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "n_feed_forward": "intermediate_size",
    "n_positions": "max_position_embeddings",
    "n_segments": "type_vocab_size",
    "dropout": "hidden_dropout_prob",
    "epsilon": "layer_norm_eps",
}
TIED = ("cls.predictions.decoder.weight", "cls.predictions.decoder.bias")  # stored elsewhere too


class LoadedBert(NamedTuple):
    """A model from a checkpoint."""

    model: BertForPreTraining
    missing: tuple[str, ...]  # parameters that the checkpoint hasn't got, e.g. the NSP head's


def load_bert(folder: Path) -> LoadedBert:
    """Load any BERT, float32: pre-training, masked-LM or bare encoder layout.

    Raises:
        InputError: a file is missing or damaged, the weights are pickled, or it is no BERT.
    """
    config = read_config(folder)
    file = weights_file(folder)
    try:
        weights = rename(load_file(file))
    except SafetensorError as error:
        raise InputError("checkpoint_damaged", folder=folder.name, file=WEIGHTS) from error
    model = BertForPreTraining(config)
    ours = model.state_dict()
    unknown = [name for name in weights if name not in ours]
    odd = [k for k, v in weights.items() if k in ours and v.shape != ours[k].shape]
    if unknown or odd:
        raise InputError("checkpoint_other", folder=folder.name, what=(unknown or odd)[0])
    missing = model.load_state_dict(weights, strict=False).missing_keys
    return LoadedBert(model, tuple(missing))


def weights_file(folder: Path) -> Path:
    """Return where a checkpoint's weights lie.

    Raises:
        InputError: they are missing, or pickled.
    """
    file = folder / WEIGHTS
    if not file.is_file():
        pickled = any(True for pattern in PICKLES for _ in folder.glob(pattern))
        key = "checkpoint_pickled" if pickled else "checkpoint_incomplete"
        raise InputError(key, folder=folder.name, file=WEIGHTS)
    return file


def read_config(folder: Path) -> BertConfig:
    """Return the sizes that a checkpoint's `config.json` tells.

    Raises:
        InputError: the file is missing or damaged, or tells of another architecture.
    """
    file = folder / CONFIG
    if not file.is_file():
        raise InputError("checkpoint_incomplete", folder=folder.name, file=CONFIG)
    try:
        settings = json.loads(file.read_text("utf-8"))
        config = BertConfig(**{ours: settings[theirs] for ours, theirs in NAMES.items()})
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("checkpoint_other", folder=folder.name, what=CONFIG) from error
    for name, expected in (("hidden_act", "gelu"), ("model_type", "bert")):
        if settings.get(name, expected) != expected:
            what = f"{name}: {settings[name]}"
            raise InputError("checkpoint_other", folder=folder.name, what=what)
    return config


def rename(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a checkpoint's weights under our names, float32, without copies and buffers."""
    ours = {}
    for name, tensor in weights.items():
        if name in TIED or name.endswith("position_ids"):
            continue
        name = name.replace("LayerNorm.gamma", "LayerNorm.weight")  # names of 2018
        name = name.replace("LayerNorm.beta", "LayerNorm.bias")
        if name.startswith(("embeddings.", "encoder.", "pooler.")):  # a bare encoder
            name = f"bert.{name}"
        ours[name] = tensor.float()
    return ours


def save_bert(
    model: BertForPreTraining,
    folder: Path,
    vocabulary: Path,
    *,
    dtype: torch.dtype = torch.float16,
    heads: bool = True,
) -> None:
    """Write a checkpoint that transformers' `AutoModelForPreTraining` loads too.

    Args:
        model: what to write.
        folder: where to.
        vocabulary: the `vocab.txt` that the model was trained with.
        dtype: of the weights in the file.
        heads: whether pooler and heads are written; not if they are untrained.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {
        name: tensor.detach().to("cpu", dtype).contiguous()
        for name, tensor in model.state_dict().items()
        if heads or not name.startswith(("cls.", "bert.pooler."))
    }
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    settings = {theirs: getattr(model.bert.config, ours) for ours, theirs in NAMES.items()}
    settings |= {
        "model_type": "bert",
        "architectures": ["BertForPreTraining"],
        "attention_probs_dropout_prob": model.bert.config.dropout,
        "hidden_act": "gelu",
        "pad_token_id": 0,
        "tie_word_embeddings": True,
    }
    (folder / CONFIG).write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    if vocabulary.resolve() != (folder / VOCABULARY).resolve():
        shutil.copyfile(vocabulary, folder / VOCABULARY)
