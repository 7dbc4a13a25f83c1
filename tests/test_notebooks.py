"""The notebooks run as they stand, import `core` only, and say each thing in both languages."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LIBRARIES = {"core", "numpy", "plotly"}


def cells(path: Path, kind: str) -> list[str]:
    told = json.loads(path.read_text("utf-8"))["cells"]
    return ["".join(one["source"]) for one in told if one["cell_type"] == kind]


def named(path: Path) -> str:
    return path.stem


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == ["bert", "code_space", "textcnn"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_outputs_are_stripped_and_every_cell_is_explained_in_both_languages(path):
    told = json.loads(path.read_text("utf-8"))["cells"]
    kinds = [one["cell_type"] for one in told]
    assert kinds == ["markdown", *["markdown", "code"] * (len(kinds) // 2)]
    for one in told:
        if one["cell_type"] == "code":
            assert (one["outputs"], one["execution_count"]) == ([], None)
    for text in cells(path, "markdown"):
        head, english, chinese = text.split("\n\n")
        assert re.fullmatch(r"##? .*[一-龥].*", head), head
        assert len(re.findall(r"[.:?;](?= |$)", english)) >= 2, english
        assert len(re.findall(r"[。；：？]", chinese)) >= 2, chinese


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_nothing_but_core_is_imported(path):
    nodes = [node for cell in cells(path, "code") for node in ast.walk(ast.parse(cell))]
    names = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    names |= {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    assert {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) <= LIBRARIES


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_it_runs_and_every_cell_but_the_first_draws(path, monkeypatch):
    why = "plotly is not installed: requirements-notebooks.txt"
    figures = pytest.importorskip("plotly.graph_objects", reason=why)
    monkeypatch.chdir(ROOT / "notebooks")
    monkeypatch.setattr(sys, "path", [*sys.path])
    space: dict[str, object] = {}
    first, *others = cells(path, "code")
    exec(compile(first, path.name, "exec"), space)
    for cell in others:
        *before, last = ast.parse(cell).body
        exec(compile(ast.Module(before, []), path.name, "exec"), space)
        drawn = eval(compile(ast.Expression(last.value), path.name, "eval"), space)
        assert isinstance(drawn, figures.Figure)
        assert drawn.data
        told = json.loads(drawn.to_json())
        assert all(any(key in one for key in ("x", "y", "z")) for one in told["data"])
