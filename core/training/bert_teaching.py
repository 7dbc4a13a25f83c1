"""A larger BERT that cuts words otherwise teaches ours: what it would answer, and how it sees it.

Hinton et al. 2015 (arXiv:1503.02531): a teacher's whole distribution says more than the one right
word. Sanh et al. 2019 (arXiv:1910.01108) and Jiao et al. 2020 (arXiv:1909.10351) make small BERTs
that way. Here the teacher's pieces are others (cased), so it is asked about **whole words that are
one piece in both vocabularies**: the words hidden from ours are hidden from it, too, its
probabilities of "The" and "the" are added up, and words that only one of both knows are left out.
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers.normalizers import BertNormalizer
from torch import Tensor, nn

from core.models.bert import BertForPreTraining, PreTrainingOutput
from core.text.pairs import framed
from core.text.tokenizer import CLS, MASK, PADDING, SEP, SPECIAL
from core.training.bert_batches import Batch, Plan
from core.training.bert_corpus import Corpus


class Lesson(NamedTuple):
    """A batch as the teacher reads it, and where both meet: W words, of which N are hidden."""

    ids: Tensor  # int64 [B, T']
    mask: Tensor  # bool [B, T'], False at padding
    words: Tensor  # int64 [4, W]: row and place in ours, row and place in the teacher's
    hidden: Tensor  # bool [W], which of them are asked for

    def to(self, device: torch.device) -> "Lesson":
        """Return the lesson on a device."""
        return Lesson(*(field.to(device) for field in self))


class Words:
    """Which tokens begin a word, go on with one, or are neither, in one vocabulary."""

    def __init__(self, corpus: Corpus, vocabulary: dict[str, int]) -> None:
        """Look at every token once."""
        self.corpus = corpus
        self.goes_on = np.zeros(len(vocabulary), bool)
        self.goes_on[[i for token, i in vocabulary.items() if token.startswith("##")]] = True

    def numbers(self, tokens: np.ndarray) -> np.ndarray:
        """Return the number of each token's word, from 0, int [n]."""
        return np.cumsum(~self.goes_on[tokens]) - 1


