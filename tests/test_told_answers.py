"""What four encoders answer about one picture, and the handlers of the page."""

import base64

import numpy as np
import pytest
import torch

from core import zoo
from core.errors import InputError
from core.images import picture_sets
from core.inference import code_maps, reconstruction, told
from core.models.two_ends import OBJECTIVES
from core.training import told as training
from demos.told import tab

pytestmark = pytest.mark.weights


@pytest.mark.parametrize("pictures", told.PICTURES)
def test_an_answer_is_what_the_network_computes(pictures):
    seen = told.shown(pictures, 7)
    x = training.pixels_of(picture_sets.shown_pictures(pictures))
    for one in told.compare(pictures, seen, without=7):
        model = zoo.told(pictures)[one.objective]
        code, logits, back = model(x[7:8])
        np.testing.assert_allclose(one.code, code[0], atol=1e-4)
        np.testing.assert_allclose(one.kinds, logits.softmax(1)[0], atol=1e-5)
        np.testing.assert_allclose(one.pixels.ravel(), (back[0] + 1) / 2, atol=1e-5)
        assert one.error == pytest.approx(float(np.square(one.pixels - seen).mean()))
        every = model.autoencoder.encode(x)
        away = (every - code).square().sum(1)
        away[7] = torch.inf
        assert away[torch.tensor(one.neighbours)].tolist() == pytest.approx(
            away.sort().values[:5].tolist(), rel=1e-3, abs=1e-4
        )
        assert one.labels.tolist() == told.labels(pictures)[one.neighbours].tolist()


def test_a_picture_is_its_own_nearest_unless_left_out():
    seen = told.shown("clothes", 3)
    assert all(one.neighbours[0] == 3 for one in told.compare("clothes", seen))
    assert all(3 not in one.neighbours for one in told.compare("clothes", seen, without=3))


@pytest.mark.parametrize("pictures", told.PICTURES)
def test_maps_are_the_first_two_principal_components(pictures):
    from sklearn.decomposition import PCA

    for one in told.maps(pictures):
        codes = told.spaces(pictures)[one.objective].codes
        theirs = PCA(2, svd_solver="full").fit(codes)
        assert one.explained == pytest.approx(theirs.explained_variance_ratio_.sum(), rel=1e-4)
        np.testing.assert_allclose(
            np.abs(one.points), np.abs(theirs.transform(codes)), atol=2e-3 * np.abs(codes).max()
        )


def test_a_picture_lies_on_the_map_where_its_point_is():
    for one, laid in zip(
        told.compare("animals", told.shown("animals", 12)), told.maps("animals"), strict=True
    ):
        np.testing.assert_allclose(one.place, laid.points[12], atol=1e-3 * one.scale)


@pytest.mark.parametrize("pictures", told.PICTURES)
def test_stored_maps_keep_neighbours_together(pictures):
    """Far better than chance, and no two objectives have the same map."""
    for method in told.STORED_METHODS:
        laid = told.maps(pictures, method)
        assert [one.objective for one in laid] == list(OBJECTIVES)
        for one in laid:
            assert one.points.shape == (picture_sets.N_SHOWN, 2)
            assert np.abs(one.points).max() == pytest.approx(1, abs=1e-3)
            codes = told.spaces(pictures)[one.objective].codes
            assert code_maps.neighbours_kept(codes, one.points) > 0.3  # by chance 0.01
        assert not np.array_equal(laid[0].points, laid[1].points)
    with pytest.raises(InputError):
        told.maps(pictures, "mds")


def drawn(rows: slice, columns: slice) -> np.ndarray:
    ink = np.zeros((reconstruction.PAD, reconstruction.PAD), np.uint8)
    ink[rows, columns] = 255
    return ink


def test_a_drawn_animal_is_filled_and_as_large_as_the_shown_ones():
    outline = drawn(slice(30, 80), slice(20, 90))
    outline[34:76, 24:86] = 0  # the inside of a frame
    seen = told.see("animals", outline)
    assert seen.shape == (28, 28)
    inked = np.argwhere(seen > 0.5)
    low, high = inked.min(0), inked.max(0)
    assert (high - low + 1).max() == told.SILHOUETTE
    np.testing.assert_allclose((low + high) / 2, 13.5, atol=0.5)
    assert seen[14, 14] == 1  # filled
    np.testing.assert_array_equal(seen, told.see("animals", np.roll(outline, 9, 0)))
    shown = picture_sets.shown_pictures("animals").images > told.INK
    sides = [max(np.ptp(np.argwhere(one), 0)) + 1 for one in shown]
    assert np.median(sides) == told.SILHOUETTE


