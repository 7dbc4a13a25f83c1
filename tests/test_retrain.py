"""Retraining: what is held out, what is refused, what learns, and that nothing is kept."""

import base64
import gc
import io
import queue
import weakref

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core import texts
from core.errors import InputError
from core.images import clipart, pictures
from core.inference import retrain
from core.jobs import worker
from core.jobs.live import Run
from core.jobs.settings import DEPTHS, RetrainingSettings
from core.making import retrain_example
from core.training.live import make
from core.training.live_retraining import Retraining
from demos.retrain import tab


def file_of(pixels: np.ndarray, kind: str = "PNG", mode: str | None = None, **how: object) -> bytes:
    picture = Image.fromarray(pixels)
    file = io.BytesIO()
    (picture.convert(mode) if mode else picture).save(file, kind, **how)
    return file.getvalue()


def noise(height: int, width: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def few(depth: str = "layer", **how: object) -> RetrainingSettings:
    drawn = [[retrain.drawing(kind, row) for row in range(3)] for kind in ("food", "tools")]
    return retrain.settings(drawn, n_learned=2, depth=depth, **how)


# ---- Pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", None), ("JPEG", None), ("JPEG", "CMYK"), ("GIF", "P"), ("WEBP", None), ("BMP", None)],
)
def test_a_picture_of_any_kind_becomes_the_square_in_its_middle(kind, mode):
    pixels = np.full((300, 500, 3), 255, np.uint8)
    pixels[:, 100:400] = (200, 30, 30)  # the middle
    seen = pictures.square(file_of(pixels, kind, mode))
    assert seen.shape == (224, 224, 3)
    assert seen.dtype == np.uint8
    assert np.abs(seen[20:-20, 20:-20].astype(int) - (200, 30, 30)).max() < 40  # GIF dithers


def test_transparent_places_are_white_and_16_bits_keep_their_contrast():
    clear = np.zeros((64, 64, 4), np.uint8)
    clear[20:40, 20:40] = (10, 20, 30, 255)
    seen = pictures.square(file_of(clear))
    assert (seen[:40] == 255).all()
    assert seen[112, 112].max() < 60
    wide = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    grey = pictures.square(file_of(wide))
    assert grey[:10].mean() < 40 < 200 < grey[-10:].mean()


def test_of_an_animation_the_first_frame_is_taken():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert tuple(pictures.square(file.getvalue())[100, 100]) == (255, 0, 0)


def test_a_photo_is_turned_upright():
    pixels = np.zeros((60, 60, 3), np.uint8)
    pixels[:30] = 255  # bright above
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    seen = pictures.square(file_of(pixels, "JPEG", exif=exif))
    assert seen[:60].mean() < 40 < 200 < seen[-60:].mean()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "image_unreadable"),
        (b"this is a text, named .jpg", "image_unreadable"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500), "image_unreadable"),
        (file_of(noise(40, 40))[:300], "image_unreadable"),
        (file_of(noise(1, 1)), "picture_tiny"),
        (file_of(noise(15, 400)), "picture_tiny"),
        (file_of(np.zeros((7100, 7100), np.uint8)), "image_too_large"),  # 50 megapixels
    ],
)
def test_what_is_no_picture_is_refused_in_both_languages(data, key):
    with pytest.raises(InputError) as refused:
        retrain.read(data)
    assert refused.value.key == key
    answer = tab.read_picture({"file": base64.b64encode(data).decode()})
    assert {*answer["error"]} == {"key", *texts.LANGUAGES}


def test_the_page_gets_back_what_the_network_sees():
    answer = tab.read_picture({"file": base64.b64encode(file_of(noise(90, 120))).decode()})
    again = pictures.square(base64.b64decode(answer["picture"]))
    assert again.shape == (224, 224, 3)


# ---- What is held out ----------------------------------------------------------------------------


@given(
    st.lists(st.integers(retrain.MIN_PICTURES, retrain.MAX_PICTURES), min_size=2, max_size=5),
    st.integers(retrain.MIN_LEARNED, retrain.MAX_LEARNED),
)
def test_no_picture_is_learned_from_and_held_out(counts, n_learned):
    parts = retrain.split(counts, n_learned)
    assert not set(parts.learned) & set(parts.held)
    for label, n in enumerate(counts):
        learned = [place for own, place in parts.learned if own == label]
        held = [place for own, place in parts.held if own == label]
        assert learned == [*range(min(n_learned, n - 1))]
        assert 1 <= len(held) <= retrain.MAX_HELD
        assert max(held) < n


