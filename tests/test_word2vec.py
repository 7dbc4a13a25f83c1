"""The page that trains word vectors: what a run sees, where it goes on, what it refuses."""

import json

import numpy as np
import pytest

from core.errors import InputError
from core.inference import word2vec
from core.jobs.live import Checked, Run, Stepped
from core.jobs.settings import METHODS, WordVectorSettings
from core.models.glove import GloVeConfig
from core.training.live import make
from core.training.live_word2vec import WordVectors
from core.training.word_learners import GLOVE_MOST
from demos.common import modules
from demos.word2vec import tab

TEXT = " ".join(
    f"The {a} sat on the {b}. A {b} and the {a} saw a {c}!"
    for a in ("cat", "dog", "cow", "pig")
    for b in ("mat", "hat", "bed")
    for c in ("bird", "fish")
)
KINDS = {
    "en": [
        ("dog", "cat", "horse"),
        ("germany", "france", "japan", "china"),
        ("piano", "guitar", "violin", "drums"),
        ("milk", "bread", "cheese"),
        ("football", "basketball", "tennis"),
        ("sun", "moon", "mars"),
    ],
    "zh": [
        ("狗", "猫", "老虎"),
        ("德国", "法国", "日本", "英国"),
        ("钢琴", "吉他", "小提琴", "鼓"),
        ("牛奶", "面包", "水果"),
        ("足球", "篮球", "网球"),
        ("太阳", "月球", "火星"),
    ],
}
TINY = {"text": TEXT, "n_dims": 6, "window": 2, "n_negative": 2, "epochs": 3, "threshold": 0.0}
REQUEST = {
    "job": "j",
    "own": True,
    "text": TEXT,
    "watched": "cat dog",
    "language": "en",
    "method": "skipgram",
    "n_dims": 6,
    "window": 2,
    "n_negative": 2,
    "threshold": 0.0,
    "epochs": 1,
    "seed": 0,
}


def tiny(method: str = "skipgram", **how) -> WordVectors:
    return WordVectors(WordVectorSettings(method=method, **TINY | how))


@pytest.mark.parametrize("method", METHODS)
def test_a_run_of_each_method_learns_and_tells_what_it_sees(method):
    kind = make(WordVectorSettings(method=method, watched=("dog", "cat", "unheard"), **TINY))
    events = list(Run(kind).events())
    assert sum(isinstance(event, Stepped) for event in events) == kind.n_steps
    checks = [event.score.loss for event in events if isinstance(event, Checked)]
    assert checks[-1] < checks[0]
    facts, seen = kind.facts().words, kind.samples()
    assert facts.watched == ("dog", "cat")
    assert facts.n_words == len({*TEXT.lower().replace(".", "").replace("!", "").split()})
    length = len(facts.sentence)
    assert seen.vectors.shape == (2, 6)
    assert seen.pairs.shape == facts.targets.shape == (length, 2 * 2)
    assert np.isnan(seen.pairs[0, :2]).all(), "nothing stands before the first word"
    assert np.isfinite(seen.pairs[0, 2:]).all()
    n_drawn = 2 if method in ("skipgram", "cbow") else 0
    assert seen.negatives.shape == (length, n_drawn)
    assert [len(row) for row in facts.negatives] == [n_drawn] * length
    for word, near, cosines in zip(facts.watched, seen.near, seen.cosines, strict=True):
        assert word not in near
        assert (np.diff(cosines) <= 1e-6).all()
    assert len(seen.fit) == len(facts.fit) == len(facts.fit_names)
    assert np.isnan(facts.fit).all() == (method == "cbow")
    np.testing.assert_array_equal(facts.together, facts.together.T)
    assert sum(chance for _, _, chance in facts.frequent) == pytest.approx(1)


@pytest.mark.parametrize("method", METHODS)
def test_a_resumed_run_equals_an_unbroken_one_and_looking_changes_nothing(method):
    whole, first, rest = tiny(method), tiny(method), tiny(method, seed=5)
    half = whole.n_steps // 2
    losses = [whole.step() for _ in range(whole.n_steps)]
    before = []
    for _ in range(half):
        before.append(first.step())
        first.samples(), first.validate()
    rest.restore(first.state())
    assert before + [rest.step() for _ in range(whole.n_steps - half)] == losses
    np.testing.assert_array_equal(whole.samples().vectors, rest.samples().vectors)


