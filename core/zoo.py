"""The trained models: one loader each, built once, then shared and only read.

A file that is missing or damaged raises `AssetError` at the first call, and only the page that
called gets it; the next call tries again.
"""

import functools
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, ParamSpec, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from core import assets, runtime
from core.bert import changes, int8_rows
from core.bert.checkpoints import CONFIG, VOCABULARY, WEIGHTS, load_bert, read_config
from core.errors import AssetError, InputError
from core.models.autoencoder import (
    ConvAutoencoder,
    DenseConvAutoencoder,
    MLPAutoencoder,
    MLPAutoencoderConfig,
)
from core.models.bert import Bert, BertForPreTraining
from core.models.bert_classifier import BertForClassification
from core.models.efficientnet import EfficientNet
from core.models.lstm import LSTMClassifier, LSTMClassifierConfig
from core.models.pca import PCA
from core.models.textcnn import TextCNN, TextCNNConfig
from core.models.two_ends import OBJECTIVES, TwoEnds
from core.models.vae import VAE, ConvVAE, VAEConfig
from core.text.units import PAD_ID, UNKNOWN_ID
from core.text.vectors import vectors

CHANGES = "changes.safetensors"  # what fine-tuning changed
CUTTING = "tokenizer_config.json"  # of a larger BERT: whether upper case counts
FILTERS = r"convolutions\.\d+\.weight"  # of a TextCNN, one width each
LSTM_STARTS = ("random", "pretrained", "tuned")  # what an LSTM's word vectors are
LSTM_TABLE = "embedding.weight"
LSTM_ROWS = "embedding.rows"  # which of them are learnt
BETAS = (0, 1, 4)  # weights of the prior that a VAE with two numbers was trained for

FIRST_WORD = UNKNOWN_ID + 1  # id of an LSTM's first word

P = ParamSpec("P")
R = TypeVar("R")
Model = TypeVar("Model", bound=nn.Module)


def once(load: Callable[P, R]) -> Callable[P, R]:
    """Call `load` once for each set of arguments, however many threads ask at the same time.

    `functools.cache` alone lets each of the first callers build a model of its own.
    """
    cached, lock = functools.cache(load), threading.Lock()

    @functools.wraps(load)
    def locked(*args: P.args, **kwargs: P.kwargs) -> R:
        # What is made in inference mode can never take part in a gradient, whoever asks for one.
        with lock, torch.inference_mode(False):
            return cached(*args, **kwargs)  # type: ignore[arg-type] # P can't say "hashable"

    return locked


def _filled(model: Model, name: str) -> Model:
    """Return the model with the weights of assets/weights/NAME.safetensors, ready to be read."""
    path = assets.locate(f"weights/{name}.safetensors")
    model.load_state_dict(load_file(path), strict=True)
    return model.to(runtime.device()).eval().requires_grad_(False)


@once
def mlp_lecture() -> MLPAutoencoder:
    """Return the lecture's autoencoder with three numbers, trained as in the lecture."""
    return _filled(MLPAutoencoder(), "ae3-lecture")


@once
def mlp_tuned() -> MLPAutoencoder:
    """Return the same widths, trained well: GELU, batch norm, one cycle, moving digits."""
    return _filled(MLPAutoencoder(MLPAutoencoderConfig(activation="gelu", batch_norm=True)), "ae3")


@once
def conv_lecture() -> ConvAutoencoder:
    """Return the lecture's convolutional autoencoder, trained as in the lecture."""
    return _filled(ConvAutoencoder(), "conv-lecture")


@once
def conv_tuned() -> ConvAutoencoder:
    """Return the same layers, trained well."""
    return _filled(ConvAutoencoder(), "conv")


@once
def dense32() -> DenseConvAutoencoder:
    """Return the convolutional autoencoder with a dense code of 32 numbers."""
    return _filled(DenseConvAutoencoder(), "dense32")


@once
def vae16() -> ConvVAE:
    """Return the convolutional VAE with 16 numbers."""
    return _filled(ConvVAE(), "vae16")


@once
def vae2(beta: int = 1) -> VAE:
    """Return the VAE with two numbers, trained with one of `BETAS`.

    Raises:
        InputError: there is none for this beta.
    """
    if beta not in BETAS:
        raise InputError("vae2_beta", got=beta)
    return _filled(VAE(), f"vae2-beta{int(beta)}")