class Teacher(nn.Module):
    """A BERT with other pieces, and a map from our states to its own."""

    def __init__(
        self,
        model: BertForPreTraining,
        theirs: tuple[Corpus, dict[str, int]],
        ours: tuple[Corpus, dict[str, int]],
        width: int,
    ) -> None:
        """Match the vocabularies.

        Args:
            model: the teacher; it stays as it is.
            theirs: the texts in its pieces, and token -> id.
            ours: the same texts, sentence by sentence, in ours.
            width: of our states.

        Raises:
            ValueError: the corpora are not of the same texts.
        """
        super().__init__()
        if len(theirs[0].sentences) != len(ours[0].sentences):
            raise ValueError("The teacher's corpus has other sentences than ours: build both anew.")
        self.model = model.eval().requires_grad_(False)
        self.theirs, self.ours = Words(*theirs), Words(*ours)
        self.cls, self.sep, self.mask = (theirs[1][token] for token in (CLS, SEP, MASK))
        self.padding = theirs[1][PADDING]
        pairs = torch.tensor(matched(theirs[1], ours[1]))  # [K, 2]: their id, the shared word
        shared, place = pairs[:, 1].unique(return_inverse=True)
        self.register_buffer("their_ids", pairs[:, 0], persistent=False)
        self.register_buffer("place", place, persistent=False)  # [K], index into `shared`
        self.register_buffer("shared", shared, persistent=False)  # [S], our ids
        self.to_teacher = nn.Linear(width, model.bert.config.width)

    def lesson(self, plan: Plan, rows: np.ndarray, batch: Batch) -> Lesson:
        """Return the teacher's reading of a batch.

        A row whose words don't match one to one (a sentence was cut, an accent fell away) has no
        words in common.
        """
        chosen = batch.positions.numpy()
        read, meetings, hidden = [], [], []
        for i, row in enumerate(rows):
            ids, words, asked = self._row(*plan.spans[row].tolist(), chosen[i])
            read.append(ids)
            meetings.append(np.concatenate([np.full((1, words.shape[1]), i), words]))
            hidden.append(asked)
        shape = len(rows), max(map(len, read))
        ids, mask = np.full(shape, self.padding), np.zeros(shape, bool)
        for i, tokens in enumerate(read):
            ids[i, : len(tokens)], mask[i, : len(tokens)] = tokens, True
        row, ours, theirs = np.concatenate(meetings, 1)
        words = np.stack([row, ours, row, theirs])
        return Lesson(*map(torch.from_numpy, (ids, mask, words, np.concatenate(hidden))))

    def _row(
        self, a: int, a_end: int, b: int, b_end: int, chosen: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return their tokens [T'], where shared words stand in both [2, W], which are hidden."""
        read, meetings, hidden = [], [], []
        at_ours = at_theirs = 1
        for begin, end in ((a, a_end), (b, b_end)):
            if begin == end:
                continue
            first, last = np.searchsorted(self.ours.corpus.sentences, (begin, end))
            sentences = self.theirs.corpus.sentences
            mine = self.ours.corpus.tokens[begin:end].astype(np.int64)
            other = self.theirs.corpus.tokens[sentences[first] : sentences[last]].astype(np.int64)
            numbers, others = self.ours.numbers(mine), self.theirs.numbers(other)
            out = chosen[at_ours : at_ours + len(mine)]
            if numbers[-1] == others[-1]:
                out_words = np.unique(numbers[out])
                other[np.isin(others, out_words)] = self.mask
                _, place, count = np.unique(numbers, return_index=True, return_counts=True)
                _, other_place, other_count = np.unique(
                    others, return_index=True, return_counts=True
                )
                single = (count == 1) & (other_count == 1)
                meetings.append(
                    np.stack([place[single] + at_ours, other_place[single] + at_theirs])
                )
                hidden.append(out[place[single]])
            read.append(other)
            at_ours, at_theirs = at_ours + len(mine) + 1, at_theirs + len(other) + 1
        none = np.zeros((2, 0), np.int64), np.zeros(0, bool)
        words = np.concatenate([none[0], *meetings], 1)
        limit = self.model.bert.config.n_positions
        ids = framed(read, self.cls, self.sep)[0][:limit]
        kept = words[1] < len(ids)
        return ids, words[:, kept], np.concatenate([none[1], *hidden])[kept]

    def losses(
        self, output: PreTrainingOutput, batch: Batch, lesson: Lesson
    ) -> tuple[Tensor, Tensor]:
        """Return how far our answers and states are from the teacher's, means.

        The first is the cross-entropy of our answers with its distribution, in nats, at hidden
        words; the second 1 - cosine between its last state and what `to_teacher` makes of ours, in
        [0, 2], at all words.
        """
        with torch.no_grad():
            states = self.model.bert(lesson.ids, None, lesson.mask).hidden
            theirs = states[lesson.words[2], lesson.words[3]]  # [W, D']
            logits = self.model.decode(theirs[lesson.hidden])[:, self.their_ids].float()
            shares = logits.new_zeros(len(logits), len(self.shared))
            shares.index_add_(1, self.place, logits.softmax(-1))
        row, place = lesson.words[:2]
        order = batch.positions.flatten().cumsum(0) - 1  # [B * T], index among the answers
        asked = order[(row * batch.positions.shape[1] + place)[lesson.hidden]]
        answers = output.mlm_logits[asked][:, self.shared].float().log_softmax(-1)
        apart = 1 - F.cosine_similarity(
            self.to_teacher(output.encoder.hidden[row, place]).float(), theirs.float(), dim=-1
        )
        return -(shares * answers).sum(-1).mean(), apart.mean()


def matched(theirs: dict[str, int], ours: dict[str, int]) -> list[tuple[int, int]]:
    """Return (their id, our id) of each whole word that, in lower case without accents, is ours."""
    plain = BertNormalizer(lowercase=True, strip_accents=True)
    found = []
    for token, i in theirs.items():
        if token in SPECIAL or token.startswith(("##", "[unused")):
            continue
        word = plain.normalize_str(token)
        if word in ours:
            found.append((i, ours[word]))
    return found
