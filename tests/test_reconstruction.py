"""Draw and reconstruct: laws of the answers, the stored example, and the page's handlers."""

import base64
import json

import numpy as np
import pytest

from core import assets, zoo
from core.errors import AssetError, InputError
from core.images import datasets
from core.inference import codes, reconstruction, yardsticks
from demos.reconstruction import tab as page

pytestmark = pytest.mark.weights


def three(left: int = 20, top: int = 10) -> np.ndarray:
    """A square 3 of thick strokes on a pad of 112 pixels."""
    pad = np.zeros((112, 112), np.uint8)
    for y in (0, 34, 68):
        pad[top + y : top + y + 12, left : left + 50] = 255
    pad[top : top + 80, left + 38 : left + 50] = 255
    return pad


def packed(image: np.ndarray) -> str:
    return base64.b64encode(image.astype(np.uint8).tobytes()).decode()


# ---- The question


@pytest.mark.parametrize(("left", "top"), [(0, 0), (62, 32), (31, 3)])
def test_moving_a_drawing_changes_nothing(left: int, top: int):
    here, there = reconstruction.see(three()), reconstruction.see(three(left, top))
    np.testing.assert_array_equal(here, there)
    a, b = (reconstruction.reconstruct("ae3", seen) for seen in (here, there))
    np.testing.assert_array_equal(a.code, b.code)
    np.testing.assert_array_equal(a.neighbours, b.neighbours)


def test_without_preparation_the_place_matters():
    a, b = (reconstruction.see(three(*place), prepared=False) for place in ((0, 0), (60, 30)))
    assert np.abs(a - b).max() > 0.5
    assert a.shape == (28, 28)


@pytest.mark.parametrize("name", reconstruction.MODELS)
def test_each_model_answers(name: str):
    seen = reconstruction.see(three())
    answer = reconstruction.reconstruct(name, seen)
    n_numbers = {"pca3": 3, "ae3-lecture": 3, "ae3": 3, "vae16": 16}.get(name, 32)
    assert answer.code.shape == (n_numbers,)
    assert answer.pixels.shape == (28, 28)
    assert answer.pixels.min() >= 0
    assert answer.pixels.max() <= 1
    assert answer.error == pytest.approx(float(((answer.pixels - seen) ** 2).mean()), rel=1e-5)
    assert len(set(answer.neighbours.tolist())) == 5
    np.testing.assert_array_equal(answer.labels, datasets.sample_digits().labels[answer.neighbours])


def test_neighbours_are_the_nearest_by_plain_distance():
    seen = reconstruction.sample(7)
    answer = reconstruction.reconstruct("dense32", seen, without=7)
    distances = np.linalg.norm(codes.sample_codes("dense32") - answer.code, axis=1)
    distances[7] = np.inf
    np.testing.assert_array_equal(answer.neighbours, np.argsort(distances)[:5])


def test_a_sample_digit_is_its_own_neighbour_unless_left_out():
    seen = reconstruction.sample(11)
    assert reconstruction.reconstruct("vae16", seen).neighbours[0] == 11
    assert 11 not in reconstruction.reconstruct("vae16", seen, without=11).neighbours


@pytest.mark.parametrize(
    ("labels", "vote"), [([3, 3, 5, 5, 8], 3), ([5, 3, 3, 5, 8], 5), ([1, 7, 7, 2, 7], 7)]
)
def test_of_equally_many_votes_the_nearest_wins(labels: list[int], vote: int):
    assert reconstruction.majority(np.array(labels, np.uint8)) == vote


@pytest.mark.parametrize(
    "seen", [np.full((28, 28), np.nan), np.zeros((27, 28)), np.full((28, 28), 1.5)]
)
def test_pictures_of_another_kind_are_refused(seen: np.ndarray):
    with pytest.raises(InputError):
        reconstruction.reconstruct("ae3", seen.astype(np.float32))


# ---- What the page says is so


def test_the_stored_example_is_what_the_models_say():
    stored = reconstruction.example()
    for name, answer in stored.answers.items():
        now = reconstruction.reconstruct(
            name, reconstruction.sample(stored.digit), without=stored.digit
        )
        np.testing.assert_allclose(answer.code, now.code, atol=2e-3)
        np.testing.assert_allclose(answer.pixels, now.pixels, atol=0.01)
        assert answer.error == pytest.approx(now.error, abs=1e-4)
        np.testing.assert_array_equal(answer.neighbours, now.neighbours)
        assert (answer.vote, answer.unusual) == (now.vote, now.unusual)
    assert tuple(stored.answers) == tuple(stored.yardsticks) == reconstruction.MODELS


