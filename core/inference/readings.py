"""What does a model read, and which word does each token belong to?

A text, or two, becomes pieces in a frame, [CLS] A [SEP] B [SEP]: ids and segments, [1, T]. Models
that are not BERT have another frame, or none.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from core import runtime
from core.bert import berts, other_models
from core.bert.berts import Reader
from core.bert.other_models import Frame, OtherModel
from core.errors import InputError
from core.results.attention import Abilities, LeftOut, ReadTokens
from core.text import pieces, words
from core.text.pairs import shares
from core.text.pieces import Pieces
from core.text.tokenizer import CLS, MASK, SEP, token_id

Keep = Literal["head", "tail"]
KEEPS = ("head", "tail")
MAX_NAME = 200  # characters of a model's name


class Reading(NamedTuple):
    """A text in front of its model."""

    reader: Reader | OtherModel
    read: ReadTokens
    can: Abilities
    ids: Tensor  # int64 [1, T]
    segments: Tensor  # int64 [1, T]
    n_layers: int
    n_heads: int

    @property
    def bert(self) -> Reader:
        """Who reads, where it has to be a BERT.

        Raises:
            InputError: it is another model, which only shows its attention.
        """
        if isinstance(self.reader, OtherModel):
            raise InputError("attention_only_bert", name=title(self.reader.name))
        return self.reader


def read(
    model: str, text: str, second: str = "", *, at: int | None = None, keep: Keep = "head"
) -> Reading:
    """Put a text, or two, before a model.

    Args:
        model: one that ships, a folder or a name on the hub, as `berts.reader` takes.
        text: sentence A.
        second: sentence B; blank for none.
        at: a token to hide behind [MASK], counted from 0 with the frame; None hides none.
        keep: which end stays when there are too many tokens.

    Raises:
        InputError: no such model; nothing to read, or too much; a second sentence for a model that
            reads one; or no such token to hide.
        AssetError: the bundled weights are missing or damaged.
    """
    reader = model_called(model)
    can = abilities(reader)
    typed = [text, second] if second.strip() else [text]
    if len(typed) > 1:
        needs(can.pair, reader.name)
    whole = [_pieces(reader, one) for one in typed]
    ours: Frame = ((CLS,), (SEP,), (SEP,))
    before, between, after = reader.frame if isinstance(reader, OtherModel) else ours
    room = _n_positions(reader) - len(before) - len(after) - len(between) * (len(typed) - 1)
    kept = shares([len(one.tokens) for one in whole], room)
    parts = [_end(one, n, keep) for one, n in zip(whole, kept, strict=True)]

    row = _Row(reader.tokenizer)
    row.frame(before, 0)
    for i, part in enumerate(parts):
        row.sentence(part, i)
        row.frame(after if i == len(parts) - 1 else between, i)
    hidden = None if at is None else row.hide(at, can, reader.name)
    return Reading(
        reader,
        ReadTokens(
            model=title(reader.name),
            kind=reader.kind,
            tokens=tuple(row.tokens),
            written=tuple(row.written),
            words=np.array(row.words),
            segments=np.array(row.segments),
            special=np.array(row.special),
            masked=tuple(i for i, token in enumerate(row.tokens) if token == MASK),
            hidden=hidden,
            left_out=tuple(_left_out(a, n, keep) for a, n in zip(whole, kept, strict=True)),
            looks_like=pieces.looks_like(" ".join(typed)),
            unknown=tuple(dict.fromkeys(u for part in parts for u in pieces.unknown(part))),
            specials=tuple(dict.fromkeys(s for one in typed for s in pieces.typed_specials(one))),
        ),
        can,
        torch.tensor([row.ids], device=runtime.device()),
        torch.tensor([row.segments], device=runtime.device()),
        *_size(reader),
    )


def is_open(name: str) -> bool:
    """Say whether a model can be read with at once; our small ones always can."""
    return name in berts.LANGUAGES or (berts.ready(name) or other_models.ready(name)) is not None


def model_called(name: str) -> Reader | OtherModel:
    """Return a BERT, or another model that shows its attention, opened if need be.

    Raises:
        InputError: no such checkpoint here, an unknown kind, pickled or damaged weights.
        AssetError: the bundled weights are missing or damaged.
    """
    if not 0 < len(name) <= MAX_NAME:
        raise InputError("hub_unknown", name=name[:MAX_NAME])
    if kept := berts.ready(name) or other_models.ready(name):
        return kept
    return other_models.other(name) if other_models.is_other(name) else berts.reader(name)


def abilities(reader: Reader | OtherModel) -> Abilities:
    """Say what a model can't do, and why."""
    if isinstance(reader, OtherModel):
        only = "attention_only_bert"
        pair = None if reader.reads_pairs else "attention_no_pair"
        return Abilities(neuron=only, heads=only, mask=only, next=only, pair=pair, own=only)
    mask = None if reader.has_mlm else "attention_no_mlm"
    follows = None if reader.has_nsp else "attention_no_nsp"
    pair = None if reader.reads_pairs else "attention_one_segment"
    own = None if reader.task else "attention_no_own"
    return Abilities(neuron=None, heads=None, mask=mask, next=follows, pair=pair, own=own)


