"""The option of "Predict, then look" that is marked as true is the one that the models show."""

import importlib
import re
from pathlib import Path

import pytest

from core import texts
from tests.claims import said
from tests.measured_choices import ELSEWHERE, SHOWN

pytestmark = pytest.mark.weights

for file in sorted((Path(__file__).parent / "choices").glob("[!_]*.py")):
    importlib.import_module(f"tests.choices.{file.stem}")


def options() -> dict[str, dict[str, str]]:
    """Return question, such as "train.1", -> name of an option -> key of its text."""
    found: dict[str, dict[str, str]] = {}
    for key in texts.table():
        if match := re.fullmatch(r"(\w+)\.predict\.(\d+)\.((?:choice|truth)\.\d+)", key):
            page, number, option = match.groups()
            found.setdefault(f"{page}.{number}", {})[option] = key
    return found


def test_each_question_is_measured():
    assert {*SHOWN} | {*ELSEWHERE} == {*options()}
    assert not {*SHOWN} & {*ELSEWHERE}


@pytest.mark.slow
@pytest.mark.parametrize("question", [one for one in options() if one in SHOWN])
def test_the_marked_option_is_what_the_models_show(question):
    shown = dict(zip(texts.LANGUAGES, SHOWN[question](), strict=True))
    for language, phrase in shown.items():
        saying = [one for one, key in options()[question].items() if phrase in said(key)[language]]
        assert len(saying) == 1, f"{question} ({language}): {phrase!r} stands in {saying}"
        assert saying[0].startswith("truth"), f"{question}: the models show {phrase!r}"
