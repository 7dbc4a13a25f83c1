"""A figure of the manifest reaches a page from there, never as a number written into a text."""

import re

import pytest

from core import assets, texts
from core.inference import reconstruction, sentiment, sentiment_bert
from core.text import units

ROW = re.compile(r"\d*\.\d+|\d[\d,]*")


def scores() -> dict[float, str]:
    """Return figure -> whose it is, of all that the manifest has."""
    return {
        value: f"{name}: {figure}"
        for name, entry in assets.manifest().items()
        for figure, value in entry.get("score", {}).items()
    }


def written(value: float) -> set[str]:
    """Return how people write a figure: as a share, in per cent, with commas.

    Two digits could be anything's; so could a small whole number.
    """
    if value >= 1000:
        return {f"{value:.0f}", f"{value:,.0f}"}
    forms = {f"{value:.3f}", f"{value:.4f}", f"{100 * value:.1f}", f"{100 * value:.2f}"}
    return {f.lstrip("0") for f in forms if len(f.strip("0.").replace(".", "")) > 2}


def test_no_text_has_a_figure_of_the_manifest_written_into_it():
    of = {form: whose for value, whose in scores().items() for form in written(value)}
    assert len(of) > 100
    found = [
        (key, number, of[number.lstrip("0")])
        for key, entry in texts.table().items()
        for sentence in entry.values()
        for number in ROW.findall(sentence)
        if number.lstrip("0") in of
    ]
    assert found == [], "let a placeholder bring it from the manifest"


@pytest.mark.parametrize(
    ("value", "form"), [(0.372, ".372"), (0.3648, "36.5"), (0.8670, "86.7"), (8382198, "8,382,198")]
)
def test_a_figure_is_recognised_as_people_write_it(value, form):
    assert form in written(value)


def test_scores_on_the_pages_are_those_of_the_manifest():
    entries = assets.manifest()
    figure, shown = reconstruction.scores()
    assert shown
    for name, value in shown.items():
        assert value == entries[f"weights/{name}.safetensors"]["score"][figure]
    for kind in units.KINDS:
        for start in sentiment.STARTS:
            score = entries[f"weights/textcnn-{kind}/{start}.safetensors"]["score"]
            assert sentiment.accuracy(kind, start) == score["test_acc"]
    for language in texts.LANGUAGES:
        score = entries[f"weights/sentiment-{language}/changes.safetensors"]["score"]
        assert sentiment_bert.accuracy(language) == score["test_acc"]