@pytest.mark.slow
@pytest.mark.parametrize("name", reconstruction.MODELS)
def test_the_stored_yardsticks_are_what_the_models_say(name: str):
    stored, now = reconstruction.yardsticks()[name], yardsticks.measure_yardstick(name)
    assert stored.scale == pytest.approx(now.scale, rel=0.01)
    assert stored.usual == pytest.approx(now.usual, rel=0.01)
    assert stored.high == pytest.approx(now.high, rel=0.01)


@pytest.mark.slow
def test_the_preparation_matters_as_much_as_the_page_says():
    stored, now = reconstruction.example().preparation, yardsticks.measure_preparation()
    assert stored.accuracy == pytest.approx(now.accuracy, abs=0.005)
    assert stored.accuracy_without == pytest.approx(now.accuracy_without, abs=0.005)
    assert stored.accuracy_without < stored.accuracy / 2


def test_sentences_of_the_page_are_true():
    usual = {name: mark.usual for name, mark in reconstruction.yardsticks().items()}
    assert usual["ae3"] < usual["ae3-lecture"] < 0.62 * usual["pca3"]  # "nearly halves"
    assert usual["dense32"] < usual["pca32"] < usual["conv-lecture"]


# ---- The handlers


def test_show_reconstructions_answers_a_drawing_a_tile_and_a_sample():
    drawn = page.show_reconstructions({"drawing": packed(three()), "preparation": "on"})
    assert list(drawn["cards"]) == list(reconstruction.MODELS)
    assert json.loads(json.dumps(drawn)) == drawn
    # What the network sees can be put on the pad as it is: preparing it again changes nothing.
    again = page.show_reconstructions({"tile": drawn["seen"], "preparation": "on"})
    assert again == drawn
    sample = page.show_reconstructions({"sample": 5})
    assert base64.b64decode(sample["seen"]) == datasets.sample_digits().images[5].tobytes()


BLANK, DOT, FULL = (np.zeros((112, 112)) for _ in range(3))
DOT[50:63, 50:63] = 255
FULL[:] = 255


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        ({"drawing": packed(BLANK), "preparation": "on"}, "blank_drawing"),
        ({"drawing": packed(BLANK), "preparation": "off"}, "blank_drawing"),
        ({"drawing": packed(FULL), "preparation": "on"}, "all_ink"),
        ({"drawing": packed(BLANK[1:]), "preparation": "on"}, "bad_request"),
        ({"drawing": "not base64!", "preparation": "on"}, "bad_request"),
        ({"drawing": packed(DOT), "preparation": "maybe"}, "bad_request"),
        ({"drawing": None, "preparation": "on"}, "bad_request"),
        ({"drawing": packed(DOT)}, "bad_request"),
        ({"tile": packed(DOT), "preparation": "on"}, "bad_request"),
        ({"sample": float("nan")}, "bad_request"),
        ({"sample": 1.5}, "bad_request"),
        ({"sample": "3"}, "bad_request"),
        ({"sample": 5000}, "sample_range"),
        ({"sample": -1}, "sample_range"),
        ({}, "bad_request"),
        (None, "bad_request"),
        ([1, 2], "bad_request"),
    ],
)
def test_show_reconstructions_refuses_with_a_sentence(request_: object, key: str):
    error = page.show_reconstructions(request_)["error"]
    assert error["key"] == key
    assert error["en"] != error["zh"]


def test_a_single_dot_is_a_drawing():
    answer = page.show_reconstructions({"drawing": packed(DOT), "preparation": "on"})
    assert max(base64.b64decode(answer["seen"])) == 255


def test_read_photo_refuses_what_is_no_picture():
    for data in (b"This is text.", b"", b"\x89PNG\r\n\x1a\n\0\0"):
        answer = page.read_photo({"file": base64.b64encode(data).decode(), "box": None})
        assert answer["error"]["zh"]
    assert page.read_photo({"file": "%%", "box": None})["error"]["key"] == "bad_request"
    assert page.read_photo({})["error"]["key"] == "bad_request"


def test_a_missing_file_silences_one_card_only(monkeypatch: pytest.MonkeyPatch):
    asked = reconstruction.model_of

    def model_of(name: str) -> object:
        if name == "conv":
            raise AssetError("asset_missing", file="weights/conv.safetensors", command="train")
        return asked(name)

    monkeypatch.setattr(reconstruction, "model_of", model_of)
    cards = page.show_reconstructions({"sample": 5})["cards"]
    assert "weights/conv.safetensors" in cards["conv"]["problem"]["zh"]
    assert all("pixels" in card for name, card in cards.items() if name != "conv")


def test_without_its_example_the_page_still_opens(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assert "manifest.json" in page._first_view()["problem"]["en"]


def test_the_first_view_needs_no_model(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(zoo, "_filled", None)
    first = page._first_view()
    pictured = {str(first["digit"])} | {str(index) for index in first["row"]}
    assert pictured <= set(first["tiles"])
    labels = datasets.sample_digits().labels
    assert [int(labels[index]) for index in first["row"]] == list(range(10))
