"""Who asks? One browser is one visitor, known by a random name in a cookie of the lab's.

Nothing else is kept of anybody. A request without the cookie (a frame whose browser sends none, a
program) counts as its address.
"""

import re
import secrets
import threading
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie

COOKIE = "lab_visitor"
NAME = re.compile(r"[\w-]{22}", re.ASCII)

_asking: ContextVar[str | None] = ContextVar("visitor", default=None)
_gone: ContextVar[threading.Event | None] = ContextVar("gone", default=None)


def visitor() -> str | None:
    """Return who asks, for a handler; None where nobody does, as in a test."""
    return _asking.get()


def still_there() -> bool:
    """Say whether whoever asks still waits for the answer, as far as can be known."""
    gone = _gone.get()
    return gone is None or not gone.is_set()


def asks(name: str, gone: threading.Event | None = None) -> None:
    """Say who asks, for all that this request leads to.

    Args:
        name: of the visitor.
        gone: is set when nobody waits for the answer any more; None where that can't be known.
    """
    _asking.set(name)
    _gone.set(gone)


def new() -> str:
    """Return a name that nobody else has."""
    return secrets.token_urlsafe(16)


def named(cookies: str) -> str | None:
    """Return the visitor that a Cookie header names, None if it names none."""
    try:
        found = SimpleCookie(cookies).get(COOKIE)
    except CookieError:
        return None
    return found.value if found and NAME.fullmatch(found.value) else None
