"""Is our BERT transformers' BERT, and our WordPiece the library's?"""

import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from bench.figures import BenchError, Measured
from core import runtime
from core.bert.checkpoint_config import NAMES
from core.models.bert import BertConfig, BertForPreTraining
from core.text import pieces, wordpiece

BASE = BertConfig(30522, 768, 12, 12, 3072)
N_TEXTS, N_TOKENS, SEED = 4, 64, 5
N_LINES = 10_000  # of each language, cut by both vocabularies


def largest_difference(config: BertConfig = BASE) -> Measured:
    """Return the largest difference of any number of any stage from transformers', float32.

    Random weights of a size that makes attention sharp; a batch with padding; both heads.
    """
    import transformers

    sizes = {theirs: getattr(config, ours) for ours, theirs in NAMES.items()}
    settings = transformers.BertConfig(**sizes, attn_implementation="eager")
    theirs = transformers.BertForPreTraining(settings).eval()
    dice = runtime.generator(SEED)
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.normal_(std=0.03, generator=dice)
        for name, parameter in theirs.named_parameters():
            if name.endswith("LayerNorm.weight"):
                parameter += 1
    model = BertForPreTraining(config).eval()
    weights = {k: v for k, v in theirs.state_dict().items() if "predictions.decoder" not in k}
    model.load_state_dict(weights)
    ids = torch.randint(config.n_vocabulary, (N_TEXTS, N_TOKENS), generator=dice)
    mask = torch.arange(N_TOKENS) < torch.tensor([N_TOKENS, 40, 12, 3])[:, None]
    segments = (torch.arange(N_TOKENS) > 9).long().expand(N_TEXTS, N_TOKENS)
    with torch.inference_mode():
        encoder = model.bert(ids, segments, mask, hidden_states=True, attention=True)
        mine = model.answer(encoder)
        other = theirs(
            ids,
            token_type_ids=segments,
            attention_mask=mask.long(),
            output_hidden_states=True,
            output_attentions=True,
        )
        pooled = theirs.bert(ids, attention_mask=mask.long(), token_type_ids=segments).pooler_output
    stages: list[tuple[Tensor, Tensor]] = [
        *zip(encoder.hidden_states, other.hidden_states, strict=True),
        *zip((seen.attention for seen in encoder.seen), other.attentions, strict=True),
        (encoder.pooled, pooled),
        (mine.mlm_logits, other.prediction_logits),
        (mine.nsp_logits, other.seq_relationship_logits),
    ]
    return Measured(max((a - b).abs().max().item() for a, b in stages))


def tokenizer_mismatches(n_lines: int = N_LINES) -> Measured:
    """Return how many lines of English and Chinese our WordPiece cuts otherwise than the library.

    Raises:
        BenchError: the texts aren't there.
    """
    data = Path(os.environ.get("LATENT_LAB_DATA", ""))
    different = 0
    for language in pieces.LANGUAGES:
        file = data / "text" / f"{language}-more.jsonl.xz"
        if not file.is_file():
            raise BenchError(f"LATENT_LAB_DATA names no folder with text/{file.name}")
        for line in _lines(file, n_lines):
            different += any(_differs(line, known) for known in pieces.LANGUAGES)
    return Measured(different)


def _differs(line: str, language: str) -> bool:
    ours = wordpiece.trace(line, pieces.vocabulary(language)).pieces
    return ours != tuple(pieces.library_tokenizer(language).encode(line).tokens)


def _lines(file: Path, n: int) -> Iterator[str]:
    """Yield the first n sentences of a file of documents."""
    with lzma.open(file, "rt", encoding="utf-8") as documents:
        for document in documents:
            for paragraph in json.loads(document)["paras"]:
                for sentence in paragraph:
                    if n <= 0:
                        return
                    n -= 1
                    yield sentence
