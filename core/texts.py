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
DAMAGED = """The table of texts assets/texts/{file} can't be read ({reason}).
Get it back with: git checkout assets/texts/{file}
文字表 assets/texts/{file} 无法读取（{reason}）。
可以用这条命令恢复：git checkout assets/texts/{file}"""
FOLDER = Path(__file__).parent.parent / "assets" / "texts"


class TableError(Exception):
    """A table of texts is damaged. It can't be told in its own words: `str` has both languages."""


def _flatten(prefix: str, node: object, into: dict[str, dict[str, str]]) -> None:
    if not isinstance(node, dict) or not node:
        raise ValueError(f"{prefix}: a text is a table with {', '.join(LANGUAGES)}.")
    if any(isinstance(value, str) for value in node.values()):
        if set(node) != set(LANGUAGES):
            raise ValueError(f"{prefix}: has {', '.join(node)} instead of {', '.join(LANGUAGES)}.")
        into[prefix] = node
        return
    for name, child in node.items():
        _flatten(f"{prefix}.{name}", child, into)


@functools.cache
def table() -> MappingProxyType[str, dict[str, str]]:
    """Return key -> {language: sentence}, read once.

    Raises:
        TableError: a file is damaged.
    """
    found: dict[str, dict[str, str]] = {}
    for file in sorted(FOLDER.glob("*.toml")):
        try:
            for name, node in tomllib.loads(file.read_text(encoding="utf-8")).items():
                _flatten(f"{file.stem}.{name}", node, found)
        except ValueError as error:  # no TOML, no UTF-8, or no text
            raise TableError(DAMAGED.format(file=file.name, reason=error)) from error
    return MappingProxyType(found)


def text(key: str, language: str, **values: object) -> str:
    """Return one sentence with its placeholders filled in.

    Raises:
        KeyError: no such key, or a language that the lab does not speak.
    """
    return table()[key][language].format(**values)
