"""What CONTRIBUTING.md and research/README.md say of the tree is so."""

import ast
import json
import re
from pathlib import Path

import pytest

from core import assets
from demos.common import modules

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
RESEARCH = (ROOT / "research" / "README.md").read_text("utf-8")
WALKS = ("drawing", "sentence")
BENCHMARKS = (ROOT / "BENCHMARKS.md").read_text("utf-8")


def block(heading: str) -> str:
    """Return the first block of code below a heading."""
    return re.search(rf"^## {heading}$.*?^```\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)[1]


# ---- The walks -----------------------------------------------------------------------------------


def hops(walk: str) -> list[tuple[str, str]]:
    """Return (file, function) of each hop."""
    lines = [
        re.fullmatch(r"(\S+) +(\w+(?:, \w+)*) {2,}\S.*", line)
        for line in block(f"The walk of one {walk}").splitlines()
    ]
    assert None not in lines
    return [(line[1], name) for line in lines for name in line[2].split(", ")]


def defined(file: str) -> set[str]:
    """Return the names of a file's functions, classes and constants."""
    source = (ROOT / file).read_text("utf-8")
    if file.endswith(".py"):
        kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        body = ast.parse(source).body
        constants = {
            node.id
            for statement in body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        return constants | {node.name for node in body if isinstance(node, kinds)}
    return set(re.findall(r"(?:\bfunction |\bconst (?=\w+ = ))(\w+)", source))


@pytest.mark.parametrize(("file", "name"), sorted({hop for walk in WALKS for hop in hops(walk)}))
def test_a_hop_is_there(file, name):
    assert name in defined(file)


@pytest.mark.parametrize("walk", WALKS)
def test_each_hop_is_reached_from_another(walk):
    """Its name stands in the file of another hop or app.py, or in its own once more."""
    ways = hops(walk)
    sources = {file: (ROOT / file).read_text("utf-8") for file, _ in ways}
    sources["app.py"] = (ROOT / "app.py").read_text("utf-8")
    for file, name in ways:
        word = re.compile(rf"\b{name}\b")
        elsewhere = [
            other for other, text in sources.items() if other != file and word.search(text)
        ]
        assert elsewhere or len(word.findall(sources[file])) > 1, (file, name)


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_goes_from_a_page_through_the_layers_and_back(walk):
    files = [file for file, _ in hops(walk)]
    layers = ("demos/.*js", "demos/common/.*py", "core/inference/", "core/models/", "core/results/")
    first = [next(i for i, file in enumerate(files) if re.match(one, file)) for one in layers]
    assert first == sorted(first)
    assert files[0].endswith(".js")
    assert files[-1].endswith(".js")


# ---- The tree ------------------------------------------------------------------------------------


def tree() -> list[str]:
    """Return the paths of the tree, folders with a slash at the end; <page> is each page's name."""
    pages = [file.parent.name for file in sorted((ROOT / "demos").glob("*/tab.py"))]
    found, folder = [], ""
    for line in block("Tree").splitlines():
        name = line[:23].rstrip()
        if not name.strip() or line.startswith(" " * 5):
            continue
        if not name.startswith(" "):
            folder = name if name.endswith("/") else ""
            found.append(name)
        elif name.strip() == "<page>/":
            found += [f"{folder}{page}/" for page in pages]
        else:
            found.append(folder + name.strip())
    return found


def test_what_the_tree_names_is_there_and_all_of_it_is_named():
    named = tree()
    assert [one for one in named if not (ROOT / one).exists()] == []
    folders = {one for one in named if one.endswith("/")}
    for folder in ("core/", "demos/"):
        there = {
            folder + file.name + ("/" if file.is_dir() else "")
            for file in (ROOT / folder).iterdir()
            if file.is_dir() and file.name != "__pycache__"
        }
        assert there - folders == set()
    files = {f"core/{file.name}" for file in (ROOT / "core").glob("*.py")} - {"core/__init__.py"}
    told = block("Tree")
    assert [file for file in files if file.removeprefix("core/") not in told] == []
    tops = {file.parent.name + "/" for file in ROOT.glob("*/*.py")}
    assert {one for one in tops if not one.startswith(".")} - folders == set()


@pytest.mark.parametrize("room", ["bert", "images", "jobs"])
def test_each_file_of_a_room_is_told(room):
    described = re.search(rf"^  {room}/(.*?)^  \w+", block("Tree"), re.DOTALL | re.MULTILINE)[1]
    told = [one.replace("*", r"\w+") for one in re.findall(r"[\w*]+\.py", described)]
    files = [file.name for file in (ROOT / "core" / room).glob("*.py") if file.stem != "__init__"]
    assert [file for file in files if not any(re.fullmatch(one, file) for one in told)] == []
    assert [one for one in told if not any(re.fullmatch(one, file) for file in files)] == []


PATH = re.compile(r"(?:assets|bench|core|demos|research|tests)/[\w/]+\.(?:py|js|css|toml)\b")


@pytest.mark.parametrize("path", sorted(set(PATH.findall(TEXT))))
def test_a_file_that_is_named_is_there(path):
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("name", sorted(modules.sources()))
def test_a_file_that_a_view_names_is_there(name):
    """Comments say where the other half is."""
    source = modules.sources()[name]
    for path in PATH.findall(source):
        assert (ROOT / path).is_file(), path
    stems = {one.rpartition("/")[2] for one in modules.sources()}
    for module in re.findall(r"^//.*?(?<![\w/.])(\w+)\.js\b", source, re.MULTILINE):
        assert module in stems, module


# ---- Research ------------------------------------------------------------------------------------


def test_each_recipe_says_what_it_was_for():
    told = re.findall(r"^\| \[`(\w+\.py)`\]\(\1\) \| \S.+ \| \S.+ \|$", RESEARCH, re.MULTILINE)
    files = {file.name for file in (ROOT / "research").glob("*.py")} - {"__init__.py"}
    assert len(told) == len(files)
    assert set(told) == files


def test_its_figures_are_those_of_the_manifest_and_the_benchmarks():
    rows = dict(re.findall(r"^\| `([\w.]+)` \| ([\d.,]+) \|", BENCHMARKS, re.MULTILINE))

    def score(name: str, figure: str) -> float:
        return assets.manifest()[name]["score"][figure]

    def trial(kind: str, run: str) -> dict:
        file = assets.locate(f"samples/{kind}_trial.json")
        return json.loads(file.read_text("utf-8"))["curves"][run][-1]

    bert, validation = "weights/sentiment-en/changes.safetensors", "validation_acc"
    race = json.loads(assets.locate("samples/race.json").read_text("utf-8"))["languages"]["en"]
    tuned = {p["n_labels"]: p["accuracies"] for p in race["points"] if p["model"] == "tuned"}
    said = [
        f"{100 * trial('nsp', 'with')['top1']:.1f} % right with the task",
        f"and {100 * trial('nsp', 'without')['top1']:.1f} % without",
        f"{trial('transfer', 'body')['loss']:.3f} nats from the English body",
        f"{trial('transfer', 'random')['loss']:.3f} from random weights",
        f"and {trial('transfer', 'own')['loss']:.3f} from every second layer",
        f"about {tuned[8512][0]:.3f} of the English ones with all 8,512 labels".replace("0.", "."),
        f"and {min(tuned[100]):.3f} to {max(tuned[100]):.3f} with 100".replace("0.", "."),
        f"{rows['sentiment.en.bert_acc'][1:]} of the test sentences right",
        f"{score(bert, validation):.4f} on validation"[1:],
        f"about {rows['sentiment.zh.textcnn_acc'][1:]} of the test sentences",
        f"about {rows['sentiment.zh.bow_acc'][1:]}",
    ]
    assert [one for one in said if one not in RESEARCH] == []
    assert float(rows["language.zh.transfer_loss"]) == round(trial("transfer", "body")["loss"], 3)
