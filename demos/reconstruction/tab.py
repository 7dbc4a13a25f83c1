"""Page: draw a digit and see it pass through eight codes."""

import base64
import io

import numpy as np
from PIL import Image

from core.errors import AssetError
from core.inference import reconstruction
from core.results.images import Reconstruction
from demos.common import wire
from demos.common.errors import sentences, told_to_learner
from demos.common.view import view

PAD, TILE = reconstruction.PAD, 28  # pixels: side of a drawing on the wire, and of a digit


@told_to_learner
def show_reconstructions(request: dict) -> dict:
    """Answer a drawing, a digit of 28 x 28 or a sample digit with what each model makes of it.

    A model whose file is missing answers with its sentence; the others are not disturbed.
    """
    seen, without = _seen(request)
    cards = {}
    for name in reconstruction.MODELS:
        try:
            cards[name] = _card(reconstruction.reconstruct(name, seen, without=without))
        except AssetError as error:
            cards[name] = {"problem": sentences(error)}
    return {"seen": wire.packed(seen), "cards": cards}


def _seen(request: dict) -> tuple[np.ndarray, int | None]:
    """Return the picture asked about, and which sample digit it is, if it is one."""
    fields = request if isinstance(request, dict) else {}
    if "sample" in fields:
        index = wire.integer(request, "sample")
        return reconstruction.sample(index), index
    name, side = ("tile", TILE) if "tile" in fields else ("drawing", PAD)
    drawing = wire.grey(request, name, side, side)
    prepared = wire.choice(request, "preparation", ("on", "off")) == "on"
    return reconstruction.see(drawing, prepared=prepared), None


@told_to_learner
def read_photo(request: dict) -> dict:
    """Find the digit on an uploaded picture, or in a box on it, and show what was taken for ink."""
    data = wire.raw(request, "file")
    seen, photo = reconstruction.read_photo(data, wire.box(request, "box"))
    return {
        "seen": wire.packed(seen),
        "picture": _encoded(Image.fromarray(photo.picture), "JPEG", quality=80),
        # Transparent where there is no ink, so that the view can lay it over the picture.
        "found": _encoded(Image.fromarray(photo.found), "PNG", transparency=0),
        "doubt": photo.doubt,
    }


def _encoded(picture: Image.Image, kind: str, **options: int) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()


def _card(answer: Reconstruction) -> dict:
    return {
        "code": wire.floats(answer.code),
        "pixels": wire.packed(answer.pixels),
        "error": answer.error,
        "unusual": answer.unusual,
        "neighbours": answer.neighbours.tolist(),
        "labels": answer.labels.tolist(),
        "vote": answer.vote,
    }


def _first_view() -> dict:
    """Gather what the page shows before any model has been asked."""
    try:
        example = reconstruction.example()
        pictured = {example.digit, *example.row}
        for answer in example.answers.values():
            pictured.update(answer.neighbours.tolist())
        tiles = {
            str(index): wire.packed(reconstruction.sample(index)) for index in sorted(pictured)
        }
        figure, scores = reconstruction.scores()
    except AssetError as error:
        return {"problem": sentences(error)}
    return {
        "digit": example.digit,
        "row": list(example.row),
        "tiles": tiles,
        "cards": {name: _card(answer) for name, answer in example.answers.items()},
        "yardsticks": {
            name: {"scale": mark.scale, "usual": mark.usual}
            for name, mark in example.yardsticks.items()
        },
        "figure": figure.removesuffix("_mse"),
        "scores": scores,
        "accuracy": [example.preparation.accuracy, example.preparation.accuracy_without],
    }


def build() -> None:
    """Lay out the page."""
    view(
        "reconstruction",
        show_reconstructions,
        read_photo,
        first=_first_view(),
        agreeing=reconstruction.AGREEING,
        rows=reconstruction.ROWS,
        pad={"side": PAD, "pen": reconstruction.PEN},
    )