def test_words_that_share_company_come_nearer():
    kind = tiny("skipgram", epochs=60, watched=("cat", "dog"))
    before = kind.samples()
    for _ in range(kind.n_steps):
        kind.step()
    animals = {"cat", "dog", "cow", "pig"}
    assert len(animals & set(kind.samples().near[0][:3])) > len(animals & set(before.near[0][:3]))


# ---- What is refused, and what is not ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "how", "key"),
    [
        ("word", {}, "word2vec_few"),
        ("word word word. word", {}, "word2vec_few"),
        ("123 456 !?", {}, "word2vec_few"),
        ("😀 😀 😀", {}, "word2vec_few"),
        ("One. Two. Three.", {"n_negative": 1}, "word2vec_alone"),
        ("one two three", {"n_negative": 3}, "word2vec_negatives"),
        ("one two three", {"n_negative": 20, "method": "cbow"}, "word2vec_negatives"),
    ],
)
def test_a_text_that_teaches_nothing_gets_a_sentence(text, how, key):
    with pytest.raises(InputError) as refused:
        WordVectors(WordVectorSettings(text=text, **how))
    assert refused.value.key == key
    assert all(refused.value.sentence(language) for language in ("en", "zh"))


def test_counting_needs_no_negatives():
    assert WordVectors(WordVectorSettings(text="one two three", n_negative=20, method="ppmi"))


@pytest.mark.parametrize(
    "text",
    [
        "two words",
        "我爱北京天安门，天安门上太阳升。",
        "<p>Hello <b>world</b></p> <script>alert(1)</script>",
        "mixed 中文 and English，还有 русский текст",
        "繁體中文的文章也可以用，繁體字不會變成簡體字。",
        "the cat sat on the mat. " * 1700,  # ten thousand words
        "a" * 5000 + " b",
        "x y " * 300,
    ],
)
@pytest.mark.parametrize("method", ["skipgram", "glove", "ppmi"])
def test_any_text_with_two_words_is_learned_from(text, method):
    kind = WordVectors(
        WordVectorSettings(text=text, method=method, n_negative=1, epochs=1, n_dims=4)
    )
    assert np.isfinite(kind.step())
    assert kind.samples() is not None
    sent = tab._facts(kind.facts().words)
    json.dumps([sent, tab._samples(kind.samples())], allow_nan=False)
    assert not any("<" in word for word in sent["watched"])


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": ""}, "word2vec_empty"),
        ({"text": " \n\t"}, "word2vec_empty"),
        ({"text": "a b " * 60_000}, "word2vec_text"),
        ({"n_dims": 1}, "word2vec_dims"),
        ({"window": 11}, "word2vec_window"),
        ({"n_negative": 0}, "word2vec_negative"),
        ({"threshold": -0.5}, "word2vec_threshold"),
        ({"epochs": 1000}, "train_epochs"),
        ({"watched": " ".join(f"w{k}" for k in range(25))}, "word2vec_watched"),
        ({"method": "fasttext"}, "bad_request"),
        ({"language": "fr"}, "bad_request"),
        ({"own": 1}, "bad_request"),
        ({"n_dims": 2.5}, "bad_request"),
    ],
)
def test_a_request_out_of_range_gets_a_sentence(change, key):
    answer = tab.train_words(REQUEST | change)
    assert answer["error"]["key"] == key
    assert answer["error"]["zh"]


def test_words_to_watch_may_be_parted_by_any_comma():
    found = word2vec.settings(None, " Cat,dog，cat  river ", language="en", method="glove")
    assert found.watched == ("cat", "dog", "river")
    assert found.text is None


# ---- The stored runs -----------------------------------------------------------------------------


