"""Labelled sentences: fixed parts that share nothing; what is missing is said."""

import os
from pathlib import Path

import pytest

from core import reviews
from core.errors import AssetError

HAS_ENGLISH = (Path(os.environ.get("LATENT_LAB_DATA") or reviews.CACHE) / reviews.ENGLISH).is_file()


@pytest.mark.parametrize("language", reviews.LANGUAGES)
def test_parts_share_nothing_and_hold_both_classes(language):
    if language == "en" and not HAS_ENGLISH:
        pytest.skip(f"{reviews.ENGLISH} is not in LATENT_LAB_DATA")
    split = reviews.load(language)
    texts = [text for part in split for text in part.texts]
    assert len(texts) == len(set(texts))
    assert len(texts) == {"en": 10_662, "zh": 17_363}[language]
    for part in split:
        assert len(part.texts) == len(part.labels)
        assert 0.44 < part.labels.mean() < 0.56
    assert 0.08 < len(split.test.texts) / len(texts) < 0.12


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_DATA", str(tmp_path))
    with pytest.raises(AssetError) as told:
        reviews.load.__wrapped__("en")
    assert reviews.ENGLISH in told.value.sentence("en")
    assert reviews.ENGLISH in told.value.sentence("zh")
