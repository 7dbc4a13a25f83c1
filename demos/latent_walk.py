"""Tab."""
from demos.common.view import view


def build() -> None:
    """Lay out the page."""
    view("latent_walk")
