"""What the whole page needs before its first view: addresses, theme, limits."""

import json
from pathlib import Path

import gradio as gr
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import InputError
from demos.common import calls, door, modules

ASSETS = Path(__file__).parent.parent.parent / "assets"
SAMPLES = ASSETS / "samples"
# A page's own rules come with its module.
STYLES = [ASSETS / "style.css", *sorted(modules.FOLDER.glob("common/views/*.css"))]
MAX_BODY = 12 * 2**20  # bytes; a photo of a phone, in base64

# Gradio's own look serves only as the ground: fonts of the system, no outside request.
THEME = gr.themes.Base(
    font=[
        "system-ui",
        "Noto Sans CJK SC",
        "Noto Sans SC",
        "PingFang SC",
        "Microsoft YaHei",
        "sans-serif",
    ],
    font_mono=["ui-monospace", "Noto Sans Mono CJK SC", "Consolas", "monospace"],
)

# What a page stands in would be cut off at the end of the first sheets. Gradio confines the rules
# of its stylesheets to what is below its container.
ON_PAPER = """<style media="print">
:has(.page) { display: block !important; position: static !important; height: auto !important;
  min-height: 0 !important; overflow: visible !important; }
</style>"""


def head() -> str:
    """Return the HTML for <head>: where modules find what pages read, and how they print."""
    files: dict[str, object] = {
        name: f"gradio_api/file={(SAMPLES / file).as_posix()}"
        for name, file in [("digits", "digits.png"), ("labels", "digits.json")]
    }
    files["samples"] = f"gradio_api/file={SAMPLES.as_posix()}/"
    files["texts"] = modules.texts_address()
    files["plotly"] = modules.bundle_addresses()
    # "</" would end the script element; JavaScript reads both alike.
    content = json.dumps(files).replace("</", "<\\/")
    return f'<script type="application/json" id="lab-files">{content}</script>{ON_PAPER}'


class BodyLimit:
    """Refuse request bodies over MAX_BODY with a clear sentence (Gradio has no such limit)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the announced length at once, and the true one while the body comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > MAX_BODY:
            await self._refuse(int(announced))(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > MAX_BODY else message

        await self.app(scope, counted, send)

    @staticmethod
    def _refuse(size: int) -> JSONResponse:
        limit = MAX_BODY // 2**20
        return calls.refusal(InputError("body_too_large", got=size // 2**20, limit=limit), 413)


def middleware(demo: gr.Blocks, *, with_tools: bool = False) -> list[Middleware]:
    """Return what stands between the visitors and Gradio.

    Args:
        demo: the lab.
        with_tools: whether language models may ask it (demos/common/tools.py).
    """
    return [
        Middleware(BodyLimit),
        # Scripts, texts, the page itself: a quarter of them goes over the wire.
        Middleware(GZipMiddleware, minimum_size=2000, compresslevel=5),
        Middleware(modules.Modules),
        Middleware(
            door.Door,
            handlers=door.handlers(demo),
            functions=calls.functions(demo),
            with_tools=with_tools,
        ),
    ]
