"""The installer takes PyTorch without CUDA where that is enough, and says what it can't do."""

import ast
import http.server
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

from scripts import install

ROOT = Path(__file__).parent.parent
MACHINES = {  # sys_platform, platform_machine -> torch
    ("linux", "x86_64"): "2.14.1",
    ("linux", "aarch64"): "2.9.1",
    ("darwin", "arm64"): "2.14.1",
    ("win32", "AMD64"): "2.14.1",
}


PINNED = [path.name for path in sorted(ROOT.glob("requirements*.txt")) if "bench" not in path.name]


def pins(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    told = (line.split("  #")[0].strip() for line in lines)
    return [Requirement(line) for line in told if line and line[0] not in "#-"]


def on(machine: tuple[str, str], requirements: list[Requirement]) -> dict[str, str]:
    where = {**default_environment(), "sys_platform": machine[0], "platform_machine": machine[1]}
    kept = [one for one in requirements if one.marker is None or one.marker.evaluate(where)]
    assert len({one.name for one in kept}) == len(kept), "two pins of one package"
    return {re.sub(r"[-_.]+", "-", one.name).lower(): str(one.specifier)[2:] for one in kept}


@pytest.mark.parametrize("machine", MACHINES)
def test_each_machine_gets_one_torch_and_the_same_from_both_files(machine):
    all_pins, first = on(machine, pins("requirements.txt")), on(machine, pins(install.PRE.name))
    assert all_pins["torch"] == MACHINES[machine]
    assert first.items() <= all_pins.items()
    assert set(first) == {"torch", "torchvision"}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_lock_holds_every_pin(machine):
    locked = on(machine, pins("requirements.lock"))
    for name in PINNED:
        assert on(machine, pins(name)).items() <= locked.items()


def test_no_file_says_where_packages_come_from():
    """Behind a mirror the mirror is asked: only PyTorch's own index has a name here."""
    files = [*ROOT.glob("*.txt"), *ROOT.glob("*.lock"), *ROOT.glob("*.toml"), ROOT / "Makefile"]
    files += [ROOT / ".ci" / "run", *(ROOT / ".github").rglob("*.yml")]
    files += [file for file in (ROOT / "scripts" / "lint").iterdir() if file.is_file()]
    names = {file.name for file in files}
    assert names >= {"requirements.lock", "package-lock.json", ".npmrc"}
    address = (
        r'--(?:extra-)?index-url|--find-links|"resolved"|^ *\w*registry *=|@ *(?:https?|file):'
    )
    found = [
        (file.name, one)
        for file in files
        for one in re.findall(address, file.read_text("utf-8"), re.MULTILINE)
    ]
    assert found == [(install.PRE.name, "--index-url")]


def test_what_is_imported_is_pinned():
    told = {"PIL": "pillow", "sklearn": "scikit-learn", "umap": "umap-learn"}
    files = [*(ROOT / "core").rglob("*.py"), *(ROOT / "demos").rglob("*.py"), ROOT / "app.py"]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_bytes()))]
    froms = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    names = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    imported = {one.split(".")[0] for one in froms | names}
    others = imported - set(sys.stdlib_module_names) - {"core", "demos"}
    pinned = on(("linux", "x86_64"), [one for name in PINNED for one in pins(name)])
    assert {told.get(one, one).replace("_", "-") for one in others} <= set(pinned)


# ---- What is installed from where ----------------------------------------------------------------


class Ran:
    """The commands that would have been run; those that name `failing` fail."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.failing = "no such word"

    def __call__(self, command: list[str], **_options: object) -> subprocess.CompletedProcess:
        self.commands.append(command)
        return subprocess.CompletedProcess(command, int(self.failing in " ".join(command)))

    @property
    def files(self) -> list[str]:
        return [Path(command[-1]).name for command in self.commands]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    ran = Ran()
    monkeypatch.setattr(install.subprocess, "run", ran)
    monkeypatch.setattr(install.platform, "system", lambda: "Linux")
    monkeypatch.setattr(install.platform, "machine", lambda: "x86_64")
    return ran


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch):
    """An index on this machine that answers."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(install, "index", lambda: address)
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


BOTH = ["pre-requirements.txt", "requirements.txt"]


