"""Trainings that are watched: resumed equals unbroken; what settings may be; divergence."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.jobs.live import Batches, Checked, Diverged, Run, Score, Stepped
from core.jobs.settings import AutoencoderSettings, FineTuningSettings, TextCNNSettings
from core.models.bert import BertConfig
from core.text import pieces
from core.training import live_classifier
from core.training.live_autoencoder import Autoencoder
from core.training.live_classifier import Classifier
from tests import tiny_models

SHORT = AutoencoderSettings(batch_size=500, epochs=2)


@pytest.fixture
def light(monkeypatch):
    """A tiny random BERT, and few sentences to validate on."""

    def bert(language: str) -> torch.nn.Module:
        n_vocabulary = len(pieces.vocabulary(language))
        sizes = {"width": 24, "n_layers": 2, "n_heads": 4, "n_feed_forward": 40}
        return tiny_models.telling(BertConfig(n_vocabulary=n_vocabulary, **sizes))

    monkeypatch.setattr(live_classifier.zoo, "bert", bert)
    few = dict.fromkeys(live_classifier.N_CHECKED, 8)
    monkeypatch.setattr(live_classifier, "N_CHECKED", few)


def kinds() -> dict[str, tuple]:
    return {
        "autoencoder": (Autoencoder, AutoencoderSettings(batch_size=500, epochs=3, noise=0.3)),
        "textcnn": (Classifier, TextCNNSettings(n_labels=40, batch_size=8, epochs=2)),
        "frozen": (Classifier, FineTuningSettings(n_labels=20, batch_size=4, epochs=2)),
        "tuned": (
            Classifier,
            FineTuningSettings("zh", n_layers=None, n_labels=20, batch_size=4, epochs=2),
        ),
        "low rank": (
            Classifier,
            FineTuningSettings(low_rank=True, n_labels=20, batch_size=4, epochs=2),
        ),
    }


def same(a: object, b: object) -> bool:
    """Say whether two states are the same to the bit."""
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("name", kinds())
def test_a_resumed_training_equals_an_unbroken_one(name, light):
    make, settings = kinds()[name]
    unbroken = Run(make(settings))
    whole = list(unbroken.events())

    first = Run(make(settings))
    cut = len(whole) * 3 // 5  # in the middle of an epoch
    begun = list(itertools.islice(first.events(), cut))
    torch.rand(7)  # whatever else draws from the global source changes nothing
    second = Run(make(settings))
    second.restore(first.state())
    next(first.events())  # a state that was handed out is not changed any more
    rest = list(second.events())

    assert begun + rest == whole
    assert same(second.kind.state()["model"], unbroken.kind.state()["model"])
    assert same(second.kind.state()["optimizer"], unbroken.kind.state()["optimizer"])


def test_a_state_is_not_changed_by_the_steps_after_it():
    run = Run(Autoencoder(SHORT))
    for _ in range(3):
        next(run.events())
    kept = run.state()
    again = Run(Autoencoder(SHORT))
    again.restore(kept)
    for _ in range(3):
        next(run.events())
    assert not same(run.state(), kept)
    assert same(again.state(), kept)


@pytest.mark.slow
def test_events_come_in_order_and_looking_changes_nothing():
    quiet, watched = Run(Autoencoder(SHORT)), Run(Autoencoder(SHORT))
    plain = list(quiet.events())
    seen = []
    for event in watched.events():
        watched.kind.samples()
        watched.kind.validate()
        seen.append(event)
    assert seen == plain
    assert isinstance(plain[0], Checked)
    assert plain[0].step == 0
    assert isinstance(plain[-1], Checked)
    assert plain[-1].step == watched.kind.n_steps == 16
    assert [e.step for e in plain if isinstance(e, Stepped)] == list(range(1, 17))
    assert plain[-1].score.loss < 0.6 * plain[0].score.loss


def test_training_leaves_the_global_seed_alone():
    before = torch.get_rng_state()
    list(itertools.islice(Run(Autoencoder(SHORT)).events(), 4))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_a_huge_rate_diverges_and_says_when(activation):
    settings = AutoencoderSettings(learning_rate=1e6, activation=activation, batch_size=500)
    *before, last = Run(Autoencoder(settings)).events()
    assert isinstance(last, Diverged)
    assert 1 <= last.step <= 3
    assert all(math.isfinite(e.loss if isinstance(e, Stepped) else e.score.loss) for e in before)


def test_rate_zero_changes_no_weight():
    run = Run(Autoencoder(AutoencoderSettings(learning_rate=0.0, batch_size=500, epochs=1)))
    before = run.kind.state()["model"]
    scores = [event.score for event in run.events() if isinstance(event, Checked)]
    assert set(scores) == {scores[0]}
    assert same(run.kind.state()["model"], before)


@pytest.mark.parametrize(("size", "shown"), [(1, 1), (2, 2), (3, 3), (4, 2), (32, 2)])
def test_codes_are_shown_in_at_most_three_directions(size, shown):
    kind = Autoencoder(AutoencoderSettings(code_size=size))
    samples = kind.samples()
    assert samples.points.shape == (500, shown)
    assert samples.codes.shape == (10, size)
    assert (samples.explained is None) == (size <= 3)
    if size > 3:
        codes = kind.model.encode(kind._spoilt[:500] * 2 - 1).detach().double()
        centred = codes - codes.mean(0)
        variances = torch.linalg.eigvalsh(centred.T @ centred).flip(0)
        assert samples.explained == pytest.approx(float(variances[:2].sum() / variances.sum()))
        again = kind.samples()  # the picture does not flip
        np.testing.assert_allclose(again.points, samples.points, atol=1e-5)


def test_noise_spoils_what_goes_in_and_not_what_must_come_back():
    clean, noisy = Autoencoder(AutoencoderSettings()), Autoencoder(AutoencoderSettings(noise=0.5))
    assert clean.facts().spoilt is None
    spoilt = noisy.facts().spoilt
    assert spoilt.min() >= 0
    assert spoilt.max() <= 1
    assert np.abs(spoilt.reshape(10, -1) - clean._validation[clean._rows].numpy()).mean() > 0.1
    assert torch.equal(clean._validation, noisy._validation)


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"code_size": 0}, "train_code"),
        ({"code_size": 33}, "train_code"),
        ({"learning_rate": -1e-9}, "train_rate"),
        ({"learning_rate": 1.1e6}, "train_rate"),
        ({"learning_rate": math.nan}, "train_rate"),
        ({"batch_size": 3}, "train_batch"),
        ({"batch_size": 513}, "train_batch"),
        ({"epochs": 0}, "train_epochs"),
        ({"epochs": 101}, "train_epochs"),
        ({"noise": -0.1}, "train_noise"),
        ({"noise": 1.1}, "train_noise"),
        ({"seed": -1}, "seed_range"),
        ({"activation": "tanh"}, "bad_request"),
    ],
)
def test_settings_out_of_range_say_so(wrong, key):
    with pytest.raises(InputError) as caught:
        AutoencoderSettings(**wrong)
    assert caught.value.key == key


def test_settings_of_texts_are_checked_too():
    for kind, wrong, key in [
        (TextCNNSettings, {"n_labels": 19}, "train_labels"),
        (TextCNNSettings, {"vectors": "none"}, "bad_request"),
        (TextCNNSettings, {"language": "fr"}, "bad_request"),
        (FineTuningSettings, {"n_layers": 7}, "train_layers"),
        (FineTuningSettings, {"n_layers": -1}, "train_layers"),
        (FineTuningSettings, {"learning_rate": math.inf}, "train_rate"),
    ]:
        with pytest.raises(InputError) as caught:
            kind(**wrong)
        assert caught.value.key == key


@given(st.integers(1, 200), st.integers(1, 64), st.integers(0, 500), st.integers(0, 30))
def test_each_epoch_deals_every_example_once_and_goes_on_where_it_was(n, size, seed, n_before):
    batches = Batches(n, size, torch.Generator().manual_seed(seed))
    dealt = torch.cat([batches.next() for _ in range(batches.per_epoch)])
    assert sorted(dealt.tolist()) == list(range(n))
    for _ in range(n_before):
        batches.next()
    other = Batches(n, size, torch.Generator())
    other.restore(batches.state())
    for _ in range(3):
        assert torch.equal(other.next(), batches.next())


@pytest.mark.weights
def test_text_models_are_scored_and_show_sentences(light):
    kind = Classifier(TextCNNSettings(n_labels=40, batch_size=8, epochs=1))
    facts, samples, score = kind.facts(), kind.samples(), kind.validate()
    assert isinstance(score, Score)
    assert score.loss == pytest.approx(math.log(2), abs=0.2)  # it knows nothing yet
    assert 0 <= score.accuracy <= 1
    assert len(facts.sentences) == len(facts.labels) == len(samples.good) == 8
    assert facts.labels == (1, 0) * 4
    assert (facts.n_train, facts.n_steps) == (40, 5)
    head = Classifier(FineTuningSettings(n_labels=20, n_layers=0)).facts().n_parameters
    last = Classifier(FineTuningSettings(n_labels=20, n_layers=1)).facts().n_parameters
    whole = Classifier(FineTuningSettings(n_labels=20, n_layers=None)).facts().n_parameters
    changes = Classifier(FineTuningSettings(n_labels=20, n_layers=None, low_rank=True))
    assert head < changes.facts().n_parameters < whole
    assert head < last < whole
