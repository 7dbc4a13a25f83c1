"""`python -m core`: the questions on a command line."""

import json

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.api import attention, language
from core.results.plain import plain


@pytest.mark.parametrize("text", ["the cat sat on the [MASK].", "北京是中国的首[MASK]。"])
def test_blanks_are_filled(small, capsys, text):
    answer = language.fill_mask(text)
    top = answer.blanks[0].top[:3]
    assert main(["fill-mask", text, "--top", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == " ".join(answer.tokens)
    assert [line.split()[0] for line in lines[3:]] == [token for token, _ in top]
    assert main(["fill-mask", text, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(plain(answer)))


def test_candidates_are_judged(small, capsys):
    assert main(["follows", "a cat sat", "it ran", "copper melts"]) == 0
    lines = capsys.readouterr().out.splitlines()
    judged = language.follows("a cat sat", ["it ran", "copper melts"]).candidates
    assert [line.split("%")[0].strip() for line in lines] == [
        f"{100 * one.probability:.1f}" for one in judged
    ]


def test_pieces_are_shown(capsys):
    assert main(["tokenize", "unwatchable", "--second", "b"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["[CLS]", "un", "##watch", "##able", "[SEP]", "b", "[SEP]"]
    assert [row[2] for row in rows] == list("AAAAABB")
    assert main(["tokenize", "狗"]) == 0
    assert "[UNK]" not in capsys.readouterr().out, "the Chinese vocabulary was used"


def test_a_picture_file_is_read(capsys, tmp_path):
    drawn = np.zeros((100, 100), np.uint8)
    drawn[20:80, 45:55] = 255
    Image.fromarray(drawn).save(tmp_path / "digit.png")
    assert main(["reconstruct", str(tmp_path / "digit.png"), "--model", "ae3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (len(answer["seen"]), len(answer["code"])) == (28, 3)


@pytest.mark.slow
@pytest.mark.weights
def test_a_review_is_judged(capsys):
    assert main(["sentiment", "a wonderful film, never boring"]) == 0
    out = capsys.readouterr().out
    assert "bert" in out
    assert "wonderful" in out


@pytest.mark.weights
@pytest.mark.parametrize("model", ["ae3", "conv"])
def test_a_digit_comes_back(capsys, model):
    assert main(["reconstruct", "7", "--model", model]) == 0
    assert "error " in capsys.readouterr().out


@pytest.mark.parametrize("head", [[], ["--head", "1"]])
def test_what_a_head_looks_at(small, capsys, head):
    assert main(["attention", "a cat", "--layer", "1", *head]) == 0
    lines = capsys.readouterr().out.splitlines()
    seen = attention.attention("a cat", layer=1, head=1 if head else None)
    most = seen.read.tokens[seen.attention[0].argmax()]
    assert ("head 1" if head else "the mean") in lines[0]
    assert lines[1].split()[:3] == ["[CLS]", "->", most]


@pytest.mark.parametrize(
    "asked",
    [
        ["fill-mask", "no blank"],
        ["fill-mask", "a [MASK]", "--top", "99"],
        ["fill-mask", "a [MASK]", "--model", "no such model"],
        ["follows", *"abcdefghij"],
        ["tokenize", " "],
        ["sentiment", ""],
        ["reconstruct", "no/such/file.png"],
        ["reconstruct", "pyproject.toml"],
        ["reconstruct", "."],
        ["reconstruct", "1" * 5000],
        ["reconstruct", "99999"],
        ["attention", "a", "--layer", "77"],
    ],
)
def test_what_cannot_be_used_gets_a_sentence_and_two(small, capsys, asked):
    assert main(asked) == 2
    out, problem = capsys.readouterr()
    assert out == ""
    assert len(problem.splitlines()) == 2
