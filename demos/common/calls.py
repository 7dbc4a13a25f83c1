"""Calls by programs: the lab's questions by name, in the words of Gradio's clients.

    POST /gradio_api/call/NAME   {"data": [...]} or {"argument": ...} -> {"event_id": ID}
    GET  /gradio_api/call/NAME/ID                 -> event: complete, data: [answer]
    POST /gradio_api/queue/join, GET /gradio_api/queue/data: the same, as gradio_client asks
    POST /gradio_api/run/NAME    the same body    -> {"data": [answer]} at once

Gradio would run an event that nobody reads, and keep its answer. Here a call waits until somebody
comes to read it, and then runs in one of a few threads; only its arguments are kept until then.
"""

import asyncio
import functools
import json
import logging
import re
import secrets
import threading
import time
import traceback
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from core.errors import InputError, LabError
from demos.common import visitors
from demos.common.errors import sentences
from demos.common.rate import Rate

if TYPE_CHECKING:
    import gradio as gr

ROOT = "/gradio_api/"
CALL = re.compile(rf"{ROOT}(call|call/v2|run)/(\w{{1,60}})/?")
READ = re.compile(rf"{ROOT}call/(?:v2/)?(\w{{1,60}})/([\w-]{{1,40}})/?")
JOIN, DATA = f"{ROOT}queue/join", f"{ROOT}queue/data"
SESSION = re.compile(r"[\w-]{1,60}")
N_THREADS = 8  # of calls, so that the pages keep most of the processor
MAX_CALLS, PER_SECONDS = 120, 60.0  # of one visitor
MAX_WAITING = 200  # calls that nobody has come to read yet
UNREAD = 30.0  # seconds until such a call is dropped
BEAT = 10.0  # seconds between two signs of life
SMALL = 100_000  # bytes of a request that is read on the spot

Function = Callable[..., Any]
Made = tuple[str, LabError | None]  # an answer as JSON, or why there is none
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Public:
    """A question that programs may ask."""

    number: int  # by which gradio_client knows it
    name: str
    answer: Function


@dataclass
class Call:
    """What was asked, until somebody reads the answer."""

    public: Public
    given: dict[str, object] | list[object]  # arguments, by name or in order
    visitor: str
    session: str
    refused: LabError | None = None
    since: float = field(default_factory=time.monotonic)
    event: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    gone: threading.Event = field(default_factory=threading.Event)  # whoever asked

    def make(self) -> str:
        """Return the answer as JSON; `Raises` what the question does."""
        if isinstance(self.given, dict):
            return _json(self.public.answer(**self.given))
        return _json(self.public.answer(*self.given))


def functions(demo: "gr.Blocks") -> tuple[Public, ...]:
    """Return the questions that were registered for programs."""
    return tuple(
        Public(one._id, str(one.api_name), one.fn)
        for one in demo.fns.values()
        if one.fn and one.api_visibility == "public"
    )


