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
from core.results.plain import MAX_WHOLE, sound

MAX_SHOWN = 60  # characters of what came, in a sentence
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
    text = ""
    for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += part
        if len(text) > MAX_SHOWN:  # it may be megabytes long, or nested beyond what Python follows
            return sound(text[: MAX_SHOWN - 3]) + "..."
    return sound(text)


def _as(value: object, hint: Any, name: str) -> Any:
    """Return a value as a type hint wants it; a whole number is a number too."""
    found = _fitting(value, hint)
    if found is _MISFIT:
        raise InputError("argument_kind", name=name, what=said(hint), got=shown(value))
    return found


_MISFIT = object()


def _fitting(value: object, hint: Any) -> Any:
    """Return a value as a type hint wants it, `_MISFIT` where it doesn't fit."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        fits = (_fitting(value, part) for part in get_args(hint))
        return next((found for found in fits if found is not _MISFIT), _MISFIT)
    if origin is Literal:
        return value if isinstance(value, str) and value in get_args(hint) else _MISFIT
    if origin is list:
        if not isinstance(value, list):
            return _MISFIT
        found = [_fitting(one, get_args(hint)[0]) for one in value]
        return _MISFIT if any(one is _MISFIT for one in found) else found
    if hint is str:
        return sound(value) if isinstance(value, str) else _MISFIT
    if hint is bool or hint is type(None):
        return value if isinstance(value, hint) else _MISFIT
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _MISFIT
    whole = isinstance(value, int) or value.is_integer()
    if hint is int or isinstance(value, int):
        return hint(value) if whole and abs(value) <= MAX_WHOLE else _MISFIT
    return value if math.isfinite(value) else _MISFIT
