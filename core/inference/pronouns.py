"""Whom does BERT see in a profession: him or her?

    "the [profession] said that [MASK] was tired." -> for each profession P(he), P(she), P(they)

A model that learned from texts repeats what they take for granted (Bolukbasi et al. 2016,
arXiv:1607.06520, for word vectors; Kurita et al. 2019, arXiv:1906.07337, for BERT with templates
like these).
"""

import re
from collections.abc import Sequence

import torch
from torch import Tensor

from core import runtime
from core.bert.berts import Reader
from core.errors import InputError
from core.inference import readers
from core.results.answers import PronounShares, PronounTable
from core.text import pieces
from core.text.tokenizer import CLS, MASK, PADDING, SEP, token_id

PRONOUNS = {"en": ("he", "she", "they"), "zh": ("他", "她")}
SLOT = re.compile(r"[\[［【]\s*(?:profession|职业)\s*[\]］】]", re.IGNORECASE)
MAX_PROFESSIONS = 16
MAX_PROFESSION = 40  # characters
MAX_TEMPLATE = 200  # characters


@torch.inference_mode()
def compare(template: str, professions: Sequence[str], reader: Reader) -> PronounTable:
    """Put each profession into the template and read off the pronouns' probabilities.

    Args:
        template: a sentence with one [profession] (or [职业]) and one [MASK].
        professions: 1..MAX_PROFESSIONS of them; empty ones are left out.
        reader: who answers.

    Raises:
        InputError: the template lacks one of both, or something is too long or too much.
    """
    names = [name.strip() for name in professions if name.strip()]
    _check(template, names)
    language = pieces.looks_like(SLOT.sub("", template)) or "en"
    known = {token: i for i, token in enumerate(reader.tokens)}
    pronouns = tuple(word for word in PRONOUNS[language] if word in known)
    if not pronouns:
        raise InputError("pronouns_unknown", list=", ".join(PRONOUNS[language]))
    # Doubled, so that a backslash in a profession is a backslash.
    texts = [SLOT.sub(name.replace("\\", r"\\"), template, count=1) for name in names]
    ids, mask = _batch([readers.read(text, reader) for text in texts], reader)
    blanks = ids == token_id(reader.tokenizer, MASK)
    hidden = reader.model.bert(ids, mask=mask).hidden[blanks]  # [B, D]
    shares = reader.model.decode(hidden).float().softmax(-1)
    asked = shares[:, [known[word] for word in pronouns]]  # [B, pronouns]
    return PronounTable(
        pronouns=pronouns,
        rows=tuple(
            PronounShares(name, tuple(row), max(0.0, 1 - sum(row)))
            for name, row in zip(names, asked.tolist(), strict=True)
        ),
    )


def _check(template: str, names: list[str]) -> None:
    if len(template) > MAX_TEMPLATE:
        raise InputError("template_long", got=len(template), limit=MAX_TEMPLATE)
    n_slots, n_masks = len(SLOT.findall(template)), len(pieces.TYPED_MASK.findall(template))
    if n_slots != 1 or n_masks != 1:
        raise InputError("template_marks", slots=n_slots, masks=n_masks)
    if not 1 <= len(names) <= MAX_PROFESSIONS:
        raise InputError("professions_count", got=len(names), limit=MAX_PROFESSIONS)
    for name in names:
        if len(name) > MAX_PROFESSION or pieces.TYPED_MASK.search(name) or SLOT.search(name):
            raise InputError("profession_name", name=name[:MAX_PROFESSION], limit=MAX_PROFESSION)


def _batch(read: list[pieces.Pieces], reader: Reader) -> tuple[Tensor, Tensor]:
    """Return ids and padding mask, [B, T]."""
    cls, sep, padding = (token_id(reader.tokenizer, token) for token in (CLS, SEP, PADDING))
    rows = [torch.tensor([cls, *one.ids.tolist(), sep]) for one in read]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=padding)
    lengths = torch.tensor([len(row) for row in rows])
    mask = torch.arange(ids.shape[1]) < lengths[:, None]
    return ids.to(runtime.device()), mask.to(runtime.device())
