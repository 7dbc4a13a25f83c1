"""What docs/api.md and the README show, done with the running lab."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from demos import api

pytestmark = [pytest.mark.slow, pytest.mark.weights]

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs/api.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SECTION = README.partition("## Without the browser\n")[2].partition("\n## ")[0]
EXAMPLES = re.findall(
    r"```(python|sh)\n((?:(?!```).)*)```\n+```text\n(.*?)```", DOCS + SECTION, re.DOTALL
)


def test_every_example_says_what_comes_of_it():
    begun = re.findall(r"^```(?:python|sh)$", DOCS + SECTION, re.MULTILINE)
    assert len(EXAMPLES) == len(begun) > 9


@pytest.mark.parametrize(("language", "code", "expected"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_does_what_it_says(lab_server, language, code, expected):
    needed = [] if language == "python" else ["bash", "curl"]
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"this machine has no {' and no '.join(missing)}")
    if "import mcp" in code or "from mcp" in code:
        pytest.importorskip("mcp", reason="the package mcp is not installed: requirements-mcp.txt")
    code = code.replace("http://127.0.0.1:7860/", lab_server.url)
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-c", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # this `python`
    environment = {**os.environ, "PATH": path}
    run = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment
    )
    assert (run.stdout, run.stderr) == (expected, "")
    assert "Traceback" not in lab_server.log.read_text("utf-8")


def test_the_server_lists_the_questions_and_no_handler_of_a_page(lab_server):
    with urllib.request.urlopen(f"{lab_server.url}gradio_api/info", timeout=60) as answer:
        listed = json.load(answer)
    assert set(listed["named_endpoints"]) == {f"/{one.__name__}" for one in api.FUNCTIONS}
    assert listed["unnamed_endpoints"] == {}
