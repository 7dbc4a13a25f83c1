"""The views' scripts and sentences, as static files of this server that never change.

Each script of demos/<page> and demos/common/views is an ES module that imports what it needs by
name, relative to itself; its own name is its path below demos, for example "fill_in/view". It is
served under an address with a hash of itself and of all that it imports, so that browsers keep it
for good: what has changed has another address. The addresses within a module are put there as it is
read, not by an import map: that would have to stand before Gradio's own modules in the page. A
page's module names all that it needs in its first line, so that nothing waits for a module to say
that it needs another one. Its last lines hold the page's html and rules: who opens one page does
not fetch what the others look like.
"""

import base64
import functools
import hashlib
import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import anyio.to_thread
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core import assets, texts
from core.errors import AssetError
from demos.common.calls import refusal

FOLDER = Path(__file__).parent.parent  # demos
AT = "views"  # where they are served
IN_THE_PAGE = frozenset({"shell"})  # whose html and rules the first answer of the server has
IMPORT = re.compile(r'^(import\b.*? from |export\b.*? from )"(\.[\w./]*/\w+)\.js";', re.MULTILINE)
KEPT = "public, max-age=31536000, immutable"
N_HASH = 12  # hexadecimal digits
# Plotly's own files, fetched when the first chart comes into view (views/charts.js).
BUNDLES = MappingProxyType(
    {"basic": "plotly/basic-4.1.1.min.js", "gl2d": "plotly/gl2d-3.7.0.min.js"}
)

# Sentences that a page may need in a language which is not its own: examples to load, and what is
# said when the server can no longer be asked for another table.
IN_EVERY_LANGUAGE = re.compile(r"\.(example|example_second|jobs|story|swapped)\b|^errors\.server$")


@functools.cache
def sources() -> Mapping[str, str]:
    """Return name -> text of every module."""
    files = sorted(FOLDER.rglob("*.js"))
    return MappingProxyType(
        {
            file.relative_to(FOLDER).with_suffix("").as_posix(): file.read_text(encoding="utf-8")
            for file in files
        }
    )


def imports(name: str) -> list[str]:
    """Return the names of the modules that a module imports itself.

    Raises:
        KeyError: no such module.
    """
    return [_imported(name, path) for _, path in IMPORT.findall(sources()[name])]


def _imported(by: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(by), path))


@functools.cache
def needed(name: str) -> tuple[str, ...]:
    """Return the names of all modules that one needs, itself among them.

    Raises:
        KeyError: one of them is not there.
    """
    found, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += imports(one)
    return tuple(sorted(found))


@functools.cache
def address(name: str) -> str:
    """Return where a module is served, relative to the page."""
    whole = hashlib.sha256(_looks(name).encode())
    for one in needed(name):
        whole.update(f"{one}\n{sources()[one]}\n".encode())
    return f"{AT}/{name}.{whole.hexdigest()[:N_HASH]}.js"


def pages() -> list[str]:
    """Return the names of the folders that have a view."""
    return sorted(file.parent.name for file in FOLDER.glob("*/view.html"))


def html(page: str) -> str:
    """Return what a page stands in: its view.html."""
    return (FOLDER / page / "view.html").read_text(encoding="utf-8")


def rules(page: str) -> str:
    """Return what the stylesheets of a page's folder say.

    Each selector names the page's id, so that they weigh more than the shared rules, before which
    Gradio puts its container.
    """
    files = sorted((FOLDER / page).glob("*.css"))
    return "".join(file.read_text(encoding="utf-8") for file in files)


def _looks(name: str) -> str:
    """Return the last lines of a page's module, which export these two."""
    page, _, file = name.partition("/")
    if file != "view" or page in IN_THE_PAGE:
        return ""
    looks = {"pageHtml": html(page), "pageRules": rules(page)}
    return "".join(f"export const {one} = {json.dumps(text)};\n" for one, text in looks.items())


