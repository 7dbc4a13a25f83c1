"""Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735).

    words [B, T, D] -> gates, candidate, cell, hidden [B, T, H] -> the last hidden [B, H] -> logits

B texts, T words, D width of a word vector, H cells, C classes. A recurrent network reads word by
word and keeps what it has read in H numbers. Here a cell c is changed by adding, so that neither it
nor its gradient has to vanish on the way, and gates in 0..1 say how much:

    i_t = sigmoid(W_i x_t + U_i h_{t-1} + b_i)     input gate: how much of the candidate comes in
    f_t = sigmoid(W_f x_t + U_f h_{t-1} + b_f)     forget gate: how much of the cell stays
    g_t = tanh(W_g x_t + U_g h_{t-1} + b_g)        candidate: what could be written
    o_t = sigmoid(W_o x_t + U_o h_{t-1} + b_o)     output gate: how much of the cell is shown
    c_t = f_t c_{t-1} + i_t g_t                    cell
    h_t = o_t tanh(c_t)                            hidden state

The paper of 1997 has no forget gate (f_t = 1); Gers, Schmidhuber & Cummins 2000
(doi:10.1162/089976600300015015) added it, and a bias of 1 keeps it open at first. Two of them, one
from each end, make a bidirectional one (Graves & Schmidhuber 2005). Trained by
core/training/lstm.py.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

FORWARDS, BACKWARDS, BOTH = DIRECTIONS = ("forwards", "backwards", "both")


class State(NamedTuple):
    """What an LSTM remembers between two words."""

    hidden: Tensor  # [B, H] in (-1, 1)
    cell: Tensor  # [B, H]


class LSTMOutput(NamedTuple):
    """All that happened at each word, in the order of the text; 0 where a text is padded."""

    input_gate: Tensor  # [B, T, H] in (0, 1)
    forget_gate: Tensor  # [B, T, H] in (0, 1)
    candidate: Tensor  # [B, T, H] in (-1, 1)
    output_gate: Tensor  # [B, T, H] in (0, 1)
    cell: Tensor  # [B, T, H], after the word
    hidden: Tensor  # [B, T, H] in (-1, 1), after the word
    last: State  # after all words of each text: the last one, or read backwards the first one


class LSTM(nn.Module):
    """One layer in one direction; the weights' rows are input, forget, candidate, output gate."""

    def __init__(self, width: int, n_cells: int, *, backwards: bool = False) -> None:
        """Build the layer.

        Args:
            width: D, of a word vector.
            n_cells: H.
            backwards: read from the last word to the first.
        """
        super().__init__()
        self.backwards = backwards
        self.input_weight = nn.Parameter(torch.empty(4 * n_cells, width))
        self.hidden_weight = nn.Parameter(torch.empty(4 * n_cells, n_cells))
        self.bias = nn.Parameter(torch.zeros(4 * n_cells))
        for weight in (self.input_weight, self.hidden_weight):
            nn.init.uniform_(weight, -(n_cells**-0.5), n_cells**-0.5)
        with torch.no_grad():
            self.bias[n_cells : 2 * n_cells] = 1  # of the forget gate

    def forward(
        self, words: Tensor, lengths: Tensor | None = None, state: State | None = None
    ) -> LSTMOutput:
        """Read word vectors [B, T, D].

        Args:
            words: padded at the end.
            lengths: [B], how many words each text has; None: all have T.
            state: to go on from; None: nothing was read yet, all is 0.
        """
        n_texts, n_words, _ = words.shape
        if state is None:
            nothing = words.new_zeros(n_texts, self.hidden_weight.shape[1])
            state = State(nothing, nothing)
        given = words @ self.input_weight.T + self.bias  # [B, T, 4H], needs no memory: all at once
        there = torch.ones(n_texts, n_words, dtype=torch.bool, device=words.device)
        if lengths is not None:
            there = torch.arange(n_words, device=words.device) < lengths[:, None]  # [B, T]
        order = range(n_words)[::-1] if self.backwards else range(n_words)
        found: list[tuple[Tensor, ...]] = [()] * n_words
        for t in order:
            *step, cell, hidden = self.step(given[:, t], state)
            here = there[:, t, None]
            # Padding leaves the state as it was: backwards, a text begins at its own last word.
            state = State(
                torch.where(here, hidden, state.hidden), torch.where(here, cell, state.cell)
            )
            found[t] = (*step, cell, hidden)
        i, f, g, o, cells, hiddens = (
            torch.stack(one, 1) * there[..., None] for one in zip(*found, strict=True)
        )
        return LSTMOutput(i, f, g, o, cells, hiddens, state)

    def step(self, given: Tensor, state: State) -> tuple[Tensor, ...]:
        """Read one word: input gate, forget gate, candidate, output gate, cell, hidden [B, H].

        Args:
            given: W x + b of the word, [B, 4H].
            state: before it.
        """
        i, f, g, o = (given + state.hidden @ self.hidden_weight.T).chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        cell = f * state.cell + i * g
        return i, f, g, o, cell, o * cell.tanh()


