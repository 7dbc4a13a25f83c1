"""Measure what the lab claims.

    python -m bench                       all groups: a table, and BENCHMARKS.md anew
    python -m bench images                one group: its table, and its section anew
    python -m bench images --json         one JSON object a figure, no file
    python -m bench page --only latent    figures whose name contains the word, no file

Progress goes to stderr. Measure on a machine that does nothing else.
"""

import argparse
import importlib
import sys
import time

from bench import report
from bench.figures import BenchError, Group, Measured
from core.errors import LabError

GROUPS = (
    "images",
    "codes",
    "page",
    "language",
    "attention",
    "sentiment",
    "explain",
    "training",
    "transfer",
    "told",
    "words",
    "lstm",
)  # each is bench/<name>.py with a GROUP


def load(name: str) -> Group:
    """Return a group; only now is its script imported."""
    return importlib.import_module(f"bench.{name}").GROUP


def measure(group: Group, only: str = "", *, as_json: bool = False) -> dict[str, Measured]:
    """Measure the figures whose name contains `only`; what can't be measured is left out."""
    results: dict[str, Measured] = {}
    for measurement in group.measurements:
        wanted = [figure for figure in measurement.figures if only in figure.name]
        if not wanted:
            continue
        names = ", ".join(figure.name for figure in wanted)
        print(f"{names} ...", end=" ", file=sys.stderr, flush=True)
        start = time.perf_counter()
        try:
            measured = measurement.run()
        except (BenchError, LabError) as error:
            print(f"not measured: {error}", file=sys.stderr)
            continue
        print(f"{time.perf_counter() - start:.1f} s", file=sys.stderr)
        for figure, result in zip(measurement.figures, measured, strict=True):
            if figure in wanted:
                results[figure.name] = result
                if as_json:
                    print(report.json_line(figure, result), flush=True)
    return results


def main() -> int:
    """Return 0 if every figure that was asked for was measured, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("group", nargs="?", choices=GROUPS, help="without it, all of them")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, no file")
    parser.add_argument("--only", default="", metavar="WORD", help="in the names of the figures")
    arguments = parser.parse_args()

    sections, complete = {}, True
    for name in [arguments.group] if arguments.group else GROUPS:
        group = load(name)
        results = measure(group, arguments.only, as_json=arguments.json)
        asked = [figure for figure in group.figures if arguments.only in figure.name]
        complete = complete and len(results) == len(asked)
        if not arguments.json:
            print(f"\n{report.table(asked, results)}\n", flush=True)
        sections[name] = report.section(group, results, report.machine())
    if not arguments.json and not arguments.only:
        report.rewrite(sections, GROUPS)
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