class Calls:
    """Answers programs."""

    def __init__(self, functions: tuple[Public, ...], rate: Rate | None = None) -> None:
        """Nobody has called yet."""
        self._by_name = {one.name: one for one in functions}
        self._by_number = {one.number: one for one in functions}
        self._waiting: dict[str, Call] = {}  # by event, the oldest first
        self._rate = rate or Rate(MAX_CALLS, PER_SECONDS)
        self._threads = anyio.CapacityLimiter(N_THREADS)

    def takes(self, method: str, path: str) -> bool:
        """Say whether a request is one of a program's."""
        path = path.rstrip("/")
        if method == "POST":
            return path == JOIN or CALL.fullmatch(path) is not None
        return method == "GET" and (path == DATA or READ.fullmatch(path) is not None)

    async def asked(self, name: str, given: dict[str, object]) -> Made:
        """Make a call of whoever asks, and wait for its answer."""
        public = self._by_name.get(name)
        if public is None:
            return "", InputError("calls_unknown", name=name[:60])
        call = self._counted(public, given)
        work = asyncio.ensure_future(self._made(call))
        async for _ in self._beats(work, call):
            pass
        return _result(work)

    def _counted(
        self, public: Public, given: dict[str, object] | list[object], session: str = ""
    ) -> Call:
        """Return a call of whoever asks; one too many is there to be refused."""
        visitor = visitors.visitor() or "nobody"
        wait = self._rate.wait(visitor)
        limit, seconds = self._rate.limit, int(wait) + 1
        refused = InputError("calls_many", limit=limit, seconds=seconds) if wait else None
        return Call(public, given, visitor, session, refused)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that `takes` has said yes to; `visitors` knows who asks."""
        path, headers = scope["path"].rstrip("/"), Headers(scope=scope)
        chinese = headers.get("accept-language", "").strip().lower().startswith("zh")
        language = "zh" if chinese else "en"
        if scope["method"] == "POST":
            response = await self._begin(Request(scope, receive), path)
        elif path == DATA:
            session = QueryParams(scope["query_string"]).get("session_hash", "")
            response = _stream(self._read_session(session, language))
        else:
            found = READ.fullmatch(path)
            call = self._take(found[2]) if found else None
            if call is None:
                response = refusal(InputError("calls_gone", seconds=int(UNREAD)), 404)
            else:
                response = _stream(self._read_event(call))
        if response:
            await response(scope, receive, send)

    # ---- Asking ------------------------------------------------------------------------------

    async def _begin(self, request: Request, path: str) -> Response | None:
        """Note a call, or make it at once; None if whoever asked has gone."""
        try:
            body = await request.body()
            read = functools.partial(json.loads, body)
            told = read() if len(body) <= SMALL else await anyio.to_thread.run_sync(read)
        except ClientDisconnect:
            return None
        except (ValueError, RecursionError):
            return refusal(InputError("calls_body"), 400)
        if not _is_call(told, path):
            return refusal(InputError("calls_body"), 400)
        name, public = self._named(told, path)
        if public is None:
            return refusal(InputError("calls_unknown", name=name), 404)
        given = told["data"] if isinstance(told.get("data"), list) else told
        session = told["session_hash"] if path == JOIN else ""
        call = self._counted(public, given, session)
        if path.startswith(f"{ROOT}run/"):
            return await self._at_once(call, request)
        if not self._keep(call):
            return refusal(InputError("calls_busy", limit=MAX_WAITING), 503)
        return JSONResponse({"event_id": call.event})

    def _named(self, told: dict[str, Any], path: str) -> tuple[str, Public | None]:
        """Return which question is called, as it was named; None if there is no such one."""
        found = CALL.fullmatch(path)
        if found:
            return found[2], self._by_name.get(found[2])
        number = told.get("fn_index")
        known = self._by_number.get(number) if isinstance(number, int) else None
        return str(number)[:60], known

    async def _at_once(self, call: Call, request: Request) -> Response | None:
        """Make a call while its request waits; None if whoever asked has gone."""
        if call.refused:
            return refusal(call.refused, 429)
        work = asyncio.ensure_future(self._made(call))
        async for _ in self._beats(work, call):
            if await request.is_disconnected():
                return None
        answer, error = _result(work)
        if error:
            return refusal(error, 500 if work.exception() else 400)
        return Response(f'{{"data":[{answer}]}}', media_type="application/json")

    def _keep(self, call: Call) -> bool:
        """Let a call wait for its reader; False if too many do."""
        oldest = time.monotonic() - UNREAD
        for event in [name for name, one in self._waiting.items() if one.since < oldest]:
            del self._waiting[event]
        if len(self._waiting) >= MAX_WAITING:
            return False
        self._waiting[call.event] = call
        return True

    # ---- Reading -----------------------------------------------------------------------------

    def _take(self, event: str) -> Call | None:
        call = self._waiting.pop(event, None)
        return call if call and time.monotonic() - call.since < UNREAD else None

    def _session(self, session: str) -> list[Call]:
        """Return the calls of a session whose reader is here: none of them is dropped unread."""
        calls = [one for one in self._waiting.values() if one.session == session and session]
        for call in calls:
            call.since = time.monotonic()
        return calls

    async def _made(self, call: Call) -> Made:
        """Return the answer, or why there is none."""
        if call.refused:
            return "", call.refused
        visitors.asks(call.visitor, call.gone)
        try:
            return await anyio.to_thread.run_sync(call.make, limiter=self._threads), None
        except LabError as error:
            return "", error

    async def _beats(self, work: "asyncio.Task[Made]", call: Call) -> AsyncIterator[None]:
        """Wait for some work, with a sign of life now and then; who stops waiting has gone."""
        try:
            while not work.done():
                done, _ = await asyncio.wait([work], timeout=BEAT)
                if not done:
                    yield None
        finally:
            call.gone.set()

    async def _read_event(self, call: Call) -> AsyncIterator[str]:
        """Yield the answer to one call, as /call has it."""
        work = asyncio.ensure_future(self._made(call))
        async for _ in self._beats(work, call):
            yield "event: heartbeat\ndata: null\n\n"
        answer, error = _result(work)
        if error:
            said = {"error": {"key": error.key, **sentences(error)}}
            yield f"event: error\ndata: {_json(said)}\n\n"
        else:
            yield f"event: complete\ndata: [{answer}]\n\n"

    async def _read_session(self, session: str, language: str) -> AsyncIterator[str]:
        """Yield the answers to a session's calls one after the other, as gradio_client reads."""
        while calls := self._session(session):
            call = self._take(calls[0].event)
            if call is None:
                continue
            yield _message("process_starts", event_id=call.event, eta=None)
            work = asyncio.ensure_future(self._made(call))
            async for _ in self._beats(work, call):
                self._session(session)
                yield _message("heartbeat")
            answer, error = _result(work)
            said = _json({"error": error.sentence(language)}) if error else f'{{"data":[{answer}]}}'
            told = {"event_id": call.event, "success": error is None}
            ended = _message("process_completed", said, **told)
            # In one piece with the last answer: a client must not ask again in between.
            yield ended if self._session(session) else ended + _message("close_stream")
        yield ""


def _is_call(told: object, path: str) -> bool:
    """Say whether a body is one that a program may send to an address."""
    if not isinstance(told, dict) or path != JOIN:
        return isinstance(told, dict)
    session = told.get("session_hash")
    named = isinstance(session, str) and SESSION.fullmatch(session) is not None
    return named and isinstance(told.get("data"), list)


def _result(work: "asyncio.Task[Made]") -> Made:
    """Return what came of some work; a bug goes to the log, and whoever asked is told so."""
    bug = work.exception()
    if bug is None:
        return work.result()
    log.error("%s", "".join(traceback.format_exception(bug)))
    return "", InputError("server")


def _json(value: object) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _message(kind: str, output: str = "", **told: object) -> str:
    """Return a message to gradio_client; `output` is JSON already."""
    said = _json({"msg": kind, **told})
    return f'data: {said[:-1]},"output":{output}}}\n\n' if output else f"data: {said}\n\n"


def _stream(parts: AsyncIterator[str]) -> Response:
    """Return an answer that comes in parts."""
    headers = {"cache-control": "no-cache", "x-accel-buffering": "no"}
    return StreamingResponse(parts, media_type="text/event-stream", headers=headers)


def refusal(error: LabError, status: int) -> JSONResponse:
    """Return why something isn't done, in every language."""
    told: Mapping[str, object] = {"key": error.key, **sentences(error)}
    return JSONResponse({"error": told}, status_code=status)
