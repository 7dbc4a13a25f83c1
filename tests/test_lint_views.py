"""ESLint and TypeScript's checker find nothing in the views, and would find what is wrong there."""

import re
import subprocess

import pytest

from scripts import lint_views

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def checkers() -> None:
    """Skip where they can't be had, under CI too: a closed network is no fault of the views."""
    try:
        lint_views.fetch()
    except lint_views.UnavailableError as reason:
        pytest.skip(str(reason))


@pytest.mark.usefixtures("checkers")
def test_the_views_have_no_faults():
    assert lint_views.faults() == ""


FAULTY = {  # what must be found -> a module where it is
    "no-undef": "export const f = () => unheardOf(1);",
    "no-unused-vars": "const unused = 1;\nexport const f = () => 2;",
    "eqeqeq": "export const f = (x) => x == 1;",
    "TS2305": 'import { absent } from "./sound.js";\nexport const f = absent;',
    "TS2554": 'import { g } from "./sound.js";\nexport const f = () => g(1, 2);',
    "TS2339": "export const f = () => document.body.nowhere;",
    "TS7006": "export const f = (x) => x;",
    "TS2532": "export const f = [1].find((x) => x > 1) + 1;",
}


@pytest.mark.usefixtures("checkers")
def test_faults_are_found(tmp_path):
    (tmp_path / "sound.js").write_text("export const g = () => 1;\n", encoding="utf-8")
    for k, source in enumerate(FAULTY.values()):
        (tmp_path / f"faulty{k}.js").write_text(source + "\n", encoding="utf-8")
    said = lint_views.faults(tmp_path)
    assert [fault for fault in FAULTY if fault not in said] == []
    assert "sound.js(" not in said


def test_no_type_says_that_it_knows_nothing():
    """Where a library's or the DOM's types end, there is a cast with what is known of it."""
    loose = [
        f"{file}: {found[0]}"
        for folder in (lint_views.VIEWS, lint_views.FOLDER)
        for file in sorted([*folder.rglob("*.js"), *folder.glob("**/*.d.ts")])
        if "node_modules" not in file.parts
        and (
            found := re.search(
                r"@ts-\w+|[{:<|(]\s*(?:any|\*)\s*[\[}>|);,]", file.read_text("utf-8")
            )
        )
    ]
    assert loose == []


def test_what_is_pure_is_there():
    assert [file for file in lint_views.PURE if not (lint_views.VIEWS / file).is_file()] == []


def test_where_the_packages_cannot_be_had_one_sentence_says_so(monkeypatch, tmp_path, capsys):
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((lint_views.FOLDER / name).read_bytes())
    monkeypatch.setattr(lint_views, "FOLDER", tmp_path)
    refused = subprocess.CompletedProcess([], 1, "", "npm error code ECONNREFUSED\nnpm error more")
    monkeypatch.setattr(lint_views.subprocess, "run", lambda *_, **__: refused)
    monkeypatch.setattr(lint_views, "program", lambda name: [name])
    lint_views.main()
    said = capsys.readouterr().out
    assert said == lint_views.NO_PACKAGES.format(said="code ECONNREFUSED") + "\n"
    assert not (tmp_path / "node_modules").exists(), "and the next time it is tried again"


def test_without_node_a_sentence_says_how_to_have_it(monkeypatch):
    monkeypatch.setattr(lint_views.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(lint_views.UnavailableError, match=r"requirements-dev\.txt"):
        lint_views.program("npm")
