"""Which BERTs are there to choose from?"""

from core import assets
from core.berts import LANGUAGES
from core.checkpoints import WEIGHTS


def bundled() -> tuple[str, ...]:
    """Return the languages whose weights are there; opens none of them."""
    present = (assets.FOLDER / "weights" / f"bert-{language}" / WEIGHTS for language in LANGUAGES)
    return tuple(name for name, file in zip(LANGUAGES, present, strict=True) if file.is_file())
