"""What does the fine-tuned BERT say of a sentence, and because of which words?

    word vectors [1, T, D] -> logits -> log-odds -> gradient x input [T]

Gradient x input (Shrikumar et al. 2016, arXiv:1605.01713) is the first-order share of each piece;
beside it stands what really happens when [MASK] takes the piece's place.
"""

import numpy as np
import torch

from core import assets, runtime, zoo
from core.inference.sentiment import log_odds
from core.results.sentiment import JudgedByBert, Verdict
from core.text import pieces
from core.text.tokenizer import CLS, MASK, SEP

MAX_PIECES = 126  # of a text are read, as in training
N_TRIED = 24  # pieces with the largest gradients are really hidden; each is a reading


def judge(text: str, language: str) -> JudgedByBert:
    """Return P(good) and each piece's share in it.

    Args:
        text: a sentence or a few.
        language: "en" or "zh".

    Raises:
        InputError: the text is empty or too long.
        AssetError: the weights are not there.
    """
    read = pieces.read(text, language)
    kept = read.first(MAX_PIECES)
    model, vocabulary = zoo.sentiment_bert(language), pieces.vocabulary(language)
    row = [vocabulary[CLS], *kept.ids.tolist(), vocabulary[SEP]]
    ids = torch.tensor([row], device=runtime.device())
    words = model.bert.embeddings.word_embeddings(ids).requires_grad_()  # [1, T + 2, D]
    odds = log_odds(model(None, embeddings=words))
    (gradient,) = torch.autograd.grad(odds.sum(), words)
    shares = runtime.to_numpy((gradient * words).sum(-1)[0, 1:-1])
    tried = np.sort(np.argsort(-np.abs(shares))[:N_TRIED])
    hidden = ids.repeat(len(tried), 1)
    hidden[np.arange(len(tried)), tried + 1] = vocabulary[MASK]
    effects = np.full(len(shares), np.nan, np.float32)
    with torch.inference_mode():
        effects[tried] = runtime.to_numpy(odds.detach() - log_odds(model(hidden)))
    return JudgedByBert(
        tokens=kept.tokens,
        starts=tuple(kept.starts.tolist()),
        ends=tuple(kept.ends.tolist()),
        n_cut=len(read.ids) - len(shares),
        verdict=Verdict("bert", torch.sigmoid(odds).item(), accuracy(language)),
        gradients=shares,
        effects=effects,
    )


def accuracy(language: str) -> float:
    """Return the shipped model's accuracy on the test part, from its manifest entry."""
    score = assets.manifest()[zoo.sentiment_weights(language)]["score"]
    return float(score["test_acc"])
