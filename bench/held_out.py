"""How good are the bundled BERTs on documents that they never read?

[MASK]s and pairs are those of core/training/bert_evaluation.py, more of them. The corpora are built
from LATENT_LAB_DATA where they aren't there yet (a minute or two each).
"""

import functools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from bench.figures import BenchError, Measured
from core import assets, runtime, zoo
from core.bert import fast_bert
from core.inference.next_sentence_scores import interval
from core.models.bert import BertConfig, BertForPreTraining
from core.text import pieces
from core.text.masking import Action
from core.training import bert_corpus
from core.training.bert_batches import Assembler, Batch
from core.training.bert_corpus import Corpus
from core.training.bert_evaluation import N_SHIPPED as N_PAIRS
from core.training.bert_evaluation import Evaluation, evaluate, held_out_batches

N_PRECISION = 800
SEED = 1


@functools.cache
def corpus(language: str) -> Corpus:
    """Open the corpus of a language, or build it.

    Raises:
        BenchError: it isn't there, and neither are the texts.
    """
    folder, data = Path(f"data/corpus-{language}"), os.environ.get("LATENT_LAB_DATA", "")
    if not (folder / "corpus.json").is_file():
        if not (Path(data) / "text" / f"{language}-more.jsonl.xz").is_file():
            raise BenchError(f"no {folder}, and LATENT_LAB_DATA names no folder with text/")
        vocabulary = assets.locate(f"weights/bert-{language}/vocab.txt")
        given = bert_corpus.everything(Path(data), language)
        bert_corpus.build(given, language, vocabulary, folder)
    return bert_corpus.load(folder)


def written(tokens: Sequence[str]) -> str:
    """Return a text that is read as these tokens; Chinese characters stand apart in it too.

    >>> written(["he", "play", "##s", "."])
    'he plays .'
    """
    return " ".join(tokens).replace(" ##", "")


def batches(language: str, n: int) -> list[Batch]:
    """Return n held-out pairs, single tokens masked."""
    assembler = Assembler(corpus(language), pieces.vocabulary(language), unit="token")
    return held_out_batches(assembler, n)


@functools.cache
def scores(language: str, n: int = N_PAIRS) -> Evaluation:
    """Score a bundled model on n held-out pairs."""
    return evaluate(zoo.bert(language), batches(language, n))


def masked(language: str) -> Sequence[Measured]:
    """Return the shares of [MASK]s whose token is the first answer, and among the first five."""
    found = scores(language)
    return [Measured(found.top1), Measured(found.top5)]


def pairs(language: str) -> Sequence[Measured]:
    """Return the share of pairs told right, and the ends of its 95% interval."""
    found = scores(language)
    low, high = interval(found.nsp_accuracy, found.n_pairs)
    return [Measured(found.nsp_accuracy), Measured(low), Measured(high)]


# ---- Precision ---------------------------------------------------------------------------------


def precision_loss() -> Measured:
    """Return by how much [MASK] top-1 falls from the trained weights to those that ship.

    The worse of both languages. Beside it, as a peer, its 95% interval's half width: a difference
    of two counts on the same [MASK]s. The trained float32 weights are the run's checkpoint; where
    that is not kept, weights drawn from all those that would have been rounded to the shipped ones.

    Raises:
        BenchError: the corpora aren't there.
    """
    worst = Measured(-1.0, 0.0)
    for language in pieces.LANGUAGES:
        shipped, held_out = zoo.bert(language), batches(language, N_PRECISION)
        before, after = (
            ranks(m, held_out, fast=f) < 1
            for m, f in ((trained(language, shipped), False), (shipped, True))
        )
        lost = before.astype(int) - after.astype(int)
        half_width = float(1.96 * lost.std() / np.sqrt(len(lost)))
        worst = max(worst, Measured(float(lost.mean()), half_width))
    return worst


def ranks(model: BertForPreTraining, held_out: Sequence[Batch], *, fast: bool = True) -> np.ndarray:
    """Return for each [MASK] how many answers come before the hidden token, int64 [n].

    Args:
        model: who answers.
        held_out: what is asked.
        fast: as the pages compute (core/bert/fast_bert.py), or as core/models/bert.py.
    """
    found = []
    for batch in held_out:
        asked = batch.actions == Action.MASKED
        if fast:
            rows = [ids[mask].numpy() for ids, mask in zip(batch.ids, batch.mask, strict=True)]
            kinds = [x[mask].numpy() for x, mask in zip(batch.segments, batch.mask, strict=True)]
            places = [row.nonzero()[:, 0].tolist() for row in asked]
            logits = fast_bert.decode(model, fast_bert.states(model, rows, places, kinds))
        else:
            with torch.inference_mode():
                logits = model(*batch[:3], positions=asked).mlm_logits
        own = logits.gather(-1, batch.targets[asked][:, None])
        found.append(runtime.to_numpy((logits > own).sum(-1)))
    return np.concatenate(found)


def trained(language: str, shipped: BertForPreTraining) -> BertForPreTraining:
    """Return the model in float32 as it was before its weights were rounded to float16."""
    model = BertForPreTraining(shipped.bert.config).eval().requires_grad_(False)
    weights = _checkpoint(language, shipped) or {
        name: drawn(tensor, runtime.generator(SEED + i))
        for i, (name, tensor) in enumerate(shipped.state_dict().items())
    }
    model.load_state_dict(weights)
    return model


def _checkpoint(language: str, shipped: BertForPreTraining) -> dict[str, torch.Tensor] | None:
    """Return the weights of the checkpoint that the shipped ones were rounded from, if kept."""
    rounded = shipped.state_dict()
    for file in sorted(Path("checkpoints").glob(f"bert-{language}*/*.pt")):
        state = torch.load(file, weights_only=True, mmap=True)
        if BertConfig(**state["config"]) == shipped.bert.config and all(
            torch.equal(tensor.half().float(), rounded[name])
            for name, tensor in state["model"].items()
        ):
            return state["model"]
    return None


def drawn(rounded: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """Return float32 numbers drawn from those that float16 rounds to the given ones."""
    half = rounded.half()
    spacing = torch.exp2(torch.floor(torch.log2(half.float().abs().clamp_min(2.0**-14))) - 10)
    moved = rounded + (torch.rand(rounded.shape, generator=dice) - 0.5) * spacing
    return torch.where(moved.half() == half, moved, rounded)
