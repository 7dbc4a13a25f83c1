"""A word's vector in context tells its sense; without context it can't."""

import numpy as np
import pytest

from core import texts
from core.bert import berts
from core.errors import InputError
from core.inference import word_senses
from core.text import word_lists

LEAST = 200  # sentences a language


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_each_word_has_two_senses_in_three_sentences_each(language):
    items = word_lists.senses(language)
    assert len(items) >= LEAST
    assert len({one.text for one in items}) == len(items)
    for word in {one.word for one in items}:
        mine = [one.sense for one in items if one.word == word]
        assert len(set(mine)) == 2
        assert all(mine.count(sense) == 3 for sense in mine)
    for one in items:
        assert one.text[one.start : one.end].lower() == one.word


def test_vectors_that_part_by_sense_are_told_and_static_ones_are_not():
    senses = ["a", "a", "a", "b", "b", "b"]
    apart = np.eye(2)[[0, 0, 0, 1, 1, 1]]
    mixed = np.eye(2)[[0, 1, 0, 1, 0, 1]]
    static = np.ones((6, 2)) / np.sqrt(2)
    layers = np.stack([apart, static, mixed], 1)  # [N, L + 1, D]
    told = word_senses._told(senses, layers)
    np.testing.assert_array_equal(told[:, 0], 1)
    np.testing.assert_array_equal(told[:, 1], 0.5)
    np.testing.assert_array_equal(told[:, 2], [1, 0, 1, 1, 0, 1])
    np.testing.assert_allclose(word_senses._likeness(layers)[1], 1)


@pytest.mark.weights
def test_a_word_is_read_by_its_own_pieces():
    reader = berts.reader("en")
    text = "The zyzzyvas bank."
    read, layers = word_senses.states(text, reader)
    assert layers.shape == (reader.model.bert.config.n_layers + 1, len(read.tokens), 384)
    at = read.tokens.index("bank")
    start = text.index("bank")
    np.testing.assert_array_equal(
        word_senses.in_context(text, start, start + 4, reader), layers[:, at]
    )
    inside = [k for k in range(len(read.tokens)) if 4 <= read.starts[k] < 12]
    assert len(inside) > 1  # several pieces: their mean
    np.testing.assert_allclose(
        word_senses.in_context(text, 4, 12, reader), layers[:, inside].mean(1), rtol=1e-6
    )
    with pytest.raises(InputError):
        word_senses.in_context(text, 3, 4, reader)


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.parametrize(("language", "least"), [("en", 0.9), ("zh", 0.7)])
def test_context_tells_the_sense_and_the_embeddings_do_not(language, least):
    scores = word_senses.scores(language)
    assert scores.accuracy[0] < 0.6
    assert scores.accuracy[-1] > least
    assert (scores.self_similarity > scores.any_two).all()
    grown = scores.self_similarity - scores.any_two
    assert grown[-1] < grown[0]  # the later the layer, the more context is in a word's vector
