"""The questions as tools of a language model (Model Context Protocol over HTTP).

    POST /gradio_api/mcp   JSON-RPC: initialize, tools/list, tools/call -> JSON

Each request stands by itself: no session is kept, and nothing is sent unasked. A tool is called as
demos/common/calls.py has it, in the same threads and within the same limits.

Gradio has such a server, too. It is not used: a call there passes none of these limits and shows
whoever asks the text of a bug, and the extra `gradio[mcp]` holds pydantic back below what Gradio
itself runs on. The package `mcp` is enough, and is imported only where it is wanted.
"""

import inspect
import json
import re
import sys
from typing import TYPE_CHECKING, Any, get_type_hints

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core.results.plain import schema
from demos.common.calls import Calls, Public

if TYPE_CHECKING:
    from mcp.types import CallToolResult, Tool

MCP = "/gradio_api/mcp"
ARGUMENT = re.compile(r"^    (\w+): (.*(?:\n {5,}.*)*)", re.MULTILINE)


class Tools:
    """Answers language models."""

    def __init__(self, functions: tuple[Public, ...], calls: Calls) -> None:
        """Make a tool of each question.

        Args:
            functions: the questions.
            calls: who counts and makes calls.
        """
        from mcp.server.lowlevel import Server

        self._calls = calls
        self._tools = [_tool(one) for one in functions]
        self._server: Server = Server("latent-lab")
        self._server.list_tools()(self._list)
        self._server.call_tool(validate_input=False)(self._call)  # our own sentences say more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request at `MCP`; whoever asks is known to `visitors`."""
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        if scope["method"] != "POST":  # GET would wait for what is never sent
            await Response(status_code=405, headers={"allow": "POST"})(scope, receive, send)
            return
        one_request = StreamableHTTPSessionManager(
            self._server,
            json_response=True,
            stateless=True,
            max_request_body_size=sys.maxsize,  # what is too large has not come so far
        )
        async with one_request.run():
            await one_request.handle_request(scope, receive, send)

    async def _list(self) -> "list[Tool]":
        return self._tools

    async def _call(self, name: str, given: dict[str, Any]) -> "CallToolResult":
        from mcp.types import CallToolResult, TextContent

        answer, error = await self._calls.asked(name, given)
        said = error.sentence("en") if error else answer
        return CallToolResult(
            content=[TextContent(type="text", text=said)],
            structuredContent=None if error else json.loads(answer),
            isError=error is not None,
        )


def _tool(public: Public) -> "Tool":
    """Return a question as a language model reads it."""
    from mcp.types import Tool, ToolAnnotations

    told = inspect.getdoc(public.answer) or ""
    summary, _, rest = told.partition("\n\nArgs:\n")
    described = {name: " ".join(text.split()) for name, text in ARGUMENT.findall(rest)}
    given = inspect.signature(public.answer).parameters
    hints = get_type_hints(public.answer)
    properties = {name: schema(hints[name]) for name in given}
    for name, one in given.items():
        properties[name]["description"] = described.get(name, "")
        if one.default is not inspect.Parameter.empty:
            properties[name]["default"] = one.default
    wanted = [name for name, one in given.items() if one.default is inspect.Parameter.empty]
    return Tool(
        name=public.name,
        description=summary,
        inputSchema={"type": "object", "properties": properties, "required": wanted},
        outputSchema=schema(hints["return"]),
        annotations=ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False),
    )
