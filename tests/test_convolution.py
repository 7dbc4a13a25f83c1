"""What the convolution page gets from the server."""

import numpy as np
import pytest

from core import zoo
from core.errors import InputError
from core.inference import convolution
from demos.convolution.tab import show_filters, show_sentence

pytestmark = pytest.mark.weights


@pytest.mark.parametrize("language", ["en", "zh"])
def test_components_are_those_of_the_vocabulary(language):
    table = zoo.bert(language).bert.embeddings.word_embeddings.weight.detach().numpy()
    components = convolution.components(language)
    assert components.shape == (len(table), convolution.N_CHANNELS * convolution.WIDTH)
    spread = np.linalg.eigvalsh(np.cov(table.T, bias=True))[: -components.shape[1] - 1 : -1]
    np.testing.assert_allclose(
        np.cov(components.T, bias=True), np.diag(spread), atol=1e-3 * spread[0]
    )


def test_words_are_rows_of_length_one_and_alike_wherever_they_stand():
    matrix = convolution.sentence_matrix("the film was good, the music too", "en")
    assert matrix.tokens == ("the", "film", "was", "good", ",", "the", "music", "too")
    assert matrix.vectors.shape == (4, 8, 8)
    np.testing.assert_allclose(np.linalg.norm(matrix.vectors, axis=2), 1, rtol=1e-5)
    np.testing.assert_array_equal(matrix.vectors[:, 0], matrix.vectors[:, 5])


def test_a_golden_slice_of_the_worked_example():
    first = convolution.sentence_matrix("这部电影不好看，但是音乐很好听", "zh").vectors[0, 5]
    np.testing.assert_allclose(first[:4], GOLDEN, atol=0.02)


GOLDEN = (-0.58, -0.28, -0.13, -0.16)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "text_empty"),
        ("  \n", "text_empty"),
        ("x" * 5001, "text_too_long"),
        ("word " * 33, "convolution_tokens"),
    ],
)
def test_texts_that_cannot_be_shown_are_refused(text: str, key: str):
    with pytest.raises(InputError) as told:
        convolution.sentence_matrix(text, "en")
    assert told.value.key == key
    assert show_sentence({"text": text, "language": "en"})["error"]["key"] == key


@pytest.mark.parametrize("text", ["a", "😀", "0123", "<b>&amp;</b>", "qzxj " * 3])
def test_odd_texts_have_their_rows(text: str):
    answer = show_sentence({"text": text, "language": "zh"})
    assert np.isfinite(convolution.sentence_matrix(text, "zh").vectors).all()
    assert len(answer["tokens"]) > 0


def test_handlers_check_their_requests():
    assert show_sentence({"text": "good"})["error"]["key"] == "bad_request"
    assert show_sentence({"text": 3, "language": "en"})["error"]["key"] == "bad_request"
    answer = show_filters({})
    assert (answer["shape"], answer["stride"], answer["padding"]) == ([16, 1, 3, 3], 3, 1)
