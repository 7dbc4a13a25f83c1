"""A model stored as its difference from another: near enough, and exact where nothing changed."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from core.bert import changes


def state(seed: int) -> dict[str, torch.Tensor]:
    dice = torch.Generator().manual_seed(seed)
    shapes = {"a.weight": (7, 5), "a.bias": (7,), "words": (9, 4)}
    return {name: torch.randn(shape, generator=dice) for name, shape in shapes.items()}


@given(st.integers(0, 99), st.floats(1e-6, 10))
def test_a_row_comes_back_to_half_a_step(seed, length):
    base = state(seed)
    after = {name: value + length * state(seed + 100)[name] for name, value in base.items()}
    after["head.weight"] = torch.ones(2, 3)
    back = changes.unpack(base, changes.pack(base, after))
    assert back.keys() == after.keys()
    for name in ("a.weight", "words"):
        step = (after[name] - base[name]).abs().amax(1, keepdim=True) / changes.LARGEST
        assert ((back[name] - after[name]).abs() <= 0.51 * step + 1e-6).all()
    assert torch.equal(back["head.weight"], after["head.weight"])
    assert torch.allclose(back["a.bias"], after["a.bias"], rtol=1e-3)


def test_what_has_not_changed_is_exactly_the_same():
    base = state(0)
    after = {name: value.clone() for name, value in base.items()}
    after["words"][3] += 1
    packed = changes.pack(base, after)
    assert packed["words"].dtype == torch.int8
    back = changes.unpack(base, packed)
    same = torch.arange(9) != 3
    assert torch.equal(back["words"][same], base["words"][same])
    assert torch.equal(back["a.weight"], base["a.weight"])
    assert torch.allclose(back["words"][3], after["words"][3])


def test_a_packed_model_packs_to_itself():
    base = state(3)
    back = changes.unpack(base, changes.pack(base, state(4)))
    again = changes.unpack(base, changes.pack(base, back))
    for name, value in back.items():
        assert torch.allclose(again[name], value, atol=1e-5), name
