"""What does the fine-tuned BERT say of a sentence, and because of which words?

    each word hidden in turn -> logits -> what that costs the log-odds of good [T]

Whether a word speaks for good is measured by hiding it (core/inference/hiding.py); what gradients
say of the same words is held against that (core/inference/reasons.py).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from core import assets, zoo
from core.bert import fast_bert
from core.inference import hiding, reasons
from core.inference.sentiment import log_odds
from core.models.bert import BertOutput
from core.models.bert_classifier import BertForClassification
from core.results.reasons import Reasons
from core.results.sentiment import JudgedByBert, Verdict
from core.text import pieces
from core.text.pairs import framed
from core.text.pieces import Pieces
from core.text.tokenizer import CLS, MASK, SEP
from core.text.words import boundaries

MAX_PIECES = 126  # of a text are read, as in training


def judge(text: str, language: str) -> JudgedByBert:
    """Return P(good) and what hiding each word costs.

    Args:
        text: a sentence or a few.
        language: "en" or "zh".

    Raises:
        InputError: the text is empty or too long.
        AssetError: the weights are not there.
    """
    n_pieces, kept, ids, (words, together) = _read(text, language)
    model, mask_id = zoo.sentiment_bert(language), pieces.vocabulary(language)[MASK]
    scores = _scores(model, hiding.without_each(ids, words, mask_id))
    costs = hiding.at_tokens(hiding.costs(scores), words)
    return JudgedByBert(
        tokens=kept.tokens,
        starts=tuple(kept.starts.tolist()),
        ends=tuple(kept.ends.tolist()),
        n_cut=n_pieces - len(kept.ids),
        verdict=Verdict("bert", float(1 / (1 + np.exp(-scores[0]))), accuracy(language)),
        words=tuple(words[1:-1].tolist()),
        together=together,
        costs=costs[1:-1],
    )


def compare(text: str, language: str) -> Reasons:
    """Return what other ways of explaining say of each word; arguments and errors as `judge`."""
    return reasons.compare(explained(text, language))


def explained(text: str, language: str) -> reasons.Explained:
    """Return a text as the ways of explaining ask for it; arguments and errors as `judge`."""
    _, kept, ids, (words, _) = _read(text, language)
    model = zoo.sentiment_bert(language)
    spelt = []
    for word in range(words.max() + 1):
        at = np.flatnonzero(words[1:-1] == word)
        spelt.append(text[kept.starts[at[0]] : kept.ends[at[-1]]].strip())

    def score(read: BertOutput) -> Tensor:
        return log_odds(model.answer(read))

    return reasons.Explained(
        bert=model.bert,
        ids=ids,
        segments=np.zeros_like(ids),
        words=words,
        spelt=tuple(spelt),
        mask_id=pieces.vocabulary(language)[MASK],
        scores=lambda rows, _segments: _scores(model, rows),
        score=score,
    )


def _read(text: str, language: str) -> tuple[int, Pieces, np.ndarray, hiding.Numbered]:
    """Return how many pieces there are, those that are read, and with frame their ids and words."""
    vocabulary = pieces.vocabulary(language)
    chinese = pieces.looks_like(pieces.checked(text)) == "zh"
    read = pieces.read(text, language, cuts=boundaries(text) if chinese else None)
    kept = read.first(MAX_PIECES)
    ids, _ = framed([kept.ids], vocabulary[CLS], vocabulary[SEP])
    limit = hiding.at_most(len(ids), zoo.sentiment_bert(language).bert.config)
    return len(read.ids), kept, ids, hiding.framed([kept.words], limit)


@torch.inference_mode()
def _scores(model: BertForClassification, rows: Sequence[np.ndarray]) -> np.ndarray:
    """Return the log-odds of each row, [B]; the head reads the mean of all last states."""
    lengths = [len(row) for row in rows]
    hidden = fast_bert.states(model, rows, [range(n) for n in lengths])
    means = torch.stack([one.mean(0) for one in hidden.split(lengths)])
    return log_odds(model.classifier(means)).cpu().numpy()


def accuracy(language: str) -> float:
    """Return the shipped model's accuracy on the test part, from its manifest entry."""
    score = assets.manifest()[zoo.sentiment_weights(language)]["score"]
    return float(score["test_acc"])
