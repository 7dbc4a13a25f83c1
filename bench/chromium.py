"""A browser without a GPU, and servers of our own to look at."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import BenchError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
HOST = "127.0.0.1"
FLAGS = [  # nothing but the page may use the processor or the network
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "chromium-headless-shell")
START_LIMIT = 120.0  # seconds until a server answers


@contextlib.contextmanager
def browser() -> Iterator["Browser"]:
    """Yield a fresh headless Chromium.

    Raises:
        BenchError: there is no Chromium, no playwright, or a page that doesn't do what it must.
    """
    program = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if program is None:
        raise BenchError("no Chromium; `apt-get install chromium fonts-noto-cjk`")
    try:
        from playwright.sync_api import Error as PageError
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BenchError("no playwright; `pip install -r requirements-dev.txt`") from error
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, headless=True, args=FLAGS)
        try:
            yield opened
        except PageError as error:
            raise BenchError(str(error).splitlines()[0]) from error
        finally:
            opened.close()


@contextlib.contextmanager
def server(*program: str) -> Iterator[tuple[str, float]]:
    """Run a Python program that serves a page at $PORT; yield its address and time to answer.

    Args:
        program: what stands behind `python` on its command line, in the project's folder.

    Yields:
        The address, and the seconds from the start of the process to the first byte of its page.

    Raises:
        BenchError: it ends, or says nothing for `START_LIMIT` seconds.
    """
    port = _free_port()
    quiet = {"GRADIO_ANALYTICS_ENABLED": "False"}  # the peer may no more call out than the lab
    setting = {**os.environ, **quiet, "HOST": HOST, "PORT": str(port), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, *program], cwd=ROOT, env=setting, stdout=log, stderr=log
        )
        try:
            while not _answers(port):
                if process.poll() is not None:
                    log.seek(0)
                    said = (log.read().splitlines() or [f"status {process.returncode}"])[-1]
                    raise BenchError(f"python {' '.join(program)} ended: {said}")
                if time.perf_counter() - start > START_LIMIT:
                    raise BenchError(f"{program[-1]} did not answer in {START_LIMIT:.0f} s")
                time.sleep(0.005)
            yield f"http://{HOST}:{port}/", time.perf_counter() - start
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    """Ask for the page as a browser would; say whether a first byte of a good answer came."""
    request = f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((HOST, port), timeout=START_LIMIT) as connection:
            connection.sendall(request.encode())
            return connection.recv(12).endswith(b"200")
    except OSError:
        return False
