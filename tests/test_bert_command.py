"""The command that pre-trains: where it goes on, what it records, what it has shipped."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.text.tokenizer import read_vocabulary
from core.training.bert import checkpoints, left_off, options
from core.training.bert_run import Place, Recipe


def test_a_branch_that_was_stopped_goes_on_until_the_run_has_moved(tmp_path):
    last, branch = tmp_path / "last.pt", tmp_path / "export.pt"
    assert checkpoints(last, last) == (None, None)
    at = {"place": {"step": 40}, "recipe": {"cooldown_from": 0}}
    torch.save(at, last)
    assert checkpoints(last, last) == checkpoints(last, branch) == (at, at)
    begun = {"place": {"step": 55}, "recipe": {"cooldown_from": 40}}
    torch.save(begun, branch)
    assert checkpoints(last, branch) == (at, begun)
    assert checkpoints(last, last) == (at, at)
    torch.save({**at, "place": {"step": 90}}, last)
    assert checkpoints(last, branch)[1]["place"] == {"step": 90}


def test_a_recipe_is_written_as_options():
    run = Recipe(muon=True, left_out=("a", "b"), mask_rate=0.25)
    assert options(run) == "--mask-rate 0.25 --muon --left-out a b"
    branch = replace(run, mask_rate=0.15, cooldown_from=9, cooldown_steps=30)
    assert options(branch, run) == "--cooldown-steps 30 --mask-rate 0.15"
    assert options(Recipe()) == ""


def test_a_run_goes_on_from_exported_weights(tmp_path):
    record = {"step": 7, "tokens": 900, "seconds": 5, "epoch": 1, "loss": 3.0}
    (tmp_path / "snapshots.json").write_text(json.dumps([record]))
    assert left_off(tmp_path) == Place(7, 2, 0, 900, 5, [record])
    assert left_off(tmp_path / "nowhere") == left_off(None) == Place()


def test_everything_shipped_is_of_one_version():
    for language in ("en", "zh"):
        folder = Path(f"assets/weights/bert-{language}")
        if not (folder / "config.json").exists():
            pytest.skip(f"the {language} weights are not trained yet")
        settings = json.loads((folder / "config.json").read_text())
        assert settings["vocab_size"] == len(read_vocabulary(folder / "vocab.txt"))
        history = json.loads((folder / "snapshots.json").read_text())
        assert [r["step"] for r in history] == sorted(r["step"] for r in history)
