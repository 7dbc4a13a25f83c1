"""The questions as tools: what a client of the Model Context Protocol gets."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

import app
from core import options
from core.api import arguments, images, language
from core.errors import InputError
from demos import api
from demos.common import calls, door, tools
from demos.common.page import MAX_BODY, BodyLimit

pytest.importorskip("mcp", reason="the package mcp is not installed: requirements-mcp.txt")

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

LAB = "http://lab:7860"


def bug(x: int) -> int:
    """Divide by nothing."""
    return x // 0


@pytest.fixture(scope="module")
def functions() -> tuple[calls.Public, ...]:
    return (*calls.functions(app.build_app()), calls.Public(9999, "bug", bug))


@pytest.fixture
def lab(functions):
    at_the_door = Middleware(door.Door, handlers={}, functions=functions, with_tools=True)
    return Starlette(middleware=[Middleware(BodyLimit), at_the_door])


@contextlib.asynccontextmanager
async def opened(lab: Starlette) -> AsyncIterator[ClientSession]:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(lab))
    address = f"{LAB}{tools.MCP}"
    async with (
        http,
        streamable_http_client(address, http_client=http) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        yield session


def ask(lab: Starlette, asking: Callable[[ClientSession], Awaitable]) -> object:
    async def run() -> object:
        async with opened(lab) as session:
            with anyio.fail_after(60):
                return await asking(session)

    return anyio.run(run)


def call(lab: Starlette, name: str, **given: object) -> CallToolResult:
    return ask(lab, lambda session: session.call_tool(name, given))


def test_the_questions_and_nothing_else_are_tools(lab):
    listed = ask(lab, lambda session: session.list_tools()).tools
    assert [one.name for one in listed] == [one.__name__ for one in api.FUNCTIONS] + ["bug"]
    for function, tool in zip(api.FUNCTIONS, listed, strict=False):
        assert tool.description in function.__doc__.replace("\n    ", "\n")
        properties = tool.inputSchema["properties"]
        assert list(properties) == list(arguments.public(function))
        for name, one in properties.items():
            assert f"{name}: {one['description'][:20]}" in function.__doc__
            assert one["description"]
            assert ("default" in one) != (name in tool.inputSchema["required"])
        assert tool.outputSchema["properties"]


def test_three_tools_answer(lab, small):
    filled = call(lab, "fill_mask", text="the cat sat on the [MASK].")
    answer = language.fill_mask("the cat sat on the [MASK].")
    assert filled.structuredContent["blanks"][0]["top"][0][0] == answer.blanks[0].top[0][0]
    assert filled.content[0].text.startswith('{"')

    edges = call(lab, "convolve", picture=[[0, 0, 1, 1]], kernel=[[-1, 1]])
    assert edges.structuredContent == {"output": [[0.0, 1.0, 0.0]]}

    code = call(lab, "encode", digit=7, model="ae3").structuredContent["code"]
    np.testing.assert_allclose(code, images.encode(7, "ae3").code, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "given", "key"),
    [
        ("fill_mask", {"text": "no blank"}, "no_blank"),
        ("fill_mask", {"text": 3}, "argument_kind"),
        ("fill_mask", {}, "argument_missing"),
        ("tokenize", {"text": "a " * 5000}, "text_too_long"),
        ("reconstruct", {"digit": 99999}, "sample_range"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(lab, functions, small, name, given, key):
    (question,) = (one for one in functions if one.name == name)
    with pytest.raises(InputError) as expected:
        question.answer(**given)
    assert expected.value.key == key
    refused = call(lab, name, **given)
    assert (refused.isError, refused.content[0].text) == (True, str(expected.value))


def test_an_unknown_tool_is_refused(lab):
    refused = call(lab, "unknown")
    assert refused.isError
    assert "no question called unknown" in refused.content[0].text


def test_a_bug_is_no_secret_but_its_text_is(lab, caplog):
    found = call(lab, "bug", x=1)
    assert found.isError
    assert "ZeroDivisionError" in caplog.text
    assert "division" not in found.content[0].text


def test_who_calls_too_often_waits(lab, monkeypatch):
    monkeypatch.setattr(calls, "MAX_CALLS", 3)
    given = {"picture": [[1]], "kernel": [[1]]}

    async def often(session: ClientSession) -> list[bool]:
        return [(await session.call_tool("convolve", given)).isError for _ in range(5)]

    assert ask(lab, often) == [False] * 3 + [True] * 2


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "", {}, 405),
        ("DELETE", "", {}, 405),
        ("GET", "/sse", {}, 404),
        ("GET", "/schema", {}, 404),
        ("POST", "/messages/", {}, 404),
        ("POST", "", {"content": "{"}, 400),
        ("POST", "", {"content": b" " * (MAX_BODY + 1)}, 413),
        ("POST", "", {"content": "{}", "headers": {"origin": "http://evil.example"}}, 403),
    ],
)
def test_what_else_is_asked_is_refused(lab, method, path, options, status):
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    options = {**options, "headers": headers | options.get("headers", {})}

    async def run() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(lab), base_url=LAB) as http:
            return (await http.request(method, tools.MCP + path, **options)).status_code

    assert anyio.run(run) == status


def test_who_starts_the_lab_chooses(monkeypatch):
    for chosen, wanted in (("", False), ("0", False), ("1", True)):
        monkeypatch.setenv("LATENT_LAB_MCP", chosen)
        assert options.mcp() is wanted
    monkeypatch.setenv("LATENT_LAB_MCP", "yes")
    with pytest.raises(InputError, match="not yes"):
        options.mcp()
    monkeypatch.setenv("LATENT_LAB_MCP", "1")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"requirements-mcp\.txt"):
        options.mcp()
