"""Pairs of sentences and masks, drawn anew each epoch, as batches of equal work.

An epoch is a pure function of (corpus, seed, epoch) and a batch one of (plan, its number): a run's
place in the data is two numbers, which makes resuming exact, and each of several processes can
draw the same batch and compute its own rows of it.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.text.masking import RATE, Action, Unit, choose, corrupt
from core.text.pairs import framed
from core.text.tokenizer import CLS, MASK, PADDING, SEP, SPECIAL
from core.training.bert_corpus import Corpus

IS_NEXT, IS_RANDOM, NO_PAIR = 0, 1, -100  # NSP labels; -100 is what cross_entropy ignores
SHORT_RATE = 0.1  # of the examples are cut short, since people type short sentences
SHORTEST = 8
WINDOW = 4096  # examples sorted by length at a time: little padding, still a random order
MAX_TRIES = 50  # to find a stranger
MIN_ROWS = 2  # a batch with fewer, the rest of a window, is dropped


class Batch(NamedTuple):
    """B pairs, padded to the longest."""

    ids: Tensor  # int64 [B, T], after masking
    segments: Tensor  # int64 [B, T]
    mask: Tensor  # bool [B, T], False at padding
    positions: Tensor  # bool [B, T], the places to be answered
    targets: Tensor  # int64 [B, T], before masking
    actions: Tensor  # int8 [B, T], core.text.masking.Action
    labels: Tensor  # int64 [B], IS_NEXT, IS_RANDOM or NO_PAIR

    def part(self, i: int, n: int) -> "Batch":
        """Return every n-th row from the i-th, for one of n processes or accumulated steps."""
        return Batch(*(field[i::n] for field in self))

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(*(field.to(device) for field in self))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One epoch: where each example's sentences lie in the corpus, and what makes up a batch."""

    spans: np.ndarray  # int64 [n, 4]: A begins, A ends, B begins, B ends, in tokens
    labels: np.ndarray  # int64 [n]
    batches: list[np.ndarray]  # row numbers of each batch


def plan(
    corpus: Corpus,
    *,
    seed: int,
    epoch: int,
    length: int,
    batch_tokens: int,
    held_out: bool = False,
    left_out: Collection[str] = (),
) -> Plan:
    """Cut all documents into pairs.

    A runs of sentences is split in two: B either is the rest (50%) or begins at a random sentence
    of another document **of the same source**, never a document's first, which no B that
    follows can be either. A lone sentence is trained on without NSP.

    Args:
        corpus: the texts.
        seed: of the run.
        epoch: which time the texts are read.
        length: the most tokens of an example, [CLS] and [SEP] counted.
        batch_tokens: tokens of a batch, padding counted; the rows follow from the length.
        held_out: cut the held-out documents, not those to train on.
        left_out: sources that are not read.
    """
    dice = random.Random(f"{seed} {epoch} {held_out}")
    begins, documents = corpus.sentences.tolist(), corpus.documents.tolist()
    skipped = [i for i, name in enumerate(corpus.source_names) if name in left_out]
    mine = np.flatnonzero((corpus.held_out == held_out) & ~np.isin(corpus.sources, skipped))
    owner = np.repeat(np.arange(len(documents) - 1), np.diff(corpus.documents))  # of a sentence
    later = np.ones(len(owner), bool)
    later[corpus.documents[:-1]] = False
    later &= corpus.held_out[owner] == held_out
    strangers = [
        np.flatnonzero(later & (corpus.sources[owner] == s))
        for s in range(len(corpus.source_names))
    ]
    spans, labels = [], []
    order = mine.tolist()
    dice.shuffle(order)
    for document in order:
        i, end = documents[document], documents[document + 1]
        others = strangers[corpus.sources[document]]
        while i < end:
            room = length - 3
            if dice.random() < SHORT_RATE:
                room = dice.randint(SHORTEST, room)
            j = _fill(begins, i, end, room)
            a = begins[i]
            if j - i == 1:
                spans.append((a, min(begins[j], a + room), a, a))
                labels.append(NO_PAIR)
                i = j
                continue
            split = dice.randint(i + 1, j - 1)
            left = room - (begins[split] - a)
            k = -1
            if len(others) and dice.random() < 0.5:
                k = _stranger(begins, others, (documents[document], end), left, dice)
            if k < 0:
                spans.append((a, begins[split], begins[split], begins[j]))
                labels.append(IS_NEXT)
                i = j
            else:
                b_end = begins[_fill(begins, k, documents[owner[k] + 1], left)]
                spans.append((a, begins[split], begins[k], b_end))
                labels.append(IS_RANDOM)
                i = split
    rows = np.array(spans, np.int64)
    return Plan(rows, np.array(labels, np.int64), _batches(rows, batch_tokens, dice))


