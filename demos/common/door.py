"""The door: what may be asked of the lab's server, and by whom.

Gradio's server has many more addresses than the pages use: events that run whether anybody reads
them or not, uploads, sessions. Only what is listed here is open. What views ask of their handlers
is answered here, in few words: a request that is none of theirs is refused with a sentence, work
that takes long is asked about in threads of its own, and answers are packed outside the event loop.
What programs ask is answered by demos/common/calls.py, what language models ask by tools.py there.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import assets
from core.errors import AssetError, InputError
from demos.common import calls, tools, visitors
from demos.common.calls import SMALL, refusal
from demos.common.errors import Handler

if TYPE_CHECKING:
    import gradio as gr

ASSETS = Path(__file__).parent.parent.parent / "assets"
FILE = f"/gradio_api/file={ASSETS.as_posix()}/"  # where pages read files that ship
ASK = "/gradio_api/component_server"  # where `server.handler(request)` of a view posts to
READ = ("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json")
READ_BELOW = (
    "/assets/",
    "/static/",
    "/svelte/",
    "/gradio_api/app_id",
    "/gradio_api/info",
    "/gradio_api/startup-events",
    "/gradio_api/theme.css",
)
N_THREADS = 40  # of handlers
N_QUICK = 8  # of those about long work, which only look and note

Handlers = Mapping[tuple[int, str], Handler]


class Asked(NamedTuple):
    """What a view asks."""

    handler: Handler
    request: Any  # whatever was sent: each handler checks its fields


def handlers(demo: "gr.Blocks") -> Handlers:
    """Return the handlers of all views, by number of the component and name."""
    return {
        (number, handler.__name__): handler
        for number, block in demo.blocks.items()
        for handler in getattr(block, "server_fns", ())
    }


class Door:
    """Let in what the pages need, and answer what views ask."""

    def __init__(
        self,
        app: ASGIApp,
        handlers: Handlers,
        functions: tuple[calls.Public, ...] = (),
        with_tools: bool = False,
    ) -> None:
        """Wrap `app`.

        Args:
            app: Gradio's.
            handlers: of the views.
            functions: what programs may ask.
            with_tools: whether language models may ask it, too; the package `mcp` is there.
        """
        self.app, self.handlers = app, handlers
        self._calls = calls.Calls(functions)
        self._tools = tools.Tools(functions, self._calls) if with_tools else None
        self._threads = anyio.CapacityLimiter(N_THREADS)
        self._quick = anyio.CapacityLimiter(N_QUICK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, pass it on, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["path"].rstrip("/") == ASK and scope["method"] == "POST":
            response = await self._ask(scope, receive)
            if response:
                await response(scope, receive, send)
        elif self._tools and scope["path"].rstrip("/") == tools.MCP:
            if await self._lets_in(scope, receive, send):
                await self._tools(scope, receive, send)
        elif self._calls.takes(scope["method"], scope["path"]):
            if await self._lets_in(scope, receive, send):
                await self._calls(scope, receive, send)
        else:
            await self._show(scope, receive, send)

    @staticmethod
    async def _lets_in(scope: Scope, receive: Receive, send: Send) -> bool:
        """Note which program asks; refuse the page of somebody else."""
        headers = Headers(scope=scope)
        if not _from_here(headers):
            await refusal(InputError("foreign_page"), 403)(scope, receive, send)
            return False
        visitors.asks(_visitor(scope, headers))
        return True

    async def _show(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            is_open = scope["method"] in ("GET", "HEAD") and self._is_open(scope["path"])
        except AssetError as error:
            await refusal(error, 404)(scope, receive, send)
            return
        if is_open:
            await self.app(scope, receive, _with_cookie(scope, send))
        else:
            await refusal(InputError("closed"), 404)(scope, receive, send)

    @staticmethod
    def _is_open(path: str) -> bool:
        if path.startswith(FILE):
            assets.locate(path.removeprefix(FILE))
            return True
        return path in READ or path.startswith(READ_BELOW)

    async def _ask(self, scope: Scope, receive: Receive) -> Response | None:
        """Return the answer to what a view asks; None if whoever asked has gone."""
        headers = Headers(scope=scope)
        if not _from_here(headers):
            return refusal(InputError("foreign_page"), 403)
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return refusal(InputError("no_request"), 415)
        body = await _body(receive)
        if body is None:
            return None
        if len(body) <= SMALL:
            asked = self._read(body)
        else:
            asked = await anyio.to_thread.run_sync(self._read, body, limiter=self._threads)
        if asked is None:
            return refusal(InputError("no_request"), 400)
        pause = getattr(asked.handler, "pause", None)
        if pause:
            await asyncio.sleep(pause)
        visitors.asks(_visitor(scope, headers))
        limiter = self._threads if pause is None else self._quick
        answer = await anyio.to_thread.run_sync(_answer, asked, limiter=limiter)
        return Response(answer, media_type="application/json")

    def _read(self, body: bytes) -> Asked | None:
        """Return what a request asks, None if it is none of a view's."""
        try:
            told = json.loads(body)
            handler = self.handlers.get((told["component_id"], told["fn_name"]))
            return handler and Asked(handler, told["data"])
        except (ValueError, RecursionError, LookupError, TypeError):
            return None


def _visitor(scope: Scope, headers: Headers) -> str:
    """Return who asks: by the cookie, or by the address."""
    address = (scope.get("client") or ("nobody",))[0]
    return visitors.named(headers.get("cookie", "")) or f"at {address}"


def _answer(asked: Asked) -> bytes:
    answer = asked.handler(asked.request)
    return json.dumps(answer, allow_nan=False, separators=(",", ":")).encode()


async def _body(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _from_here(headers: Headers) -> bool:
    """Say whether a page of the lab asks, or a program; not the page of somebody else."""
    site = headers.get("sec-fetch-site")  # which no page can forge; not sent over plain http
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    # Behind a proxy the host that the browser knows is the forwarded one.
    hosts = (headers.get("host"), headers.get("x-forwarded-host"))
    ours = {f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts if host}
    return origin is None or origin in ours


def _with_cookie(scope: Scope, send: Send) -> Send:
    """Return a `send` that gives a visitor of the page a name."""
    headers = Headers(scope=scope)
    if scope["path"] != "/" or visitors.named(headers.get("cookie", "")):
        return send
    cookie = f"{visitors.COOKIE}={visitors.new()}; Path=/; HttpOnly"
    # In a Space the lab is a frame in another site's page.
    secure = "https" in (scope.get("scheme"), headers.get("x-forwarded-proto"))
    cookie += "; SameSite=None; Secure; Partitioned" if secure else "; SameSite=Lax"

    async def named(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return named
