"""The time-lapse of a training run: all moments alike, few enough, and never half a file."""

import json

import pytest

from core import assets
from core.errors import AssetError
from core.inference import training_lapse


def entry(k: int, **changes: object) -> dict:
    scores = {"loss": 7.0 - k / 100, "top1": 0.1, "top5": 0.2, "nsp_accuracy": 0.5}
    return {
        "step": k,
        "tokens": 1000 * k,
        "seconds": k,
        **scores,
        "n_masked": 10,
        "n_pairs": 4,
        "fills": [
            {"text": "a [MASK].", "answers": ["cat", "dog"], "probabilities": [0.5, k / 1000]},
            {"text": f"only here {k} [MASK].", "answers": ["x"], "probabilities": [1.0]},
        ],
        "pairs": [{"a": "one", "b": "two", "follows": True, "probability": 0.75}],
    } | changes


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """Put a history where the lab looks for it."""
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    folder = tmp_path / "weights" / "bert-en"
    folder.mkdir(parents=True)

    def ship(history: object) -> None:
        (folder / training_lapse.FILE).write_text(json.dumps(history), "utf-8")
        name = "weights/bert-en/snapshots.json"
        assets.register(
            name, licence="", source="", paper="", command="make it again", made_from=()
        )

    return ship


def test_moments_have_the_same_examples(shipped):
    shipped([entry(0), entry(1), entry(2)])
    lapse = training_lapse.lapse("en")
    assert lapse.sentences == ("a [MASK].",), "the other sentence was not asked each time"
    expected = [((("cat", 0.5), ("dog", k / 1000)),) for k in (0, 1, 2)]
    assert [m.fills for m in lapse.moments] == expected
    assert lapse.pairs[0].follows
    assert [m.follows for m in lapse.moments] == [(0.75,)] * 3
    assert [m.tokens for m in lapse.moments] == [0, 1000, 2000]


def test_a_long_run_is_thinned_and_keeps_its_ends(shipped):
    shipped([entry(k) for k in range(500)])
    tokens = [m.tokens for m in training_lapse.lapse("en").moments]
    assert len(tokens) <= training_lapse.MAX_MOMENTS
    assert tokens[0] == 0
    assert tokens[-1] == 499_000
    assert tokens == sorted(set(tokens))
    assert tokens[1] == 1000, "the beginning, where most happens, is kept"


@pytest.mark.parametrize("history", [[], [{"step": 0}], {"step": 0}, [entry(0, fills=None)]])
def test_a_damaged_history_is_said_to_be_damaged(shipped, history):
    shipped(history)
    with pytest.raises(AssetError) as error:
        training_lapse.lapse("en")
    assert error.value.key == "asset_damaged"
