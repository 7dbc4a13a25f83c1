"""The lab as a server process with Chromium in front of it, and small models to stand in."""

import functools
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Response

ROOT = Path(__file__).parent.parent
# Of Chromium's features. The suggestions of the address bar are two pages of their own in each
# window, and take more than the lab's page does. The others are those that Playwright switches off
# itself: its list gives way to this one.
SWITCHED_OFF = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
]
FLAGS = [  # nothing of the browser's own may go out, or count as the page's
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]
PROGRAMS = (  # the first is Chromium without its window: a page costs a quarter less of a core
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
HAS_MCP = importlib.util.find_spec("mcp") is not None
# The lab's own settings; nothing is asked of the hub, where names are looked up for half a minute.
SERVED = {
    "HOST": "127.0.0.1",
    "PYTHONUNBUFFERED": "1",
    "HF_HUB_OFFLINE": "1",
    "LATENT_LAB_MCP": str(int(HAS_MCP)),
}
# What `make test` looks at in part, of a sweep through everything, is looked at in full.
EVERY = os.environ.get("LATENT_LAB_EVERY") == "1"
START_LIMIT = 120  # seconds until the lab answers
PATIENCE = 60_000  # milliseconds that a page is waited for: only a guard, for a busy machine
# The page's head and the tab of its link stand, so that nothing below moves any more.
STANDS = """document.querySelector(".shell .chapters button")
    && document.querySelector(`#${document.documentElement.dataset.tab} [data-mounted] .page`)
      ?.checkVisibility()"""

# A busy machine may take long over one example; under CI the same examples come every time.
settings.register_profile("lab", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("lab")


def skip_unless_ci(reason: str) -> NoReturn:
    """Skip the test; under CI=true, where a browser must be, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, but {reason}", pytrace=False)
    pytest.skip(reason)


class Lab:
    """A server process of app.py."""

    def __init__(self, log: Path) -> None:
        """Start it on a free port and wait until it answers."""
        self.log = log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/"
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env={**os.environ, **SERVED, "PORT": str(port)},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + START_LIMIT
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                pytest.fail(f"app.py does not answer:\n{log.read_text()}", pytrace=False)
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return urllib.request.urlopen(self.url, timeout=30).status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    @functools.cached_property
    def views(self) -> dict[str, int]:
        """The number of each view's component, by the view's name."""
        with urllib.request.urlopen(f"{self.url}config", timeout=60) as answer:
            parts = json.load(answer)["components"]
        return {part["props"].get("elem_id"): part["id"] for part in parts}

    def ask(
        self, view: str, handler: str, request: object, *, visitor: str | None = None
    ) -> tuple[int, dict]:
        """Return status and answer of what a view, or somebody who writes like one, asks."""
        body = {"component_id": self.views[view], "fn_name": handler, "data": request}
        headers = {"Content-Type": "application/json"}
        if visitor:
            headers["Cookie"] = f"lab_visitor={visitor:_<22}"
        address = f"{self.url}gradio_api/component_server/"
        asked = urllib.request.Request(address, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The lab, started once for all tests: `lab_server.url`."""
    lab = Lab(tmp_path_factory.mktemp("lab") / "server.log")
    yield lab
    lab.stop()


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A fresh headless Chromium.

    One for each test module, since playwright keeps an event loop running in this thread, which
    tests elsewhere may not have.
    """
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        skip_unless_ci("there is no Chromium: apt-get install chromium fonts-noto-cjk")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip_unless_ci("there is no playwright: pip install -r requirements-dev.txt")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Opens pages of the lab and notes what went wrong in them."""

    def __init__(self, chromium: "Browser", lab: Lab) -> None:
        """Nothing is opened yet."""
        self.lab, self._chromium = lab, chromium
        self._close: list[Callable[[], None]] = []
        self._allowed: list[str] = []
        self._seen: list[str] = []
        self._log_start = lab.log.stat().st_size
        # Of all its pages: "GET http://127.0.0.1:.../...", "POST http://... name_of_a_handler"
        self.requests: list[str] = []

    def __call__(
        self,
        query: str = "",
        *,
        width: int = 1280,
        height: int = 900,
        locale: str = "en-US",
        dark: bool = False,
        touch: bool = False,
        reduced_motion: bool = True,
        permissions: tuple[str, ...] = (),
        script: str = "",
    ) -> "Page":
        """Open the lab as a new visitor, without cookies or storage; return once its tab shows.

        Args:
            query: what follows the `?` of the address.
            width: of the view, in CSS pixels; 390 is a phone.
            height: of the view, in CSS pixels.
            locale: of the browser, "en-US" or "zh-CN".
            dark: whether the visitor prefers dark pages.
            touch: whether the screen is touched.
            reduced_motion: whether the visitor prefers pages that hold still.
            permissions: given to the page, such as "clipboard-read".
            script: JavaScript that runs in the page before its own.
        """
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            color_scheme="dark" if dark else "light",
            has_touch=touch,
            reduced_motion="reduce" if reduced_motion else "no-preference",
            permissions=list(permissions),
            service_workers="block",
        )
        self._close.append(context.close)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._seen.append(f"page error: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("websocket", lambda socket: self._request("WS", socket.url))
        page.goto(self.lab.url + (f"?{query}" if query else ""), wait_until="domcontentloaded")
        page.wait_for_function(STANDS)
        return page

    def allow(self, part: str) -> None:
        """Expect an error whose text contains `part`; it does not fail the test."""
        self._allowed.append(part)

    def faults(self) -> list[str]:
        """Return what went wrong so far: errors in pages or server, requests to others."""
        with self.lab.log.open() as file:
            file.seek(self._log_start)
            said = file.read()
        server = [f"server: {said[-2000:]}"] if "Traceback" in said else []
        found = [*self._seen, *server]
        return [fault for fault in found if not any(part in fault for part in self._allowed)]

    def close(self) -> None:
        """Close every page."""
        for close in self._close:
            close()

    def _console(self, message: object) -> None:
        if message.type == "error":
            self._seen.append(f"console error: {message.text} ({message.location.get('url')})")

    def _answered(self, response: "Response") -> None:
        if response.status >= 500:
            self._seen.append(f"status {response.status}: {response.url}")

    def _asked(self, request: "Request") -> None:
        handler = re.search(rb'"fn_name":"(\w+)"', request.post_data_buffer or b"")
        self._request(request.method, request.url, f" {handler[1].decode()}" if handler else "")

    def _request(self, method: str, url: str, handler: str = "") -> None:
        self.requests.append(f"{method} {url}{handler}")
        address = urlsplit(url)
        if (
            address.scheme not in ("data", "blob")
            and address.netloc != urlsplit(self.lab.url).netloc
        ):
            self._seen.append(f"request to another host: {method} {url}")


@pytest.fixture
def browser(chromium: "Browser", lab_server: Lab) -> Iterator[Visitor]:
    """Open pages with `browser("tab=latent_walk", width=390)`; any fault fails the test."""
    visitor = Visitor(chromium, lab_server)
    yield visitor
    faults = visitor.faults()
    visitor.close()
    assert faults == []


# ---- Small models in place of those that ship ----------------------------------------------------


@pytest.fixture
def small(monkeypatch):
    """Let small random models stand in for those that ship."""
    from core.bert import berts  # late: torch takes seconds, and browser tests need none
    from core.bert.kept import Kept
    from core.text import pieces
    from tests import tiny_models

    made = {}

    def bundled(language: str) -> "berts.Reader":
        if language not in made:
            tokens = pieces.token_names(language)
            library = pieces.library_tokenizer(language)
            made[language] = berts.Reader(
                language, tiny_models.sharp(len(tokens)), library, tokens, True, True
            )
        return made[language]

    monkeypatch.setattr(berts, "_bundled", bundled)
    monkeypatch.setattr(berts, "_OTHERS", Kept(berts._load, berts.N_KEPT))
    return bundled


@pytest.fixture
def no_other_models(monkeypatch):
    """Keep no model that another test loaded, and ask no hub."""
    from core.bert import berts
    from core.bert.kept import Kept

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(berts, "_OTHERS", Kept(berts._load, 1))


@pytest.fixture
def models(monkeypatch, tmp_path):
    """Put a checkpoint called "one" where the lab's owner puts them."""
    from core import assets
    from core.bert.checkpoints import save_bert
    from tests import tiny_models

    monkeypatch.setenv("LATENT_LAB_MODELS", str(tmp_path))
    folder = tmp_path / "one"
    save_bert(tiny_models.sharp(30522), folder, assets.FOLDER / "weights/bert-en/vocab.txt")
    return folder


# ---- Stored trials -------------------------------------------------------------------------------


@pytest.fixture
def stored_trial(monkeypatch, tmp_path):
    """Return a function that stores a trial of some runs; until it is called, there is none."""
    from core import assets
    from core.inference import trials

    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "samples").mkdir()
    (tmp_path / "manifest.json").write_text("{}")

    def store(kind: str, *runs: str, **changes: object) -> None:
        point = {"step": 4, "tokens": 9, "loss": 5.0, "top1": 0.1, "top5": 0.2, "nsp_accuracy": 0.5}
        found = {"kind": kind, "language": "zh", "n_steps": 4, "n_masked": 7, "n_pairs": 3}
        found |= {"command": "make it", "curves": {name: [point] for name in runs}, **changes}
        name = trials.file_of(kind)
        (tmp_path / name).write_text(json.dumps(found), "utf-8")
        assets.register(name, licence="", source="", paper="", command="make it", made_from=())

    return store
