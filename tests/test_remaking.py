"""What was made from files that are no longer these is found and made anew, in order."""

import ast
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from core import assets
from core.making import remaking

ROOT = Path(__file__).parent.parent
WRITER = """
import sys, pathlib
sys.path.insert(0, {root!r})
from core import assets
assets.FOLDER = pathlib.Path({folder!r})
target, *inputs = sys.argv[1:]
text = "+".join((assets.FOLDER / name).read_text() for name in inputs)
(assets.FOLDER / target).write_text(text)
command = "python -m writer " + " ".join([target, *inputs])
assets.register(target, licence="x", source="x", paper="", command=command, made_from=inputs)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder with a.txt, from which b.txt is made, from which c.txt and d.txt are."""
    folder = tmp_path / "assets"
    folder.mkdir()
    (tmp_path / "writer.py").write_text(WRITER.format(root=str(ROOT), folder=str(folder)))
    monkeypatch.setattr(assets, "FOLDER", folder)
    write("a.txt", "a", ())
    write("b.txt", "a", ("a.txt",))
    write("c.txt", "a+a", ("b.txt", "a.txt"))
    write("d.txt", "a+a", ("c.txt",))
    return folder


def write(name: str, text: str, inputs: tuple[str, ...]) -> None:
    (assets.FOLDER / name).write_text(text)
    command = " ".join(["python -m writer", name, *inputs])
    origin = {"licence": "x", "source": "x", "paper": "", "command": command}
    assets.register(name, **origin, made_from=inputs)


# ---- What ships ----------------------------------------------------------------------------------


def test_nothing_that_ships_is_stale():
    stale = remaking.changed(assets.manifest())
    assert stale == {}, "python -m core.assets remake makes these anew"


def test_each_asset_says_what_it_was_made_from():
    entries = assets.manifest()
    for name, entry in entries.items():
        assert remaking.MADE in entry, f"{name}: assets.register(..., made_from=[...])"
        named = {*entry[remaking.MADE], *entry.get(remaking.BEGAN, {})}
        assert named <= set(entries), name
        assert name not in named
        assert not set(entry[remaking.MADE]) & set(entry.get(remaking.BEGAN, {})), name


@pytest.mark.parametrize(
    ("name", "others"),
    [  # what the code reads that makes it; a loader that reads another file must say so
        ("samples/maps.safetensors", {"weights/conv.safetensors", "samples/digits.png"}),
        ("samples/first_reconstruction.json", {"weights/pca32.safetensors"}),
        ("samples/race.json", {"weights/bert-zh/model.safetensors", "samples/reviews-zh.txt.xz"}),
        ("samples/training_examples.json", {"weights/bert-en/model.safetensors"}),
        ("samples/sentiment_examples.json", {"weights/sentiment-en/changes.safetensors"}),
        ("weights/sentiment-zh/changes.safetensors", {"weights/bert-zh/model.safetensors"}),
        ("weights/bert-en/snapshots.json", {"weights/bert-en/model.safetensors"}),
        ("samples/ngrams-words.json", {"weights/textcnn-words/tuned.safetensors"}),
    ],
)
def test_known_dependences_are_listed(name, others):
    assert others <= set(assets.manifest()[name][remaking.MADE])


def test_another_bert_makes_all_that_hangs_on_it_stale():
    entries = json.loads(json.dumps(dict(assets.manifest())))
    entries["weights/bert-en/model.safetensors"]["sha256"] = "another"
    stale = remaking.changed(entries)
    assert set(stale) == {
        "samples/contextual.json",
        "samples/failures.json",
        "samples/home.json",
        "samples/openings.safetensors",
        "samples/race.json",
        "samples/sentiment_examples.json",
        "samples/training_examples.json",
        "weights/bert-en/snapshots.json",
        "weights/sentiment-en/changes.safetensors",
    }
    order = [name for step in remaking.steps(entries, stale) for name in step.names]
    assert order.index("weights/sentiment-en/changes.safetensors") < order.index(
        "samples/sentiment_examples.json"
    )


def test_whoever_registers_says_made_from():
    silent = []
    ours = [file for part in ("core", "research", "tests") for file in (ROOT / part).rglob("*.py")]
    for file in sorted(ours):
        source = file.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if "assets.register(" in source else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "assets.register":
                named = {keyword.arg for keyword in node.keywords}
                silent += [] if "made_from" in named else [f"{file.name}:{node.lineno}"]
    assert silent == []


# ---- The laws ------------------------------------------------------------------------------------


def test_fresh_assets_are_not_stale(folder):
    assert remaking.changed(assets.manifest()) == {}
    assert remaking.report(assets.manifest()) == "nothing is stale"
    assert remaking.remake() == []


def test_a_changed_input_makes_its_own_stale_and_the_others_follow(folder):
    write("a.txt", "z", ())
    entries = assets.manifest()
    assert remaking.changed(entries) == {"b.txt": ("a.txt",), "c.txt": ("a.txt",)}
    assert remaking.following(entries, ["a.txt"]) == {"b.txt", "c.txt", "d.txt"}
    assert "d.txt: will follow" in remaking.report(entries)
    names = [step.names for step in remaking.steps(entries, ["d.txt", "c.txt", "b.txt"])]
    assert names == [("b.txt",), ("c.txt",), ("d.txt",)]


