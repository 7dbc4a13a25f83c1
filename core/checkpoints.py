"""BERT checkpoints in transformers' layout: `config.json`, `model.safetensors`, `vocab.txt`."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.models.bert import BertConfig, BertForPreTraining

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
    """Load any BERT: pre-training, masked-LM or bare encoder layout.

    Raises:
        FileNotFoundError: `config.json` or `model.safetensors` is not there.
        RuntimeError: a parameter has another shape than the config says, or an unknown name; or
            another activation than BERT's.
    """
    settings = json.loads((folder / "config.json").read_text("utf-8"))
    if settings.get("hidden_act", "gelu") != "gelu":
        raise RuntimeError(f"BERT computes with gelu, {folder.name} with {settings['hidden_act']}")
    config = BertConfig(**{ours: settings[theirs] for ours, theirs in NAMES.items()})
    weights = rename(load_file(folder / "model.safetensors"))
    model = BertForPreTraining(config)
    missing, unknown = model.load_state_dict(weights, strict=False)
    if unknown:
        raise RuntimeError(f"Not a BERT: {', '.join(sorted(unknown)[:5])} in {folder.name}")
    return LoadedBert(model, tuple(missing))


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
) -> None:
    """Write a checkpoint that transformers' `AutoModelForPreTraining` loads too.

    Args:
        model: what to write.
        folder: where to.
        vocabulary: the `vocab.txt` that the model was trained with.
        dtype: of the weights in the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v.detach().to("cpu", dtype).contiguous() for k, v in model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    settings = {theirs: getattr(model.bert.config, ours) for ours, theirs in NAMES.items()}
    settings |= {
        "model_type": "bert",
        "architectures": ["BertForPreTraining"],
        "attention_probs_dropout_prob": model.bert.config.dropout,
        "hidden_act": "gelu",
        "pad_token_id": 0,
        "tie_word_embeddings": True,
    }
    (folder / "config.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    if vocabulary.resolve() != (folder / "vocab.txt").resolve():
        shutil.copyfile(vocabulary, folder / "vocab.txt")
