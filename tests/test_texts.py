"""The table of texts is whole: both languages, the same placeholders, every key that is used."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import texts
from core.errors import LabError

ROOT = Path(__file__).parent.parent
TABLE = texts.table()
HAN = re.compile(r"[\u4e00-\u9fff]")
KEY = r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+"


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("key", TABLE)
def test_text_is_whole(key):
    entry = TABLE[key]
    assert set(entry) == set(texts.LANGUAGES)
    assert all(sentence.strip() for sentence in entry.values())
    if any(character.isalpha() for character in entry["en"]):  # else it joins others: ", "
        assert all(sentence.strip() == sentence for sentence in entry.values())
    assert placeholders(entry["en"]) == placeholders(entry["zh"])
    assert "" not in placeholders(entry["en"]), "placeholders have names"
    assert not HAN.search(entry["en"].replace("中文", "")), "English has no Chinese in it"


def has_words(sentence: str) -> bool:
    """Say whether an English text is more than names and symbols (PCA-3, GELU, β = 4)."""
    return bool(re.search(r"\b[a-z]{3,}\b", re.sub(r"\{\w+\}|\S*[./_@]\S+", "", sentence)))


@pytest.mark.parametrize("key", [key for key, entry in TABLE.items() if has_words(entry["en"])])
def test_chinese_is_chinese(key):
    assert HAN.search(TABLE[key]["zh"])


@pytest.mark.parametrize("key", TABLE)
def test_chinese_has_chinese_punctuation(key):
    assert not re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!(][\u4e00-\u9fff]", TABLE[key]["zh"])


def used_in_views() -> Iterator[tuple[str, str]]:
    """Yield (where, key) for each key that stands in a view as it is."""
    for file in sorted((ROOT / "demos" / "views").glob("*.*")):
        source = file.read_text(encoding="utf-8")
        patterns = [
            rf'data-i18n[a-z-]*"?\s*[=:]\s*"({KEY})"',
            rf"""\bt\(\s*["'`]({KEY})["'`]""",
            rf"""\blab\.problem\([^,\n]+,\s*["'`]({KEY})["'`]""",
        ]
        for pattern in patterns:
            yield from ((file.name, key) for key in re.findall(pattern, source))
        # A view's own shorthand: `say("hint")` for `lab.t(`${TAB}.hint`)`.
        if (tab := re.search(r'const TAB = "(\w+)"', source)) and "const say =" in source:
            said = re.findall(r"""\bsay\(\s*["'`]([a-z0-9_.]+)["'`]""", source)
            yield from ((file.name, f"{tab[1]}.{key}") for key in said)


def used_in_python() -> Iterator[tuple[str, str]]:
    """Yield (where, key) for each text(...) and each LabError whose key is a plain string."""
    errors = {"LabError", *(kind.__name__ for kind in LabError.__subclasses__())}
    files = [ROOT / "app.py", *(ROOT / "core").rglob("*.py"), *(ROOT / "demos").rglob("*.py")]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func).split(".")[-1]
            key = getattr(node.args[0], "value", None)
            if isinstance(key, str) and called in errors | {"text"}:
                where = f"{file.relative_to(ROOT)}:{node.lineno}"
                yield where, key if called == "text" else f"errors.{key}"


def test_keys_in_views_exist():
    used = list(used_in_views())
    assert used
    assert [pair for pair in used if pair[1] not in TABLE] == []


def test_keys_in_python_exist():
    used = list(used_in_python())
    assert used
    assert [pair for pair in used if pair[1] not in TABLE] == []


def test_errors_get_the_values_that_their_sentences_ask_for():
    wrong = []
    errors = {"LabError", *(kind.__name__ for kind in LabError.__subclasses__())}
    for file in [*(ROOT / "core").rglob("*.py"), *(ROOT / "demos").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in errors):
                continue
            key = getattr(node.args[0], "value", None) if node.args else None
            given = {keyword.arg for keyword in node.keywords}
            if isinstance(key, str) and None not in given and f"errors.{key}" in TABLE:
                asked = placeholders(TABLE[f"errors.{key}"]["en"])
                wrong += [(file.name, key, asked - given)] if not asked <= given else []
    assert wrong == []


def test_error_speaks_both_languages():
    error = LabError("image_too_large", limit=40, got=50)
    assert "40" in str(error)
    assert str(error) == error.sentence("en")
    assert "40" in error.sentence("zh")
    assert HAN.search(error.sentence("zh"))


def test_unknown_key_fails_where_it_is_raised():
    with pytest.raises(KeyError):
        LabError("no_such_sentence")
