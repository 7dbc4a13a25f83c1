"""Word search: a reference, laws, and what can be asked wrongly."""

import itertools
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.inference import analogies, word_bridge, word_search, words
from core.text import word_lists
from core.text.vectors import vectors

ENGLISH = vectors("en").matrix.astype(np.float64)
some_words = st.sampled_from(vectors("en").words[:3000])


# ---- Neighbours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "plus", "minus", "first"),
    [
        ("en", ["king", "woman"], ["man"], "queen"),
        ("zh", ["巴黎", "日本"], ["法国"], "东京"),
        ("zh", ["早餐"], [], "午餐"),
        ("en", ["dog"], [], "cat"),
    ],
)
def test_what_was_promised_is_found(language, plus, minus, first):
    found = word_search.similar(language, plus, minus)
    assert found.words[0] == first
    assert len(found.words) == len(found.cosines) == 10
    assert (np.diff(found.cosines) <= 0).all()


@settings(max_examples=12)
@given(st.lists(some_words, min_size=1, max_size=4, unique=True), st.integers(1, 30))
def test_the_nearest_are_those_of_a_naive_search(plus, n):
    known = vectors("en")
    found = word_search.similar("en", plus, n=n)
    total = np.zeros(50)
    for word in plus:
        vector = ENGLISH[known.numbers[word]]
        total += vector / np.sqrt((vector**2).sum())
    cosines = ENGLISH @ total / np.linalg.norm(total) / np.linalg.norm(ENGLISH, axis=1)
    order = [k for k in np.argsort(-cosines) if known.words[k] not in plus][:n]
    np.testing.assert_allclose(found.cosines, cosines[order], atol=1e-5)
    assert [*found.words] == [known.words[k] for k in order]


def test_what_was_typed_is_found_in_its_usual_form():
    assert word_search.find("en", "  Dog ").word == "dog"
    assert word_search.find("en", "ＤＯＧ").word == "dog"
    mapped = word_search.find("zh", "國家")
    assert (mapped.word, mapped.simplified, mapped.typed) == ("国家", True, "國家")
    assert not word_search.find("zh", "国家").simplified


@pytest.mark.parametrize(
    ("language", "plus", "minus", "key"),
    [
        ("en", [], [], "words_empty"),
        ("en", ["  "], [], "words_empty"),
        ("en", ["\u200b"], [], "words_unknown"),
        ("en", ["qxzzyv"], [], "words_unknown"),
        ("en", ["<b>dog</b>"], [], "words_unknown"),
        ("en", ["国家"], [], "words_unknown"),
        ("zh", ["dog"], [], "words_unknown"),
        ("en", ["elefant"], [], "words_unknown_like"),
        ("zh", ["中国人民银行行长"], [], "words_unknown_like"),
        ("en", ["dog " * 10_000], [], "words_unknown"),
        ("en", ["dog"] * 25, [], "words_many"),
        ("en", ["dog"], ["dog"], "words_cancel"),
    ],
)
def test_what_cannot_be_looked_up_is_answered_by_a_sentence(language, plus, minus, key):
    with pytest.raises(InputError) as error:
        word_search.similar(language, plus, minus)
    assert error.value.key == key
    assert len(error.value.sentence("zh")) < 200


def test_a_misspelt_word_is_answered_by_words_that_are_spelt_alike():
    with pytest.raises(InputError) as error:
        word_search.find("en", "elefant")
    assert "elephant" in error.value.values["list"]
    with pytest.raises(InputError) as error:
        word_search.find("zh", "人民大學生")
    assert "人民" in error.value.values["list"]


def test_no_suggestion_is_a_swear_word():
    known = vectors("en")
    with pytest.raises(InputError) as error:
        word_search.find("en", "bitcch")
    assert not set(error.value.values.get("list", "").split(", ")) & {
        known.words[k] for k in np.flatnonzero(known.quiet)
    }


# ---- Odd one out, axes, why near -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "given", "odd"),
    [
        ("en", ["breakfast", "lunch", "dinner", "bicycle"], "bicycle"),
        ("zh", ["早餐", "午餐", "晚餐", "自行车"], "自行车"),
    ],
)
def test_the_odd_one_is_found_wherever_it_stands(language, given, odd):
    for order in itertools.permutations(given):
        found = word_search.odd_one_out(language, order)
        assert found.words[found.odd].word == odd


@pytest.mark.parametrize("given", [["dog", "cat"], ["dog", "cat", "dog"], ["dog", "DOG", "cat"]])
def test_an_odd_one_needs_three_different_words(given):
    with pytest.raises(InputError) as error:
        word_search.odd_one_out("en", given)
    assert error.value.key == "words_odd_three"


