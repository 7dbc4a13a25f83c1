"""The code space: what its handlers answer, and laws that hold for any weights."""

import time
from pathlib import Path

import numpy as np
import pytest
from tqdm import tqdm

from core import assets
from core.errors import InputError
from core.inference import code_maps, code_space, codes, empty_places, umap_live
from core.jobs import line
from demos.code_space import tab as tab
from demos.common import wire
from tests import long_work

SPACES = ("lecture", "tuned", "vae")
RNG = np.random.default_rng(0)


def halves(packed: str) -> np.ndarray:
    return np.frombuffer(wire.raw({"x": packed}, "x"), "<f2").astype(np.float32)


def mapped(request: dict) -> list[dict]:
    return long_work.reports(tab.make_umap, tab.follow_umap, request)


def missing(file: str) -> bool:
    return not (assets.FOLDER / file).exists()


# ---- Laws ----------------------------------------------------------------------------------------


def test_the_emptiest_place_is_the_one_farthest_from_all_codes():
    known, tries = RNG.normal(size=(200, 3)), RNG.normal(size=(40, 3))
    place, nearest, distance = empty_places.emptiest(known, tries)
    every = np.linalg.norm(tries[:, None] - known[None], axis=-1)  # [40, 200]
    assert distance == pytest.approx(every.min(axis=1).max())
    assert np.array_equal(place, tries[every.min(axis=1).argmax()])
    assert np.linalg.norm(known[nearest] - place) == pytest.approx(distance)
    assert (np.linalg.norm(known - place, axis=1) >= distance - 1e-9).all()


def test_neighbours_kept_knows_its_ends():
    high = RNG.normal(size=(300, 8))
    assert code_maps.neighbours_kept(high, 3 * high[:, ::-1] + 1) == 1  # moved, turned, stretched
    shuffled = RNG.normal(size=(300, 2))
    assert code_maps.neighbours_kept(high, shuffled) < 0.1  # 10 / 299 by chance
    line = np.arange(40.0)[:, None] ** 1.01
    nearest = code_maps._nearest(line, 2)
    assert all(set(nearest[i]) == {i - 1, i + 1} for i in range(1, 39))


@pytest.mark.weights
@pytest.mark.parametrize("name", SPACES)
def test_a_space_holds_its_digits(name: str):
    space = code_space.space(name)
    assert space.codes.shape == (5000, 3)
    median = np.median(space.codes, axis=0)
    assert (space.low < median).all()
    assert (median < space.high).all()
    inside = ((space.codes >= space.low) & (space.codes <= space.high)).mean(axis=0)
    assert inside == pytest.approx(0.98, abs=0.002)
    # A digit drawn again stands where the sample digit stands.
    images = code_space.codes.datasets.sample_digits().images
    again = code_space.place(name, images[7] / 255)
    assert again == pytest.approx(space.codes[7], abs=1e-3 * float(np.abs(space.codes).max()))


@pytest.mark.weights
@pytest.mark.parametrize("name", SPACES)
def test_empty_places_are_empty_and_repeat(name: str):
    first, again = empty_places.find(name, seed=3), empty_places.find(name, seed=3)
    other = empty_places.find(name, seed=4)
    assert np.array_equal(first.code, again.code)
    assert not np.array_equal(first.code, other.code)
    known = codes.sample_codes(code_space.SPACES[name][0])
    assert np.linalg.norm(known - first.code, axis=1).min() == pytest.approx(
        first.distance, rel=1e-4
    )
    assert first.distance > 2 * first.spacing
    assert first.pixels.min() >= 0
    assert first.pixels.max() <= 1


@pytest.mark.weights
@pytest.mark.parametrize("name", SPACES)
def test_training_moves_the_codes_and_lowers_the_error(name: str):
    lapse = code_space.time_lapse(name)
    n_moments = len(lapse.epochs)
    assert lapse.codes.shape == (n_moments, 2000, 3)
    assert n_moments >= 30
    assert (np.diff(lapse.epochs) > 0).all()
    assert lapse.validation_mse[-1] < 0.2 * lapse.validation_mse[0]
    # The last moment is the shipped network.
    shipped = codes.sample_codes(code_space.SPACES[name][0])[:2000]
    assert np.abs(lapse.codes[-1] - shipped).max() < 0.01 * np.abs(shipped).max()