def test_remake_runs_what_others_need_first_until_nothing_is_stale(folder, capsys):
    write("a.txt", "z", ())
    done = remaking.remake()
    assert [command.split()[3] for command in done] == ["b.txt", "c.txt", "d.txt"]
    assert (folder / "d.txt").read_text() == "z+z"
    assert remaking.changed(assets.manifest()) == {}
    assert "python -m writer b.txt a.txt" in capsys.readouterr().out


def test_what_comes_out_as_before_makes_nothing_stale(folder):
    write("a.txt", "z", ())
    write("b.txt", "z", ("a.txt",))
    (folder / "c.txt").write_text("a+a")
    entries = json.loads((folder / assets.MANIFEST).read_text())
    entries["c.txt"]["made_from"]["b.txt"] = "another"  # yet it will be the same again
    entries["a.txt"]["sha256"] = entries["c.txt"]["made_from"]["a.txt"]
    entries["b.txt"]["made_from"]["a.txt"] = entries["a.txt"]["sha256"]
    (folder / assets.MANIFEST).write_text(json.dumps(entries))
    (folder / "a.txt").write_text("a")
    (folder / "b.txt").write_text("a")
    assert [command.split()[3] for command in remaking.remake()] == ["c.txt"]  # not d.txt


def test_only_makes_what_the_named_one_needs(folder):
    write("a.txt", "z", ())
    write("e.txt", "e", ("a.txt",))
    write("a.txt", "y", ())
    entries = assets.manifest()
    assert remaking.wanted(entries) == {"b.txt", "c.txt", "d.txt", "e.txt"}
    assert remaking.wanted(entries, "d.txt") == {"b.txt", "c.txt", "d.txt"}
    assert remaking.wanted(entries, "e.txt") == {"e.txt"}


def test_one_command_that_writes_several_runs_once():
    entries = {
        "a": {"sha256": "2", "command": "python -m one", "made_from": {}},
        "b": {"sha256": "1", "command": "python -m both", "made_from": {"a": "1"}},
        "c": {"sha256": "1", "command": "python -m both", "made_from": {"a": "1", "b": "1"}},
    }
    assert remaking.steps(entries, remaking.wanted(entries)) == [
        remaking.Step("python -m both", ("b", "c"))
    ]


def test_a_training_that_began_from_another_file_is_told_apart():
    entries = {
        "a": {"sha256": "2", "command": "python -m one", "made_from": {}},
        "b": {"sha256": "1", "command": "python -m two", "made_from": {}, "began_from": {"a": "1"}},
        "c": {"sha256": "1", "command": "python -m three", "made_from": {"b": "1"}},
    }
    assert remaking.changed(entries) == {}
    assert remaking.report(entries) == "nothing is stale\nb: began from another a"
    assert remaking.wanted(entries) == set()
    assert remaking.wanted(entries, began=True) == {"b", "c"}


def test_parts_that_were_not_made_anew_keep_what_they_were_made_from(folder):
    origin = {"licence": "x", "source": "x", "paper": "", "command": "python -m writer"}
    write("a.txt", "z", ())
    assets.register("c.txt", **origin, made_from=["a.txt", "b.txt"], still_from=["a.txt"])
    assert set(remaking.changed(assets.manifest())["c.txt"]) == {"a.txt"}
    assets.register("c.txt", **origin, made_from=["a.txt", "b.txt"])
    assert "c.txt" not in remaking.changed(assets.manifest())


def test_a_place_of_this_machine_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("MINILM_FOLDER", "/models/mini lm")
    monkeypatch.delenv("WHEELS", raising=False)
    (words,) = remaking.runnable("python -m core.x --teacher MINILM_FOLDER")
    assert words == [sys.executable, "-m", "core.x", "--teacher", "/models/mini lm"]
    with pytest.raises(remaking.RemakeError, match="WHEELS"):
        remaking.runnable("python -m core.x --teacher MINILM_FOLDER --mpnet WHEELS")
    with pytest.raises(remaking.RemakeError, match="only by hand"):
        remaking.runnable("pip download x==1")


def test_nothing_runs_before_all_that_is_missing_was_said(folder):
    write("a.txt", "z", ())
    entries = json.loads((folder / assets.MANIFEST).read_text())
    entries["d.txt"]["command"] = "python -m writer d.txt SOME_FOLDER"
    (folder / assets.MANIFEST).write_text(json.dumps(entries))
    with pytest.raises(remaking.RemakeError, match="SOME_FOLDER"):
        remaking.remake()
    assert (folder / "b.txt").read_text() == "a"


@pytest.mark.parametrize(
    ("program", "says"), [("raise SystemExit(3)", "failed"), ("pass", "still stale")]
)
def test_a_command_that_fails_or_does_nothing_is_an_error(folder, program, says):
    (folder.parent / "writer.py").write_text(program)
    write("a.txt", "z", ())
    with pytest.raises(remaking.RemakeError, match=says):
        remaking.remake()


def test_the_command_line_says_what_is_stale():
    with contextlib.chdir(ROOT):
        done = subprocess.run(
            [sys.executable, "-m", "core.assets", "stale"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("nothing is stale")
