"""LSTM: torch's to the bit of rounding, both ways; gates, padding and directions."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.testing import assert_close

from core.models.lstm import (
    BACKWARDS,
    BOTH,
    DIRECTIONS,
    FORWARDS,
    LSTM,
    LSTMClassifier,
    LSTMClassifierConfig,
    State,
    so_far,
)

D, H, PAD = 5, 4, 0


def seeded(make, seed: int = 3):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return make()


def ours(*, backwards: bool = False, seed: int = 3) -> LSTM:
    model = seeded(lambda: LSTM(D, H, backwards=backwards), seed).double()
    with torch.no_grad():  # a bias that differs from row to row
        model.bias += torch.linspace(-0.5, 0.5, 4 * H).double()
    return model


def words(n_texts: int, n_words: int, seed: int = 0, width: int = D) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(n_texts, n_words, width, generator=generator, dtype=torch.float64)


def torchs(one: LSTM, other: LSTM) -> nn.LSTM:
    """Return torch's bidirectional LSTM with our weights."""
    theirs = nn.LSTM(D, H, batch_first=True, bidirectional=True).double()
    with torch.no_grad():
        for layer, end in ((one, ""), (other, "_reverse")):
            getattr(theirs, f"weight_ih_l0{end}").copy_(layer.input_weight)
            getattr(theirs, f"weight_hh_l0{end}").copy_(layer.hidden_weight)
            getattr(theirs, f"bias_ih_l0{end}").copy_(layer.bias)
            getattr(theirs, f"bias_hh_l0{end}").zero_()
    return theirs


def from_torch(theirs: nn.LSTM) -> tuple[LSTM, LSTM]:
    """Return two of ours with torch's weights: it adds its two biases, so one is enough."""
    found = []
    for end in ("", "_reverse"):
        layer = ours(backwards=bool(end))
        with torch.no_grad():
            layer.input_weight.copy_(getattr(theirs, f"weight_ih_l0{end}"))
            layer.hidden_weight.copy_(getattr(theirs, f"weight_hh_l0{end}"))
            layer.bias.copy_(
                getattr(theirs, f"bias_ih_l0{end}") + getattr(theirs, f"bias_hh_l0{end}")
            )
        found.append(layer)
    return found[0], found[1]


def classifier(n_vocabulary: int = 11, seed: int = 5) -> LSTMClassifier:
    config = LSTMClassifierConfig(n_vocabulary, D, H)
    return seeded(lambda: LSTMClassifier(config), seed).double().eval()


