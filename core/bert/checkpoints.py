"""BERT checkpoints in transformers' layout: `config.json`, `model.safetensors`, `vocab.txt`.

Their weights have the names of core/models/bert.py, or those of 2018, or DistilBERT's; in one file
or in several. What they mean is transformers' reading of them (tests/test_checkpoint_layouts.py).
"""

import dataclasses
import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.bert.checkpoint_config import CONFIG, read_config, read_json, settings_of
from core.errors import InputError
from core.models.bert import BertConfig, BertForPreTraining

WEIGHTS, VOCABULARY = "model.safetensors", "vocab.txt"
FILES = (CONFIG, WEIGHTS, VOCABULARY)
INDEX = "model.safetensors.index.json"  # says in which of several files each weight lies
SHARDS = "model-*.safetensors"  # those files, as transformers names them
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")  # can run any program when opened

BODY = ("bert.embeddings.", "bert.encoder.")  # without these there is no reading
LAYER = re.compile(r"bert\.encoder\.layer\.(\d+)\.")
WORDS, SEGMENTS = (f"bert.embeddings.{name}_embeddings.weight" for name in ("word", "token_type"))
BIAS, DECODER = "cls.predictions.bias", "cls.predictions.decoder"

RENAMED = (  # (what others call it, what we do): the names of 2018, a bare encoder
    (r"LayerNorm\.gamma$", "LayerNorm.weight"),
    (r"LayerNorm\.beta$", "LayerNorm.bias"),
    (r"^(?=embeddings\.|encoder\.|pooler\.)", "bert."),
)
RENAMED_DISTILBERT = (  # Sanh et al. 2019 (arXiv:1910.01108): a BERT without segments and pooler
    (r"^(?:distilbert\.)?embeddings\.", "bert.embeddings."),
    (r"^(?:distilbert\.)?transformer\.layer\.", "bert.encoder.layer."),
    (r"\.attention\.q_lin\.", ".attention.self.query."),
    (r"\.attention\.k_lin\.", ".attention.self.key."),
    (r"\.attention\.v_lin\.", ".attention.self.value."),
    (r"\.attention\.out_lin\.", ".attention.output.dense."),
    (r"\.sa_layer_norm\.", ".attention.output.LayerNorm."),
    (r"\.ffn\.lin1\.", ".intermediate.dense."),
    (r"\.ffn\.lin2\.", ".output.dense."),
    (r"\.output_layer_norm\.", ".output.LayerNorm."),
    (r"^vocab_transform\.", "cls.predictions.transform.dense."),
    (r"^vocab_layer_norm\.", "cls.predictions.transform.LayerNorm."),
    (r"^vocab_projector\.", f"{DECODER}."),
)


class LoadedBert(NamedTuple):
    """A model from a checkpoint."""

    model: BertForPreTraining
    missing: tuple[str, ...]  # parameters that the checkpoint hasn't got, e.g. the NSP head's


class OpenedBert(NamedTuple):
    """The same, with what stands in the file besides."""

    model: BertForPreTraining
    missing: tuple[str, ...]
    rest: Mapping[str, Tensor]  # float32: heads of other tasks, under the file's own names


def load_bert(folder: Path) -> LoadedBert:
    """Load any BERT, float32: pre-training, masked-LM or bare encoder layout; `Raises` as below."""
    return LoadedBert(*open_bert(folder)[:2])


def open_bert(folder: Path) -> OpenedBert:
    """Load any BERT or DistilBERT, float32, and what else its file holds.

    Raises:
        InputError: a file is missing or damaged, the weights are pickled, not finite or don't fit
            config.json, or it is no BERT.
    """
    config = read_config(folder)
    stored = read_weights(folder)
    distil = read_json(folder, CONFIG).get("model_type") == "distilbert"
    weights = rename(stored, RENAMED_DISTILBERT if distil else RENAMED)
    if distil:
        weights[SEGMENTS] = torch.zeros(config.n_segments, config.width)
    config = _decoding(config, weights)
    rest = _check(folder, config, weights)
    model = BertForPreTraining(config)
    missing = model.load_state_dict(weights, strict=False).missing_keys
    return OpenedBert(model, tuple(missing), rest)


def read_weights(folder: Path) -> dict[str, Tensor]:
    """Return the weights of a checkpoint under the file's own names.

    Raises:
        InputError: a file is missing, pickled or damaged.
    """
    found: dict[str, Tensor] = {}
    for file in weights_files(folder):
        try:
            found |= load_file(file)
        except (SafetensorError, OSError, ValueError, KeyError) as error:
            raise InputError("checkpoint_damaged", folder=folder.name, file=file.name) from error
    return found


