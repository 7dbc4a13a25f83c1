"""The fast twin of BERT gives the model's own answers."""

import gc

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core.bert import fast_bert
from core.models.bert import BertConfig, BertForPreTraining
from tests import tiny_models

CONFIG = BertConfig(97, width=24, n_layers=3, n_heads=4, n_feed_forward=48, n_positions=40)


@pytest.fixture(scope="module")
def model() -> BertForPreTraining:
    return tiny_models.telling(CONFIG, seed=2)


@pytest.fixture(scope="module")
def texts() -> list[np.ndarray]:
    dice = np.random.default_rng(3)
    return [dice.integers(0, CONFIG.n_vocabulary, n) for n in (9, 3, 40, 1, 17)]


ASKED = [[0, 4], [2], [39, 0, 7], [0], []]


def by_model(model: BertForPreTraining, texts: list, segments: list | None = None) -> torch.Tensor:
    """Return the states asked for, each text read alone by the model."""
    found = []
    for i, (ids, places) in enumerate(zip(texts, ASKED, strict=True)):
        kinds = None if segments is None else torch.from_numpy(segments[i])[None]
        found.append(model.bert(torch.from_numpy(ids)[None], kinds).hidden[0, places])
    return torch.cat(found)


def test_states_and_logits_are_the_models(model, texts):
    states = fast_bert.states(model, texts, ASKED)
    assert fast_bert.of(model) is not None
    # float32 sums in another order, through three layers
    assert_close(states, by_model(model, texts), atol=2e-5, rtol=1e-4)
    assert_close(fast_bert.decode(model, states), model.decode(states), atol=2e-5, rtol=1e-4)


def test_segments_count(model, texts):
    segments = [np.arange(len(ids)) % 2 for ids in texts]
    states = fast_bert.states(model, texts, ASKED, segments)
    assert_close(states, by_model(model, texts, segments), atol=2e-5, rtol=1e-4)
    assert not torch.allclose(states, fast_bert.states(model, texts, ASKED), atol=1e-3)


def test_other_texts_in_the_batch_change_nothing(model, texts):
    together = fast_bert.states(model, texts, ASKED)
    alone = torch.cat(
        [fast_bert.states(model, [t], [a]) for t, a in zip(texts[:4], ASKED[:4], strict=True)]
    )
    assert_close(together, alone, atol=1e-5, rtol=1e-5)


def test_groups_are_short_first_and_hold_every_text_once(monkeypatch, model, texts):
    monkeypatch.setattr(fast_bert, "MAX_ROWS", 20)
    groups = fast_bert._groups([len(ids) for ids in texts])
    assert groups == [[3, 1, 0], [4], [2]]
    assert_close(
        fast_bert.states(model, texts, ASKED), by_model(model, texts), atol=2e-5, rtol=1e-4
    )


def test_where_there_is_no_twin_the_model_answers(model, texts):
    exact = BertForPreTraining(CONFIG).eval().requires_grad_(False)
    exact.load_state_dict(model.state_dict())
    exact.double()
    assert fast_bert.of(exact) is None
    states = fast_bert.states(exact, texts, ASKED)
    assert states.dtype == torch.float64
    assert_close(states, by_model(exact, texts))
    assert_close(fast_bert.decode(exact, states), exact.decode(states))


def test_a_twin_is_made_once_and_goes_with_its_model(texts):
    model = BertForPreTraining(CONFIG).eval().requires_grad_(False)
    before = len(fast_bert._TWINS)
    assert fast_bert.of(model) is fast_bert.of(model)
    assert len(fast_bert._TWINS) == before + 1
    del model
    gc.collect()
    assert len(fast_bert._TWINS) == before
