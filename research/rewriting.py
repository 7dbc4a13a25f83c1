"""Our Chinese BERT writes texts anew: some words are hidden, and it fills in others.

What a small model learns from a teacher it learns from texts, and of those there are few. So BERT
makes more of them, which need not be true, only read as somebody might have written (Jiao et al.
2020, arXiv:1909.10351, algorithm 1). What they say of a book is then for the teacher to tell.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from core import runtime, zoo
from core.models.bert import BertForPreTraining
from core.text import pieces
from core.text.pairs import framed
from core.text.tokenizer import CLS, MASK, SEP
from core.text.units import is_han
from core.text.words import boundaries
from core.training.attending import learning

LONGEST = 150  # characters of a text that are read
LONGEST_WORD = 3  # characters of a word that may be hidden
FEWEST_WORDS = 2  # such words of a text
LIKELIEST = 30  # a character is drawn from so many
BATCH = 128


class Hidden(NamedTuple):
    """A text and the words of it that BERT is to fill in."""

    row: int  # what the text is of
    given: pieces.Pieces
    words: list[list[int]]  # pieces of each hidden word


def hidden(row: int, text: str, share: float, dice: random.Random) -> Hidden | None:
    """Hide about a share of a text's words; None if it has too few or none was drawn."""
    text = text[:LONGEST]
    given = pieces.read(text, "zh", cuts=boundaries(text))
    words: dict[int, list[int]] = {}
    for i, word in enumerate(given.words.tolist()):
        words.setdefault(word, []).append(i)
    able = [
        word
        for word in words.values()
        if len(word) <= LONGEST_WORD and all(is_han(given.tokens[i]) for i in word)
    ]
    drawn = [word for word in able if dice.random() < share]
    return Hidden(row, given, drawn) if drawn and len(able) >= FEWEST_WORDS else None


def rewritten(texts: Sequence[tuple[int, str]], share: float, seed: int) -> list[tuple[int, str]]:
    """Return texts in which BERT put other words in place of some.

    Args:
        texts: what a text is of, and the text; one that stands twice is written anew twice.
        share: of the words that BERT fills in.
        seed: of the dice that hide words and draw others.
    """
    dice, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    tried = (hidden(row, text, share, dice) for row, text in texts)
    jobs = sorted((job for job in tried if job), key=lambda job: len(job.given.ids))
    model, found = zoo.bert("zh"), []
    for i in range(0, len(jobs), BATCH):
        part = jobs[i : i + BATCH]
        filled = fill(model, part, generator)
        found += [(job.row, written(job, ids)) for job, ids in zip(part, filled, strict=True)]
    return found


@torch.inference_mode()
def fill(model: BertForPreTraining, jobs: list[Hidden], generator: torch.Generator) -> Tensor:
    """Return ids [B, T] with [CLS] first: hidden words filled in, their first characters first."""
    vocabulary, device = pieces.vocabulary("zh"), runtime.device()
    framing = vocabulary[CLS], vocabulary[SEP]
    rows = [torch.from_numpy(framed([job.given.ids], *framing)[0]) for job in jobs]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
    there = ids != 0
    spots = [(k, word) for k, job in enumerate(jobs) for word in job.words]
    for k, word in spots:
        ids[k, [i + 1 for i in word]] = vocabulary[MASK]
    may = torch.tensor([is_han(token) for token in pieces.token_names("zh")])
    for nth in range(LONGEST_WORD):
        asked = torch.zeros_like(there)
        for k, word in spots:
            if nth < len(word):
                asked[k, word[nth] + 1] = True
        if not asked.any():
            break
        with learning(device):
            output = model(ids.to(device), mask=there.to(device), positions=asked.to(device))
        logits = output.mlm_logits.float().cpu()
        best = logits.masked_fill(~may, -torch.inf).topk(LIKELIEST)
        drawn = torch.multinomial(best.values.softmax(-1), 1, generator=generator)
        ids[asked] = best.indices.gather(1, drawn).squeeze(1)
    return ids


def written(job: Hidden, ids: Tensor) -> str:
    """Return the text with what was filled in, ids [T] with [CLS] first."""
    names, letters = pieces.token_names("zh"), list(job.given.text)
    for word in job.words:
        for i in word:
            letters[job.given.starts[i]] = names[ids[i + 1]]
    return "".join(letters)
