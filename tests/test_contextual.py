"""One word in several sentences: the planes, what is refused, and what the page claims."""

import numpy as np
import pytest

from core import texts
from core.inference import contextual, word_senses
from core.results.plain import plain
from core.text.word_lists import senses
from demos.contextual import tab
from tests.claims import claimed, says

pytestmark = pytest.mark.weights

ASKED = {"language": "en", "word": "cat", "text": "A cat sat.\nMy cat ran."}
STORED = contextual.stored()


def gap(found: dict, layer: int) -> float:
    """Return by how much sentences of one sense are more alike than those of two."""
    same = np.array([[a == b for b in found["senses"]] for a in found["senses"]])
    cosines = np.array(found["cosines"][layer])
    return cosines[same & ~np.eye(len(same), dtype=bool)].mean() - cosines[~same].mean()


def n_told(found: dict, layer: int) -> int:
    """Return in how many sentences a word is nearer to its own sense."""
    units = np.linalg.cholesky(np.array(found["cosines"][layer]) + 1e-4 * np.eye(6))
    return int(word_senses._told(found["senses"], units[:, None]).sum())


# ---- Planes --------------------------------------------------------------------------------------


def test_a_turned_cloud_stays_where_it_was():
    generator = np.random.default_rng(0)
    cloud = generator.normal(size=(5, 8)) * np.array([5, 3, 1, 1, 1, 1, 1, 1])
    turn, _ = np.linalg.qr(generator.normal(size=(8, 8)))
    places, kept = contextual.on_planes(np.stack([cloud, cloud @ turn, -cloud]))
    np.testing.assert_allclose(places[1], places[0], atol=1e-5)
    np.testing.assert_allclose(places[2], places[0], atol=1e-5)
    np.testing.assert_allclose(kept, kept[0], rtol=1e-5)
    assert 0.5 < kept[0] < 1


def test_a_plane_keeps_distances_of_what_lies_in_one():
    flat = np.zeros((2, 4, 6))
    flat[:, :, :2] = np.random.default_rng(1).normal(size=(4, 2))
    places, kept = contextual.on_planes(flat)
    distances = [np.linalg.norm(x[:, None] - x, axis=-1) for x in (flat[0], places[0])]
    np.testing.assert_allclose(*distances, atol=1e-5)
    np.testing.assert_allclose(kept, 1, rtol=1e-6)
    places, kept = contextual.on_planes(np.ones((2, 2, 6)))  # all in one point
    np.testing.assert_allclose(places, 0, atol=1e-6)
    np.testing.assert_array_equal(kept, 1)


def test_cosines_are_those_of_the_words_vectors():
    sentences = ["The cat sat.", "A dog and a cat ran."]
    found = contextual.compare(sentences, "cat", "en")
    reader = contextual.berts.reader("en")
    one, other = (
        word_senses.in_context(text, start, end, reader)
        for text, start, end in zip(sentences, found.starts, found.ends, strict=True)
    )
    assert [text[a:b] for text, a, b in zip(sentences, found.starts, found.ends, strict=True)] == [
        "cat",
        "cat",
    ]
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    np.testing.assert_allclose(found.cosines[:, 0, 1], (one * other).sum(1) / lengths, atol=1e-5)
    apart = np.linalg.norm(found.places[:, 0] - found.places[:, 1], axis=1)
    np.testing.assert_allclose(apart**2, 2 - 2 * found.cosines[:, 0, 1], atol=1e-4)


# ---- What was typed ------------------------------------------------------------------------------


