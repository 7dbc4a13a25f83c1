"""Learning classes: every text once an epoch, a rate that rises and falls, exact resuming."""

import copy
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.models.bert import BertConfig, BertForPreTraining
from core.models.bert_classifier import BertForClassification
from core.models.textcnn import TextCNN, TextCNNConfig
from core.text import units
from core.text.reviews import Reviews
from core.training import fine_tuning, textcnn
from core.training.classifying import (
    Examples,
    Pace,
    accuracy,
    batches,
    cross_entropy,
    probabilities,
    rate,
)

TINY_BERT = BertConfig(
    n_vocabulary=30, width=8, n_layers=3, n_heads=2, n_feed_forward=16, n_positions=16
)


def some_examples(n=40, seed=0):
    dice = np.random.default_rng(seed)
    ids = tuple(torch.from_numpy(dice.integers(2, 30, dice.integers(1, 12))) for _ in range(n))
    return Examples(ids, torch.tensor([int((one == 7).any()) for one in ids]))


@given(st.integers(1, 90), st.integers(1, 12), st.integers(0, 5))
def test_an_epoch_reads_every_text_once(n, size, seed):
    examples = some_examples(n)
    found = batches(examples, size, torch.Generator().manual_seed(seed))
    assert sorted(itertools.chain.from_iterable(found)) == list(range(n))
    assert max(map(len, found)) <= size


@given(st.integers(2, 300))
def test_the_rate_rises_to_one_and_falls_to_nothing(n_steps):
    factors = [rate(step, n_steps, warmup=0.1) for step in range(n_steps + 1)]
    top = int(np.argmax(factors))
    assert factors[top] == pytest.approx(1, abs=2 / n_steps)
    assert np.all(np.diff(factors[: top + 1]) > 0)
    assert np.all(np.diff(factors[top:]) <= 0)
    assert factors[-1] == 0


def tiny_cnn():
    torch.manual_seed(0)
    return TextCNN(TextCNNConfig(30, 6, 4, (2, 3)))


def tiny_bert():
    torch.manual_seed(0)
    return fine_tuning.start(BertForPreTraining(TINY_BERT), seed=1)


def run_of(name, examples, pace):
    if name == "textcnn":
        return textcnn.run(tiny_cnn(), examples, pace=pace)
    return fine_tuning.run(tiny_bert(), "en", examples, pace=pace, n_layers=1)


@pytest.mark.parametrize("name", ["textcnn", "bert"])
def test_resumed_training_equals_unbroken_training(name):
    examples, pace = some_examples(), Pace(epochs=3, batch_size=8, seed=3)
    with torch.random.fork_rng():
        unbroken = run_of(name, examples, pace)
        losses = [unbroken.step() for _ in range(unbroken.n_steps)]
        broken = run_of(name, examples, pace)
        first = [broken.step() for _ in range(7)]
        state = copy.deepcopy(broken.state())
        torch.manual_seed(99)  # somebody else draws in between
        resumed = run_of(name, examples, pace)
        resumed.restore(state)
        rest = [resumed.step() for _ in range(resumed.n_steps - 7)]
    assert first + rest == losses
    assert resumed.done
    for key, value in unbroken.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[key]), key


def test_textcnn_learns_which_word_decides():
    examples = some_examples(400)
    with torch.random.fork_rng():
        run = textcnn.run(
            tiny_cnn(), examples, pace=Pace(epochs=12, batch_size=16), learning_rate=0.02
        )
        while not run.done:
            run.step()
        shares = run.shares(examples)
    assert accuracy(shares, examples.labels) > 0.95