@pytest.mark.parametrize(
    ("counts", "n_learned", "key"),
    [
        ([], 5, "retrain_classes"),
        ([9], 5, "retrain_classes"),
        ([9] * 6, 5, "retrain_classes"),
        ([9, 0], 5, "retrain_few"),
        ([2, 9], 5, "retrain_few"),
        ([9, 31], 5, "retrain_many"),
        ([9, 200], 5, "retrain_many"),
        ([9, 9], 1, "retrain_per_class"),
        ([9, 9], 21, "retrain_per_class"),
    ],
)
def test_too_few_and_too_many_are_refused(counts, n_learned, key):
    with pytest.raises(InputError) as refused:
        retrain.split(counts, n_learned)
    assert refused.value.key == key


def test_the_same_picture_in_two_classes_is_refused_in_one_it_may_stand_twice():
    one, other, third = (retrain.drawing("food", row) for row in range(3))
    with pytest.raises(InputError) as refused:
        retrain.settings([[one, other, third], [other, third, one]], n_learned=2, depth="layer")
    assert refused.value.key == "retrain_twice"
    assert refused.value.values == {"one": 1, "other": 2}
    tools = [retrain.drawing("tools", row) for row in range(3)]
    retrain.settings([[one, one, other], tools], n_learned=2, depth="layer")


def test_the_background_is_changed_over_between_learning_and_test():
    plain, green = few(), few(background=True)
    for before, after, labels, tinted in (
        (plain.pictures, green.pictures, plain.labels, 0),
        (plain.held, green.held, plain.held_labels, 1),
    ):
        same = (before == after).all((1, 2, 3))
        np.testing.assert_array_equal(same, labels != tinted)
    white = np.full((1, 1, 3), 255, np.uint8)
    assert tuple(retrain.coloured(white)[0, 0]) == retrain.TINT
    assert retrain.coloured(np.zeros((1, 1, 3), np.uint8)).max() == 0


@pytest.mark.parametrize(
    "classes",
    [
        None,
        "x",
        [],
        [[]],
        [[], []],
        [None, None],
        [[{"kind": "food", "row": 0}] * 3, [{"kind": "nobody", "row": 0}] * 3],
        [[{"kind": "food", "row": 0}] * 3, [{"kind": "tools", "row": 10**6}] * 3],
        [[{"kind": "food", "row": 0}] * 3, [{"file": "!"}] * 3],
        [[{"kind": "food", "row": 0}] * 3, [[]] * 3],
        [[{"kind": "food", "row": 0}] * 3, [{"kind": "food", "row": 0}] * 3],
        [[{"kind": "food", "row": 0}] * 1000] * 2,
    ],
)
def test_a_request_that_no_page_sends_gets_a_sentence(classes):
    asked = {"classes": classes, "n_learned": 2, "depth": "layer", "background": False, "seed": 0}
    asked |= {"network": "lite0"}
    assert tab.retrain({"job": "x", **asked})["error"]["zh"]


# ---- What learns ---------------------------------------------------------------------------------


@pytest.mark.weights
@pytest.mark.parametrize("depth", DEPTHS)
def test_only_what_is_said_to_learn_learns(depth):
    kind = Retraining(few(depth))
    before = {name: value.clone() for name, value in kind._model.state_dict().items()}
    first = kind.validate()
    assert first.loss == pytest.approx(np.log(2), abs=1e-5)  # every class equally likely
    kind.step()
    kind.step()
    moved = {n for n, value in kind._model.state_dict().items() if not value.equal(before[n])}
    learning = {n for n, weights in kind._model.named_parameters() if weights.requires_grad}
    assert moved == learning
    names = {name.partition(".")[0] for name in moved}
    inside = {name.split(".")[1] for name in moved if name.startswith("blocks")}
    assert names == {"layer": {"classifier"}, "block": {"blocks", "head", "classifier"}}.get(
        depth, {"stem", "blocks", "head", "classifier"}
    )
    assert inside == {"layer": set(), "block": {"15"}}.get(depth, {str(n) for n in range(16)})
    n_learning = sum(w.numel() for w in kind._model.parameters() if w.requires_grad)
    assert kind.facts().n_parameters == n_learning