def _from(name: str, other: str) -> str:
    """Return the address of the other module relative to that of the first."""
    path = posixpath.relpath(address(other), posixpath.dirname(address(name)))
    return path if path.startswith(".") else f"./{path}"


def _served(name: str) -> str:
    def addressed(found: re.Match[str]) -> str:
        return f'{found[1]}"{_from(name, _imported(name, found[2]))}";'

    source = IMPORT.sub(addressed, sources()[name])
    if not re.search(r"^export async function mount\b", source, re.MULTILINE):
        return source
    # On the first line, so that the numbers of lines stay those of the file.
    others = (one for one in needed(name) if one != name)
    return "".join(f'import "{_from(name, one)}"; ' for one in others) + source + _looks(name)


def table(stem: str, language: str) -> dict[str, dict[str, str]]:
    """Return the sentences of one page, or of a part that pages share, in one language.

    Those of the shell have the names of all pages with them, those of a page its own errors.
    """

    def belongs(key: str) -> bool:
        if stem == "shell" and (key.endswith(".tab") or key == "errors.server"):
            return True
        return key.startswith((f"{stem}.", f"errors.{stem}_"))

    return {
        key: dict(entry) if IN_EVERY_LANGUAGE.search(key) else {language: entry[language]}
        for key, entry in texts.table().items()
        if belongs(key)
    }


@functools.cache
def texts_address() -> str:
    """Return where the tables are served: below it, `en/shell.json` and so on."""
    whole = json.dumps(dict(texts.table()), ensure_ascii=False)
    return f"{AT}/texts.{hashlib.sha256(whole.encode()).hexdigest()[:N_HASH]}"


@functools.cache
def served() -> Mapping[str, tuple[str, bytes]]:
    """Return path -> (media type, content) of all of them."""
    files = {f"/{address(name)}": ("text/javascript", _served(name).encode()) for name in sources()}
    for stem in sorted({key.partition(".")[0] for key in texts.table()} - {"errors"}):
        for language in texts.LANGUAGES:
            content = json.dumps(table(stem, language), ensure_ascii=False, separators=(",", ":"))
            path = f"/{texts_address()}/{language}/{stem}.json"
            files[path] = ("application/json", content.encode())
    return MappingProxyType(files)


@functools.cache
def bundles() -> Mapping[str, str]:
    """Return path -> name below assets/ of each part of Plotly.

    Raises:
        AssetError: the manifest can't be read.
    """
    entries = assets.manifest()
    return MappingProxyType(
        {
            f"/{AT}/plotly-{part}.{entries[file]['sha256'][:N_HASH]}.js": file
            for part, file in BUNDLES.items()
            if file in entries
        }
    )


def bundle_addresses() -> dict[str, dict[str, str]]:
    """Return for each part of Plotly where it is served, and what the browser checks it by."""
    entries = assets.manifest()
    return {
        part: {
            "address": address.removeprefix("/"),
            "integrity": _integrity(entries[file]["sha256"]),
        }
        for part in BUNDLES
        for address, file in bundles().items()
        if file == BUNDLES[part]
    }


def _integrity(sha256: str) -> str:
    return f"sha256-{base64.b64encode(bytes.fromhex(sha256)).decode()}"


class Modules:
    """Answers for these files; all else goes on to the next."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app, self.files = app, served()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or pass the request on."""
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        found = self.files.get(scope["path"]) if asked else None
        bundle = bundles().get(scope["path"]) if asked else None
        if bundle is not None:
            try:
                found = "text/javascript", await anyio.to_thread.run_sync(_read, bundle)
            except AssetError as error:
                await refusal(error, 404)(scope, receive, send)
                return
        if found is None:
            await self.app(scope, receive, send)
            return
        kind, content = found
        headers = {"Cache-Control": KEPT, "X-Content-Type-Options": "nosniff"}
        await Response(content, media_type=kind, headers=headers)(scope, receive, send)


def _read(bundle: str) -> bytes:
    return assets.locate(bundle).read_bytes()
