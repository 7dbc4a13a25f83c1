"""The files that ship with the lab: where they lie, whether they are whole, where they are from.

`assets/manifest.json` has for each file of `assets/weights`, `samples` and `plotly` its SHA-256,
size, licence, source, paper, the command that remakes it, the SHA-256 of each other file that it
was made from, and for weights the score.

    python -m core.assets stale     which files were made from others that are no longer these?
    python -m core.assets remake    make them anew (core/making/remaking.py)
"""

import functools
import hashlib
import json
import os
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Required, TypedDict

from core.errors import AssetError

FOLDER = Path(__file__).parent.parent / "assets"
MANIFEST = "manifest.json"


class Entry(TypedDict, total=False):
    """What the manifest says of a file; `register` tells what each field means."""

    sha256: Required[str]
    bytes: int
    licence: str
    source: str
    paper: str
    command: Required[str]
    made_from: dict[str, str]  # name -> SHA-256 of the file as it was then
    began_from: dict[str, str]
    score: dict[str, float]
    note: str


def manifest() -> Mapping[str, Entry]:
    """Return file name, such as "weights/ae3.safetensors", -> its entry.

    Raises:
        AssetError: the manifest itself is missing or can't be read.
    """
    try:
        file = FOLDER / MANIFEST
        return _parsed(file, file.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise AssetError("asset_missing", file=MANIFEST, command="git checkout assets") from error
    except ValueError as error:
        raise AssetError("asset_damaged", file=MANIFEST, command="git checkout assets") from error


@functools.lru_cache(maxsize=2)
def _parsed(file: Path, _modified_ns: int) -> Mapping[str, Entry]:
    entries = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(entries, dict) or not all(map(_is_entry, entries.values())):
        raise ValueError(f"{file.name} does not list files.")
    return MappingProxyType(entries)  # shared: only read


def _is_entry(entry: object) -> bool:
    needed = ("sha256", "command")
    return isinstance(entry, dict) and all(isinstance(entry.get(name), str) for name in needed)


def locate(name: str) -> Path:
    """Return the path of a shipped file, its SHA-256 checked once while the file is unchanged.

    Args:
        name: path below `assets/`, such as "weights/ae3.safetensors".

    Raises:
        AssetError: the file is missing, unlisted, or not the one that the manifest lists.
    """
    path = FOLDER / name
    entry = manifest().get(name)
    command = entry["command"] if entry else "git checkout assets"
    if entry is None or not path.is_file():
        raise AssetError("asset_missing", file=name, command=command)
    if _sha256(path, path.stat().st_mtime_ns, path.stat().st_size) != entry["sha256"]:
        raise AssetError("asset_damaged", file=name, command=command)
    return path


def is_current(name: str) -> bool:
    """Say whether a file is listed and all that it was made from is listed as it was then."""
    entries = manifest()
    if name not in entries:
        return False
    made_from = entries[name].get("made_from", {}).items()
    return all(other in entries and entries[other]["sha256"] == was for other, was in made_from)


@functools.lru_cache(maxsize=256)
def _sha256(path: Path, _modified_ns: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(
    name: str, found: object, *, source: str, command: str, made_from: Collection[str]
) -> None:
    """Write what the shipped models were asked for, and its entry.

    Args:
        name: path below `assets/`.
        found: what JSON can say.
        source: as `register` takes, like the others.
        command: what asks them again.
        made_from: listed files that the answers hang on.
    """
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    (FOLDER / name).write_text(text, encoding="utf-8")
    register(
        name,
        licence="Apache-2.0",
        source=source,
        paper="",
        command=command,
        made_from=made_from,
    )


def register(
    name: str,
    *,
    licence: str,
    source: str,
    paper: str,
    command: str,
    made_from: Collection[str],
    began_from: Collection[str] = (),
    still_from: Collection[str] = (),
    score: dict[str, float] | None = None,
) -> None:
    """Write a file's entry after it was made anew.

    Args:
        name: path below `assets/`; the file exists.
        licence: SPDX name.
        source: where its content is from, and by which licence.
        paper: what it follows, with an arXiv number or a DOI; "" for none.
        command: what remakes it; several are joined by "; ". A word in CAPITALS is a path, to be
            taken from the environment variable of that name.
        made_from: listed files whose content it tells of. Once one of them is another, it is stale.
        began_from: listed files that a training started from, or learnt from. What came out stands
            on its own: it may be trained anew, but isn't wrong.
        still_from: those of both that only parts of the file hang on which were not made anew:
            the SHA-256 that stood there stays.
        score: figure -> value on digits or texts never trained on, units in the figure's name;
            None for a file that has none.
    """
    path = FOLDER / name
    entries = dict(manifest()) if (FOLDER / MANIFEST).exists() else {}
    before = entries.get(name)
    began = _hashes(entries, began_from, before, still_from)
    entries[name] = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
        "licence": licence,
        "source": source,
        "paper": paper,
        "command": command,
        "made_from": _hashes(entries, made_from, before, still_from),
    }
    if began:
        entries[name]["began_from"] = began
    if score:
        entries[name]["score"] = score
    _write(entries)


def _hashes(
    entries: Mapping[str, Entry],
    names: Collection[str],
    before: Entry | None,
    still: Collection[str],
) -> dict[str, str]:
    """Return name -> SHA-256 of the file; of those in `still` as it was recorded before."""
    recorded = before.get("made_from", {}) | before.get("began_from", {}) if before else {}
    found = {}
    for name in sorted(names):
        if name in still and name in recorded:
            found[name] = recorded[name]
        elif name in entries:
            found[name] = entries[name]["sha256"]
        else:  # it has to be listed yet
            found[name] = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
    return found


def set_score(name: str, score: dict[str, float]) -> None:
    """Add figures to a listed file's score."""
    entries = dict(manifest())
    entries[name] = {**entries[name], "score": entries[name].get("score", {}) | score}
    _write(entries)


def _write(entries: dict[str, Entry]) -> None:
    text = json.dumps(dict(sorted(entries.items())), indent=2, ensure_ascii=False) + "\n"
    # Readers see the old manifest or the new one, never half of one.
    half = FOLDER / f"{MANIFEST}.{os.getpid()}"
    half.write_text(text, encoding="utf-8")
    half.replace(FOLDER / MANIFEST)


if __name__ == "__main__":
    from core.making.remaking import main  # it reads the manifest through this module

    sys.exit(main())
