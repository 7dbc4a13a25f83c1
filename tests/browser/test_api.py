"""What docs/api.md shows, done with the running lab."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.weights]

ROOT = Path(__file__).parent.parent.parent
DOCS = (ROOT / "docs/api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```(python|sh)\n(.*?)```\n+```text\n(.*?)```", DOCS, re.DOTALL)


def test_every_example_says_what_comes_of_it():
    assert len(EXAMPLES) == len(re.findall(r"^```(?:python|sh)$", DOCS, re.MULTILINE)) > 5


@pytest.mark.parametrize(("language", "code", "expected"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_does_what_it_says(lab_server, language, code, expected):
    code = code.replace("http://127.0.0.1:7860/", lab_server.url)
    code = code.replace("| python", f"| {sys.executable}").replace(
        "    python", f"    {sys.executable}"
    )
    command = [sys.executable, "-c", code] if language == "python" else ["bash", "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert (run.stdout, run.stderr) == (expected, "")
    assert "Traceback" not in lab_server.log.read_text("utf-8")


def test_gradios_own_way_between_its_pages_is_not_shown(browser):
    page = browser("lang=en")
    assert page.locator(".nav-holder:visible").count() == 0