def ids(n_texts: int, n_words: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(1, 11, (n_texts, n_words), generator=generator)


# ---- Parity ------------------------------------------------------------------------------------


@pytest.mark.parity
def test_our_weights_in_torchs_lstm_say_the_same_and_so_do_all_gradients():
    one, other, given_words = ours(), ours(backwards=True, seed=4), words(3, 6).requires_grad_()
    theirs = torchs(one, other)
    their_words = given_words.detach().clone().requires_grad_()
    hidden, (last_hidden, last_cell) = theirs(their_words)
    forwards, backwards = one(given_words), other(given_words)
    assert_close(torch.cat([forwards.hidden, backwards.hidden], 2), hidden)
    assert_close(torch.stack([forwards.last.hidden, backwards.last.hidden]), last_hidden)
    assert_close(torch.stack([forwards.last.cell, backwards.last.cell]), last_cell)
    asked = torch.linspace(-1, 1, 2 * H).double()
    (torch.cat([forwards.hidden, backwards.hidden], 2) @ asked).sin().sum().backward()
    (hidden @ asked).sin().sum().backward()
    assert_close(given_words.grad, their_words.grad)
    for layer, end in ((one, ""), (other, "_reverse")):
        assert_close(layer.input_weight.grad, getattr(theirs, f"weight_ih_l0{end}").grad)
        assert_close(layer.hidden_weight.grad, getattr(theirs, f"weight_hh_l0{end}").grad)
        assert_close(layer.bias.grad, getattr(theirs, f"bias_ih_l0{end}").grad)


@pytest.mark.parity
def test_torchs_weights_in_ours_say_the_same_in_single_precision():
    theirs = seeded(lambda: nn.LSTM(D, H, batch_first=True, bidirectional=True))
    one, other = (layer.float() for layer in from_torch(theirs))
    given_words = words(4, 40).float()
    expected = theirs(given_words)[0]
    found = torch.cat([one(given_words).hidden, other(given_words).hidden], 2)
    assert float((found - expected).detach().abs().max()) <= 1e-6


@pytest.mark.parity
def test_padded_texts_are_read_as_torchs_packed_ones():
    one, other, lengths = ours(), ours(backwards=True, seed=4), torch.tensor([2, 6, 1, 4])
    theirs, given_words = torchs(one, other), words(4, 6)
    packed = pack_padded_sequence(given_words, lengths, batch_first=True, enforce_sorted=False)
    hidden, (last_hidden, last_cell) = theirs(packed)
    expected, _ = pad_packed_sequence(hidden, batch_first=True)
    forwards, backwards = one(given_words, lengths), other(given_words, lengths)
    assert_close(torch.cat([forwards.hidden, backwards.hidden], 2), expected)
    assert_close(torch.stack([forwards.last.hidden, backwards.last.hidden]), last_hidden)
    assert_close(torch.stack([forwards.last.cell, backwards.last.cell]), last_cell)


@pytest.mark.parity
def test_one_step_is_what_the_papers_equations_say():
    model, x = ours(), words(1, 1)[0, 0]
    before = State(words(1, 1, 1, H)[0], words(1, 1, 2, H)[0])
    read = model(x[None, None], state=before)
    rows = [
        [
            sum(float(w) * float(v) for w, v in zip(model.input_weight[k], x, strict=True))
            + sum(
                float(w) * float(v)
                for w, v in zip(model.hidden_weight[k], before.hidden[0], strict=True)
            )
            + float(model.bias[k])
            for k in range(part * H, (part + 1) * H)
        ]
        for part in range(4)
    ]
    i, f, g, o = (torch.tensor(row, dtype=torch.float64) for row in rows)
    cell = 1 / (1 + (-f).exp()) * before.cell[0] + 1 / (1 + (-i).exp()) * torch.tanh(g)
    assert_close(read.cell[0, 0], cell)
    assert_close(read.hidden[0, 0], 1 / (1 + (-o).exp()) * torch.tanh(cell))


# ---- Laws --------------------------------------------------------------------------------------


@given(st.integers(1, 7), st.integers(0, 5), st.booleans(), st.integers(0, 99))
def test_padding_changes_nothing(n_words, n_padding, backwards, seed):
    model, text = ours(backwards=backwards), words(1, n_words, seed)
    noise = words(1, n_padding, seed + 1)  # whatever stands there
    alone, padded = model(text), model(torch.cat([text, noise], 1), torch.tensor([n_words]))
    for name in alone._fields[:-1]:
        assert_close(getattr(padded, name)[:, :n_words], getattr(alone, name))
        assert not getattr(padded, name)[:, n_words:].any()
    assert_close(padded.last, alone.last)


@given(st.integers(1, 7), st.integers(0, 99))
def test_the_cell_is_what_the_gates_say(n_words, seed):
    read = ours()(words(2, n_words, seed))
    before = F.pad(read.cell, (0, 0, 1, 0))[:, :-1]
    assert_close(read.cell, read.forget_gate * before + read.input_gate * read.candidate)
    assert_close(read.hidden, read.output_gate * read.cell.tanh())
    for gate in (read.input_gate, read.forget_gate, read.output_gate):
        assert ((gate > 0) & (gate < 1)).all()
    assert (read.candidate.abs() < 1).all()
    assert (read.hidden.abs() < 1).all()


@given(st.integers(1, 7), st.integers(0, 99))
def test_backwards_is_forwards_on_the_reversed_text(n_words, seed):
    text = words(2, n_words, seed)
    one, other = ours()(text), ours(backwards=True)(text.flip(1))
    for name in one._fields[:-1]:
        assert_close(getattr(one, name), getattr(other, name).flip(1))
    assert_close(one.last, other.last)


@given(st.integers(2, 8), st.data())
def test_a_state_knows_one_side_only(n_words, data):
    at = data.draw(st.integers(0, n_words - 1))
    text, changed = words(1, n_words), words(1, n_words)
    changed[:, at] += 1
    forwards = ours()(text).hidden - ours()(changed).hidden
    backwards = ours(backwards=True)(text).hidden - ours(backwards=True)(changed).hidden
    assert not forwards[:, :at].any()
    assert forwards[:, at:].any(2).all()
    assert not backwards[:, at + 1 :].any()
    assert backwards[:, : at + 1].any(2).all()


@given(st.integers(2, 8), st.data())
def test_reading_goes_on_from_a_state(n_words, data):
    at, model, text = data.draw(st.integers(1, n_words - 1)), ours(), words(2, n_words)
    first = model(text[:, :at])
    rest = model(text[:, at:], state=first.last)
    assert_close(torch.cat([first.hidden, rest.hidden], 1), model(text).hidden)


def test_a_closed_forget_gate_forgets_and_an_open_one_keeps():
    model, text = ours(), words(1, 9)
    with torch.no_grad():
        model.bias[H : 2 * H] = -60
        forgets = model(text)
        assert_close(forgets.cell, forgets.input_gate * forgets.candidate)
        model.bias[H : 2 * H] = 60
        keeps = model(text)
        assert_close(keeps.cell, (keeps.input_gate * keeps.candidate).cumsum(1))


# ---- The classifier ----------------------------------------------------------------------------


def test_each_direction_answers_from_its_own_last_state():
    model, text = classifier(), ids(3, 6)
    read = model(text)
    one, other = read.forwards.hidden[:, -1], read.backwards.hidden[:, 0]
    given_states = {FORWARDS: one, BACKWARDS: other, BOTH: torch.cat([one, other], 1)}
    for k, name in enumerate(DIRECTIONS):
        assert_close(read.logits[k], model.heads[name](given_states[name]))


def test_the_answer_so_far_is_that_to_what_was_read_so_far():
    model, text = classifier(), ids(2, 6)
    read = model(text)
    steps = so_far(model, read)
    assert_close(steps[0, :, -1], read.logits[0])
    assert_close(steps[1, :, 0], read.logits[1])
    for k in range(1, 6):
        assert_close(steps[0, :, k - 1], model(text[:, :k]).logits[0])
        assert_close(steps[1, :, k], model(text[:, k:]).logits[1])


def test_each_text_of_a_batch_is_read_as_if_alone():
    model, long, short = classifier(), ids(1, 9), ids(1, 3, 1)
    together = model(torch.cat([long, F.pad(short, (0, 6), value=PAD)])).logits
    assert_close(together[:, :1], model(long).logits)
    assert_close(together[:, 1:], model(short).logits)


def test_given_vectors_are_used_and_paddings_is_zero():
    vectors = words(1, 11, 8)[0]
    model = LSTMClassifier(LSTMClassifierConfig(11, D, H), vectors)
    assert_close(model.embedding.weight[1:].double(), vectors[1:], check_dtype=False)
    assert not model.embedding.weight[PAD].any()
