"""Figures as JSON lines, as a table in the terminal, as a section of BENCHMARKS.md."""

import datetime
import json
import os
import platform
import unicodedata
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.figures import Figure, Group, Measured

FILE = Path(__file__).parent.parent / "BENCHMARKS.md"
CPU_INFO = Path("/proc/cpuinfo")
HEADING = """# Benchmarks

What the lab claims, each figure measured beside its peer in the same run. `python -m bench`
measures everything and rewrites this file; `python -m bench NAME` does so for one group, and
`python -m bench NAME --json` prints one JSON object a line instead. Errors are over pixels in
[0, 1]; "digits" are MNIST, and all figures of quality are on t10k, which no model has seen.
"""
COLUMNS = ("figure", "value", "unit", "bound", "met?", "peer", "peer value", "what it measures")


def json_line(figure: Figure, measured: Measured) -> str:
    """Return one measured figure as a JSON object on one line."""
    return json.dumps(
        {
            "name": figure.name,
            "value": measured.value,
            "unit": figure.unit,
            "peer": figure.peer,
            "peer_value": measured.peer_value,
        },
        ensure_ascii=False,
    )


def number(value: float | None) -> str:
    """Return a number with the digits that count, "-" for None.

    >>> [number(v) for v in (0.02756, 97.612, 1234567.0, 3.2e-05, None)]
    ['0.0276', '97.61', '1,234,567', '3.2e-05', '-']
    """
    if value is None:
        return "-"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:.4g}"
    return f"{value:.2g}" if 0 < abs(value) < 1e-3 else f"{value:.4f}"


def verdict(figure: Figure, measured: Measured | None) -> str:
    """Return "met", "not met", "reported" (nothing asked) or "not measured"."""
    if measured is None:
        return "not measured"
    if figure.bound is None:
        return "reported"
    return "met" if figure.bound.met(measured) else "not met"


def cells(figure: Figure, measured: Measured | None) -> tuple[str, ...]:
    """Return a row under `COLUMNS`."""
    value, peer_value = measured or (None, None)
    return (
        figure.name,
        number(value),
        figure.unit or "1",
        str(figure.bound or "-"),
        verdict(figure, measured),
        figure.peer or "-",
        number(peer_value),
        figure.says,
    )


def table(figures: Sequence[Figure], results: Mapping[str, Measured]) -> str:
    """Return the figures for a terminal; the sentences are left to BENCHMARKS.md."""
    rows = [COLUMNS[:-1], *(cells(figure, results.get(figure.name))[:-1] for figure in figures)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def section(group: Group, results: Mapping[str, Measured], machine_line: str) -> str:
    """Return a group's part of BENCHMARKS.md, which ends with a newline."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for figure in group.figures:
        name, value, *rest = cells(figure, results.get(figure.name))
        value = f"**{value}**" if rest[2] == "not met" else value
        rows.append((f"`{name}`", value, *rest))
    lines = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return (
        f"## {group.name}\n\n{group.about}\n\n{lines}\n\n"
        f"{machine_line} Printed by `python -m bench {group.name}`.\n"
    )


def rewrite(sections: Mapping[str, str], order: Sequence[str], file: Path = FILE) -> None:
    """Put new sections into BENCHMARKS.md; other groups keep theirs.

    Args:
        sections: group name -> its section.
        order: of all groups' names in the file.
        file: to write.
    """
    old = file.read_text(encoding="utf-8").split("\n## ")[1:] if file.exists() else []
    kept = {part.splitlines()[0]: f"## {part.rstrip()}\n" for part in old}
    kept.update(sections)
    parts = [HEADING, *(kept[name] for name in order if name in kept)]
    file.write_text("\n".join(parts), encoding="utf-8")


def machine() -> str:
    """Return what was measured on: cores, CPU, versions, date."""
    names = [
        line.split(":", 1)[1].strip()
        for line in (CPU_INFO.read_text().splitlines() if CPU_INFO.exists() else [])
        if line.startswith("model name")
    ]
    processor = names[0] if names else platform.machine()
    libraries = ", ".join(
        f"{name} {version(name)}"
        for name in ("torch", "onnxruntime", "transformers", "gradio", "numpy")
    )
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"Measured on {today}: {os.cpu_count()} cores of {processor}"
        f" ({platform.system()}), Python {platform.python_version()}, {libraries}."
    )
