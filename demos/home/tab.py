"""Page: the lecture as a story, and the way to every page."""

from typing import NamedTuple

from core.inference import home
from demos.common.errors import told_to_learner
from demos.common.view import view


class Step(NamedTuple):
    """One sentence of the story."""

    picture: str | None = None  # its name in core/inference/home.py; None: still to come
    tab: str | None = None


STORY = (
    Step("coded", "codec_lab"),
    Step("asked", "told"),
    Step("squeezed", "reconstruction"),
    Step("cloud", "code_space"),
    Step("walk", "latent_walk"),
    Step("near", "words"),
    Step("phrases", "sentiment"),
    Step("pieces", "input_pieces"),
    Step("blank", "fill_in"),
    Step("next", "next_sentence"),
    Step("attention", "attention"),
    Step("learned", "train"),
)
MINUTES = {  # for whoever tries what each page suggests
    "codec_lab": 12,
    "reconstruction": 10,
    "code_space": 10,
    "told": 10,
    "latent_walk": 10,
    "words": 15,
    "word2vec": 12,
    "lstm": 12,
    "contextual": 10,
    "input_pieces": 10,
    "masking": 8,
    "fill_in": 15,
    "next_sentence": 10,
    "attention": 20,
    "models_map": 10,
    "sentiment": 12,
    "convolution": 10,
    "train": 15,
    "retrain": 12,
}


@told_to_learner
def show_pictures(_request: dict) -> dict:
    """Return the pictures of all steps, in both languages."""
    return home.stored()


def build() -> None:
    """Lay out the page."""
    view("home", show_pictures, story=[step._asdict() for step in STORY], minutes=MINUTES)
