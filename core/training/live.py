"""What can be trained while somebody watches, and the process that does it.

python -m core.training.live     begun by core/jobs/workers.py

What it is told and what it tells goes through pipes: core/jobs/worker.py.
"""

from core.jobs import worker
from core.jobs.live import Kind
from core.jobs.settings import (
    AutoencoderSettings,
    FineTuningSettings,
    RetrainingSettings,
    Settings,
    TextCNNSettings,
    WordVectorSettings,
)


def make(settings: Settings) -> Kind:
    """Return what these settings train.

    Raises:
        AssetError: data or weights are missing or damaged.
        InputError: a text is too short to learn from.
    """
    match settings:
        case AutoencoderSettings():
            from core.training.live_autoencoder import Autoencoder

            return Autoencoder(settings)
        case TextCNNSettings() | FineTuningSettings():
            from core.training.live_classifier import Classifier

            return Classifier(settings)
        case RetrainingSettings():
            from core.training.live_retraining import Retraining

            return Retraining(settings)
        case WordVectorSettings():
            from core.training.live_word2vec import WordVectors

            return WordVectors(settings)
    raise TypeError(f"{type(settings).__name__} trains nothing.")


if __name__ == "__main__":
    worker.main(make, AutoencoderSettings())
