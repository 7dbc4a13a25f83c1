"""How well does a model in training fill in and pair held-out texts, and what does it answer?"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from core.models.bert import BertForPreTraining
from core.text.masking import Action
from core.text.tokenizer import CLS, MASK, SEP
from core.training.bert_batches import IS_NEXT, NO_PAIR, Assembler, Batch, Plan, plan
from core.training.bert_corpus import Corpus
from core.training.bert_examples import FILLS, PAIRS

LENGTH = 128  # the same whatever the phase of training, so that curves go on
ROWS = 32  # of a batch
SEED = 2019  # of the held-out pairs and masks, always the same
N_ANSWERS = 5
N_SHIPPED = 1_600  # pairs that score what ships: a share of .80 is then known to within .02


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Scores on held-out documents; shares in [0, 1], the loss in nats."""

    loss: float  # at [MASK]
    top1: float  # at [MASK]: is the hidden token the first answer?
    top5: float  # at [MASK]: is it among the first five?
    random_top1: float  # where a random token stands
    kept_top1: float  # where the token still stands
    nsp_accuracy: float  # pairs of the same source
    n_masked: int
    n_pairs: int


def held_out_batches(assembler: Assembler, n_examples: int) -> list[Batch]:
    """Return the first `n_examples` held-out pairs, the same in every session, in batches."""
    cut, chosen = _held_out_pairs(assembler.corpus, n_examples)
    return [
        assembler.batch(cut, chosen[i : i + ROWS], np.random.default_rng([SEED, i]))
        for i in range(0, len(chosen), ROWS)
    ]


def held_out_sources(corpus: Corpus, n_examples: int) -> dict[str, int]:
    """Return where the first `n_examples` held-out pairs are from: source -> pairs."""
    cut, chosen = _held_out_pairs(corpus, n_examples)
    sentences = np.searchsorted(corpus.sentences, cut.spans[chosen, 0], side="right") - 1
    documents = np.searchsorted(corpus.documents, sentences, side="right") - 1
    names, counts = np.unique(corpus.sources[documents], return_counts=True)
    return {corpus.source_names[i]: int(n) for i, n in zip(names, counts, strict=True)}


def _held_out_pairs(corpus: Corpus, n: int) -> tuple[Plan, np.ndarray]:
    cut = plan(
        corpus,
        seed=SEED,
        epoch=0,
        length=LENGTH,
        batch_tokens=ROWS * LENGTH,
        held_out=True,
    )
    pairs = np.flatnonzero(cut.labels != NO_PAIR)
    return cut, np.random.default_rng(SEED).permutation(pairs)[:n]


@torch.no_grad()
def evaluate(model: BertForPreTraining, batches: list[Batch]) -> Evaluation:
    """Score a model on batches that `held_out_batches` made with single tokens masked."""
    model.eval()
    device = next(model.parameters()).device
    losses, ranks, actions, right = [], [], [], []
    for batch in batches:
        on_device = batch.to(device)
        output = model(
            on_device.ids, on_device.segments, on_device.mask, positions=on_device.positions
        )
        logits, targets = output.mlm_logits.float(), on_device.targets[on_device.positions]
        losses.append(F.cross_entropy(logits, targets, reduction="none"))
        ranks.append((logits > logits.gather(1, targets[:, None])).sum(1))  # 0: first answer
        actions.append(on_device.actions[on_device.positions])
        pairs = on_device.labels != NO_PAIR
        right.append((output.nsp_logits.argmax(1) == on_device.labels)[pairs])
    loss, rank, action = torch.cat(losses), torch.cat(ranks), torch.cat(actions)
    masked, right_pairs = action == Action.MASKED, torch.cat(right).float()
    return Evaluation(
        loss=loss[masked].mean().item(),
        top1=(rank[masked] < 1).float().mean().item(),
        top5=(rank[masked] < 5).float().mean().item(),
        random_top1=(rank[action == Action.RANDOM] < 1).float().mean().item(),
        kept_top1=(rank[action == Action.KEPT] < 1).float().mean().item(),
        nsp_accuracy=right_pairs.mean().item(),
        n_masked=int(masked.sum()),
        n_pairs=len(right_pairs),
    )


def score(model: BertForPreTraining, assembler: Assembler) -> dict[str, float]:
    """Return what the manifest says of a model that ships, on `N_SHIPPED` held-out pairs.

    Args:
        model: what ships, rounded as its file is.
        assembler: of single tokens.
    """
    found = evaluate(model, held_out_batches(assembler, N_SHIPPED))
    sources = held_out_sources(assembler.corpus, N_SHIPPED)
    return {
        "mask_top1": round(found.top1, 4),
        "mask_top5": round(found.top5, 4),
        "nsp_acc": round(found.nsp_accuracy, 4),
        "n_masked": found.n_masked,
        "n_pairs": found.n_pairs,
        **{f"n_pairs.{source}": n for source, n in sources.items()},
    }


@torch.no_grad()
def answers(
    model: BertForPreTraining, pieces: Tokenizer, language: str
) -> dict[str, list[dict[str, object]]]:
    """Return what the model answers to the time-lapse's sentences.

    `fills` holds for each sentence the likeliest tokens with their probabilities, `pairs` for each
    pair the probability that B follows A.
    """
    model.eval()
    device = next(model.parameters()).device
    cls, sep, mask = (pieces.token_to_id(t) for t in (CLS, SEP, MASK))
    fills, pairs = [], []
    for sentence in FILLS[language]:
        before, after = (pieces.encode(part).ids for part in sentence.split(MASK))
        ids = torch.tensor([[cls, *before, mask, *after, sep]], device=device)
        logits = model(ids, positions=ids == mask).mlm_logits[0].float()
        best = logits.softmax(-1).topk(N_ANSWERS)
        words = [pieces.id_to_token(i) for i in best.indices.tolist()]
        shares = [round(p, 4) for p in best.values.tolist()]
        fills.append({"text": sentence, "answers": words, "probabilities": shares})
    for first, second, follows in PAIRS[language]:
        a, b = pieces.encode(first).ids, pieces.encode(second).ids
        ids = torch.tensor([[cls, *a, sep, *b, sep]], device=device)
        segments = torch.tensor([[0] * (len(a) + 2) + [1] * (len(b) + 1)], device=device)
        share = model(ids, segments).nsp_logits.float().softmax(-1)[0, IS_NEXT].item()
        pairs.append({"a": first, "b": second, "follows": follows, "probability": round(share, 4)})
    return {"fills": fills, "pairs": pairs}
