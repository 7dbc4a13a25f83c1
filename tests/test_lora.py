"""Low-rank adaptation: nothing changes at first, little learns, and what was learned adds up."""

import torch
from torch import nn
from torch.testing import assert_close

from core.models import lora
from core.models.bert import Bert, BertConfig
from core.training.initialising import initialise

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


def test_only_the_changes_learn_and_all_else_stays():
    bert, learning = adapted(rank=2)
    # Q, K, V and the output of attention, then both feed-forward matrices, of each layer.
    assert sum(p.numel() for p in learning) == 2 * 2 * (4 * (16 + 16) + 2 * (16 + 32))
    learn(bert, learning)
    for name, before in body().state_dict().items():
        assert torch.equal(before, bert.state_dict()[name]), name
    assert all(p.abs().sum() > 0 for p in learning)


def test_changes_added_to_the_body_answer_as_the_adapted_one():
    bert, learning = adapted()
    learn(bert, learning)
    before = bert(IDS).hidden
    lora.merge(bert.encoder)
    merged = body()
    merged.load_state_dict(bert.state_dict())  # no name is left that a plain one hasn't got
    assert_close(merged(IDS).hidden, before)
    assert (merged(IDS).hidden - body()(IDS).hidden).abs().max() > 1e-3


def test_a_matrix_changes_by_a_matrix_of_that_rank():
    bert, learning = adapted(rank=3)
    learn(bert, learning)
    before = body().encoder["layer"][1].attention.self.query.weight
    lora.merge(bert.encoder)
    after = bert.encoder["layer"][1].attention.self.query.weight
    values = torch.linalg.svdvals((after - before).double())
    assert values[2] > 1e-6
    assert (values[3:] < 1e-6 * values[0] + 1e-7).all()


def test_a_frozen_matrix_gets_no_gradient_and_what_is_drawn_is_as_long_as_said():
    layer = nn.Linear(400, 30)
    adapted = lora.LowRankLinear(layer, 100, torch.Generator().manual_seed(0))
    x = torch.randn(50, 400, generator=torch.Generator().manual_seed(1))
    adapted(x).sum().backward()
    assert layer.weight.grad is None
    assert layer.bias.grad is None
    assert adapted.b.grad is not None
    longer = (x @ adapted.a.T).norm(dim=1) / x.norm(dim=1)
    assert abs(longer.mean().item() - (100 / 400) ** 0.5) < 0.05
