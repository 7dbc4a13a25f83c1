"""Page: codes, from Huffman's to JPEG's."""

import base64

import numpy as np

from core import texts
from core.errors import InputError
from core.inference import (
    codec_equal_bytes,
    codec_lab,
    codec_pictures,
    codec_rates,
    reconstruction,
)
from core.results.codecs import LosslessCode
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view

SOURCES = ("text", "digit", "drawing", "picture")
PAD = reconstruction.PAD  # pixels: side of a drawing on the wire
MAX_OFF = 64
SEEN = ("digit", "drawing", *codec_equal_bytes.OUTSIDE)


@told_to_learner
def code_message(request: dict) -> dict:
    """Send a message's Huffman code, merge by merge, and what others make of it."""
    source = wire.choice(request, "source", SOURCES)
    if source == "digit":
        return _code(codec_lab.code_digit(wire.integer(request, "digit")))
    if source == "drawing":
        return _code(codec_lab.code_drawing(wire.grey(request, "drawing", PAD, PAD)))
    if source == "picture":
        return _code(codec_lab.code_picture(_picture(request)))
    unit = wire.choice(request, "unit", codec_lab.UNITS)
    return _code(codec_lab.code_text(wire.text(request, "text"), unit))


def _code(found: LosslessCode) -> dict:
    return {
        "message": list(found.message),
        "symbols": list(found.symbols),
        "counts": list(found.counts),
        "merges": [list(pair) for pair in found.merges],
        "codes": list(found.codes),
        "entropy": found.entropy,
        "average": found.average,
        "sizes": [[name, bits] for name, bits in found.sizes.items()],
        "width": found.width,
    }


@told_to_learner
def take_picture(request: dict) -> dict:
    """Send an uploaded picture as the page works with it."""
    file = wire.raw(request, "file")
    return _given(codec_pictures.upload(file)) | {"moves": codec_pictures.moves(file)}


@told_to_learner
def open_picture(request: dict) -> dict:
    """Send one of the pictures that are here."""
    return _given(codec_pictures.picture(wire.choice(request, "name", codec_pictures.PICTURES)))


def _given(pixels: np.ndarray) -> dict:
    return {
        "png": base64.b64encode(codec_pictures.png(pixels)).decode(),
        "height": pixels.shape[0],
        "width": pixels.shape[1],
    }


@told_to_learner
def show_jpeg(request: dict) -> dict:
    """Send our JPEG file of a picture, and one of its blocks on its way."""
    made, block = codec_pictures.compress(
        _picture(request),
        quality=wire.integer(request, "quality"),
        bands=tuple(wire.integers(request, "bands", len(codec_pictures.BANDS))),
        off=tuple(wire.integers(request, "off", MAX_OFF)),
        halved=wire.flag(request, "halved"),
        block=_place(request),
    )
    return {
        "file": base64.b64encode(made.file).decode(),
        "bytes": len(made.file),
        "mse": made.mse,
        "n_kept": made.n_kept,
        "n_amounts": made.n_amounts,
        "table": made.table.ravel().tolist(),
        "block": {
            "pixels": wire.floats(block.pixels),
            "amounts": wire.floats(block.amounts),
            "kept": block.kept.ravel().tolist(),
            "back": wire.floats(block.back),
        },
    }


@told_to_learner
def compare_codecs(request: dict) -> dict:
    """Send a picture by other codecs, in as many bytes as our file has."""
    found = codec_pictures.others(_picture(request), wire.integer(request, "bytes"))
    return {
        "others": [
            {
                "name": one.name,
                "bytes": one.n_bytes,
                "mse": one.mse,
                "png": base64.b64encode(one.shown).decode(),
            }
            for one in found
        ]
    }


