"""The one table of texts: every sentence of the lab, in English and Chinese.

The table is the union of `assets/texts/*.toml`. A file `walk.toml` with

    [steps]
    en = "Steps"
    zh = "步数"

gives the key `walk.steps`; tables may nest. Sentences may have `{placeholders}`.
"""

import functools
import tomllib
from pathlib import Path
from types import MappingProxyType

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent.parent / "assets" / "texts"


def _flatten(prefix: str, node: dict[str, object], into: dict[str, dict[str, str]]) -> None:
    if all(isinstance(value, str) for value in node.values()):
        into[prefix] = node  # type: ignore[assignment]
        return
    for name, child in node.items():
        if not isinstance(child, dict):
            raise ValueError(f"{prefix}.{name}: a text is a table with {', '.join(LANGUAGES)}.")
        _flatten(f"{prefix}.{name}", child, into)


@functools.cache
def table() -> MappingProxyType[str, dict[str, str]]:
    """Return key -> {language: sentence}, read once."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        for name, node in tomllib.loads(file.read_text(encoding="utf-8")).items():
            _flatten(f"{file.stem}.{name}", node, found)
    return MappingProxyType(found)


def text(key: str, language: str, **values: object) -> str:
    """Return one sentence with its placeholders filled in.

    Raises:
        KeyError: no such key, or a language that the lab does not speak.
    """
    return table()[key][language].format(**values)
