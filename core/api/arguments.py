"""Are these the arguments that a function takes?

A program sends what it likes. Each argument is held against the function's own type hints, and the
first that doesn't fit is named in a sentence.
"""

import inspect
import json
import math
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from core.errors import InputError

MAX_SHOWN = 60  # characters of what came, in a sentence
MAX_WHOLE = 2**53  # up to here each whole number is one in JavaScript too
NAMES = {str: "string", int: "integer", float: "number", bool: "true | false", type(None): "null"}


def public(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters that a program may give: all that aren't keyword-only."""
    given = inspect.signature(function).parameters.values()
    return {one.name: one for one in given if one.kind is not inspect.Parameter.KEYWORD_ONLY}


def checked(
    function: Callable[..., Any], given: Mapping[str, object] | Sequence[object]
) -> dict[str, Any]:
    """Return the arguments of a call by name, each of its type.

    Args:
        function: one of `core.api`.
        given: by name, or in order.

    Raises:
        InputError: one is missing, unknown, too many, or of another type.
    """
    wanted, hints = public(function), get_type_hints(function)
    if not isinstance(given, Mapping):
        if len(given) > len(wanted):
            raise InputError("argument_many", high=len(wanted), got=len(given))
        given = dict(zip(wanted, given, strict=False))
    for name in given:
        if name not in wanted:
            raise InputError("argument_unknown", name=shown(name), list=", ".join(wanted))
    found = {}
    for name, parameter in wanted.items():
        if name in given:
            found[name] = _as(given[name], hints[name], name)
        elif parameter.default is inspect.Parameter.empty:
            raise InputError("argument_missing", name=name, what=said(hints[name]))
        else:
            found[name] = parameter.default
    return found


def said(hint: Any) -> str:
    """Return a type hint as a sentence names it, in JSON's words."""
    if hint in NAMES:
        return NAMES[hint]
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return " | ".join(f'"{part}"' for part in parts)
    if get_origin(hint) is list:
        return f"[{said(parts[0])}, ...]"
    return " | ".join(said(part) for part in parts)


def shown(value: object) -> str:
    """Return a value as a sentence shows it, on one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."


def _as(value: object, hint: Any, name: str) -> Any:
    """Return a value as a type hint wants it; a whole number is a number too."""
    found = _fitting(value, hint)
    if found is _MISFIT:
        raise InputError("argument_kind", name=name, what=said(hint), got=shown(value))
    return found


_MISFIT = object()


def _fitting(value: object, hint: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        fits = (_fitting(value, part) for part in get_args(hint))
        return next((found for found in fits if found is not _MISFIT), _MISFIT)
    if origin is Literal:
        return value if isinstance(value, str) and value in get_args(hint) else _MISFIT
    if origin is list:
        return _list(value, get_args(hint)[0])
    if hint is str:
        # Lone surrogates, which no encoding knows, become U+FFFD.
        whole = isinstance(value, str) and value.encode("utf-16", "surrogatepass")
        return whole.decode("utf-16", "replace") if isinstance(whole, bytes) else _MISFIT
    if hint is bool or hint is type(None):
        return value if isinstance(value, hint) else _MISFIT
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _MISFIT
    if not (abs(value) <= MAX_WHOLE if isinstance(value, int) else math.isfinite(value)):
        return _MISFIT
    if hint is int:
        return int(value) if value == int(value) and abs(value) <= MAX_WHOLE else _MISFIT
    return float(value)


def _list(value: object, hint: Any) -> Any:
    if not isinstance(value, list):
        return _MISFIT
    found = []
    for one in value:
        found.append(_fitting(one, hint))
        if found[-1] is _MISFIT:
            return _MISFIT
    return found
