"""What is a BERT asked, and how likely is each answer?

    hidden [B, T, D] at the hidden token -> log-probability of each token [B, V]  ("mask")
    hidden [B, T, D] at [CLS] -> log-probability: B follows, B is random [B, 2]  ("next")

The heads that answer are those of pre-training (Devlin et al. 2018, section 3.1).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from core.bert.berts import Reader
from core.errors import InputError
from core.inference import readings
from core.inference.readings import Keep, Reading
from core.results.attention import Prediction

KINDS = ("mask", "next")
FOLLOWS = ("next", "random")  # answers to "next", columns of the NSP logits
N_TOP = 5


class Question(NamedTuple):
    """A text, what is asked about it, and the answer that is followed."""

    reading: Reading
    kind: str
    at: int  # the token whose last hidden state answers
    target: int  # column of the answers

    @property
    def reader(self) -> Reader:
        """Who is asked: a BERT, which has learned to answer."""
        return self.reading.bert


def ask(
    model: str,
    text: str,
    second: str = "",
    *,
    question: str = "mask",
    at: int | None = None,
    target: str | None = None,
    keep: Keep = "head",
) -> Question:
    """Put a question to a BERT.

    Args:
        model: as `berts.reader` takes.
        text: sentence A.
        second: sentence B; blank for none.
        question: one of `KINDS`.
        at: the token to hide; None asks for the first [MASK] of the text.
        target: the answer to follow, a token or one of `FOLLOWS`; None for the likeliest.
        keep: which end stays when there are too many tokens.

    Raises:
        InputError: as `readings.read`; the model never learned to answer that; nothing is masked,
            or there is no second sentence; no such answer.
        AssetError: the bundled weights are missing or damaged.
    """
    reading = readings.read(model, text, second, at=at, keep=keep)
    readings.needs(getattr(reading.can, question), reading.reader.name)
    if question == "next":
        if not reading.read.segments.any():
            raise InputError("attention_no_second")
        place = 0
    else:
        if not reading.read.masked:
            raise InputError("attention_no_mask")
        place = reading.read.masked[0] if at is None else at
    asked = Question(reading, question, place, -1)
    return asked._replace(target=_likeliest(asked) if target is None else _column(asked, target))


@torch.inference_mode()
def _likeliest(asked: Question) -> int:
    encoder = asked.reader.model.bert(asked.reading.ids, asked.reading.segments)
    return int(answers(asked, encoder.hidden)[0].argmax())


def _column(asked: Question, target: str) -> int:
    if asked.kind == "next":
        if target not in FOLLOWS:
            raise InputError("attention_target", got=target[:40])
        return FOLLOWS.index(target)
    tokenizer = asked.reader.tokenizer
    for spelling in (target, tokenizer.normalizer.normalize_str(target).strip()):
        if (found := tokenizer.token_to_id(spelling)) is not None:
            return found
    raise InputError("attention_target", got=target[:40])


def answers(asked: Question, hidden: Tensor) -> Tensor:
    """Return the log-probability of each answer, nats [B, V] or [B, 2].

    Args:
        asked: the question.
        hidden: last hidden state of B readings, [B, T, D].
    """
    model = asked.reader.model
    if asked.kind == "mask":
        logits = model.decode(hidden[:, asked.at])
    else:
        logits = model.cls["seq_relationship"](model.bert.pool(hidden[:, 0]))
    return logits.log_softmax(-1)


def name(asked: Question, column: int) -> str:
    """Return the answer that stands in a column."""
    return FOLLOWS[column] if asked.kind == "next" else asked.reader.tokens[column]


def prediction(asked: Question, log_probabilities: Tensor) -> Prediction:
    """Return what one reading answers, from the log-probability of each answer [V] or [2]."""
    top = log_probabilities.topk(min(N_TOP, len(log_probabilities)))
    own = log_probabilities[asked.target]
    probabilities = top.values.exp().tolist()
    return Prediction(
        top=tuple(
            (name(asked, i), p) for i, p in zip(top.indices.tolist(), probabilities, strict=True)
        ),
        target=name(asked, asked.target),
        log_probability=float(own),
        rank=int((log_probabilities > own).sum()) + 1,
    )
