"""The front page shows what the shipped models answer, and its sentences follow from it."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest

import app
from core import assets, texts
from core.inference import codec_lab, home, reconstruction, word_search
from demos.home import tab as page

pytestmark = pytest.mark.weights

HOME = Path(app.__file__).parent / "demos/home"


@pytest.fixture(scope="module")
def stored() -> dict:
    return json.loads(assets.locate(home.FILE).read_text("utf-8"))


def pixels(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), np.uint8).reshape(28, 28)


def test_every_page_is_on_the_map_and_no_other():
    tabs = [tab for tabs in app.CHAPTERS.values() for tab in tabs]
    assert tabs[0] == "home"
    assert set(page.MINUTES) == set(tabs) - {"home"}
    assert {step.tab for step in page.STORY if step.tab} <= set(page.MINUTES)


def test_each_step_has_its_sentence_its_picture_and_its_caption(stored):
    drawn = re.findall(r"^  (\w+): \{", (HOME / "pictures.js").read_text("utf-8"), re.M)
    pictures = [step.picture for step in page.STORY if step.picture]
    assert sorted(pictures) == sorted(drawn)
    for number, step in enumerate(page.STORY, 1):
        assert f"home.step.{number}" in texts.table()
        assert (step.picture is None) == (step.tab is None)
        if step.picture:
            assert f"home.caption.{step.picture}" in texts.table()
            assert step.picture in stored or all(
                step.picture in stored[one] for one in texts.LANGUAGES
            )
    assert f"home.step.{len(page.STORY) + 1}" not in texts.table()


def test_a_digit_is_squeezed_to_three_numbers_and_comes_back(stored):
    for kind, one in zip(home.DIGITS, stored["squeezed"], strict=True):
        seen = reconstruction.sample(home.digit_of(kind))
        np.testing.assert_array_equal(pixels(one["given"]), np.rint(255 * seen))
        found = reconstruction.reconstruct(home.SPACE, seen)
        assert one["code"] == pytest.approx(found.code.tolist(), abs=2e-3)
        assert len(one["code"]) == 3
        assert np.abs(pixels(one["back"]) / 255 - found.pixels).max() < 0.01


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_bits_are_those_of_huffmans_code(stored, language):
    kept = stored[language]["coded"]
    found = codec_lab.code_text(kept["text"], "characters")
    assert kept["text"] == texts.text("codec_lab.example", language)
    assert "".join(sign for sign, _ in kept["codes"]) == kept["text"][: home.N_CODED]
    codes = dict(zip(map(chr, found.symbols), found.codes, strict=True))
    assert all(bits == codes[sign] for sign, bits in kept["codes"])
    assert kept["huffman"] == sum(len(codes[sign]) for sign in kept["text"]) < kept["plain"]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_nearest_words_are_those_of_the_vectors(stored, language):
    kept = stored[language]["near"]
    found = word_search.similar(language, kept["plus"], kept["minus"], n=home.N_NEAR)
    assert [word for word, _ in kept["nearest"]] == [*found.words]
    cosines = [cosine for _, cosine in kept["nearest"]]
    assert cosines == pytest.approx(found.cosines.tolist(), abs=1e-3)


def test_digits_that_look_alike_lie_together_in_the_cloud(stored):
    points = np.frombuffer(base64.b64decode(stored["cloud"]["points"]), np.int8).reshape(-1, 3)
    labels = np.array([int(sign) for sign in stored["cloud"]["labels"]])
    assert len(points) == len(labels) == home.N_POINTS
    away = np.linalg.norm(points[:, None].astype(float) - points, axis=-1)
    np.fill_diagonal(away, np.inf)
    assert (labels[away.argmin(1)] == labels).mean() > 0.6  # chance: 0.1


def test_the_walk_begins_and_ends_with_a_digit_and_has_others_between(stored):
    frames = np.stack([pixels(one) for one in stored["walk"]]).astype(float) / 255
    assert len(frames) == home.STEPS
    for end, kind in ((0, home.WALK[0]), (-1, home.WALK[1])):
        seen = reconstruction.sample(home.digit_of(kind))
        assert np.square(frames[end] - seen).mean() < 0.03
    steps = np.square(np.diff(frames, axis=0)).mean((1, 2))
    assert steps.max() < np.square(frames[0] - frames[-1]).mean() / 2


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_is_stored_is_what_the_models_answer(stored, language):
    kept = stored[language]
    blank = home.blank(language)
    assert [word for word, _ in kept["blank"]["top"]] == [word for word, _ in blank["top"]]
    assert [p for _, p in kept["blank"]["top"]] == pytest.approx(
        [p for _, p in blank["top"]], abs=2e-3
    )
    now = home.follows(language)
    assert [p for _, p in kept["next"]["candidates"]] == pytest.approx(
        [p for _, p in now["candidates"]], abs=2e-3
    )
    seen = home.looked_at(language)
    assert (kept["attention"]["layer"], kept["attention"]["head"]) == (seen["layer"], seen["head"])
    assert kept["attention"]["weights"] == pytest.approx(seen["weights"], abs=2e-3)
    judged = home.phrases(language)
    assert kept["phrases"]["costs"] == pytest.approx(judged["costs"], abs=2e-2)


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_the_pictures_are_to_show_is_there(stored, language):
    kept = stored[language]
    (_, right), (_, wrong) = kept["next"]["candidates"]
    assert right > 0.5 > wrong
    assert kept["phrases"]["good"] > 0.5
    looked = kept["attention"]
    _, asking, answering = texts.text("home.attention", language).split("|")
    others = [
        k for k, token in enumerate(looked["tokens"]) if token not in (asking, "[CLS]", "[SEP]")
    ]
    assert looked["tokens"][looked["at"]] == asking
    strongest = max(others, key=lambda k: looked["weights"][k])
    assert looked["tokens"][strongest] == answering


def test_whoever_has_read_before_gets_further_with_the_same_labels(stored):
    for (n, tuned), (same, scratch) in zip(
        stored["learned"]["tuned"], stored["learned"]["random"], strict=True
    ):
        assert n == same
        assert tuned > scratch
