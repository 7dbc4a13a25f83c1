"""Page: the space of codes, seen from outside and from inside."""

import numpy as np

from core.inference import code_maps, code_space, empty_places, umap_live
from core.results.images import CodeMap, UmapProgress
from demos.common import wire
from demos.common.errors import FOLLOWED, about_long_work, told_to_learner
from demos.common.view import view
from demos.common.visitors import visitor

SPACES = tuple(code_space.SPACES)
NETS = tuple(code_maps.NETS)


@told_to_learner
def show_space(request: dict) -> dict:
    """Send one space: where the digits are, and a decoder for the browser."""
    space = code_space.space(wire.choice(request, "space", SPACES))
    return {
        "codes": wire.halves(space.codes),
        "low": space.low.tolist(),
        "high": space.high.tolist(),
        "decoder": wire.decoder(space.decoder),
        "score": space.score,
    }


@told_to_learner
def show_time_lapse(request: dict) -> dict:
    """Send one space's moments of training."""
    lapse = code_space.time_lapse(wire.choice(request, "space", SPACES))
    return {
        "codes": wire.halves(lapse.codes),
        "epochs": lapse.epochs.tolist(),
        "errors": lapse.validation_mse.tolist(),
        "n": lapse.codes.shape[1],
    }


@told_to_learner
def place_drawing(request: dict) -> dict:
    """Send the code of a prepared drawing."""
    pixels = wire.grey(request, "pixels", 28, 28) / 255
    return {"code": code_space.place(wire.choice(request, "space", SPACES), pixels).tolist()}


@told_to_learner
def show_empty_places(request: dict) -> dict:
    """Send an empty place of an autoencoder's space and one of the VAE's, both decoded."""
    seed, chosen = wire.integer(request, "seed"), wire.choice(request, "space", SPACES)
    names = ("tuned" if chosen == "vae" else chosen, "vae")
    return {"places": [{"space": name, **_empty_place(name, seed)} for name in names]}


@told_to_learner
def show_map(request: dict) -> dict:
    """Send a stored map of all sample digits."""
    net = wire.choice(request, "net", NETS)
    return _map(code_maps.shipped(net, wire.choice(request, "method", code_maps.METHODS)))


@told_to_learner
def show_digit(request: dict) -> dict:
    """Send a digit's code of 16 or 32 numbers and what comes back of it."""
    digit = code_maps.digit(wire.choice(request, "net", NETS), wire.integer(request, "index"))
    return {
        "code": digit.code.tolist(),
        "pixels": wire.packed(digit.pixels),
        "mse": digit.error,  # "error" would be read as a refusal
    }


@about_long_work
def make_umap(request: dict) -> dict:
    """Begin to make a map, or wait in line for it."""
    umap_live.begin(
        wire.job(request),
        wire.choice(request, "net", NETS),
        n_digits=wire.integer(request, "n_digits"),
        n_neighbors=wire.integer(request, "n_neighbors"),
        min_dist=wire.number(request, "min_dist"),
        seed=wire.integer(request, "seed"),
        visitor=visitor(),
    )
    return {}


@about_long_work(pause=FOLLOWED)
def follow_umap(request: dict) -> dict:
    """Tell how far a map is."""
    return _report(umap_live.follow(wire.job(request)))


@told_to_learner
def show_umap(request: dict) -> dict:
    """Send a map that was made just now, with the stages of its growth."""
    stages = umap_live.stages(wire.job(request))
    return {"stages": wire.halves(stages - stages[-1].mean(axis=0, dtype=np.float64))}


@about_long_work
def stop_umap(request: dict) -> dict:
    """Give a map up."""
    umap_live.stop(wire.job(request))
    return {}


def _empty_place(name: str, seed: int) -> dict:
    found = empty_places.find(name, seed=seed)
    return {
        "code": found.code.tolist(),
        "pixels": wire.packed(found.pixels),
        "nearest": found.nearest,
        "distance": found.distance,
        "spacing": found.spacing,
    }


def _map(found: CodeMap) -> dict:
    return {
        "points": wire.halves(found.points),
        "kept": found.kept,
        "scale": found.scale,
        "score": found.score,
    }


def _report(report: UmapProgress) -> dict:
    """Leave out the map: it is large, and fetched by `show_umap` when done."""
    return {
        "over": report.over,
        "state": report.state,
        "ahead": report.ahead,
        "epoch": report.epoch,
        "n_epochs": report.n_epochs,
        "first": report.first,
        "seconds": report.seconds,
        "kept": report.kept,
    }


def build() -> None:
    """Lay out the page."""
    limits = {
        "n_digits": [umap_live.MIN_DIGITS, umap_live.MAX_DIGITS],
        "n_neighbors": [umap_live.MIN_NEIGHBORS, umap_live.MAX_NEIGHBORS],
        "min_dist": [umap_live.MIN_DIST, umap_live.MAX_DIST],
        "seed": [0, umap_live.MAX_SEED],
    }
    view(
        "code_space",
        show_space,
        show_time_lapse,
        place_drawing,
        show_empty_places,
        show_map,
        show_digit,
        make_umap,
        follow_umap,
        show_umap,
        stop_umap,
        limits=limits,
        spaces=SPACES,
        stems={name: stem for name, (stem, _) in code_space.SPACES.items()},
        nets=NETS,
        methods=code_maps.METHODS,
        n_tries=empty_places.N_TRIES,
    )
