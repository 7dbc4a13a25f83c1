"""From which layer on does BERT know the answer?

    hidden states h_0 .. h_L [L + 1, D] at one blank -> MLM head -> probabilities [L + 1, V]

The MLM head was trained to read the last layer only. Let it read the others too: each block adds
to what came before (x + ...), so all layers speak nearly the same language ("logit lens",
nostalgebraist 2020; Tenney et al. 2019, arXiv:1905.05950, probe BERT's layers by training).
"""

from collections.abc import Collection

import torch

from core.bert.berts import Reader
from core.errors import InputError
from core.inference import fill_in
from core.results.answers import LayerAnswer, LayerAnswers


@torch.inference_mode()
def ask_each_layer(
    text: str,
    reader: Reader,
    *,
    blank: int,
    hidden: Collection[int] = (),
    by_word: bool = False,
) -> LayerAnswers:
    """Let the MLM head answer one blank from each layer.

    Args:
        text: what was typed.
        reader: who answers.
        blank: which of the blanks, 0 is the first.
        hidden: characters whose pieces are blanks, besides the typed [MASK]s.
        by_word: as for `fill_in.fill`.

    Raises:
        InputError: as `fill_in.fill`, or there is no such blank.
    """
    blanks = fill_in.prepare(text, reader, hidden=hidden, by_word=by_word)
    if not len(blanks.at):
        raise InputError("no_blank")
    if not 0 <= blank < len(blanks.at):
        raise InputError("blank_range", got=blank + 1, high=len(blanks.at))
    at = int(blanks.at[blank])
    states = reader.model.bert(blanks.ids, hidden_states=True).hidden_states
    shares = fill_in.probabilities(torch.stack([s[0, at + 1] for s in states]), reader)
    final, own = int(shares[-1].argmax()), blanks.own(at)
    first = [int(row.argmax()) == final for row in shares]
    settled = len(first) - 1
    while settled and first[settled - 1]:
        settled -= 1
    return LayerAnswers(
        at=at,
        answer=reader.tokens[final],
        token=None if own is None else reader.tokens[own],
        settled=settled,
        layers=tuple(
            LayerAnswer(
                layer=layer,
                top=fill_in.best(row, reader),
                final=float(row[final]),
                rank=int((row > row[final]).sum()) + 1,
                original=None if own is None else float(row[own]),
            )
            for layer, row in enumerate(shares)
        ),
    )
