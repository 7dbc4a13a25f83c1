"""Install a file of requirements for the Python that runs this; standard library only.

    python scripts/install.py requirements.txt

The default wheel of PyTorch for Linux brings CUDA, some gigabytes. Where there is no NVIDIA GPU,
torch and torchvision come first, without it, from the index that pre-requirements.txt names; where
that index can't be reached, from the default one after all. `GPU=1` asks for CUDA, `GPU=0` for
none.
uv installs where it is on the PATH, else pip, and pip where uv fails (it doesn't read pip's own
settings, a mirror say); `INSTALLER=pip` or `uv` chooses. `LOCKED=1` takes all that these need, too,
in exactly the versions of requirements.lock.
"""

import os
import platform
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PRE = ROOT / "pre-requirements.txt"
LOCK = ROOT / "requirements.lock"
PATIENCE = 5  # seconds for the index to answer
UNREACHABLE = (
    "{index} does not answer, so torch comes from the default index: on Linux with CUDA, some"
    " gigabytes more."
)
FAILED = "torch could not be had from {index}: it comes from the default index."
NO_TORCH = (
    "PyTorch ended its builds for Macs with an Intel processor at 2.2; the lab needs a later one."
)
UV_FAILED = "uv could not install {file}; pip tries."


def index() -> str:
    """Return the address that pre-requirements.txt names."""
    lines = PRE.read_text(encoding="utf-8").splitlines()
    return next(line.split()[1] for line in lines if line.startswith("--index-url"))


def switch(environ: Mapping[str, str], name: str) -> bool | None:
    """Return what a variable says, None where it isn't set."""
    said = environ.get(name, "").strip()
    if said not in ("", "0", "1"):
        sys.exit(f"{name} must be 0 or 1, not {said!r}")
    return said == "1" if said else None


def wants_cuda(environ: Mapping[str, str]) -> bool:
    """Return whether torch comes with CUDA: as `GPU` says, else where an NVIDIA GPU is seen."""
    said = switch(environ, "GPU")
    if said is not None:
        return said
    tool = shutil.which("nvidia-smi", path=environ.get("PATH"))
    return tool is not None and _quietly([tool, "-L"]) == 0


def answers(address: str) -> bool:
    """Return whether an index can be reached."""
    try:
        with urllib.request.urlopen(f"{address}/torch/", timeout=PATIENCE):
            return True
    except OSError:  # all that urllib raises is one
        return False


def installers(environ: Mapping[str, str]) -> list[list[str]]:
    """Return the commands that install what follows them, the next one for where one fails."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    chosen = environ.get("INSTALLER", "").strip()
    if chosen not in ("", "pip", "uv"):
        sys.exit(f"INSTALLER must be pip or uv, not {chosen!r}")
    uv = shutil.which("uv", path=environ.get("PATH"))
    if chosen == "pip" or (uv is None and not chosen):
        return [pip]
    if uv is None:
        sys.exit("INSTALLER=uv, but there is no uv on the PATH")
    by_uv = [uv, "pip", "install", "--quiet", "--python", sys.executable]
    return [by_uv] if chosen else [by_uv, pip]


def install(file: str, environ: Mapping[str, str]) -> int:
    """Install a file of requirements and return the exit status."""
    system = platform.system()
    if system == "Darwin" and platform.machine() == "x86_64":
        sys.exit(NO_TORCH)
    exact = ["-c", str(LOCK)] if switch(environ, "LOCKED") else []
    commands = [[*command, *exact] for command in installers(environ)]
    if system == "Linux" and not wants_cuda(environ):  # elsewhere there is only one wheel
        if not answers(index()):
            print(UNREACHABLE.format(index=index()))
        elif _run(commands, str(PRE)):
            print(FAILED.format(index=index()))
    return _run(commands, file)


def _run(commands: list[list[str]], file: str) -> int:
    """Install a file by the first command that can; return the last one's exit status."""
    status = subprocess.run([*commands[0], "-r", file]).returncode
    for command in commands[1:] if status else ():
        print(UV_FAILED.format(file=file))
        status = subprocess.run([*command, "-r", file]).returncode
    return status


def _quietly(command: list[str]) -> int:
    try:
        return subprocess.run(command, capture_output=True, timeout=PATIENCE).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(install(sys.argv[1], os.environ))