def _stranger(
    begins: list[int], others: np.ndarray, own: tuple[int, int], room: int, dice: random.Random
) -> int:
    """Return a sentence of another document that fits into `room` tokens, or -1.

    It must fit as every B that follows does, or a cut-off end would give strangers away.
    """
    for _ in range(MAX_TRIES):
        k = int(others[int(dice.random() * len(others))])
        if not own[0] <= k < own[1] and begins[k + 1] - begins[k] <= room:
            return k
    return -1


def _fill(begins: list[int], i: int, end: int, room: int) -> int:
    """Return how far sentences from `i` on fit into `room` tokens; at least one is taken."""
    j = i + 1
    while j < end and begins[j + 1] - begins[i] <= room:
        j += 1
    return j


def _batches(spans: np.ndarray, batch_tokens: int, dice: random.Random) -> list[np.ndarray]:
    """Put examples of similar length together, `batch_tokens` a batch, in a random order."""
    a, b = spans[:, 1] - spans[:, 0], spans[:, 3] - spans[:, 2]
    lengths = a + b + np.where(b > 0, 3, 2)
    order = np.random.default_rng(dice.getrandbits(64)).permutation(len(spans))
    batches = []
    for i in range(0, len(order), WINDOW):
        window = order[i : i + WINDOW]
        window = window[np.argsort(-lengths[window], kind="stable")]
        mine, at = [], 0
        while at < len(window):
            n_rows = max(1, batch_tokens // int(lengths[window[at]]))  # the first is the longest
            mine.append(window[at : at + n_rows])
            at += n_rows
        mine = [rows for rows in mine if len(rows) >= MIN_ROWS]
        dice.shuffle(mine)
        batches += mine
    return batches


class Assembler:
    """Makes batches of a plan's rows: the tokens, their words, the masks."""

    def __init__(
        self, corpus: Corpus, vocabulary: dict[str, int], *, unit: Unit, rate: float = RATE
    ) -> None:
        """Keep what each batch needs.

        Args:
            corpus: the texts.
            vocabulary: token -> id.
            unit: what is masked as a whole.
            rate: share of the tokens to be answered.
        """
        self.corpus, self.unit, self.rate = corpus, unit, rate
        self.cls, self.sep, self.mask = (vocabulary[t] for t in (CLS, SEP, MASK))
        self.padding = vocabulary[PADDING]
        unused = {t for t in vocabulary if t in SPECIAL or t.startswith("[unused")}
        self.ordinary = np.array([i for t, i in vocabulary.items() if t not in unused])
        self.goes_on = np.zeros(len(vocabulary), bool)  # is this piece a word's second or later?
        self.goes_on[[i for t, i in vocabulary.items() if t.startswith("##")]] = True

    def batch(self, plan: Plan, rows: np.ndarray, dice: np.random.Generator) -> Batch:
        """Return the batch of some rows of a plan, masked by `dice`."""
        parts = [self._row(*plan.spans[row].tolist()) for row in rows]
        shape = len(rows), max(len(ids) for ids, _, _ in parts)
        ids = np.full(shape, self.padding)
        segments, targets = np.zeros(shape, np.int64), np.full(shape, self.padding)
        mask, actions = np.zeros(shape, bool), np.zeros(shape, np.int8)
        for i, (tokens, segment, words) in enumerate(parts):
            place = i, slice(len(tokens))
            chosen = choose(words, dice, unit=self.unit, rate=self.rate)
            masking = corrupt(
                tokens,
                chosen,
                dice,
                mask_id=self.mask,
                ordinary=self.ordinary,
                together=self.unit == "span",
            )
            ids[place], targets[place], actions[place] = masking.ids, tokens, masking.actions
            segments[place], mask[place] = segment, True
        arrays = ids, segments, mask, actions != Action.LEFT, targets, actions, plan.labels[rows]
        return Batch(*(torch.from_numpy(x) for x in arrays))

    def _row(self, a: int, a_end: int, b: int, b_end: int) -> tuple[np.ndarray, ...]:
        """Return tokens, segments and word numbers of `[CLS] A [SEP] B [SEP]`, each [T]."""
        first, second = (
            self.corpus.tokens[x:y].astype(np.int64) for x, y in ((a, a_end), (b, b_end))
        )
        sentences = [first, second] if len(second) else [first]
        tokens, segments = framed(sentences, self.cls, self.sep)
        starts = ~self.goes_on[tokens]
        if self.corpus.starts is not None:
            starts[1 : 1 + len(first)] &= self.corpus.starts[a:a_end]
            starts[2 + len(first) : -1] &= self.corpus.starts[b:b_end]
        words = np.cumsum(starts)
        words[np.isin(tokens, (self.cls, self.sep, self.padding, self.mask))] = -1
        return tokens, segments, words
