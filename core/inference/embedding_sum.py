"""Which three vectors does BERT add up for a token, and what comes of it?

    word [D] + position [D] + segment [D] = sum [D] -> LayerNorm -> what enters the first layer [D]

Figure 2 of Devlin et al. 2018 (arXiv:1810.04805). Only the rows asked for are read from the file:
no model is built.
"""

import json

import numpy as np
from safetensors import safe_open

from core import assets
from core.errors import InputError
from core.results.language import EmbeddingSum

TABLES = ("word_embeddings", "position_embeddings", "token_type_embeddings")
PREFIX = "bert.embeddings."


def _epsilon(language: str) -> float:
    file = assets.locate(f"weights/bert-{language}/config.json")
    return float(json.loads(file.read_text("utf-8"))["layer_norm_eps"])


def add_up(token: int, position: int, segment: int, language: str) -> EmbeddingSum:
    """Return a token's three embeddings, their sum, and the sum after LayerNorm.

    Args:
        token: its id.
        position: its place, [CLS] is 0.
        segment: 0 for sentence A, 1 for B.
        language: of the bundled BERT.

    Raises:
        AssetError: the weights are not there.
        InputError: a number has no row in its table.
    """
    weights = assets.locate(f"weights/bert-{language}/model.safetensors")
    rows: list[np.ndarray] = []
    with safe_open(weights, framework="np") as file:
        for table, row in zip(TABLES, (token, position, segment), strict=True):
            stored = file.get_slice(f"{PREFIX}{table}.weight")
            n_rows = stored.get_shape()[0]
            if not 0 <= row < n_rows:
                raise InputError("embedding_row", table=table, got=row, high=n_rows - 1)
            rows.append(stored[row : row + 1][0].astype(np.float32))
        scale = file.get_tensor(f"{PREFIX}LayerNorm.weight").astype(np.float32)
        shift = file.get_tensor(f"{PREFIX}LayerNorm.bias").astype(np.float32)
    word, place, sentence = rows
    summed = word + place + sentence
    spread = np.sqrt(summed.var() + _epsilon(language))
    normalised = (summed - summed.mean()) / spread * scale + shift
    return EmbeddingSum(word, place, sentence, summed, normalised)