def needs(reason: str | None, name: str) -> None:
    """Raise the InputError that says why a model can't do something, unless it can."""
    if reason is not None:
        raise InputError(reason, name=title(name))


def title(name: str) -> str:
    """Return what a model is called on the page: of a folder not where it lies."""
    return Path(name).name if Path(name).is_absolute() else name


def head_mask(reading: Reading, off: Collection[int]) -> Tensor | None:
    """Return a factor for each head, [L, H], 0 for those in `off`; None if all are on.

    Args:
        reading: of a BERT, if any head is off.
        off: numbers of heads, layer * H + head.

    Raises:
        InputError: no such head, or the model can't go without one.
    """
    if not off:
        return None
    needs(reading.can.heads, reading.reader.name)
    n_heads = reading.n_layers * reading.n_heads
    if not all(0 <= head < n_heads for head in off):
        wrong = next(head for head in off if not 0 <= head < n_heads)
        raise InputError("attention_heads", high=n_heads - 1, got=wrong)
    factors = torch.ones(n_heads, device=reading.ids.device)
    factors[list(off)] = 0
    return factors.view(reading.n_layers, reading.n_heads)


class _Row:
    """Tokens that are put side by side."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.tokens: list[str] = []
        self.written: list[str] = []
        self.ids: list[int] = []
        self.words: list[int] = []
        self.segments: list[int] = []
        self.special: list[bool] = []

    def frame(self, tokens: tuple[str, ...], segment: int) -> None:
        for token in tokens:
            self._put(token, token, self._id(token), segment, special=True, begins=True)

    def sentence(self, part: Pieces, segment: int) -> None:
        before = None
        for i, token in enumerate(part.tokens):
            word = int(part.words[i])
            written = part.text[part.starts[i] : part.ends[i]].strip() or token
            begins = word < 0 or word != before  # -1: a typed [MASK] is a word of its own
            self._put(token, written, int(part.ids[i]), segment, special=False, begins=begins)
            before = word

    def hide(self, at: int, can: Abilities, name: str) -> str | None:
        """Put [MASK] in a token's place and return what stood there; None if it was one."""
        needs(can.mask, name)
        if not 0 <= at < len(self.tokens) or self.special[at]:
            raise InputError("attention_at", got=at)
        stood = self.tokens[at]
        self.tokens[at], self.ids[at] = MASK, self._id(MASK)
        return None if stood == MASK else stood

    def _put(
        self, token: str, written: str, number: int, segment: int, *, special: bool, begins: bool
    ) -> None:
        self.words.append(self.words[-1] + begins if self.words else 0)
        self.tokens.append(token)
        self.written.append(written)
        self.ids.append(number)
        self.segments.append(segment)
        self.special.append(special)

    def _id(self, token: str) -> int:
        return token_id(self._tokenizer, token)


def _pieces(reader: Reader | OtherModel, text: str) -> Pieces:
    if isinstance(reader, OtherModel):
        return other_models.byte_pieces(text, reader.tokenizer)
    chinese = pieces.looks_like(pieces.checked(text)) == "zh"  # written without spaces
    return pieces.read(text, reader.tokenizer, cuts=words.boundaries(text) if chinese else None)


def _end(whole: Pieces, n: int, keep: Keep) -> Pieces:
    part = slice(n) if keep == "head" else slice(len(whole.tokens) - n, None)
    arrays = (x[part] for x in (whole.ids, whole.starts, whole.ends, whole.words))
    return Pieces(whole.text, whole.tokens[part], *arrays)


def _left_out(whole: Pieces, n: int, keep: Keep) -> LeftOut:
    n_cut = len(whole.tokens) - n
    if not n_cut:
        return LeftOut(len(whole.tokens), 0, "")
    rest = whole.text[whole.starts[n] :] if keep == "head" else whole.text[: whole.ends[n_cut - 1]]
    return LeftOut(len(whole.tokens), n_cut, rest)


def _n_positions(reader: Reader | OtherModel) -> int:
    if isinstance(reader, OtherModel):
        return reader.n_positions
    return reader.model.bert.config.n_positions


def _size(reader: Reader | OtherModel) -> tuple[int, int]:
    config = reader if isinstance(reader, OtherModel) else reader.model.bert.config
    return config.n_layers, config.n_heads