# ---- Handlers, once well -------------------------------------------------------------------------


@pytest.mark.weights
def test_a_space_is_sent_small_with_its_decoder():
    answer = tab.show_space({"space": "tuned"})
    assert halves(answer["codes"]).shape == (15000,)
    sizes = [(layer["n_in"], layer["n_out"]) for layer in answer["decoder"]["layers"]]
    assert sizes == [(3, 12), (12, 64), (64, 128), (128, 784)]
    assert 0 < answer["score"]["validation_mse"] < 0.05
    packed = [answer["codes"], *(layer["weight"] for layer in answer["decoder"]["layers"])]
    assert sum(map(len, packed)) < 400_000  # characters, beside 840 kB of pictures


@pytest.mark.weights
def test_the_other_answers():
    lapse = tab.show_time_lapse({"space": "lecture"})
    assert len(halves(lapse["codes"])) == len(lapse["epochs"]) * lapse["n"] * 3
    pixels = wire.packed(RNG.random((28, 28)))
    assert len(tab.place_drawing({"space": "vae", "pixels": pixels})["code"]) == 3
    places = tab.show_empty_places({"space": "vae", "seed": 1})["places"]
    assert [place["space"] for place in places] == ["tuned", "vae"]
    digit = tab.show_digit({"net": "dense32", "index": 4999})
    assert len(digit["code"]) == 32
    assert digit["mse"] < 0.05


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.skipif(missing("samples/maps.safetensors"), reason="the maps are not made yet")
@pytest.mark.parametrize("net", code_maps.NETS)
def test_maps_keep_more_neighbours_than_chance(net: str):
    kept = {}
    for method in code_maps.METHODS:
        answer = tab.show_map({"net": net, "method": method})
        assert halves(answer["points"]).shape == (10_000,)
        kept[method] = answer["kept"]
    assert min(kept.values()) > 10 * 10 / 4999
    assert kept["tsne"] > kept["pca"]
    assert kept["umap"] > kept["pca"]


# ---- Handlers, badly -----------------------------------------------------------------------------

GOOD = {"job": "a", "net": "dense32", "n_digits": 50, "n_neighbors": 5, "min_dist": 0.1, "seed": 0}


