"""Page: walk through a latent space, from digit to digit and out to the prior."""

from collections.abc import Callable

import numpy as np

from core.errors import AssetError, InputError
from core.inference import elbo, latent_walk, prior
from demos.common import wire
from demos.common.errors import sentences, told_to_learner
from demos.common.view import view


@told_to_learner
def show_plane(request: dict) -> dict:
    """Send one plane: where the digits are, and a decoder for the browser."""
    plane = latent_walk.plane(wire.integer(request, "beta"))
    return {
        "codes": wire.halves(plane.codes),
        "decoder": wire.decoder(plane.decoder),
        "score": plane.score,
    }


@told_to_learner
def show_summaries(request: dict) -> dict:
    """Send what each plane's cloud of codes is like, beside the prior."""

    def one(name: str) -> dict:
        plane = latent_walk.plane(int(name))
        return {
            "mean_kl": plane.mean_kl,
            "within": list(plane.within),
            "radius": plane.radius,
            "deviation": plane.deviation,
            "error": plane.error,
        }

    return {"summaries": _each(tuple(str(beta) for beta in latent_walk.BETAS), one)}


@told_to_learner
def show_walk(request: dict) -> dict:
    """Send the path between two digits in each model; one whose file is missing says so."""
    steps, beta = wire.integer(request, "steps"), wire.integer(request, "beta")
    mode = wire.choice(request, "mode", latent_walk.MODES)
    start, end = _digit(request, "start"), _digit(request, "end")

    def one(name: str) -> dict:
        found = latent_walk.walk(name, start, end, steps=steps, mode=mode, beta=beta)
        return {"codes": wire.floats(found.codes), "frames": wire.packed(found.frames)}

    return {"walks": _each(tuple(latent_walk.MODELS), one)}


@told_to_learner
def show_draws(request: dict) -> dict:
    """Send what random codes decode to in each model."""
    seed, beta = wire.integer(request, "seed"), wire.integer(request, "beta")

    def one(name: str) -> dict:
        return {"pixels": wire.packed(prior.draws(name, seed=seed, beta=beta).pixels)}

    return {"draws": _each(tuple(prior.MODELS), one)}


@told_to_learner
def show_elbo(request: dict) -> dict:
    """Send a digit's bound in each VAE, split in its terms."""
    seed, pixels = wire.integer(request, "seed"), _digit(request, "digit")

    def one(name: str) -> dict:
        found = elbo.split(name, pixels, seed=seed)
        return {
            "elbo": found.elbo,
            "standard_error": found.standard_error,
            "reconstruction": found.reconstruction,
            "kl": found.kl,
            "kl_per_dimension": found.kl_per_dimension.tolist(),
            "ink": wire.packed(found.ink),
        }

    return {"splits": _each(tuple(elbo.MODELS), one)}


def _digit(request: dict, name: str) -> np.ndarray:
    """Return pixels [28, 28] in [0, 1] of {"sample": number} or {"drawing": base64 of bytes}.

    Raises:
        InputError: it is neither, or there is no such digit.
    """
    given = wire.field(request, name)
    if not isinstance(given, dict):
        raise InputError("bad_request", field=name)
    if "sample" in given:
        return latent_walk.sample_digit(wire.integer(given, "sample"))
    return wire.grey(given, "drawing", 28, 28).astype(np.float32) / 255


def _each(names: tuple[str, ...], answer: Callable[[str], dict]) -> dict:
    """Ask each model; a missing or damaged file is that model's answer and nobody else's."""
    answers = {}
    for name in names:
        try:
            answers[name] = answer(name)
        except AssetError as error:
            answers[name] = {"problem": sentences(error)}
    return answers


def build() -> None:
    """Lay out the page."""
    view(
        "latent_walk",
        show_plane,
        show_summaries,
        show_walk,
        show_draws,
        show_elbo,
        betas=list(latent_walk.BETAS),
        max_seed=prior.MAX_SEED,
        n_draws=elbo.N_DRAWS,
    )