@pytest.mark.weights
@pytest.mark.parametrize("language", word2vec.LANGUAGES)
@pytest.mark.parametrize("method", METHODS)
def test_a_stored_run_is_one_by_the_usual_settings(language, method):
    found = word2vec.example(language, method)
    assert found.settings == word2vec.usual(language, method)
    assert found.steps[0] == 0
    assert found.steps[-1] == found.report.step == found.report.facts.n_steps
    facts = found.report.facts.words
    assert facts.watched == found.settings.watched, "each has a vector"
    for frame in found.frames:
        assert frame.vectors.shape == (len(facts.watched), found.settings.n_dims)
    assert found.report.checks[-1, 1] < found.report.checks[0, 1]
    sent = tab.show_word_run({"language": language, "method": method})
    assert json.loads(json.dumps(sent, allow_nan=False))["asked"]["method"] == method


@pytest.mark.weights
@pytest.mark.parametrize("language", word2vec.LANGUAGES)
def test_products_of_vectors_follow_the_counts(language):
    for method in ("skipgram", "glove", "ppmi"):
        found = word2vec.example(language, method)
        aims, ends = found.report.facts.words.fit, (found.frames[0], found.frames[-1])
        known = np.isfinite(aims)
        before, after = (
            np.corrcoef(aims[known], one.fit[known])[0, 1] if one.fit.any() else 0.0 for one in ends
        )
        assert after > {"skipgram": 0.6, "glove": 0.8, "ppmi": 0.3}[method] > 1.2 * abs(before)


@pytest.mark.weights
@pytest.mark.parametrize("language", word2vec.LANGUAGES)
def test_words_of_a_kind_gather(language):
    """The watched words stand kind by kind; near each other at the end, not at the beginning."""
    found = word2vec.example(language, "skipgram")
    watched = found.settings.watched
    kinds = [
        KINDS[language].index(kind) for word in watched for kind in KINDS[language] if word in kind
    ]
    assert len(kinds) == len(watched)
    same = np.equal.outer(kinds, kinds) & ~np.eye(len(watched), dtype=bool)
    other = ~np.equal.outer(kinds, kinds)

    def apart(vectors: np.ndarray) -> float:
        units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        cosines = units @ units.T
        return cosines[same].mean() - cosines[other].mean()

    assert abs(apart(found.frames[0].vectors)) < 0.1 < 0.25 < apart(found.frames[-1].vectors)


@pytest.mark.weights
@pytest.mark.parametrize(("language", "word"), [("en", "the"), ("zh", "的")])
def test_the_most_frequent_word_is_mostly_skipped(language, word):
    found = word2vec.example(language, "skipgram")
    facts = found.report.facts.words
    first, count, drawn = facts.frequent[0]
    assert first == word
    share = count / facts.n_tokens
    assert (found.settings.threshold / share) ** 0.5 < 0.5
    assert drawn < share


def test_the_page_knows_gloves_weight():
    script = (modules.FOLDER / "word2vec" / "charts.js").read_text("utf-8")
    assert (
        f"MOST = {GLOVE_MOST:g}, POWER = {GloVeConfig.__dataclass_fields__['power'].default}"
        in script
    )


def test_words_that_never_meet_are_near_where_they_share_neighbours():
    """Words like "red" and "green" stand beside the same fruits, never in one sentence."""
    fruits = ("apple", "grape", "pear", "plum", "melon", "berry")
    tools = ("hammer", "saw", "drill", "wrench", "axe", "file")
    pairs = [(c, f) for c in ("red", "green") for f in fruits]
    pairs += [(c, f) for c in ("iron", "steel") for f in tools]
    text = " ".join(f"{a} {b}." for a, b in pairs * 20)
    kind = tiny(text=text, watched=("red", "green", "apple"), n_dims=8, window=1, epochs=60)
    for _ in range(kind.n_steps):
        kind.step()
    vectors = kind.samples().vectors
    red, green, apple = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert red @ green > 0.7
    assert red @ green > red @ apple + 0.3


@pytest.mark.weights
@pytest.mark.slow
def test_a_stored_run_is_what_a_run_gives():
    found = word2vec.example("en", "ppmi")
    kind = make(found.settings)
    for _ in range(kind.n_steps):
        kind.step()
    here = kind.samples()
    assert here.near == found.frames[-1].near
    np.testing.assert_allclose(here.cosines, found.frames[-1].cosines, atol=2e-3)
