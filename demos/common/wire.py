"""Numbers on the wire between a view and its handler; every field is checked on arrival."""

import base64
import math
from dataclasses import asdict

import numpy as np

from core.errors import InputError
from core.results.images import DecoderWeights
from core.results.plain import MAX_WHOLE, numbers, sound
from core.results.reasons import Reasons

MAX_JOB = 40  # characters of a job's name


def floats(array: np.ndarray) -> str:
    """Pack an array as base64 of little-endian float32 (`lab.floats` unpacks it)."""
    return base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()


def halves(array: np.ndarray) -> str:
    """Pack an array as base64 of little-endian float16 (`lab.halves` unpacks it)."""
    return base64.b64encode(np.ascontiguousarray(array, "<f2").tobytes()).decode()


def integers32(array: np.ndarray) -> str:
    """Pack whole numbers as base64 of little-endian int32."""
    return base64.b64encode(np.ascontiguousarray(array, "<i4").tobytes()).decode()


def packed(array: np.ndarray) -> str:
    """Pack values in [0, 1] as base64 of uint8, 255 for 1 (`lab.bytes` unpacks it)."""
    return base64.b64encode(np.rint(np.clip(array, 0, 1) * 255).astype(np.uint8).tobytes()).decode()


def shares(array: np.ndarray) -> str:
    """Pack values in [0, 1] as base64 of uint16, 10,000 for 1 (`lab.shares` unpacks it).

    All low bytes come first, then all high ones: most shares are small, so that the high bytes are
    all alike and compress to nearly nothing.
    """
    counts = np.rint(np.clip(array, 0, 1) * 10_000).astype(np.uint16).ravel()
    planes = np.stack([counts & 255, counts >> 8]).astype(np.uint8)
    return base64.b64encode(planes.tobytes()).decode()


def reasons(found: Reasons) -> dict:
    """Return what several ways of explaining say of each word, as reasons.js reads it."""
    return asdict(found) | {"values": numbers(found.values)}


def decoder(weights: DecoderWeights) -> dict:
    """Return a decoder as decoder.js reads it."""
    return {
        "activation": weights.activation,
        "output": weights.output,
        "layers": [
            {
                "n_in": weight.shape[1],
                "n_out": weight.shape[0],
                "weight": halves(weight),
                "bias": halves(bias),
            }
            for weight, bias in weights.layers
        ],
    }


def field(request: object, name: str) -> object:
    """Return one field of a request.

    Raises:
        InputError: the request is no object, or lacks the field.
    """
    if not isinstance(request, dict) or name not in request:
        raise InputError("bad_request", field=name)
    return request[name]


def number(request: object, name: str) -> float:
    """Return a finite number.

    Raises:
        InputError: it is missing, no number, or not finite.
    """
    value = field(request, name)
    if type(value) is int and abs(value) <= MAX_WHOLE:
        return float(value)
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise InputError("bad_request", field=name)


def integer(request: object, name: str) -> int:
    """Return a whole number; `Raises` as for `number`."""
    value = number(request, name)
    if value != int(value) or abs(value) > MAX_WHOLE:
        raise InputError("bad_request", field=name)
    return int(value)


def choice(request: object, name: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words.

    Raises:
        InputError: it is missing or another one.
    """
    value = field(request, name)
    if value not in allowed:
        raise InputError("bad_request", field=name)
    return str(value)


def flag(request: object, name: str) -> bool:
    """Return true or false.

    Raises:
        InputError: it is missing or neither.
    """
    value = field(request, name)
    if not isinstance(value, bool):
        raise InputError("bad_request", field=name)
    return value


def text(request: object, name: str) -> str:
    """Return a text, whatever its length; lone surrogates, which no encoding knows, become U+FFFD.

    Raises:
        InputError: it is missing or no text.
    """
    value = field(request, name)
    if not isinstance(value, str):
        raise InputError("bad_request", field=name)
    return sound(value)


def job(request: object) -> str:
    """Return the name by which a view knows long work that it has begun.

    Raises:
        InputError: it is missing, no text, empty or too long.
    """
    value = text(request, "job")
    if not 0 < len(value) <= MAX_JOB:
        raise InputError("bad_request", field="job")
    return value


def texts(request: object, name: str, limit: int) -> list[str]:
    """Return a list of at most `limit` texts; `Raises` and surrogates as for `text`."""
    value = field(request, name)
    if not isinstance(value, list) or len(value) > limit:
        raise InputError("bad_request", field=name)
    return [text({name: part}, name) for part in value]


def integers(request: object, name: str, limit: int) -> list[int]:
    """Return a list of at most `limit` whole numbers.

    Raises:
        InputError: it is missing, longer, or holds anything else.
    """
    value = field(request, name)
    if not isinstance(value, list) or len(value) > limit:
        raise InputError("bad_request", field=name)
    if not all(type(x) is int and abs(x) <= MAX_WHOLE for x in value):
        raise InputError("bad_request", field=name)
    return value


def box(request: object, name: str) -> tuple[float, float, float, float] | None:
    """Return four finite numbers: left, top, right, bottom; None where the field is null.

    Raises:
        InputError: it is missing or anything else.
    """
    value = field(request, name)
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 4:
        raise InputError("bad_request", field=name)
    left, top, right, bottom = (number({name: side}, name) for side in value)
    return left, top, right, bottom


def raw(request: object, name: str) -> bytes:
    """Return the bytes of a base64 field.

    Raises:
        InputError: it is missing or no base64.
    """
    value = field(request, name)
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else _refuse(name)
    except ValueError:  # binascii.Error is one; so is what letters beyond ASCII raise
        return _refuse(name)


def grey(request: object, name: str, height: int, width: int) -> np.ndarray:
    """Return a greyscale image, uint8 [height, width], from base64 of its bytes.

    Raises:
        InputError: it is missing, no base64, or has another size.
    """
    data = raw(request, name)
    if len(data) != height * width:
        _refuse(name)
    return np.frombuffer(data, np.uint8).reshape(height, width)


def _refuse(name: str) -> bytes:
    raise InputError("bad_request", field=name)
