"""The tables that a page gives away."""

import csv
import io

import pytest

pytestmark = pytest.mark.browser


def test_a_table_is_read_back_and_holds_no_formulas(bare):
    rows = [["plain", 1, -2.5], ['a "b", c', None, "-0.5"], ["two\nlines", True, "中文"]]
    formulas = ["=1+1", "+x", "-x", "@x", "\t=1"]
    text = bare.evaluate(
        """async rows => { const { csv } = await import("/common/views/files.js");
        return csv({ columns: ["a", "b", "c"], rows }); }""",
        [*rows, *([formula, "", ""] for formula in formulas)],
    )
    assert text.startswith("\ufeff"), "spreadsheets read it as UTF-8"
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read[:4] == [
        ["a", "b", "c"],
        ["plain", "1", "-2.5"],
        ['a "b", c', "", "-0.5"],
        ["two\nlines", "true", "中文"],
    ]
    assert [row[0] for row in read[4:]] == [f"'{formula}" for formula in formulas]
