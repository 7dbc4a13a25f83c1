"""Every command that the project's files name runs: its module is there and takes the arguments."""

import ast
import importlib.util
import json
import re
import runpy
import shlex
import sys
import tomllib
import warnings
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from core import assets
from core.making import remaking

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "BENCHMARKS.md", ROOT / "NOTICE"]
PAGES += [*sorted((ROOT / "docs").glob("*.md")), ROOT / "research" / "README.md"]
PARTS = ("core", "demos", "bench", "research")
NAMED = re.compile(
    r"(?:(?:torchrun[^\n`]*?|python) -m) ((?:core|research|bench)\b(?:\.\w+)*)([^\n`]*)"
)
# What ends a command in running text: a comment, a pipe, a bracket, a column of explanations.
END = re.compile(r"\s[#|]|\s{2,}|[)）;；]|(?<!\.)\.(?:$| )")
TEMPLATE = re.compile(r"\.[A-Z]+$")  # core.training.NAME
PLACE = re.compile(r"[A-Z]+")  # to be replaced by whoever runs it


class Command(NamedTuple):
    where: str
    module: str
    words: tuple[str, ...]


def in_text(where: str, text: str) -> Iterator[Command]:
    """Yield what a text names."""
    text = re.sub(r"\\\n\s*", " ", text)  # a line that goes on
    for module, rest in NAMED.findall(text):
        if not TEMPLATE.search(module):
            yield Command(where, module, tuple(shlex.split(END.split(rest)[0])))


def docstrings() -> Iterator[tuple[str, str]]:
    for file in sorted(file for part in PARTS for file in (ROOT / part).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield str(file.relative_to(ROOT)), ast.get_docstring(node) or ""


def written() -> Iterator[Command]:
    """Yield the commands of the pages for contributors, of docstrings and of the views."""
    for page in PAGES:
        yield from in_text(page.name, page.read_text("utf-8"))
    for where, text in docstrings():
        yield from in_text(where, text)
    for file in sorted((ROOT / "demos").rglob("*.js")):
        for text in re.findall(r'"(python -m [^"]*)"', file.read_text("utf-8")):
            yield from in_text(file.name, text)


def sentences() -> Iterator[Command]:
    """Yield the modules that the pages' texts name; what follows may be the sentence itself."""
    for file in sorted((ROOT / "assets" / "texts").glob("*.toml")):
        table = json.dumps(tomllib.loads(file.read_text("utf-8")), ensure_ascii=False)
        for module, _ in NAMED.findall(table):
            yield Command(file.name, module, ())


WRITTEN = sorted(set(written()))
MODULES = sorted({one.module for one in (*WRITTEN, *sentences())})


def source(module: str) -> Path:
    """Return the file that `python -m module` runs."""
    path = ROOT / module.replace(".", "/")
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def takes_arguments(module: str) -> bool:
    text = source(module).read_text("utf-8")
    return "parse_args(" in text or "import main" in text


class ParsedError(Exception):
    """A command line was understood; nothing was run."""


@pytest.fixture
def only_parsed(monkeypatch):
    parse = ArgumentParser.parse_args

    def parsed(self, args=None, namespace=None):
        parse(self, args, namespace)
        raise ParsedError

    monkeypatch.setattr(ArgumentParser, "parse_args", parsed)


def run(words: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # "found in sys.modules"
        runpy.run_module(words[0], run_name="__main__")


def test_there_are_commands_in_every_kind_of_place():
    places = {Path(one.where).suffix for one in WRITTEN}
    assert {".md", ".py", ".js"} <= places
    assert {"core.assets", "core.training.bert", "research.distilling", "bench"} <= set(MODULES)
    assert [*sentences()]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_that_is_named_can_be_run(module):
    file = source(module)
    assert file.is_file()
    assert file.name == "__main__.py" or '__name__ == "__main__"' in file.read_text("utf-8")
    assert importlib.util.find_spec(module)


@pytest.mark.parametrize("command", WRITTEN, ids=lambda one: " ".join((one.module, *one.words)))
def test_a_command_that_is_named_is_understood(command, only_parsed, monkeypatch, capsys):
    words = [word for word in command.words if word != "..."]
    if not takes_arguments(command.module):
        assert words == [] or "sys.argv" in source(command.module).read_text("utf-8")
        return
    monkeypatch.setattr(sys, "argv", [command.module, *words])
    with pytest.raises((ParsedError, SystemExit)) as ended:
        run([command.module])
    if ended.type is ParsedError or not ended.value.code:  # --help
        return
    said = capsys.readouterr().err
    refused = re.search(r"invalid (?:choice|\w+ value): '(.*?)'", said)
    left_out = (not words or "..." in command.words) and "are required" in said
    assert left_out or (refused and PLACE.fullmatch(refused[1])), (command.where, said)


@pytest.mark.parametrize("command", sorted({one["command"] for one in assets.manifest().values()}))
def test_a_command_of_the_manifest_is_understood(command, only_parsed, monkeypatch):
    for words in remaking.parts(command):
        if words[:3] == ["pip", "download", "--no-deps"]:
            assert re.fullmatch(r"[\w.-]+==[\w.]+", words[3])
            continue
        assert words[:2] == ["python", "-m"]
        monkeypatch.setattr(sys, "argv", words[2:])
        if not takes_arguments(words[2]):
            assert words[3:] == []
            continue
        with pytest.raises(ParsedError):
            run(words[2:])


@pytest.mark.parametrize("command", ["research.race pieces (and words)", "core.making.maps x"])
def test_a_command_that_is_prose_is_not(command, only_parsed, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", command.split())
    with pytest.raises(SystemExit):
        run(command.split())
    assert "unrecognized arguments" in capsys.readouterr().err
