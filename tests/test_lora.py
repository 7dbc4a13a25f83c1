"""Low-rank adaptation: nothing changes at first, little learns, and what was learned adds up."""

import torch
from torch import nn
from torch.nn.utils import parametrize
from torch.testing import assert_close

from core.models import lora
from core.models.bert import Bert, BertConfig, initialise

TINY = BertConfig(
    n_vocabulary=20, width=16, n_layers=2, n_heads=2, n_feed_forward=32, n_positions=12, dropout=0.0
)
IDS = torch.randint(20, (3, 9), generator=torch.Generator().manual_seed(0))


def body() -> Bert:
    bert = Bert(TINY)
    initialise(bert, torch.Generator().manual_seed(1))
    return bert.eval()


def adapted(rank: int = 2) -> tuple[Bert, list[nn.Parameter]]:
    bert = body()
    return bert, lora.adapt(bert.encoder, rank, torch.Generator().manual_seed(2))


def learn(bert: Bert, learning: list[nn.Parameter]) -> None:
    optimizer = torch.optim.SGD(learning, lr=0.5)
    for _ in range(5):
        optimizer.zero_grad()
        bert(IDS).hidden.square().mean(-1).sub(2).square().sum().backward()
        bert(IDS).hidden[..., 0].sum().backward()
        optimizer.step()


def test_nothing_changes_at_first():
    assert_close(adapted()[0](IDS).hidden, body()(IDS).hidden, atol=0, rtol=0)


def test_a_hundredth_learns_and_all_else_stays():
    bert, learning = adapted(rank=2)
    # Q, K, V and the output of attention, then both feed-forward matrices, of each layer.
    assert sum(p.numel() for p in learning) == 2 * 2 * (4 * (16 + 16) + 2 * (16 + 32))
    learn(bert, learning)
    for name, before in body().state_dict().items():
        after = bert.state_dict().get(name)
        if after is None:
            after = bert.state_dict()[name.replace("weight", "parametrizations.weight.original")]
        assert torch.equal(before, after), name
    assert all(p.abs().sum() > 0 for p in learning)


def test_changes_added_to_the_body_answer_as_the_adapted_one():
    bert, learning = adapted()
    learn(bert, learning)
    before = bert(IDS).hidden
    for layer in bert.encoder.modules():
        if isinstance(layer, nn.Linear):
            parametrize.remove_parametrizations(layer, "weight")
    merged = body()
    merged.load_state_dict(bert.state_dict())  # no name is left that a plain one hasn't got
    assert_close(merged(IDS).hidden, before)
    assert (merged(IDS).hidden - body()(IDS).hidden).abs().max() > 1e-3


def test_a_matrix_changes_by_a_matrix_of_that_rank():
    bert, learning = adapted(rank=3)
    learn(bert, learning)
    before = body().encoder["layer"][1].attention.self.query.weight
    after = bert.encoder["layer"][1].attention.self.query.weight
    values = torch.linalg.svdvals((after - before).double())
    assert values[2] > 1e-6
    assert (values[3:] < 1e-6 * values[0] + 1e-7).all()
