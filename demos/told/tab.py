"""Page: the same encoder told the answer and not told, and what each keeps."""

import numpy as np

from core.errors import AssetError
from core.inference import reconstruction, told
from core.results.images import Kept
from demos.common import wire
from demos.common.errors import sentences, told_to_learner
from demos.common.view import view

PAD = reconstruction.PAD  # pixels: side of a drawing on the wire


@told_to_learner
def compare_codes(request: dict) -> dict:
    """Answer a drawing or one of the shown pictures with what four encoders keep of it."""
    pictures = wire.choice(request, "pictures", told.PICTURES)
    without = None
    if "sample" in request:
        without = wire.integer(request, "sample")
        seen = told.shown(pictures, without)
    else:
        seen = told.see(pictures, wire.grey(request, "drawing", PAD, PAD))
    return _answer(pictures, seen, told.compare(pictures, seen, without=without))


@told_to_learner
def show_row(request: dict) -> dict:
    """Send one shown picture of each kind."""
    pictures = wire.choice(request, "pictures", told.PICTURES)
    return _row(pictures, told.row(pictures, wire.integer(request, "row")))


@told_to_learner
def show_maps(request: dict) -> dict:
    """Send the codes of the shown pictures by each encoder, laid flat."""
    pictures = wire.choice(request, "pictures", told.PICTURES)
    method = wire.choice(request, "method", told.METHODS)
    return {
        "labels": told.labels(pictures).tolist(),
        "maps": {
            one.objective: {"points": wire.halves(one.points), "explained": one.explained}
            for one in told.maps(pictures, method)
        },
    }


@told_to_learner
def show_figures(request: dict) -> dict:
    """Send what was measured on test pictures; of animals, how many have near-twins, too."""
    pictures = wire.choice(request, "pictures", told.PICTURES)
    near = {"near": told.twins()} if pictures == told.ANIMALS else {}
    return told.figures(pictures) | near


def _row(pictures: str, chosen: list[int]) -> dict:
    return {"row": chosen, "tiles": [wire.packed(told.shown(pictures, index)) for index in chosen]}


def _answer(pictures: str, seen: np.ndarray, kept: tuple[Kept, ...]) -> dict:
    near = sorted({int(index) for one in kept for index in one.neighbours})
    return {
        "seen": wire.packed(seen),
        "tiles": {str(index): wire.packed(told.shown(pictures, index)) for index in near},
        "kept": {one.objective: _card(one) for one in kept},
    }


def _card(one: Kept) -> dict:
    return {
        "code": wire.floats(one.code),
        "scale": one.scale,
        "kinds": one.kinds.tolist(),
        "pixels": wire.packed(one.pixels),
        "error": one.error,
        "neighbours": one.neighbours.tolist(),
        "labels": one.labels.tolist(),
        "place": one.place.tolist(),
    }


def _first_view() -> dict:
    """Gather what the page shows before any model has been asked."""
    try:
        opening = told.opening()
        digit, digits = opening["digit"], told.PICTURES[0]
        return {
            "sample": digit,
            **_row(digits, opening["row"]),
            "answer": _answer(digits, told.shown(digits, digit), told.opening_answers()),
        }
    except AssetError as error:
        return {"problem": sentences(error)}


def build() -> None:
    """Lay out the page."""
    view(
        "told",
        compare_codes,
        show_row,
        show_maps,
        show_figures,
        first=_first_view(),
        n_rows=told.N_ROWS,
        drawn=told.DRAWN,
        methods=told.METHODS,
        pad={"side": PAD, "pen": reconstruction.PEN},
    )