@once
def vae3() -> VAE:
    """Return the VAE with three numbers, beside the autoencoder with three."""
    return _filled(VAE(VAEConfig(n_latent=3)), "vae3")


@once
def pca() -> PCA:
    """Return PCA with 32 directions; `.first(3)` keeps three."""
    return _filled(PCA(), "pca32")


@once
def efficientnet() -> EfficientNet:
    """Return EfficientNet-Lite0 with Google's weights, which name the 1,000 things of ImageNet."""
    return _filled(EfficientNet(), "efficientnet-lite0")


@once
def told(pictures: str) -> Mapping[str, TwoEnds]:
    """Return objective -> the encoder that it made, with both its readers.

    Args:
        pictures: the set that they learned from, one of `core.images.picture_sets.NAMES`.
    """
    four = {objective: TwoEnds() for objective in OBJECTIVES}
    _filled(nn.ModuleDict(four), f"told-{pictures}")
    return MappingProxyType(four)


@once
def bert(language: str) -> BertForPreTraining:
    """Return our BERT for English ("en") or Chinese ("zh"), float32."""
    assets.locate(f"weights/bert-{language}/{CONFIG}")
    model = load_bert(assets.locate(f"weights/bert-{language}/model.safetensors").parent).model
    return model.to(runtime.device()).eval().requires_grad_(False)


def bert_files(language: str) -> tuple[str, ...]:
    """Return the assets that our BERT for a language consists of."""
    names = CONFIG, WEIGHTS, VOCABULARY
    return tuple(f"weights/bert-{language}/{name}" for name in names)


def large_files(name: str) -> tuple[str, ...]:
    """Return the assets that a larger BERT, such as "en-large", consists of."""
    return (*bert_files(name), f"weights/bert-{name}/{CUTTING}")


def large_folder(name: str) -> Path:
    """Return where a larger BERT lies, all its files checked.

    Raises:
        AssetError: one is missing or damaged.
    """
    config, *_ = [assets.locate(file) for file in large_files(name)]
    return config.parent


def bert_large(name: str) -> BertForPreTraining:
    """Return a larger BERT, float32: no segments, no pooler, and its NSP head says nothing.

    It takes four times the room of our others, so it isn't kept here for good: each call unpacks
    it anew, and core/bert/berts.py keeps it while it is asked for.

    Raises:
        AssetError: a file is missing, damaged, or not what its format says.
    """
    folder = large_folder(name)
    with torch.device("meta"):  # shapes without numbers: all are in the file, or 0
        model = BertForPreTraining(read_config(folder))
    given = {k: torch.zeros(v.shape) for k, v in model.state_dict().items() if _unread(k)}
    try:
        given |= int8_rows.unpack(load_file(folder / WEIGHTS))
        model.load_state_dict(given, strict=True, assign=True)
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:
        file = f"weights/bert-{name}/{WEIGHTS}"
        command = assets.manifest()[file]["command"]
        raise AssetError("asset_contents", file=file, command=command) from error
    return model.to(runtime.device()).eval().requires_grad_(False)


def _unread(name: str) -> bool:
    """Say whether a weight is of next sentence prediction, which a larger BERT has not."""
    return name.startswith(("bert.pooler.", "cls.seq_relationship."))


class SentimentCNN(NamedTuple):
    """A TextCNN and the units that it reads, from padding and the unknown on."""

    model: TextCNN
    numbers: Mapping[str, int]  # unit -> id


@once
def textcnn(kind: str, start: str) -> SentimentCNN:
    """Return the TextCNN that reads one of `core.text.units.KINDS`.

    Args:
        kind: of units.
        start: what its word vectors started from: "random", "tuned" or "frozen".
    """
    folder = f"weights/textcnn-{kind}"
    weights = load_file(assets.locate(f"{folder}/{start}.safetensors"))
    units = assets.locate(f"{folder}/vocab.txt").read_text("utf-8").split("\n")[:-1]
    filters = [name for name in sorted(weights) if re.fullmatch(FILTERS, name)]
    widths = tuple(weights[name].shape[2] for name in filters)
    n_filters, _, _, width = weights["convolutions.0.weight"].shape
    model = TextCNN(TextCNNConfig(len(units), width, n_filters, widths, padding_id=PAD_ID))
    model.load_state_dict(weights, strict=True)
    model.to(runtime.device()).eval().requires_grad_(False)
    return SentimentCNN(model, MappingProxyType({unit: i for i, unit in enumerate(units)}))


