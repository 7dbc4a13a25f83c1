"""scripts/install_browser.sh asks apt for what is missing, on a system that is made up here."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "install_browser.sh"
TOOLS = ("sh", "sed", "grep", "mktemp", "tail", "rm", "env")
SHELL, CHROMIUM, FONTS = "chromium-headless-shell", "chromium", "fonts-noto-cjk"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="apt is Debian's")


@pytest.fixture
def ran(tmp_path):
    """Return a function that runs the script; it returns what each install names, and output."""

    def run(*, has: tuple = (), known: tuple = (), refused: tuple = ()) -> tuple[list[str], str]:
        programs = tmp_path / "bin"
        programs.mkdir()
        for tool in TOOLS:
            (programs / tool).symlink_to(shutil.which(tool))

        def program(name: str, script: str) -> None:
            (programs / name).write_text(f"#!/bin/sh\n{script}\n")
            (programs / name).chmod(0o755)

        program("id", "echo 0")
        program("fc-list", "echo font" if FONTS in has else ":")
        program("apt-cache", f'case " {" ".join(known)} " in *" $2 "*) exit 0;; esac; exit 1')
        refusals = "".join(f'case " $* " in *" {name} "*) exit 100;; esac; ' for name in refused)
        log = tmp_path / "asked"
        program("apt-get", f'[ "$1" = update ] && exit 0; echo "$*" >> {log}; {refusals}exit 0')
        for name in has:
            if name != FONTS:
                program(name, ":")
        done = subprocess.run(
            ["sh", str(SCRIPT)],
            env={"PATH": str(programs)},
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        asked = log.read_text().splitlines() if log.exists() else []
        packages = [" ".join(word for word in line.split()[1:] if word[0] != "-") for line in asked]
        return packages, done.stdout + done.stderr

    return run


def test_nothing_is_asked_for_where_all_is_there(ran):
    assert ran(has=(SHELL, FONTS), known=(SHELL,)) == ([], "")


def test_the_shell_takes_chromiums_place_where_it_is_known(ran):
    packages, _ = ran(known=(SHELL,))
    assert packages == [f"{SHELL} {FONTS}"]


def test_chromium_comes_where_there_is_no_shell(ran):
    packages, _ = ran()
    assert packages == [f"{CHROMIUM} {FONTS}"]


def test_chromium_comes_where_the_shell_cannot_be_installed(ran):
    packages, said = ran(known=(SHELL,), refused=(SHELL,))
    assert packages == [f"{SHELL} {FONTS}", f"{CHROMIUM} {FONTS}"]
    assert "could not" not in said


def test_a_shell_that_cannot_be_had_beside_chromium_is_no_loss(ran):
    packages, said = ran(has=(CHROMIUM, FONTS), known=(SHELL,), refused=(SHELL,))
    assert packages == [SHELL]
    assert "could not" not in said


def test_what_cannot_be_installed_is_told(ran):
    packages, said = ran(known=(SHELL,), refused=(FONTS,))
    assert len(packages) == 2
    assert "could not install" in said
