"""What the README says of versions, files and commands is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
HEADER = dict(re.findall(r'^(\w+): "?(.*?)"?$', README.split("---")[1], flags=re.MULTILINE))


def test_sdk_version_is_the_gradio_pin():
    pins = (ROOT / "requirements.txt").read_text()
    assert re.search(r"^gradio==(\S+)$", pins, flags=re.MULTILINE)[1] == HEADER["sdk_version"]


def test_python_version_is_the_one_that_ruff_checks_for():
    target = re.search(r'target-version = "py3(\d+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert HEADER["python_version"] == f"3.{target}"


def test_header_is_what_a_space_reads():
    assert HEADER["sdk"] == "gradio"
    assert (ROOT / HEADER["app_file"]).is_file()
    assert HEADER["license"] == "apache-2.0"
    assert len(HEADER["short_description"]) <= 60  # the Hub refuses longer ones
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {HEADER["colorFrom"], HEADER["colorTo"]} <= colours


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_linked_file_exists(link):
    assert (ROOT / link).exists()