def weights_files(folder: Path) -> tuple[Path, ...]:
    """Return where a checkpoint's weights lie: one file, or the several that an index names.

    Raises:
        InputError: one is missing, or they are pickled.
    """
    if (folder / WEIGHTS).is_file():
        return (folder / WEIGHTS,)
    if not (folder / INDEX).is_file():
        pickled = any(True for pattern in PICKLES for _ in folder.glob(pattern))
        key = "checkpoint_pickled" if pickled else "checkpoint_incomplete"
        raise InputError(key, folder=folder.name, file=WEIGHTS)
    shards = read_json(folder, INDEX).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise InputError("checkpoint_json", folder=folder.name, file=INDEX)
    names = sorted({str(name) for name in shards.values()})
    for name in names:  # an index must not lead out of its folder
        if Path(name).name != name or not (folder / name).is_file():
            raise InputError("checkpoint_incomplete", folder=folder.name, file=Path(name).name)
    return tuple(folder / name for name in names)


def rename(weights: Mapping[str, Tensor], names: tuple[tuple[str, str], ...]) -> dict[str, Tensor]:
    """Return weights under our names, without the buffers that transformers once stored."""
    ours = {}
    for name, tensor in weights.items():
        if name.endswith("position_ids"):
            continue
        for theirs, mine in names:
            name = re.sub(theirs, mine, name)
        ours[name] = tensor.float() if tensor.is_floating_point() else tensor
    return ours


def _decoding(config: BertConfig, weights: dict[str, Tensor]) -> BertConfig:
    """Put the decoder where transformers does; says whether it is the table of word embeddings.

    A file may hold the decoder although it is tied. Equal to the table, it is left out; if they
    differ, the file is believed, not `tie_word_embeddings`.
    """
    if (bias := weights.pop(f"{DECODER}.bias", None)) is not None:
        weights[BIAS] = bias
    table, decoder = weights.get(WORDS), weights.get(f"{DECODER}.weight")
    if decoder is None:
        return config
    if table is None and config.tied:
        weights[WORDS] = table = decoder
    tied = table is not None and torch.equal(table, decoder)
    if tied:
        del weights[f"{DECODER}.weight"]
    return dataclasses.replace(config, tied=tied)


def _check(folder: Path, config: BertConfig, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """See whether weights are those of such a BERT; takes out and returns what is none of its own.

    Layers above `config.n_layers` are left out, as transformers leaves them out.
    """
    layers = {int(found[1]) for name in weights if (found := LAYER.match(name))}
    if not layers:
        raise InputError("checkpoint_other", folder=folder.name, what=next(iter(weights), WEIGHTS))
    if max(layers) + 1 < config.n_layers:  # before a model of that many is built
        what = f"bert.encoder.layer.{max(layers) + 1}"
        raise InputError("checkpoint_lacks", folder=folder.name, what=what)
    with torch.device("meta"):  # shapes without numbers: a wrong config may ask for terabytes
        shapes = {k: tuple(v.shape) for k, v in BertForPreTraining(config).state_dict().items()}
    for name in shapes:
        if name.startswith(BODY) and name not in weights:
            raise InputError("checkpoint_lacks", folder=folder.name, what=name)
    rest = {}
    for name in list(weights):
        layer = LAYER.match(name)
        if layer and int(layer[1]) >= config.n_layers:
            del weights[name]
        elif name not in shapes:
            if name.startswith(BODY):
                raise InputError("checkpoint_other", folder=folder.name, what=name)
            rest[name] = weights.pop(name)
        elif (got := tuple(weights[name].shape)) != shapes[name]:
            sizes = {"got": list(got), "expected": list(shapes[name])}
            raise InputError("checkpoint_shape", folder=folder.name, what=name, **sizes)
        elif not weights[name].is_floating_point():
            what = f"{name}: {weights[name].dtype}".replace("torch.", "")
            raise InputError("checkpoint_other", folder=folder.name, what=what)
        elif not weights[name].isfinite().all():
            raise InputError("checkpoint_not_finite", folder=folder.name, what=name)
    return rest


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
    settings = settings_of(model.bert.config)
    (folder / CONFIG).write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    if vocabulary.resolve() != (folder / VOCABULARY).resolve():
        shutil.copyfile(vocabulary, folder / VOCABULARY)