class SentimentLSTM(NamedTuple):
    """An LSTM and the words that it has a vector of."""

    model: LSTMClassifier
    numbers: Mapping[str, int]  # word -> id


@once
def lstm(language: str, start: str) -> SentimentLSTM:
    """Return the LSTMs that read a language's sentences from both ends.

    Args:
        language: "en" or "zh".
        start: what their word vectors are, one of `LSTM_STARTS`.

    Raises:
        AssetError: a file is missing, damaged, or not what its format says.
    """
    file = lstm_file(language, start)
    path = assets.locate(file)
    try:
        stored = load_file(path)
        weights = lstm_state(stored, language, start)
        n_vocabulary, width = weights[LSTM_TABLE].shape
        n_cells = weights["forwards.hidden_weight"].shape[1]
        model = LSTMClassifier(LSTMClassifierConfig(n_vocabulary, width, n_cells))
        model.load_state_dict(weights, strict=True)
    except (SafetensorError, KeyError, RuntimeError) as error:
        command = assets.manifest()[file]["command"]
        raise AssetError("asset_contents", file=file, command=command) from error
    model.to(runtime.device()).eval().requires_grad_(False)
    words = lstm_words(language)
    if start != "random":
        return SentimentLSTM(model, words)
    learnt = set(stored[LSTM_ROWS].tolist())
    known = {word: number for word, number in words.items() if number in learnt}
    return SentimentLSTM(model, MappingProxyType(known))


def lstm_file(language: str, start: str) -> str:
    """Return which asset has an LSTM's weights."""
    return f"weights/lstm-{language}/{start}.safetensors"


@once
def lstm_words(language: str) -> Mapping[str, int]:
    """Return word -> id: the words with a vector that ships, then those that only LSTMs have.

    The vectors lack what their makers took for stop words, in Chinese "not" and "good" among them.

    Raises:
        AssetError: a file is missing or damaged.
    """
    own = assets.locate(lstm_own_words(language)).read_text("utf-8").split("\n")[:-1]
    words = (*vectors(language).words, *own)
    return MappingProxyType({word: k for k, word in enumerate(words, FIRST_WORD)})


def lstm_own_words(language: str) -> str:
    """Return which asset lists the words that only LSTMs have a vector of."""
    return f"weights/lstm-{language}/words.txt"


def lstm_vectors(language: str) -> Tensor:
    """Return the word vectors that ship, [V, D]: padding, the unknown, the words, then zeros."""
    matrix = torch.from_numpy(vectors(language).matrix.copy())
    table = torch.zeros(FIRST_WORD + len(lstm_words(language)), matrix.shape[1])
    table[FIRST_WORD : FIRST_WORD + len(matrix)] = matrix / matrix.std()
    return table


def lstm_base(language: str, start: str) -> Tensor:
    """Return what an LSTM's word vectors are stored as changes of, [V, D]."""
    given = lstm_vectors(language)
    return torch.zeros_like(given) if start == "random" else given


def lstm_state(stored: Mapping[str, Tensor], language: str, start: str) -> dict[str, Tensor]:
    """Return a state dict, float32, of what is stored of it."""
    table = lstm_base(language, start)
    if LSTM_ROWS not in stored:
        return {**changes.unpack({}, stored), LSTM_TABLE: table}
    rows = stored[LSTM_ROWS].long()
    rest = {name: value for name, value in stored.items() if name != LSTM_ROWS}
    found = changes.unpack({LSTM_TABLE: table[rows]}, rest)
    return {**found, LSTM_TABLE: table.index_copy(0, rows, found[LSTM_TABLE])}


def sentiment_weights(language: str) -> str:
    """Return which asset says how fine-tuning changed our BERT."""
    return f"weights/sentiment-{language}/{CHANGES}"


@once
def sentiment_bert(language: str) -> BertForClassification:
    """Return our BERT fine-tuned to tell good from bad, float32."""
    changed = load_file(assets.locate(sentiment_weights(language)))
    weights = changes.unpack(bert(language).state_dict(), changed)
    folder = assets.locate(f"weights/sentiment-{language}/{CONFIG}").parent
    model = BertForClassification(Bert(read_config(folder)), 2, mean=True)
    model.load_state_dict(weights, strict=True)
    return model.to(runtime.device()).eval().requires_grad_(False)
