"""Records as JSON has them: `plain` for the values, `schema` for their kinds.

Field names stay as they are; an array becomes lists, NaN (where there is nothing to measure) null.
"""

import dataclasses
import math
import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

DECIMALS = 6  # of the numbers in an array
MAX_WHOLE = 2**53  # up to here each whole number is one in JavaScript too
KINDS = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain(value: object) -> Json:
    """Return a record, or what stands in one, as JSON has it.

    Raises:
        TypeError: JSON has nothing like it.
    """
    if isinstance(value, np.ndarray):
        return numbers(value)
    if isinstance(value, np.generic):
        return plain(value.item())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} is nothing that JSON has.")


def numbers(array: np.ndarray) -> list[Json]:
    """Return an array as lists, to 6 decimals; null where a number is not finite."""
    if array.dtype.kind in "iub":
        return array.tolist()
    if array.ndim > 1:
        return [numbers(row) for row in array]
    rounded = np.round(array.astype(np.float64), DECIMALS)
    found = rounded.tolist()
    return found if np.isfinite(rounded).all() else [plain(one) for one in found]


def sound(text: str) -> str:
    """Return a text with U+FFFD for each lone surrogate: JSON can say one, no encoding can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def schema(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type hint: of a record, or of an argument."""
    if kind in KINDS:
        return {"type": KINDS[kind]}
    if kind is np.ndarray:
        return {"type": "array", "items": {}}
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"type": "string", "enum": list(parts)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema(part) for part in parts]}
    if origin is tuple and parts[-1] is not Ellipsis:
        places = [schema(part) for part in parts]
        return {"type": "array", "prefixItems": places, "minItems": len(places)}
    if origin in (list, tuple):
        return {"type": "array", "items": schema(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(parts[1])}
    if dataclasses.is_dataclass(kind):
        fields = get_type_hints(kind)
        properties = {name: schema(field) for name, field in fields.items()}
        return {"type": "object", "properties": properties, "required": list(properties)}
    raise TypeError(f"{kind} is nothing that JSON has.")