@dataclass(frozen=True, slots=True)
class LSTMClassifierConfig:
    """The sizes of an LSTMClassifier."""

    n_vocabulary: int
    width: int
    n_cells: int = 64  # of each direction
    n_classes: int = 2
    padding_id: int = 0  # what fills up shorter texts; its vector is 0 and stays so
    dropout: float = 0.5  # of the word vectors' numbers and of the last states', in training


class LSTMClassifierOutput(NamedTuple):
    """What both directions read, and what each of `DIRECTIONS` answers."""

    forwards: LSTMOutput
    backwards: LSTMOutput
    logits: Tensor  # [3, B, C]


class LSTMClassifier(nn.Module):
    """Two LSTMs, one from each end, and a linear layer for each of `DIRECTIONS`.

    The two know nothing of each other: read alone, each is an LSTM for itself. "both" reads their
    last states side by side.
    """

    def __init__(self, config: LSTMClassifierConfig, vectors: Tensor | None = None) -> None:
        """Build the layers.

        Args:
            config: their sizes.
            vectors: word vectors [V, D] to start from; None for random ones.
        """
        super().__init__()
        self.config = config
        padding, n_cells = config.padding_id, config.n_cells
        self.embedding = nn.Embedding(config.n_vocabulary, config.width, padding_idx=padding)
        if vectors is not None:
            with torch.no_grad():
                self.embedding.weight.copy_(vectors)
                self.embedding.weight[padding] = 0
        self.forwards = LSTM(config.width, n_cells)
        self.backwards = LSTM(config.width, n_cells, backwards=True)
        self.dropout = nn.Dropout(config.dropout)
        self.heads = nn.ModuleDict(
            {
                name: nn.Linear((2 if name == BOTH else 1) * n_cells, config.n_classes)
                for name in DIRECTIONS
            }
        )

    def forward(self, ids: Tensor) -> LSTMClassifierOutput:
        """Classify texts [B, T], padded at the end; how far they are padded changes nothing."""
        return self.read(self.embedding(ids), (ids != self.config.padding_id).sum(1))

    def read(self, words: Tensor, lengths: Tensor | None = None) -> LSTMClassifierOutput:
        """Classify word vectors [B, T, D] of texts with `lengths` [B] words; None: all have T."""
        words = self.dropout(words)
        one, other = self.forwards(words, lengths), self.backwards(words, lengths)
        logits = self.answer(self.dropout(one.last.hidden), self.dropout(other.last.hidden))
        return LSTMClassifierOutput(one, other, logits)

    def answer(self, forwards: Tensor, backwards: Tensor) -> Tensor:
        """Return the logits [3, ..., C] of two hidden states [..., H], in order of `DIRECTIONS`."""
        given = {
            FORWARDS: forwards,
            BACKWARDS: backwards,
            BOTH: torch.cat([forwards, backwards], -1),
        }
        return torch.stack([self.heads[name](given[name]) for name in DIRECTIONS])


def so_far(model: LSTMClassifier, read: LSTMClassifierOutput) -> Tensor:
    """Return what each direction answers from its state at each word, logits [2, B, T, C].

    Forwards that is the answer to the text up to the word, backwards to the text from it on.
    """
    return torch.stack(
        [
            model.heads[name](one.hidden)
            for name, one in ((FORWARDS, read.forwards), (BACKWARDS, read.backwards))
        ]
    )