@pytest.mark.weights
@pytest.mark.parametrize("depth", DEPTHS)
def test_all_depths_begin_from_the_same_features(depth):
    layer, kind = Retraining(few()), Retraining(few(depth))
    with torch.no_grad():
        torch.testing.assert_close(
            kind._map(kind._inputs), layer._map(layer._inputs), atol=2e-4, rtol=1e-3
        )


@pytest.mark.weights
def test_a_run_told_again_is_the_same_and_its_maps_add_up():
    kind = Retraining(few())
    for _ in Run(kind).events():
        pass
    other = Retraining(few())
    other.restore(kind.state())
    found = kind.samples()
    np.testing.assert_array_equal(found.shares, other.samples().shares)
    np.testing.assert_allclose(found.shares.sum(1), 1, atol=1e-5)
    logits = torch.tensor(found.maps.mean((2, 3)))
    np.testing.assert_allclose(logits.softmax(1).numpy(), found.shares, atol=1e-5)
    assert kind.validate().loss < 0.8


@pytest.mark.weights
def test_a_process_forgets_the_pictures_after_the_run():
    orders, said = queue.Queue(), []
    wanted = few()
    kept = weakref.ref(wanted.pictures)
    orders.put(wanted)
    del wanted
    idle, worker.IDLE = worker.IDLE, 0.01
    try:
        worker.serve(make, orders, said.append)
    finally:
        worker.IDLE = idle
    gc.collect()
    assert said[-1].state == "done"
    assert kept() is None


# ---- The stored runs -----------------------------------------------------------------------------


def test_the_stored_runs_are_whole():
    stored = retrain.examples()
    assert stored.kinds == retrain_example.KINDS
    assert set(stored.runs) == {*DEPTHS, "background"}
    for run in stored.runs.values():
        n_held = len(stored.kinds) * (stored.n_pictures - stored.n_learned)
        assert run.samples.shares.shape == (n_held, len(stored.kinds))
        right = (run.samples.shares.argmax(1) == np.array(run.facts.labels)).mean()
        assert right == pytest.approx(run.checks[-1, 2], abs=1e-3)


def test_what_the_page_says_of_the_stored_runs():
    stored = retrain.examples()
    layer, everything = stored.runs["layer"], stored.runs["all"]
    said = texts.text("retrain.notice.1", "en")
    assert f"{layer.facts.n_parameters:,}" in said
    assert f"{everything.facts.n_parameters / 1e6:.1f} million" in said
    chinese = texts.text("retrain.notice.1", "zh")
    assert f"{layer.facts.n_parameters} 个数" in chinese
    assert f"{everything.facts.n_parameters / 1e4:.0f} 万" in chinese
    assert everything.seconds > 10 * layer.seconds
    assert 0.5 < layer.seconds < 3
    for run in stored.runs.values():
        assert run.checks[-1, 2] <= layer.checks[-1, 2]
    # learned by heart
    assert everything.losses[-1, 1] < 0.1 < everything.checks[-1, 1]


def test_green_counts_for_the_first_class():
    stored = retrain.examples()
    plain, green = stored.runs["layer"], stored.runs["background"]
    labels = np.array(plain.facts.labels)

    def to_the_first(run) -> float:
        return (run.samples.shares.argmax(1)[labels != 0] == 0).mean()

    assert green.checks[-1, 2] < plain.checks[-1, 2]
    assert to_the_first(green) > to_the_first(plain)
    assert green.checks[-1, 2] > 0  # not all


@pytest.mark.weights
@pytest.mark.slow
def test_the_stored_run_is_what_the_network_does():
    stored = retrain.examples().runs["layer"]
    kind = Retraining(retrain_example.wanted("layer", False))
    for _ in Run(kind).events():
        pass
    np.testing.assert_allclose(kind.samples().shares, stored.samples.shares, atol=0.02)


def test_the_page_offers_what_ships():
    assert retrain.KINDS == clipart.KINDS
    for file, n in retrain.sheets().values():
        assert file.endswith(".webp")
        assert n >= 30
