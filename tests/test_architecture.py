"""Imports go downwards only: app -> a tab -> a question -> the rooms of the core -> a model."""

import ast
import posixpath
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import app
from core import texts
from demos.common import modules as script_modules
from scripts import lint_views

ROOT = Path(__file__).parent.parent
OURS = ("app", "core", "demos", "research", "bench", "tests")
SLOW = ("torchvision", "umap", "transformers", "sklearn", "numba", "pandas", "plotly")
# Figures for notebooks and programs; nothing else of the lab draws in Python.
DRAWS = ("core.figures",)
# The pictures that tests check are those that the bench measures.
DRAWN = ("tests.photo_kinds",)
# `python -m core.assets stale` is where one looks for it; nothing else looks upwards.
UPWARDS = {"core.assets": "core.making.remaking"}
# What each room of core may import of the project besides itself, from the ground up. A room or a
# file that isn't here has no floor yet, and may import nothing.
FLOORS = {
    "core.models": "",
    "core.results": "",
    "core.texts": "",
    "core.errors": "core.texts",
    "core.options": "core.errors",
    "core.figures": "core.results core.texts",
    "core.runtime": "core.errors",
    "core.assets": "core.errors",
    "core.text": "core.assets core.errors",
    "core.images": "core.assets core.errors core.models core.results",
    "core.jobs": "core.errors core.results",
    "core.zoo": "core.assets core.bert.changes core.bert.checkpoints core.bert.int8_rows "
    "core.errors core.models core.runtime core.text",
    "core.bert": "core.errors core.models core.runtime core.text core.zoo",
    "core.inference": "core.assets core.bert core.errors core.images core.jobs core.models "
    "core.options core.results core.runtime core.text core.texts core.zoo",
    "core.api": "core.bert core.errors core.images core.inference core.jobs core.results core.text",
    "core.command_lines": "core.results",
    "core.__main__": "core.api core.bert core.command_lines core.errors core.inference "
    "core.results core.text",
    "core.training": "core.assets core.bert core.errors core.images core.jobs "
    "core.making.shipping core.models core.results core.runtime core.text core.zoo",
    "core.making": "core.assets core.bert core.errors core.images core.inference core.jobs "
    "core.models core.results core.runtime core.text core.training core.zoo",
    "research": "core.assets core.bert core.errors core.images core.making core.models "
    "core.runtime core.text core.training core.zoo",
}
# Scikit-learn is what these learn with; each is a command of its own, which no page imports.
BASELINES = ("core.training.bow",)
# What of other people's some rooms may import, the standard library aside.
LIBRARIES = {"core.models": ("torch",), "core.results": ("numpy",)}


