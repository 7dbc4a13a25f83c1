"""What a run starts from: the body of a smaller-purpose BERT, and heads that already make sense."""

import dataclasses
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from core import runtime
from core.bert.checkpoint_tokens import read_words
from core.bert.checkpoints import load_bert
from core.models import lora
from core.models.bert import Bert, BertConfig, BertForPreTraining
from core.training.bert_corpus import Corpus
from core.training.bert_vectors import token_vectors
from core.training.initialising import initialise

NEW_WORD_STD = 0.05  # about that of MiniLM's word vectors
STOPS = {"。": ".", "、": ",", "「": '"', "」": '"', "《": '"', "》": '"'}  # what NFKC leaves


def warm_start(
    folder: Path, vocabulary: dict[str, int], corpus: Corpus, *, company: bool = False
) -> BertForPreTraining:
    """Build the model to be trained on a checkpoint's body.

    A complete checkpoint with the same vocabulary goes on as it is. Else heads that the checkpoint
    lacks are filled in: the MLM transform by the identity, the decoder's bias by each word's
    frequency (the best answer while nothing is known), NSP by noise. With another vocabulary, the
    word vectors are new, except those of tokens that both know.

    Args:
        folder: `config.json`, `model.safetensors` and `vocab.txt`.
        vocabulary: token -> id, of the texts to be read.
        corpus: those texts.
        company: start new words from the company they keep (core/training/bert_vectors.py), which
            takes minutes to count, instead of from noise.
    """
    source, missing = load_bert(folder)
    theirs = read_words(folder, source.bert.config.n_vocabulary)
    if not missing and theirs == vocabulary:
        return source
    config = dataclasses.replace(source.bert.config, n_vocabulary=len(vocabulary), tied=True)
    model = BertForPreTraining(config)
    generator = runtime.generator(0)
    initialise(model, generator)
    copy_body(source.bert, model.bert)
    table = model.bert.embeddings.word_embeddings.weight.data
    words = source.bert.embeddings.word_embeddings.weight.data
    known = shared_words(theirs, vocabulary)
    if company:
        vectors = {i: words[j].numpy() for i, j in known.items()}
        table.copy_(torch.from_numpy(token_vectors(corpus, vectors, len(vocabulary))))
    else:
        table.normal_(std=NEW_WORD_STD, generator=runtime.generator(1))
    table[list(known)] = words[list(known.values())]
    head = model.cls.predictions
    torch.nn.init.eye_(head.transform.dense.weight)
    head.bias.data = log_frequency(corpus, len(vocabulary))
    return model


def random_start(config: BertConfig, corpus: Corpus, seed: int) -> BertForPreTraining:
    """Build a model that knows nothing but each word's frequency."""
    model = BertForPreTraining(config)
    initialise(model, runtime.generator(seed))
    model.cls.predictions.bias.data = log_frequency(corpus, config.n_vocabulary)
    return model


def adapt(model: BertForPreTraining, rank: int) -> None:
    """Let low-rank changes learn in place of the matrices and of the word vectors.

    Biases, norms and heads learn as they are; what doesn't learn needs no gradient and no memory of
    an optimizer.
    """
    lora.adapt(model.bert.encoder, rank, runtime.generator(0))
    model.bert.embeddings.requires_grad_(False)
    for parameter in model.bert.encoder.parameters():
        parameter.requires_grad_(parameter.requires_grad or parameter.ndim == 1)


def learned(model: BertForPreTraining) -> dict[str, Tensor]:
    """Return what learned in an adapted model, float16; its beginning and this are enough."""
    return {n: p.detach().half() for n, p in model.named_parameters() if p.requires_grad}


def restored(folder: Path, changes: Path) -> BertForPreTraining:
    """Build a model of the checkpoint that it began with, and what `learned` kept; float32.

    Args:
        folder: the checkpoint.
        changes: a file of what learned.

    Raises:
        RuntimeError: the changes are of another model.
    """
    model = load_bert(folder).model
    given = {name: tensor.float() for name, tensor in load_file(changes).items()}
    rank = next(len(tensor) for name, tensor in given.items() if name.endswith(".a"))
    adapt(model, rank)
    unknown = model.load_state_dict(given, strict=False).unexpected_keys
    if unknown:
        raise RuntimeError(f"{changes} changes {unknown[0]}, which {folder} has not.")
    lora.merge(model.bert.encoder)
    return model


def copy_body(source: Bert, target: Bert) -> None:
    """Copy all but the word vectors."""
    words = "embeddings.word_embeddings.weight"
    weights = {k: v for k, v in source.state_dict().items() if k != words}
    target.load_state_dict(weights, strict=False)


def copy_layers(source: Bert, target: Bert, layers: Sequence[int]) -> None:
    """Copy the embeddings, and the layers of these numbers as the target's first, second, ..."""
    target.embeddings.load_state_dict(source.embeddings.state_dict())
    for layer, number in zip(target.encoder["layer"], layers, strict=True):
        layer.load_state_dict(source.encoder["layer"][number].state_dict())


def shared_words(theirs: dict[str, int], ours: dict[str, int]) -> dict[int, int]:
    """Return our id -> their id of each token that both vocabularies have.

    A full-width stop or comma is the half-width one: the body already knows what that is for.
    """
    shared = {}
    for token, i in ours.items():
        plain = STOPS.get(token, unicodedata.normalize("NFKC", token))
        if token in theirs or plain in theirs:
            shared[i] = theirs.get(token, theirs.get(plain))
    return shared


def log_frequency(corpus: Corpus, n_vocabulary: int) -> Tensor:
    """Return the log of each token's share of the texts to train on, +1 smoothed, [V]."""
    counts = np.ones(n_vocabulary)
    tokens = np.repeat(
        ~corpus.held_out, np.diff(corpus.sentences[corpus.documents])
    )  # whether each token is trained on
    counts += np.bincount(corpus.tokens[tokens], minlength=n_vocabulary)
    return torch.from_numpy(np.log(counts / counts.sum())).float()