@pytest.mark.parametrize(
    ("handler", "request_", "key"),
    [
        (tab.show_space, {}, "bad_request"),
        (tab.show_space, {"space": "../etc"}, "bad_request"),
        (tab.show_space, {"space": ["vae"]}, "bad_request"),
        (tab.show_time_lapse, {"space": None}, "bad_request"),
        (tab.place_drawing, {"space": "tuned", "pixels": "AAAA"}, "bad_request"),
        (tab.place_drawing, {"space": "tuned"}, "bad_request"),
        (
            tab.place_drawing,
            {"space": "tuned", "pixels": wire.packed(np.zeros((28, 28)))},
            "nothing_to_place",
        ),
        (tab.show_empty_places, {"space": "tuned", "seed": float("nan")}, "bad_request"),
        (tab.show_empty_places, {"space": "tuned", "seed": 10**6}, "seed_range"),
        (tab.show_map, {"net": "dense32", "method": "sne"}, "bad_request"),
        (tab.show_digit, {"net": "dense32", "index": 5000}, "digit_range"),
        (tab.show_digit, {"net": "dense32", "index": 1.5}, "bad_request"),
        (tab.show_digit, {"net": "resnet", "index": 1}, "bad_request"),
        (tab.stop_umap, {"job": 3}, "bad_request"),
        (tab.show_umap, {"job": "never"}, "umap_gone"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(handler, request_: dict, key: str):
    error = handler(request_)["error"]
    assert error["key"] == key
    assert error["en"] != error["zh"]


@pytest.mark.parametrize(
    ("field", "value", "key"),
    [
        ("n_digits", 2001, "umap_digits"),
        ("n_digits", "50", "bad_request"),
        ("n_neighbors", 50, "umap_neighbors"),
        ("n_neighbors", 1, "umap_neighbors"),
        ("min_dist", float("inf"), "bad_request"),
        ("min_dist", 1.5, "umap_min_dist"),
        ("seed", -1, "seed_range"),
        ("net", "ae3", "bad_request"),
        ("job", "", "bad_request"),
        ("job", "x" * 41, "bad_request"),
    ],
)
def test_a_map_that_cannot_be_made_is_refused_at_once(field: str, value: object, key: str):
    (answer,) = mapped({**GOOD, field: value})
    assert answer["error"]["key"] == key


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assert "timelapse-vae3" in tab.show_time_lapse({"space": "vae"})["error"]["zh"]


# ---- UMAP, live ----------------------------------------------------------------------------------


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let maps be waited for and stopped without making one: the worker sleeps instead."""
    ran: list[str] = []

    def pretend(mine: umap_live._Job, *_: object) -> None:
        try:
            mine.started = time.monotonic()
            for epoch in range(1000):
                mine.write(f"{epoch}")
                time.sleep(0.01)
        except umap_live.StoppedError:
            ran.append("stopped")
            raise
        raise AssertionError("nobody stopped it")

    monkeypatch.setattr(umap_live, "_make", pretend)
    monkeypatch.setattr(umap_live, "PAUSE", 0.02)
    monkeypatch.setattr(codes, "sample_codes", lambda _: RNG.normal(size=(5000, 32)))
    return ran


def start(job: str) -> "object":
    return umap_live.fit(job, "dense32", n_digits=50, n_neighbors=5, min_dist=0.1, seed=0)


def ended(reports) -> str:
    return [report.state for report in reports][-1]


def test_the_line_is_told_its_length_and_can_be_left(worker: list[str]):
    first, second, third = start("a"), start("b"), start("c")
    assert next(first).state in ("waiting", "layout")
    assert next(second).ahead == 1
    assert next(third).ahead == 2
    with pytest.raises(InputError) as error:
        start("a")
    assert error.value.key == "job_taken"
    umap_live.stop("b")
    assert ended(second) == "stopped"
    assert next(third).ahead == 1
    umap_live.stop("a")
    assert ended(first) == "stopped"
    assert any(report.state == "layout" and umap_live.stop("c") is None for report in third)
    assert ended(third) == "stopped"
    assert worker == ["stopped", "stopped"]
    umap_live.stop("nobody")


def test_a_page_that_is_closed_gives_its_map_up(worker: list[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(line, "FORGOTTEN", 0.2)
    silent = start("a")
    next(silent)
    end = time.monotonic() + 10
    while not worker and time.monotonic() < end:
        time.sleep(0.02)  # nobody asks
    assert worker == ["stopped"]
    assert ended(silent) == "stopped"


@pytest.mark.slow
@pytest.mark.weights
def test_umap_reports_repeats_and_stops():
    *reports, last = mapped(GOOD)
    assert last["state"] == "done"
    assert {"starting", "graph", "layout"} & {report["state"] for report in reports}
    made = tab.show_umap({"job": GOOD["job"]})["stages"]
    stages = halves(made).reshape(len(umap_live.STAGES), 50, 2)
    assert np.isfinite(stages).all()
    assert not np.allclose(stages[0], stages[-1])
    assert last["kept"] > 0.4
    *_, again = mapped(GOOD)
    assert tab.show_umap({"job": GOOD["job"]})["stages"] == made  # the same seed, the same map
    assert not again["first"]

    big = {**GOOD, "n_digits": 2000, "n_neighbors": 15}
    states = []
    for report in mapped(big):
        states.append(report["state"])
        if report["state"] == "layout":
            tab.stop_umap({"job": "a"})
    assert states[-1] == "stopped"
    for lock in tqdm.get_lock().locks:  # else each later progress bar would wait for ever
        assert lock.acquire(timeout=5)
        lock.release()
    *_, after = mapped(GOOD)
    assert after["state"] == "done"  # a stopped map leaves no trace
