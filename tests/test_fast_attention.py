"""The fast way to attention gives the model's own."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core.bert import fast_attention
from core.models.bert import BertConfig, BertForPreTraining
from tests import tiny_models

CONFIG = BertConfig(97, width=24, n_layers=3, n_heads=4, n_feed_forward=48, n_positions=40)


@pytest.fixture(scope="module")
def model() -> BertForPreTraining:
    return tiny_models.telling(CONFIG, seed=2)


@pytest.mark.parity
@pytest.mark.parametrize("n_tokens", [1, 2, 17, 40])
def test_it_is_the_models_own(model, n_tokens):
    dice = np.random.default_rng(n_tokens)
    ids, segments = dice.integers(0, 97, n_tokens), np.sort(dice.integers(0, 2, n_tokens))
    own = model.bert(torch.from_numpy(ids)[None], torch.from_numpy(segments)[None], attention=True)
    found = fast_attention.attend(model, ids, segments)
    assert_close(
        torch.from_numpy(found),
        torch.cat([seen.attention for seen in own.seen]),
        atol=1e-5,
        rtol=1e-4,
    )


def test_other_precisions_are_left_to_the_model(model):
    wide = BertForPreTraining(CONFIG).double().eval()
    assert fast_attention.attend(wide, np.array([1]), np.array([0])) is None
