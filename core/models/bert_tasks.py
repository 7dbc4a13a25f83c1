"""BERT with a head for a task of its own (Devlin et al. 2018, section 4 and figure 4).

    texts: hidden of [CLS], pooled [B, D] -> logits [B, n_labels]
    tokens: hidden [B, T, D] -> logits [B, T, n_labels]

Body and head are trained together on the task; parameter names are those of transformers.
"""

from torch import Tensor, nn

from core.models.bert import Bert, BertConfig, Mask


class BertForSequenceClassification(nn.Module):
    """BERT with one answer a text, or a pair of texts (figure 4a, b)."""

    def __init__(self, config: BertConfig, n_labels: int) -> None:
        """Build body and head."""
        super().__init__()
        self.bert = Bert(config)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.width, n_labels)

    def forward(self, ids: Tensor, segments: Mask = None, mask: Mask = None) -> Tensor:
        """Return logits [B, n_labels]; arguments as in `Bert.forward`."""
        return self.classifier(self.dropout(self.bert(ids, segments, mask).pooled))


class BertForTokenClassification(nn.Module):
    """BERT with one answer a token (figure 4d)."""

    def __init__(self, config: BertConfig, n_labels: int) -> None:
        """Build body and head."""
        super().__init__()
        self.bert = Bert(config)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.width, n_labels)

    def forward(self, ids: Tensor, segments: Mask = None, mask: Mask = None) -> Tensor:
        """Return logits [B, T, n_labels]; arguments as in `Bert.forward`."""
        return self.classifier(self.dropout(self.bert(ids, segments, mask).hidden))