@pytest.mark.parametrize(
    ("pictures", "ink", "key"),
    [
        ("clothes", drawn(slice(9, 40), slice(9, 40)), "told_no_drawing"),
        ("animals", drawn(slice(0), slice(0)), "blank_drawing"),
        ("digits", drawn(slice(0), slice(0)), "blank_drawing"),
    ],
)
def test_what_a_pen_can_not_draw_is_said(pictures, ink, key):
    packed = base64.b64encode(ink.tobytes()).decode()
    answer = tab.compare_codes({"pictures": pictures, "drawing": packed})
    assert answer["error"]["key"] == key
    assert answer["error"]["zh"] != answer["error"]["en"]


def test_a_drawn_animal_is_answered():
    ink = drawn(slice(40, 60), slice(20, 80))
    for left in (24, 34, 60, 70):
        ink[60:90, left : left + 5] = 255
    packed = base64.b64encode(ink.tobytes()).decode()
    answer = tab.compare_codes({"pictures": "animals", "drawing": packed})
    assert set(answer["kept"]) == set(OBJECTIVES)
    seen = np.frombuffer(base64.b64decode(answer["seen"]), np.uint8).reshape(28, 28)
    np.testing.assert_array_equal(seen, np.rint(255 * told.see("animals", ink)))


def test_rows_have_one_of_each_kind_and_there_are_so_many():
    for pictures in told.PICTURES:
        for number in (0, told.N_ROWS - 1):
            assert told.labels(pictures)[told.row(pictures, number)].tolist() == list(range(10))


@pytest.mark.parametrize(
    "bad",
    [
        lambda: told.row("digits", told.N_ROWS),
        lambda: told.row("digits", -1),
        lambda: told.shown("clothes", 1000),
        lambda: told.shown("animals", -1),
        lambda: told.compare("digits", np.zeros((27, 28), np.float32)),
        lambda: told.compare("digits", np.full((28, 28), np.nan, np.float32)),
    ],
)
def test_what_cannot_be_asked_is_said(bad):
    with pytest.raises(InputError):
        bad()


def test_the_stored_opening_is_what_the_networks_answer():
    opening = told.opening()
    assert opening["row"] == told.row("digits", told.OPENING_ROW)
    now = told.compare("digits", told.shown("digits", opening["digit"]), without=opening["digit"])
    for kept, found in zip(told.opening_answers(), now, strict=True):
        assert kept.objective == found.objective
        np.testing.assert_allclose(kept.code, found.code, atol=1e-3)
        np.testing.assert_allclose(kept.pixels, found.pixels, atol=5e-3)
        assert kept.neighbours.tolist() == found.neighbours.tolist()
        assert kept.error == pytest.approx(found.error, abs=1e-4)


# ---- Handlers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("pictures", told.PICTURES)
def test_the_page_gets_all_that_it_paints(pictures):
    answer = tab.compare_codes({"pictures": pictures, "sample": 5})
    assert set(answer["kept"]) == set(OBJECTIVES)
    for card in answer["kept"].values():
        assert set(map(str, card["neighbours"])) <= set(answer["tiles"])
        assert len(base64.b64decode(card["pixels"])) == 784
        assert sum(card["kinds"]) == pytest.approx(1, abs=1e-4)
    row = tab.show_row({"pictures": pictures, "row": 2})
    assert len(row["tiles"]) == len(row["row"]) == 10
    laid = tab.show_maps({"pictures": pictures, "method": "pca"})
    assert all(len(base64.b64decode(one["points"])) == 4000 for one in laid["maps"].values())
    assert tab.show_figures({"pictures": pictures})["n_seeds"] == 5


@pytest.mark.parametrize(
    "request_",
    [
        {"pictures": "letters", "sample": 1},
        {"pictures": "digits", "sample": 1000},
        {"pictures": "digits", "sample": 1.5},
        {"pictures": "digits"},
        {"pictures": "digits", "drawing": base64.b64encode(bytes(112 * 112)).decode()},
        [],
        None,
    ],
)
def test_what_no_page_sends_is_answered_with_a_sentence(request_):
    answer = tab.compare_codes(request_)
    assert answer["error"]["en"]
    assert answer["error"]["zh"]
