"""Which assets were made from files that are no longer these, and how are they made anew?

    python -m core.assets stale                 names, why, and what will have to follow
    python -m core.assets remake                runs the manifest's commands, what others need first
    python -m core.assets remake --dry-run      prints them
    python -m core.assets remake --only WORD    assets with this in their name, and what they need

An asset is **stale** when the manifest lists another file by now than one of those that it was made
from. A training that began from another file (word vectors, a teacher) is told apart: its weights
are whole without it. `remake --began` trains it anew, too.
"""

import argparse
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Literal, NamedTuple

from core import assets
from core.assets import Entry

Field = Literal["made_from", "began_from"]
MADE: Field = "made_from"
BEGAN: Field = "began_from"
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]{3,}")  # a path of this machine, in a command

Entries = Mapping[str, Entry]


class RemakeError(Exception):
    """Something can't be made anew here, and why."""


class Step(NamedTuple):
    """A command, and those of the wanted assets that it writes."""

    command: str
    names: tuple[str, ...]


def changed(entries: Entries, field: Field = MADE) -> dict[str, tuple[str, ...]]:
    """Return asset -> those of its inputs that are others by now, of assets that have any."""
    found = {
        name: tuple(
            other
            for other, sha256 in entry.get(field, {}).items()
            if other not in entries or entries[other]["sha256"] != sha256
        )
        for name, entry in entries.items()
    }
    return {name: others for name, others in found.items() if others}


def following(entries: Entries, names: Iterable[str]) -> set[str]:
    """Return the assets that are made from these, or from what is made from these, and so on."""
    found: set[str] = set()
    new = set(names)
    while new:
        new = {name for name, entry in entries.items() if new & set(entry.get(MADE, {}))} - found
        found |= new
    return found


def steps(entries: Entries, names: Iterable[str]) -> list[Step]:
    """Return the commands that make some assets anew, what others are made from first."""
    wanted: dict[str, list[str]] = {}
    for name in sorted(names):
        wanted.setdefault(entries[name]["command"], []).append(name)
    command_of = {name: command for command, mine in wanted.items() for name in mine}
    order = TopologicalSorter(
        {
            command: {
                command_of[other]
                for name in mine
                for field in (MADE, BEGAN)
                for other in entries[name].get(field, {})
                if other in command_of and command_of[other] != command
            }
            for command, mine in wanted.items()
        }
    )
    return [Step(command, tuple(wanted[command])) for command in order.static_order()]


def parts(command: str) -> list[list[str]]:
    """Return the words of each of a command's parts.

    >>> parts("python -m research.race pieces; python -m research.race words")[1][1:]
    ['-m', 'research.race', 'words']
    """
    lexer = shlex.shlex(command, posix=True, punctuation_chars=";")
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if word == ";":
            found.append([])
        else:
            found[-1].append(word)
    return found


def placed(words: Iterable[str], places: Mapping[str, str]) -> list[str]:
    """Put this machine's paths into a command's words.

    Raises:
        RemakeError: a place isn't known.
    """
    words = list(words)
    if unknown := [w for w in words if PLACEHOLDER.fullmatch(w) and w not in places]:
        raise RemakeError(f"say where {' and '.join(unknown)} is: {unknown[0]}=... in front")
    return [places[word] if PLACEHOLDER.fullmatch(word) else word for word in words]


def runnable(command: str) -> list[list[str]]:
    """Return a command's parts as this Python runs them.

    Raises:
        RemakeError: a place isn't known, or it isn't a module of ours that remakes the file.
    """
    found = []
    for words in parts(command):
        if words[:2] != ["python", "-m"]:
            raise RemakeError(f"only by hand: {shlex.join(words)}")
        found.append([sys.executable, *placed(words[1:], os.environ)])
    return found


def wanted(entries: Entries, only: str = "", *, began: bool = False) -> set[str]:
    """Return the assets to be made anew: stale ones, and what will be once those are others.

    Args:
        entries: the manifest.
        only: part of a name: assets with it in their names, and what these need.
        began: trainings that began from another file, too.
    """
    found = set(changed(entries)) | (set(changed(entries, BEGAN)) if began else set())
    found |= following(entries, found)
    if not only:
        return found
    needed: set[str] = set()
    new = {name for name in found if only in name}
    while new:
        needed |= new
        new = {other for name in new for other in entries[name].get(MADE, {})} & found - needed
    return needed


def remake(only: str = "", *, began: bool = False) -> list[str]:
    """Run what makes all wanted assets anew; returns the commands that were run.

    What only hangs on a file that came out as it was before is left as it is.

    Raises:
        RemakeError: a command can't be run here, fails, or leaves an asset stale.
    """
    entries = assets.manifest()
    due = changed(entries, BEGAN) if began else {}
    todo = steps(entries, wanted(entries, only, began=began))
    for step in todo:
        runnable(step.command)  # say at once what is missing, not after an hour
    done = []
    for step in todo:
        stale = changed(assets.manifest())
        if not any(name in stale or name in due for name in step.names):
            continue
        print(f"{step.command}\n  for {', '.join(step.names)}", flush=True)
        for words in runnable(step.command):
            if subprocess.run(words, cwd=assets.FOLDER.parent, check=False).returncode:
                raise RemakeError(f"failed: {shlex.join(words)}")
        done.append(step.command)
        if left := set(step.names) & set(changed(assets.manifest())):
            raise RemakeError(f"still stale after its command: {', '.join(sorted(left))}")
    return done


def report(entries: Entries) -> str:
    """Return what is stale and why, in lines."""
    stale, began = changed(entries), changed(entries, BEGAN)
    lines = [f"{name}: made from another {', '.join(others)}" for name, others in stale.items()]
    after = sorted(following(entries, stale) - set(stale))
    lines += [f"{name}: will follow" for name in after]
    lines = lines or ["nothing is stale"]
    lines += [f"{name}: began from another {', '.join(o)}" for name, o in began.items()]
    return "\n".join(lines)


def main() -> int:
    """Return 1 if something is stale, or can't be remade."""
    parser = argparse.ArgumentParser(
        prog="python -m core.assets",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser("stale", help="list them; 1 if there are any")
    again = commands.add_parser("remake", help="make them anew")
    again.add_argument("--only", default="", metavar="WORD", help="in the assets' names")
    again.add_argument("--began", action="store_true", help="trainings that began from others, too")
    again.add_argument("--dry-run", action="store_true", help="print the commands")
    arguments = parser.parse_args()
    entries = assets.manifest()
    if arguments.what == "stale":
        print(report(entries))
        return int(bool(changed(entries)))
    if arguments.dry_run:
        for step in steps(entries, wanted(entries, arguments.only, began=arguments.began)):
            print(f"{step.command}\n  for {', '.join(step.names)}")
        return 0
    try:
        remake(arguments.only, began=arguments.began)
    except RemakeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