@pytest.mark.parametrize("n", [1, 2, 9])  # two of them shorter than the widest filter
def test_a_quick_answer_is_the_models_and_so_are_its_gradients(n):
    torch.manual_seed(0)
    model = TextCNN(TextCNNConfig(20, 6, 5, (1, 2, 4), dropout=0))
    ids = torch.randint(1, 20, (7, n))
    ids[1:4, n // 2 + 1 :] = 0
    found = []
    for logits in (textcnn.quick(model, ids), model(ids).logits):
        model.zero_grad()
        logits.pow(2).sum().backward()
        found.append([logits.detach(), *(p.grad.clone() for p in model.parameters())])
    for quick, usual in zip(*found, strict=True):
        torch.testing.assert_close(quick, usual)


def test_words_too_rare_for_a_vector_are_spelt():
    texts = ("书很无聊", "无聊的书", "很空洞的书")
    part, vocabulary = textcnn.listed(Reviews(texts, np.array([0, 0, 0])), "words")
    assert part.cut[1].tokens == ("无聊", "的", "书")
    assert part.cut[2].tokens == ("很", "空", "洞", "的", "书")
    assert set(vocabulary[2:]) == {"书", "很", "无聊", "的"}
    cut = textcnn.cut(part.reviews, "words", vocabulary)
    assert cut.cut == part.cut


def test_probabilities_do_not_depend_on_the_batch():
    examples, model = some_examples(), tiny_cnn().eval()
    alone = np.concatenate(
        [
            probabilities(lambda ids: model(ids).logits, Examples((one,), examples.labels[:1]), 0)
            for one in examples.ids
        ]
    )
    together = probabilities(lambda ids: model(ids).logits, examples, 0, size=16)
    np.testing.assert_allclose(together, alone, atol=1e-6)
    np.testing.assert_allclose(together.sum(1), 1, atol=1e-6)


def test_scores_are_those_of_torch():
    logits = torch.tensor([[2.0, -1.0], [0.5, 0.7], [0.0, 3.0]], dtype=torch.float64)
    labels = torch.tensor([0, 0, 1])
    shares = logits.softmax(-1).numpy()
    assert accuracy(shares, labels) == pytest.approx(2 / 3)
    expected = torch.nn.functional.cross_entropy(logits, labels).item()
    assert cross_entropy(shares, labels) == pytest.approx(expected)


@pytest.mark.parametrize(("n_layers", "moves"), [(0, []), (1, [2]), (2, [1, 2]), (None, [0, 1, 2])])
def test_only_what_is_not_frozen_learns(n_layers, moves):
    with torch.random.fork_rng():
        model = tiny_bert()
        before = copy.deepcopy(model.state_dict())
        run = fine_tuning.run(model, "en", some_examples(), n_layers=n_layers, pace=Pace(1, 8))
        for _ in range(3):
            run.step()
    changed = {
        key for key, value in model.state_dict().items() if not torch.equal(value, before[key])
    }
    layers = {int(key.split(".")[3]) for key in changed if key.startswith("bert.encoder")}
    assert sorted(layers) == moves
    assert "classifier.weight" in changed
    assert ("bert.embeddings.word_embeddings.weight" in changed) == (n_layers is None)


def test_a_classifier_starts_from_the_pretrained_body():
    pretrained = BertForPreTraining(TINY_BERT)
    model = fine_tuning.start(pretrained, seed=0)
    assert isinstance(model, BertForClassification)
    for key, value in pretrained.bert.state_dict().items():
        assert torch.equal(model.bert.state_dict()[key], value)
    model.bert.embeddings.word_embeddings.weight.data.zero_()
    assert pretrained.bert.embeddings.word_embeddings.weight.abs().max() > 0  # a copy


def test_the_head_reads_the_mean_of_all_but_padding():
    model = tiny_bert().eval()
    ids = torch.tensor([[5, 6, 7, 0, 0], [8, 9, 10, 11, 12]])
    expected = [
        model.classifier(model.bert(row[row != 0][None]).hidden[0].mean(0)).tolist() for row in ids
    ]
    found = fine_tuning.reading(model)(ids).tolist()
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.weights
def test_word_vectors_are_those_of_bert_turned():
    vocabulary = (units.PADDING, units.UNKNOWN, "good", "bad", "film", "dull", "##ly", "wonderful")
    vectors = textcnn.bert_vectors(vocabulary, "pieces")
    from core import zoo
    from core.text import pieces

    table = zoo.bert("en").bert.embeddings.word_embeddings.weight
    raw = torch.stack([table[pieces.vocabulary("en")[unit]] for unit in vocabulary])
    raw = raw - raw.mean(0)
    # Turning and scaling keep the proportions of all distances.
    ratio = torch.cdist(vectors, vectors)[0, 1:] / torch.cdist(raw, raw)[0, 1:]
    torch.testing.assert_close(ratio, ratio[:1].expand_as(ratio), rtol=1e-4, atol=0)


def test_a_filters_ngrams_are_sorted_and_stand_in_the_texts():
    texts = ("a good film", "a bad film , really", "good", "so so", "what a film this is")
    part = textcnn.cut(Reviews(texts, np.array([1, 0, 1, 0, 1])), "pieces")
    vocabulary = units.vocabulary((one.tokens for one in part.cut), least=1)
    model = textcnn.start("pieces", len(vocabulary), None, frozen=False, seed=0).eval()
    found = textcnn.exciting(model, part, textcnn.examples(part, vocabulary))
    assert len(found) == 300
    for ngrams in found:
        values = [value for _, value in ngrams]
        assert values == sorted(values, reverse=True)
        assert all(any(text in whole for whole in texts) for text, _ in ngrams)
