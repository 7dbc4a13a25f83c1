"""`python -m core`: the questions on a command line."""

import json

import pytest

from core.__main__ import main


@pytest.mark.parametrize(("text", "first"), [("a [MASK]", "a"), ("首[MASK]", "首")])
def test_blanks_are_filled(small, capsys, text, first):
    assert main(["fill-mask", text, "--top", "2"]) == 0
    assert capsys.readouterr().out.startswith(f"{first} [MASK]")
    assert main(["fill-mask", text, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["blanks"][0]["top"]) == 10


@pytest.mark.weights
@pytest.mark.parametrize("model", ["ae3", "conv"])
def test_a_digit_comes_back(capsys, model):
    assert main(["reconstruct", "7", "--model", model]) == 0
    assert "error " in capsys.readouterr().out


def test_what_a_head_looks_at(small, capsys):
    assert main(["attention", "a cat", "--layer", "1", "--head", "0"]) == 0
    assert "[CLS]" in capsys.readouterr().out


@pytest.mark.parametrize(
    "asked",
    [
        ["fill-mask", "no blank"],
        ["fill-mask", "a [MASK]", "--top", "99"],
        ["reconstruct", "no/such/file.png"],
        ["reconstruct", "99999"],
        ["attention", "a", "--layer", "77"],
    ],
)
def test_what_cannot_be_used_gets_a_sentence_and_two(small, capsys, asked):
    assert main(asked) == 2
    out, problem = capsys.readouterr()
    assert out == ""
    assert len(problem.splitlines()) == 2
