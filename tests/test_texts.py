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


def test_texts_are_in_every_language_with_the_same_placeholders():
    for key, entry in TABLE.items():
        assert set(entry) == set(texts.LANGUAGES), key
        assert placeholders(entry["en"]) == placeholders(entry["zh"]), key
        assert "" not in placeholders(entry["en"]), f"{key}: placeholders have names"


def test_no_text_is_empty_or_has_space_around():
    for key, entry in TABLE.items():
        assert all(sentence.strip() for sentence in entry.values()), key
        if any(character.isalpha() for character in entry["en"]):  # else it joins others: ", "
            assert all(sentence.strip() == sentence for sentence in entry.values()), key


def has_words(sentence: str) -> bool:
    """Say whether an English text is more than names, units and symbols (PCA-3, β = 4 nats)."""
    plain = re.sub(r"\{\w+\}|\S*[./_@]\S+|\bnats?\b", "", sentence)
    return bool(re.search(r"\b[a-z]{3,}\b", plain))


def test_chinese_is_chinese():
    wordy = [key for key, entry in TABLE.items() if has_words(entry["en"])]
    assert len(wordy) > 100
    assert [key for key in wordy if not HAN.search(TABLE[key]["zh"])] == []


def test_english_has_no_chinese_but_in_quotes():
    # Examples and the name of the language may stand in an English sentence.
    assert [key for key, entry in TABLE.items() if len(HAN.findall(entry["en"])) > 12] == []


def test_chinese_has_chinese_punctuation():
    halfwidth = re.compile(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]")
    assert [key for key, entry in TABLE.items() if halfwidth.search(entry["zh"])] == []


def test_chinese_is_said_as_the_lecture_says_it():
    """One word for a thing, no chat, and large numbers counted in 万."""
    never = re.compile(
        r"瞎猜|炸了|(?<!品)红框|滤波器|褒贬|百万|胡话|\bnats\b(?!\})|万 个"
        r"|准确率|词片|子词|特殊标记|洋红|逐个关头|套路|心里没底|大众脸|拿不准|哪一层冒出"
        r"|[\u4e00-\u9fff]\([A-Za-z]"  # a term in English stands in full-width brackets
        r"|(?<![\d,])\d{2,3},000(?!,)"  # 4.5 万, not 45,000
    )
    found = [(key, never.findall(entry["zh"])) for key, entry in TABLE.items()]
    assert [pair for pair in found if pair[1]] == []


PLACES = {
    "en": re.compile(r"\b(?:on|to) (?:the|its) (?:left|right)\b(?! of)|\((?:left|right)\b", re.I),
    "zh": re.compile(r"[看在点（](?:左|右)(?:边|侧)|(?:左|右)(?:边|侧)的"),
}
SIDES = {"attention.about.heads"}  # lines go from the left to the right on any screen


@pytest.mark.parametrize("language", PLACES)
def test_no_text_says_that_something_stands_beside_it(language: str):
    """On a phone it stands below."""
    told = {key for key, entry in TABLE.items() if PLACES[language].search(entry[language])}
    assert told <= SIDES | {"fill_in.predict.2.answer"}  # to the left and to the right of a blank


def test_a_counted_number_stands_before_its_word_as_amount_writes_it():
    """`amount` (answer_bars.js) ends with 万 or with a blank: the text adds none."""
    counted = ("attention.foot", "fill_in.foot", "fill_in.fails.unknown", "next_sentence.foot",
               "training_lapse.at", "training_lapse.at_pairs", "training_lapse.curve")  # fmt: skip
    for key in counted:
        assert re.search(r" \{tokens\}个词元", TABLE[key]["zh"]), key


def used_in_views() -> Iterator[tuple[str, str]]:
    """Yield (where, key) for each key that stands in a view as it is."""
    for file in sorted((ROOT / "demos").rglob("*.*")):
        if file.suffix not in {".css", ".html", ".js"}:
            continue
        source = file.read_text(encoding="utf-8")
        patterns = [
            rf'data-i18n[a-z-]*"?\s*[=:]\s*"({KEY})"',
            rf"""\btextOf\(\s*["'`]({KEY})["'`]""",
            rf"""\bshowProblem\([^,\n]+,\s*["'`]({KEY})["'`]""",
        ]
        # A view's own shorthand: `const say = (key, values) => textOf(`${TAB}.${key}`, values);`
        tab = re.search(r'const TAB = "(\w+)"', source)
        short = re.search(r"const (\w+) = \(key[^)]*\) => textOf\(`\$\{TAB\}\.([\w.]*)\$", source)
        for pattern in patterns:
            yield from ((file.name, key) for key in re.findall(pattern, source))
        if tab and short:
            said = re.findall(rf"""(?<![.\w]){short[1]}\(\s*["'`]([a-z0-9_.]+)["'`]""", source)
            yield from ((file.name, f"{tab[1]}.{short[2]}{key}") for key in said)


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


def test_each_question_has_options_to_guess_from():
    questions = [key for key in texts.table() if re.search(r"\.predict\.\d+\.question$", key)]
    assert len(questions) > 30
    for question in questions:
        stem = question.removesuffix("question")
        options = sorted(
            (key for key in texts.table() if re.match(rf"{re.escape(stem)}(choice|truth)\.", key)),
            key=lambda key: int(key.rpartition(".")[2]),
        )
        assert [int(key.rpartition(".")[2]) for key in options] == [*range(1, len(options) + 1)]
        assert len(options) >= 2, question
        assert sum(".truth." in key for key in options) < len(options), question
        for language in texts.LANGUAGES:
            assert len({texts.text(key, language) for key in options}) == len(options), question


def test_each_section_of_a_page_has_a_title_and_says_in_a_line_what_one_will_see():
    written = {key for key in TABLE if ".section." in key}
    needed = set()
    for html in (ROOT / "demos").glob("*/view.html"):
        sections = re.findall(r'data-section="(\w+)"', html.read_text("utf-8"))
        assert len(sections) == len(set(sections)), html
        needed |= {
            f"{html.parent.name}.section.{name}.{part}"
            for name in sections
            for part in ("title", "line")
        }
    assert written == needed
    assert len(needed) > 30
    for title in (key for key in needed if key.endswith(".title")):
        line = title.replace(".title", ".line")
        both = [TABLE[key] for key in (title, line)]
        # Beside each other on a line, 1280 pixels wide.
        assert sum(len(entry["en"]) for entry in both) <= 140, title
        assert sum(len(entry["zh"]) for entry in both) <= 65, title


SHORT = re.compile(r"const (\w+) = \(key, values\) => textOf\(`([\w.${}]+)\.\$\{key\}`")


def test_what_a_view_says_by_its_own_short_name_is_in_the_table():
    """As `say("title")`, where `say` puts the page's name before: a key that no search finds."""
    n_found, missing = 0, []
    for script in sorted((ROOT / "demos").rglob("*.js")):
        source = script.read_text("utf-8")
        tab = re.search(r'\bTAB = "(\w+)"', source)
        for name, prefix in SHORT.findall(source):
            before = prefix.replace("${TAB}", tab[1] if tab else "")
            for key in re.findall(rf'(?<![\w.]){name}\("([a-z][\w.]*)"', source):
                n_found += 1
                if f"{before}.{key}" not in TABLE:
                    missing.append(f"{script.name}: {before}.{key}")
    assert n_found > 100
    assert missing == []
