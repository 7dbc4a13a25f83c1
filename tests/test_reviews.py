"""Labelled sentences: fixed parts that share nothing; what is missing is said."""

import os
from pathlib import Path

import pytest

from core.errors import AssetError
from core.text import reviews

HAS_ENGLISH = (Path(os.environ.get("LATENT_LAB_DATA") or reviews.CACHE) / reviews.ENGLISH).is_file()


@pytest.mark.parametrize(
    ("load", "language", "count"),
    [
        (reviews.load, "en", 10_662),
        (reviews.shipped, "en", 10_566),
        (reviews.load, "zh", 17_363),
    ],
)
def test_parts_share_nothing_and_hold_both_classes(load, language, count):
    if load is reviews.load and language == "en" and not HAS_ENGLISH:
        pytest.skip(f"{reviews.ENGLISH} is not in LATENT_LAB_DATA")
    split = load(language)
    texts = [text for part in split for text in part.texts]
    assert len(texts) == len(set(texts)) == count
    for part in split:
        assert len(part.texts) == len(part.labels)
        assert 0.44 < part.labels.mean() < 0.56
    assert 0.08 < len(split.test.texts) / len(texts) < 0.12


def test_the_same_letters_are_in_the_same_part():
    said = ["Warm, funny and wise.", "dull and slow", "a mess", "a joy from start to finish"]
    plain = [text.lower().replace(".", " .").replace(",", " ,") for text in said]
    parts = [reviews.split(dict.fromkeys(texts, 0)) for texts in (said, plain)]
    for one, other in zip(*parts, strict=True):
        letters = [
            {t.lower().translate(str.maketrans("", "", " .,")) for t in p.texts}
            for p in (one, other)
        ]
        assert letters[0] == letters[1]


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    with pytest.raises(AssetError) as told:
        reviews.load.__wrapped__("en")
    assert reviews.ENGLISH in told.value.sentence("en")
    assert reviews.ENGLISH in told.value.sentence("zh")