@told_to_learner
def show_pyramid(request: dict) -> dict:
    """Send a picture as wavelets see it, and what the largest of their numbers give back."""
    found = codec_pictures.pyramid(
        _picture(request),
        kind=wire.text(request, "kind"),
        levels=wire.integer(request, "levels"),
        percent=wire.integer(request, "percent"),
    )
    grey = np.rint(255 * found.pyramid.clip(0, 1)).astype(np.uint8)
    return {
        "pyramid": base64.b64encode(codec_pictures.png(grey)).decode(),
        "png": base64.b64encode(codec_pictures.png(found.pixels)).decode(),
        "mse": found.mse,
        "n_kept": found.n_kept,
        "n_all": found.n_all,
    }


@told_to_learner
def show_equal_bytes(request: dict) -> dict:
    """Send a digit, a letter or a piece of a photo by every code, and as black and white."""
    seen = _seen(request)
    bits, n_bytes = wire.integer(request, "bits"), wire.integer(request, "bytes")
    ways = codec_equal_bytes.through_all(seen, bits=bits, n_bytes=n_bytes)
    png = next(one for one in ways if one.name == "png")
    lengths = codec_equal_bytes.binary_lengths(seen)
    return {
        "seen": wire.packed(seen),
        "budget": codec_equal_bytes.budget(bits, n_bytes),
        "ways": [
            {
                "name": one.name,
                "bytes": one.n_bytes,
                "mse": one.mse,
                "pixels": wire.packed(one.pixels),
                "decoder": one.decoder_bytes,
                "pays_from": codec_equal_bytes.break_even(one, png) if one.decoder_bytes else None,
            }
            for one in ways
        ],
        "ink": wire.packed(lengths.ink),
        "binary": [
            [name, float(getattr(lengths, name))]
            for name in ("vae16", "bernoulli", "zlib", "png", "huffman")
        ],
    }


@told_to_learner
def show_rates(_request: dict) -> dict:
    """Send bytes against squared error, as measured on the sample digits."""
    return {"codes": codec_rates.stored()}


def _seen(request: dict) -> np.ndarray:
    """Return the pixels [28, 28] of {"what": "digit" or "letter" or "photo"} or of a drawing."""
    what = wire.choice(request, "what", SEEN)
    if what == "digit":
        return reconstruction.sample(wire.integer(request, "digit"))
    if what == "drawing":
        return wire.grey(request, "drawing", 28, 28).astype(np.float32) / 255
    return codec_equal_bytes.outside(what)


def _picture(request: dict) -> np.ndarray:
    """Return the pixels of {"name": ...}, or of {"png": base64 of a picture file}.

    Raises:
        InputError: it is neither, or can't be read.
    """
    given = wire.field(request, "picture")
    if not isinstance(given, dict):
        raise InputError("bad_request", field="picture")
    if "name" in given:
        return codec_pictures.picture(wire.choice(given, "name", codec_pictures.PICTURES))
    return codec_pictures.upload(wire.raw(given, "png"))


def _place(request: dict) -> tuple[int, int]:
    place = wire.integers(request, "block", 2)
    if len(place) != 2:
        raise InputError("bad_request", field="block")
    return place[0], place[1]


def _first_view() -> dict:
    """Code the opening texts, so that the page opens without asking."""
    example = {one: texts.text("codec_lab.example", one) for one in texts.LANGUAGES}
    return {one: _code(codec_lab.code_text(text, "characters")) for one, text in example.items()}


def build() -> None:
    """Lay out the page."""
    view(
        "codec_lab",
        code_message,
        take_picture,
        open_picture,
        show_jpeg,
        compare_codecs,
        show_pyramid,
        show_equal_bytes,
        show_rates,
        first=_first_view(),
        digit=codec_lab.DIGIT,
        limits={
            "text": codec_lab.MAX_TEXT,
            "quality": [codec_pictures.MIN_QUALITY, codec_pictures.MAX_QUALITY],
            "band": [codec_pictures.MIN_BAND, codec_pictures.MAX_BAND],
            "levels": codec_pictures.MAX_LEVELS,
            "bits": list(codec_equal_bytes.BITS),
            "bytes": list(codec_equal_bytes.BUDGETS),
        },
        pad={"side": PAD, "pen": reconstruction.PEN},
    )