def test_an_axis_turned_round_turns_the_places_round():
    poles = [("he", "she"), ("man", "woman"), ("father", "mother")]
    placed = partial(word_search.along_axis, "en", words=["king", "queen", "nurse", "table"])
    there, back = placed(poles), placed([(b, a) for a, b in poles])
    np.testing.assert_allclose(there.places, -back.places, atol=1e-6)
    assert there.places[1] > there.places[0]
    assert there.agreement == pytest.approx(back.agreement)
    assert 0 < there.agreement < 1
    assert placed(poles[:1]).agreement == pytest.approx(1, abs=1e-6)


def test_an_axis_between_a_word_and_itself_is_refused():
    with pytest.raises(InputError) as error:
        word_search.along_axis("en", [("good", "Good")], ["film"])
    assert error.value.key == "words_same_pole"
    with pytest.raises(InputError) as error:
        word_search.along_axis("en", [("good", "bad"), ("bad", "good")], ["film"])
    assert error.value.key == "words_cancel"


@given(some_words, some_words)
def test_the_parts_of_a_cosine_add_up_to_it(one, other):
    known = vectors("en")
    found = word_search.why("en", one, other)
    rows = known.units[[known.numbers[one], known.numbers[other]]].astype(np.float64)
    assert found.parts.sum() == pytest.approx(found.cosine, abs=1e-6)
    assert found.cosine == pytest.approx(rows[0] @ rows[1], abs=1e-5)


# ---- Analogies -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_score_is_that_of_asking_one_by_one():
    kind = "currency"
    right = [
        analogies.answer("zh", a, b, c, n=1).words[0] == d
        for a, b, c, d in analogies.questions("zh", kind)
    ]
    found = next(one for one in analogies.scores("zh") if one.kind == kind)
    assert found.n_questions == len(right) == len(word_lists.analogies("zh")[kind]) ** 2 - 12
    assert found.accuracy == pytest.approx(np.mean(right), abs=1e-9)
    assert found.top5 >= found.accuracy


def test_vectors_drawn_by_lot_know_nothing():
    found = analogies.scores("en", analogies.random_units("en"))
    assert analogies.overall(found) < 0.005


def test_no_question_has_its_answer_in_it():
    for kind in word_lists.analogies("zh"):
        for one in analogies.questions("zh", kind):
            assert len(set(one)) == 4


# ---- Across languages ----------------------------------------------------------------------------


def test_procrustes_finds_a_rotation_that_was_hidden():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, 8))
    turn, _ = np.linalg.qr(rng.standard_normal((8, 8)))
    np.testing.assert_allclose(word_bridge.procrustes(x, x @ turn), turn, atol=1e-5)


def test_a_bridge_keeps_lengths_and_no_other_rotation_fits_better():
    bridge, pairs = word_bridge.bridge(), word_lists.translations().train
    np.testing.assert_allclose(bridge.rotation.T @ bridge.rotation, np.eye(50), atol=1e-5)
    x = word_bridge.centred(vectors("zh").units)[[vectors("zh").numbers[b] for _, b in pairs]]
    y = word_bridge.centred(vectors("en").units)[[vectors("en").numbers[a] for a, _ in pairs]]
    best = np.sum(x @ bridge.rotation * y)
    rng = np.random.default_rng(1)
    for _ in range(20):
        moved, _ = np.linalg.qr(bridge.rotation + 0.05 * rng.standard_normal((100, 50)))
        signs = np.sign(np.sum(moved * bridge.rotation, 0))
        assert np.sum(x @ (moved * signs) * y) < best


@pytest.mark.parametrize(("language", "word", "other"), [("zh", "狗", "dog"), ("en", "dog", "狗")])
def test_a_word_lands_near_its_translation(language, word, other):
    found = word_bridge.translate(language, word)
    assert other in found.words
    assert found.language == word_bridge.OTHER[language]


# ---- What is stored ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.weights
def test_what_is_stored_is_what_is_computed():
    found = words.stored()
    for language in words.LANGUAGES:
        assert found["opening"][language] == words.opening(language)
        assert found["analogies"][language] == words.measured(language)
        precise = word_bridge.precision(language)
        assert found["bridge"]["precision"][language] == {
            str(n): round(p, 4) for n, p in precise.items()
        }
        assert all(p < 0.01 for p in found["bridge"]["random"][language].values())
        assert precise[5] > precise[1] > 0.4