def test_the_first_of_two_places_counts_and_is_told():
    found = contextual.compare(["Cat, cat!", "<b>a cat</b>"], " cat ", "en")
    assert (found.starts[0], found.repeated) == (0, (0,))
    assert contextual.compare(["花花花", "一朵花"], "花", "zh").repeated == (0,)
    assert not contextual.compare(["qzxw a", "b qzxw"], "qzxw", "en").has_static


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"text": ""}, "text_empty"),
        ({"text": " \n\n"}, "text_empty"),
        ({"text": "A cat sat."}, "context_few"),
        ({"text": "A cat sat.\n" * 13}, "context_many"),
        ({"text": "cat\n" * 10_000}, "context_many"),
        ({"text": "A cat.\n" + "cat " * 10_000}, "text_too_long"),
        ({"text": "A cat sat.\nCats ran."}, "context_missing"),
        ({"text": "A cat sat.\n" + "and so " * 400 + "cat"}, "context_unread"),
        ({"word": ""}, "context_no_word"),
        ({"word": "\u200b"}, "context_no_word"),
        ({"word": "cat " * 50}, "context_long_word"),
        ({"word": "猫"}, "context_missing"),
        ({"language": "fr"}, "bad_request"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_both_languages(changed, key):
    error = tab.compare_sentences(ASKED | changed)["error"]
    assert error["key"] == key
    assert error["zh"] != error["en"]
    if key == "context_missing" and "text" in changed:
        assert "2" in error["en"]


def test_only_listed_words_come_with_sentences():
    assert tab.show_word({"language": "en", "word": "zebra"})["error"]["key"] == "bad_request"
    answer = tab.show_word({"language": "zh", "word": "打"})
    mine = [one for one in senses("zh") if one.word == "打"]
    assert answer["sentences"] == [one.text for one in mine]
    assert answer["senses"] == [one.sense for one in mine]


# ---- What is stored, and said --------------------------------------------------------------------


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_stored_opening_is_what_the_model_says_now(language):
    stored = STORED["opening"][language]
    now = plain(contextual.of_list(contextual.OPENING[language], language))
    for name in ("cosines", "places", "kept"):
        np.testing.assert_allclose(stored.pop(name), now.pop(name), atol=2e-3)
    assert stored == now
    STORED["opening"][language] = contextual.stored()["opening"][language]


@pytest.mark.slow
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_stored_scores_are_those_of_the_models(language):
    stored, now = STORED["scores"][language], plain(word_senses.scores(language))
    for name in ("accuracy", "self_similarity", "any_two"):
        np.testing.assert_allclose(stored[name], now[name], atol=6e-3)


def test_senses_part_in_the_opening_examples():
    says("contextual.notice.1", "is one point", "只有一个点")
    says("contextual.notice.2", "wider at the last layer than at layer 0", "都比第 0 层大")
    for found in STORED["opening"].values():
        gaps = [gap(found, layer) for layer in range(7)]
        assert gaps[-1] > gaps[0]
        assert n_told(found, -1) == len(found["sentences"]) == 6


def test_scores_that_the_page_names():
    n, english, chinese = claimed(
        "contextual.notice.3",
        r"all (36) words the last layer tells (94)% .* only (74)%",
        r"(36) 个词.*分对 (94)% .*只有 (74)%",
    )
    scores = STORED["scores"]
    assert [n, english, chinese] == [
        scores["en"]["n_words"],
        *(round(100 * scores[language]["accuracy"][-1]) for language in ("en", "zh")),
    ]
    first = claimed("contextual.predict.1.answer", r"(54)% .* (53)%", r"(54)%.*(53)%")
    assert first == [round(100 * scores[one]["accuracy"][0]) for one in ("en", "zh")]
    alike = claimed(
        "contextual.predict.3.answer",
        r"(0\.95) to (0\.72) .* (0\.87) to (0\.69)",
        r"(0\.95) 降到 (0\.72).*(0\.87) 降到 (0\.69)",
    )
    assert alike == [
        round(scores[one]["self_similarity"][layer], 2) for one in ("en", "zh") for layer in (0, -1)
    ]
    listed = claimed("contextual.section.senses.line", r"(36) .* (216)", r"(36) .*(216)")
    assert listed == [scores["zh"]["n_words"], scores["zh"]["n_sentences"]]
    for one in scores.values():  # any two words are more alike in the middle than at the ends
        assert one["any_two"][3] > max(one["any_two"][0], one["any_two"][-1])
