"""What "Word vectors" says is what the shipped vectors answer."""

import numpy as np
import pytest

from core import texts
from core.inference import word_bridge, word_search, words
from core.text import word_lists
from core.text.vectors import vectors
from tests.claims import claimed, said, says

pytestmark = pytest.mark.weights

EXAMPLES = [key for key in texts.table() if key.startswith("words.example.")]


def first(language: str, word: str, n: int = 1) -> tuple[str, ...]:
    return word_search.similar(language, [word], n=n).words


def accuracy(language: str, kind: str) -> int:
    return round(100 * words.stored()["analogies"][language]["kinds"][kind]["accuracy"])


def read_sum(text: str) -> tuple[list[str], list[str]]:
    """Return the words of "a - b + c" that are added, and those taken away."""
    parts = text.split()
    signed = [(parts[k - 1] if k else "+", word) for k, word in enumerate(parts) if len(word) > 1]
    return [w for sign, w in signed if sign != "-"], [w for sign, w in signed if sign == "-"]


def test_opposites_are_nearest():
    says("words.notice.2", "to “buy” is “sell”, and to “喜欢”", "离“喜欢”最近的是“讨厌”")
    assert first("en", "buy") == ("sell",)
    assert first("zh", "喜欢") == ("讨厌",)


def test_apple_is_a_firm_among_its_neighbours():
    says("words.notice.3", "near “apple” stand Microsoft and the iPhone", "“苹果”旁边是手机和微软")
    near = {
        language: first(language, word, 10) for language, word in [("en", "apple"), ("zh", "苹果")]
    }
    assert {"microsoft", "iphone"} <= set(near["en"])
    assert not {"pear", "orchard"} & set(near["en"])
    assert {"手机", "微软"} <= set(near["zh"])
    assert not {"梨", "果园"} & set(near["zh"])


def test_adverbs_are_the_hardest_of_the_three_kinds():
    adverbs, capitals, people = claimed(
        "words.predict.1.answer",
        r"adverbs: (\d+)% right, against (\d+)% of the capitals and (\d+)%",
        r"只对 (\d+)%，首都对 (\d+)%，男女对 (\d+)%",
    )
    kinds = ("adverb", "capital", "woman")
    assert [accuracy("en", kind) for kind in kinds] == [adverbs, capitals, people]
    assert min(words.stored()["analogies"]["en"]["kinds"], key=lambda k: accuracy("en", k)) == (
        "adverb"
    )


def test_about_half_of_the_words_land_on_their_translation():
    (pairs,) = claimed("words.predict.2.question", r"so that (\d+) known pairs", r"让 (\d+) 对")
    p1, n_test, p5 = (
        claimed("words.predict.2.answer", english, chinese)[0]
        for english, chinese in (
            (r"^(\d+)% of", r"有 (\d+)%；"),
            (r"of (\d+) held-out", r"^(\d+) 个留出"),
            (r"for (\d+)% a right one", r"；(\d+)% 的词"),
        )
    )
    found = word_bridge.precision("zh")
    assert (p1, p5) == (int(100 * found[1]), round(100 * found[5]))
    assert (pairs, n_test) == tuple(map(len, word_lists.translations()))
    assert 45 < p1 < 58  # "about every second time"


def test_hot_and_rise_stand_beside_their_opposites():
    says(
        "words.predict.3.answer",
        "“cool”, then “cold”; and “下降”",
        "“下降”；hot 最近的是 cool，其次是 cold",
    )
    assert first("en", "hot", 2) == ("cool", "cold")
    assert first("zh", "上升") == ("下降",)
    assert [said("words.predict.3.shows")[one] for one in texts.LANGUAGES] == ["hot", "上升"]


@pytest.mark.parametrize("key", EXAMPLES)
@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_word_of_an_example_has_a_vector_and_is_no_swear_word(key, language):
    text = said(key)[language]
    label, *rest = text.split("|")
    given = " ".join(rest) if rest else label
    known = vectors(language)
    numbers = [known.numbers[word] for word in given.split() if word not in "+-"]
    assert numbers
    assert not known.quiet[numbers].any()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_sums_to_try_come_out(language):
    meant = {"en": ["queen", "rome", "walked"], "zh": ["东京", "王后", "广州"]}[language]
    for number, word in enumerate(meant, 1):
        plus, minus = read_sum(said(f"words.example.sum.{number}")[language])
        assert word_search.similar(language, plus, minus, n=1).words == (word,), number


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_odd_ones_are_odd(language):
    odd = {"en": ["bicycle", "music", "desert"], "zh": ["自行车", "音乐", "贝多芬"]}[language]
    for number, word in enumerate(odd, 1):
        found = word_search.odd_one_out(
            language, said(f"words.example.odd.{number}")[language].split()
        )
        assert found.words[found.odd].word == word


@pytest.mark.parametrize(
    ("language", "low", "high"), [("en", "engineer", "nurse"), ("zh", "士兵", "护士")]
)
def test_the_axis_of_he_and_she_shows_the_prejudice_of_the_texts(language, low, high):
    says("words.axis.care", "not what jobs are like", "不代表职业本来如此")
    _, left, right, placed = (
        part.split() for part in said("words.example.axis.2")[language].split("|")
    )
    found = word_search.along_axis(language, list(zip(left, right, strict=True)), placed)
    place = {one.word: where for one, where in zip(found.words, found.places, strict=True)}
    assert place[low] < 0 < place[high]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_other_axes_part_their_words(language):
    ends = {
        "en": {
            1: (["war", "disaster"], ["friend", "award"]),
            3: (["ant", "atom"], ["city", "whale"]),
        },
        "zh": {1: (["葬礼", "灾难"], ["生日", "节日"]), 3: (["皇帝", "科举"], ["电脑", "互联网"])},
    }[language]
    for number, (low, high) in ends.items():
        _, left, right, placed = (
            part.split() for part in said(f"words.example.axis.{number}")[language].split("|")
        )
        found = word_search.along_axis(language, list(zip(left, right, strict=True)), placed)
        place = dict(zip((one.word for one in found.words), found.places, strict=True))
        assert max(place[word] for word in low) < min(place[word] for word in high)


def test_the_commonest_chinese_words_are_left_out_as_the_foot_says():
    says("words.foot", "such as 我, 的, 大", "我、的、大")
    assert not {"我", "的", "大"} & set(vectors("zh").numbers)


def test_sums_are_of_length_one_in_what_is_stored():
    for language in texts.LANGUAGES:
        total = words.stored()["opening"][language]["sum"]
        assert np.linalg.norm(total) == pytest.approx(1, abs=1e-3)