def modules() -> dict[str, Path]:
    """Return every Python file of the project by its dotted name."""
    files = [ROOT / "app.py", *(f for part in OURS[1:] for f in (ROOT / part).rglob("*.py"))]
    names = (".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files)
    return {name.removesuffix(".__init__"): file for name, file in zip(names, files, strict=True)}


def imported(body: ast.AST, *, late: bool = True) -> Iterator[str]:
    """Yield the dotted names that a file imports; `late`: inside functions too."""
    for node in ast.iter_child_nodes(body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # `from core import zoo` imports core.zoo; `from core.zoo import vae`, core.zoo.
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else str(node.module) for name in names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        elif late or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from imported(node, late=late)


def within(name: str, *parts: str) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in parts)


def floor(name: str) -> str | None:
    """Return the room of core, or its file, that a module belongs to."""
    return next((one for one in FLOORS if within(name, one)), None)


def may_import(importer: str, name: str) -> bool:
    """Say whether a file may import a module of the project or of others."""
    ours = within(name, *OURS)
    if within(importer, "tests"):
        return True
    if within(importer, "bench"):
        return not within(name, "research", "tests") or within(name, *DRAWN)
    if within(name, "bench", "tests", "app"):
        return False
    if within(importer, "app"):
        return not within(name, "torch") and (
            not ours or within(name, "demos", "core.errors", "core.options", "core.texts")
        )
    if within(importer, "demos"):
        if within(name, "torch"):
            return False
        if within(importer, "demos.common"):
            allowed = ("core.assets", "core.errors", "core.results", "core.texts", "demos.common")
        else:
            allowed = (
                "demos.common",
                "core.api",
                "core.inference",
                "core.results",
                "core.errors",
                "core.texts",
            )
        return not ours or within(name, *allowed)
    room = floor(importer)
    if not ours:
        known = LIBRARIES.get(room or "")
        mine = name.split(".")[0] in sys.stdlib_module_names or known is None
        closed = ("gradio",) if within(importer, *DRAWS) else ("gradio", "plotly")
        return (mine or within(name, *known)) and not within(name, *closed)
    if room is None:
        return False
    return within(name, room, *FLOORS[room].split()) or UPWARDS.get(importer) == name


MODULES = modules()
TREES = {name: ast.parse(file.read_text(encoding="utf-8")) for name, file in MODULES.items()}


def test_what_is_imported_of_ours_is_there():
    ours = ((one, n) for one, tree in TREES.items() for n in imported(tree) if within(n, *OURS))
    assert [(one, name) for one, name in ours if name not in MODULES] == []


def test_imports_go_downwards():
    all_imports = ((one, name) for one, tree in TREES.items() for name in imported(tree))
    assert [(one, name) for one, name in all_imports if not may_import(one, name)] == []


def test_no_module_needs_itself():
    """Rooms may need each other's files, files never: each can be read before what needs it."""
    needs = {
        name: {n for n in imported(tree) if n in MODULES and UPWARDS.get(name) != n}
        for name, tree in TREES.items()
    }
    order = list(TopologicalSorter(needs).static_order())  # which raises where there is a circle
    assert order.index("core.models.bert") < order.index("core.inference.fill_in")
    assert order.index("core.jobs.settings") < order.index("core.training.live")


def test_every_file_of_the_core_has_a_floor():
    names = [name for name in MODULES if within(name, "core", "research") and name != "core"]
    assert [name for name in names if floor(name) is None] == []
    assert [one for one in FLOORS if one not in MODULES] == []


@pytest.mark.parametrize("package", [n for n, f in MODULES.items() if f.name == "__init__.py"])
def test_a_package_itself_holds_nothing(package):
    """Otherwise whoever needs one of its files would wait for all that it imports."""
    assert [n for n in ast.walk(TREES[package]) if isinstance(n, ast.stmt)][1:] == []


def test_slow_libraries_wait_for_their_first_use():
    served = [n for n in MODULES if within(n, "app", "demos", "core") and n not in BASELINES]
    at_start = ((one, name) for one in served for name in imported(TREES[one], late=False))
    assert [(one, name) for one, name in at_start if within(name, *SLOW)] == []


def test_the_rules_refuse_what_they_should():
    refused = [
        ("core.images.drawings", "gradio"),
        ("research.distilling", "plotly"),
        ("core.images.drawings", "plotly.graph_objects"),
        ("core.inference.latent_walk", "plotly"),
        ("core.figures", "core.inference"),
        ("core.zoo", "demos.common"),
        ("core.zoo", "core.training.vae"),
        ("core.zoo", "core.bert.berts"),
        ("core.inference.latent_walk", "core.training.vae"),
        ("core.inference.train", "core.training.live"),
        ("core.inference.train", "core.making.live_example"),
        ("core.training.maps", "core.inference.codes"),
        ("core.training.textcnn", "core.making.remaking"),
        ("core.training.textcnn", "research.span_teacher"),
        ("core.making.maps", "research.race"),
        ("core.jobs.worker", "core.training.live"),
        ("core.bert.berts", "core.inference.readers"),
        ("core.results.images", "torch"),
        ("core.results.images", "core.images.drawings"),
        ("core.new_room.file", "core.errors"),
        ("core.models.vae", "core.runtime"),
        ("core.models.vae", "numpy"),
        ("demos.latent_walk", "torch"),
        ("demos.latent_walk", "demos.code_space"),
        ("demos.latent_walk", "core.zoo"),
        ("demos.common.page", "core.inference.latent_walk"),
        ("app", "bench"),
        ("app", "research.race"),
        ("bench.sentiment", "research.race"),
        ("bench.page", "tests.conftest"),
    ]
    assert [pair for pair in refused if may_import(*pair)] == []
    late = ast.parse("def f():\n    import umap\nclass A:\n    import torch\n")
    assert list(imported(late, late=False)) == ["torch"]
    assert list(imported(late)) == ["umap", "torch"]


@pytest.mark.parametrize("part", ["core", "demos"])
def test_what_the_type_checker_ignores_is_named_with_its_reason(part):
    ignored = re.compile(r"# type: ignore(?!\[[\w-]+\] # \w).*")
    files = (ROOT / part).rglob("*.py")
    assert [found for file in files for found in ignored.findall(file.read_text("utf-8"))] == []


# ---- Names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [page for pages in app.CHAPTERS.values() for page in pages])
def test_a_page_has_one_stem_through_the_tree(page):
    """The question, the tab (and its link), the view, the sentences and the tests."""
    files = (
        f"core/inference/{page}.py",
        f"demos/{page}/tab.py",
        *(f"demos/{page}/view.{kind}" for kind in ("html", "css", "js")),
        f"assets/texts/{page}.toml",
        f"tests/test_{page}.py",
        f"tests/browser/test_{page}.py",
    )
    assert [file for file in files if not (ROOT / file).is_file()] == []


# ---- The views' modules ------------------------------------------------------------------------

SCRIPTS = script_modules.sources()
VIEWS = sorted(name for name in SCRIPTS if name.endswith("/view"))
EXPORTS = re.compile(
    r"^export (?:async )?(?:const|let|function|class) (\w+)|^export \{(.*?)\};", re.M
)
DECODER = "common/views/decoder"
STEMS = "|".join(sorted({key.partition(".")[0] for key in texts.table()}))


def exports(name: str) -> set[str]:
    found = EXPORTS.findall(SCRIPTS[name])
    return {one for one, _ in found if one} | {
        part.strip() for _, many in found for part in many.split(",") if part.strip()
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_a_module_imports_is_there(name):
    asked = re.findall(r'^import (.+?) from "(.+?)\.js";$', SCRIPTS[name], re.MULTILINE)
    assert len(asked) == len(re.findall(r"^import\b", SCRIPTS[name], re.MULTILINE))
    assert not re.search(r"\bimport\(", SCRIPTS[name]), "which has no hash in its address"
    for what, file in asked:
        module = posixpath.normpath(f"{posixpath.dirname(name)}/{file}")
        assert module in SCRIPTS, file
        assert module not in VIEWS
        folders = (posixpath.dirname(name), "common/views")
        assert posixpath.dirname(module) in folders, "pages never import each other's parts"
        if what.startswith("{"):
            wanted = {one.split(" as ")[0].strip() for one in what.strip("{} ").split(",")}
            assert wanted <= exports(module), (module, wanted - exports(module))


@pytest.mark.parametrize("name", SCRIPTS)
def test_modules_share_nothing_but_what_they_export(name):
    assert not re.search(r"\bwindow\.lab\b|\bglobalThis\b|(?<![\w.\"'`/])lab\.\w", SCRIPTS[name])
    assert ("mount" in exports(name)) == (name in VIEWS)


def test_elements_are_made_in_one_way():
    makers = {name for name, source in SCRIPTS.items() if "createElement" in source}
    assert makers == {"common/views/elements"}


@pytest.mark.parametrize("name", [file.removesuffix(".js") for file in lint_views.PURE])
def test_modules_that_compute_know_no_page(name):
    """So that they run without the lab: the fixture `bare` of tests/browser/conftest.py."""
    for one in script_modules.needed(name):
        assert not re.search(
            r"\b(?:document|window|location|history)\.\w|\bfetch\(", SCRIPTS[one]
        ), one


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_fetches_the_sentences_that_it_needs(name):
    """Each table that it or a module of its own names; `say` and the like begin with a table."""
    used = [SCRIPTS[one] for one in script_modules.needed(name)]
    used.append((script_modules.FOLDER / f"{name}.html").read_text("utf-8"))
    page = posixpath.dirname(name)
    fetched = re.search(r"await (?:pageOpens|loadTexts)\((.*?)\);", SCRIPTS[name])
    tables = set(re.findall(r'"(\w+)"', fetched[1])) if fetched else set()
    assert page in tables
    shown = {
        stem
        for text in (*used[-1:], SCRIPTS[name])
        for stem, rest in re.findall(rf"""["'`]({STEMS})(\.[a-z][\w.]*)""", text)
        if any(key.startswith(f"{stem}{rest}") for key in texts.table())
    }
    assert shown - tables - {"shell", "errors"} == set()


def test_an_address_changes_with_whatever_a_module_needs(monkeypatch):
    before = {name: script_modules.address(name) for name in SCRIPTS}
    changed = dict(SCRIPTS) | {DECODER: SCRIPTS[DECODER] + "// another line"}
    monkeypatch.setattr(script_modules, "sources", lambda: changed)
    for cached in (script_modules.needed, script_modules.address):
        cached.cache_clear()
    after = {name: script_modules.address(name) for name in SCRIPTS}
    for cached in (script_modules.needed, script_modules.address):
        cached.cache_clear()
    moved = {name for name in SCRIPTS if before[name] != after[name]}
    assert moved == {name for name in SCRIPTS if DECODER in script_modules.needed(name)}
    assert {DECODER, "latent_walk/view"} <= moved
    assert "shell/view" not in moved


def test_every_address_in_what_is_served_is_served():
    files = script_modules.served()
    for path, (kind, content) in files.items():
        if kind == "text/javascript":
            asked = re.findall(rb'\bimport (?:[^"\n]*? from )?"(\..*?)";', content)
            assert len(asked) >= content.count(b"\nimport ")
            for one in asked:
                address = posixpath.normpath(f"{posixpath.dirname(path)}/{one.decode()}")
                assert address in files, (path, one)
