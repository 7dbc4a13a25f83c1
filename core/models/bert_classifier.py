"""A pre-trained BERT, fine-tuned for a task (Devlin et al. 2018, arXiv:1810.04805, section 4).

    ids, segments, mask [B, T] -> logits [B, C], or [B, T, C] for each token

B texts, T tokens, C labels: one new layer on the body of core/models/bert.py. Trained by
core/training/fine_tuning.py.
"""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from core.models.bert import Bert, BertOutput


class BertForClassification(nn.Module):
    """BERT with a head for a task: an answer a text (figure 4a, b) or an answer a token (4d)."""

    def __init__(
        self, body: "Bert", n_labels: int, *, each_token: bool = False, mean: bool = False
    ) -> None:
        """Build the head; both are trained together.

        Args:
            body: what reads, pre-trained.
            n_labels: how many answers there are.
            each_token: whether each token is answered for, not the text.
            mean: whether the head reads the mean of all last states (Reimers & Gurevych 2019,
                arXiv:1908.10084) instead of what the pooler makes of [CLS].
        """
        super().__init__()
        self.bert = body
        self.dropout = nn.Dropout(body.config.dropout)
        self.classifier = nn.Linear(body.config.width, n_labels)
        self.each_token, self.mean = each_token, mean

    def forward(
        self,
        ids: Tensor | None,
        segments: Tensor | None = None,
        mask: Tensor | None = None,
        *,
        embeddings: Tensor | None = None,
    ) -> Tensor:
        """Return logits [B, n_labels], or [B, T, n_labels] for each token."""
        return self.answer(self.bert(ids, segments, mask, embeddings=embeddings), mask)

    def answer(self, encoder: "BertOutput", mask: Tensor | None = None) -> Tensor:
        """Return the logits for a body's output."""
        read = encoder.hidden if self.each_token else encoder.pooled
        if self.mean:
            keep = torch.ones_like(encoder.hidden[..., :1]) if mask is None else mask[..., None]
            read = (encoder.hidden * keep).sum(1) / keep.sum(1)
        return self.classifier(self.dropout(read))