def tool(folder: Path, name: str) -> str:
    """Put a program that does nothing into a folder, and return its PATH."""
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("environ", "files"),
    [({}, BOTH), ({"GPU": "0"}, BOTH), ({"GPU": ""}, BOTH), ({"GPU": "1"}, BOTH[1:])],
)
def test_torch_comes_without_cuda_unless_it_is_asked_for(ran, index, environ, files):
    assert install.install("requirements.txt", {"PATH": "", **environ}) == 0
    assert ran.files == files
    assert all(command[:4] == [sys.executable, "-m", "pip", "install"] for command in ran.commands)


def test_the_lock_binds_where_it_is_asked_to(ran, index):
    assert install.install("requirements.txt", {"PATH": "", "LOCKED": "1"}) == 0
    assert all(str(install.LOCK) in command for command in ran.commands)
    ran.commands.clear()
    assert install.install("requirements.txt", {"PATH": "", "LOCKED": "0"}) == 0
    assert not any(str(install.LOCK) in command for command in ran.commands)


def test_cuda_comes_where_a_gpu_is_seen(ran, index, tmp_path):
    path = tool(tmp_path, "nvidia-smi")
    assert install.install("requirements.txt", {"PATH": path}) == 0
    assert ran.files[-1:] == BOTH[1:]
    assert BOTH[0] not in ran.files
    ran.failing = "nvidia-smi"  # it is there, and finds no GPU
    assert not install.wants_cuda({"PATH": path})


def test_other_systems_have_one_wheel(ran, index, monkeypatch):
    monkeypatch.setattr(install.platform, "system", lambda: "Windows")
    assert install.install("requirements.txt", {"PATH": ""}) == 0
    assert ran.files == BOTH[1:]


def test_an_intel_mac_is_told_that_there_is_no_torch_for_it(ran, monkeypatch):
    monkeypatch.setattr(install.platform, "system", lambda: "Darwin")
    with pytest.raises(SystemExit, match="Intel"):
        install.install("requirements.txt", {"PATH": ""})
    assert ran.commands == []


def test_a_closed_network_is_told_in_one_line_and_the_default_index_serves(
    ran, monkeypatch, capsys
):
    with socket.socket() as bound:  # nobody listens there
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        monkeypatch.setattr(install, "index", lambda: address)
        assert install.install("requirements.txt", {"PATH": ""}) == 0
    assert ran.files == BOTH[1:]
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{address} does not answer")


def test_an_index_that_lacks_a_pin_is_told_in_one_line_and_the_default_one_serves(
    ran, index, capsys
):
    ran.failing = BOTH[0]
    assert install.install("requirements.txt", {"PATH": ""}) == 0
    assert ran.files == BOTH
    (line,) = capsys.readouterr().out.splitlines()
    assert index in line


def test_uv_installs_where_it_is_there_and_pip_where_it_fails(ran, index, tmp_path, capsys):
    path = tool(tmp_path, "uv")
    assert install.install("requirements.txt", {"PATH": path}) == 0
    assert [Path(command[0]).name for command in ran.commands] == ["uv", "uv"]
    ran.commands.clear()
    ran.failing = "--quiet --python"
    assert install.install("requirements.txt", {"PATH": path, "GPU": "1"}) == 0
    assert Path(ran.commands[0][0]).name == "uv"
    assert ran.commands[-1][:3] == [sys.executable, "-m", "pip"]
    assert "pip tries" in capsys.readouterr().out
    ran.commands.clear()
    assert install.install("requirements.txt", {"PATH": path}) == 0
    assert ran.files == [BOTH[0], BOTH[0], BOTH[1], BOTH[1]]  # torch without CUDA comes by pip, too
    ran.commands.clear()
    assert install.install("requirements.txt", {"PATH": path, "INSTALLER": "uv", "GPU": "1"}) == 1
    assert len(ran.commands) == 1
    assert install.install("requirements.txt", {"PATH": path, "INSTALLER": "pip"}) == 0


@pytest.mark.parametrize("environ", [{"GPU": "yes"}, {"INSTALLER": "conda"}, {"INSTALLER": "uv"}])
def test_what_is_no_choice_is_refused_in_a_sentence(ran, index, environ):
    with pytest.raises(SystemExit, match=r"must be|no uv"):
        install.install("requirements.txt", {"PATH": "", **environ})
    assert BOTH[1] not in ran.files
