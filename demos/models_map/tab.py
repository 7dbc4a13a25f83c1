"""Page: pre-trained models from NNLM on, in four perspectives, and where the lab shows them."""

from dataclasses import asdict

from core.inference import models_map
from demos.common.errors import told_to_learner
from demos.common.view import view


@told_to_learner
def show_models(_request: dict) -> dict:
    """Send the whole map; what is chosen of it is drawn on the page."""
    found = models_map.whole()
    return {
        "models": {
            name: {**asdict(model), "generation": models_map.generation(name)}
            for name, model in found.models.items()
        },
        "perspectives": found.perspectives,
        "path": found.path,
        "sights": {name: asdict(sight) for name, sight in found.sights.items()},
    }


def build() -> None:
    """Lay out the page."""
    view("models_map", show_models)
