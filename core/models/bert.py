"""BERT (Devlin, Chang, Lee & Toutanova 2018, arXiv:1810.04805).

    ids, segments, mask [B, T] -> hidden [B, T, D], pooled [B, D]
    hidden [B, T, D] at N hidden positions -> MLM logits [N, V];  pooled -> NSP logits [B, 2]

B batch, T tokens, L layers, H heads, D width, V vocabulary. Half of Vaswani et al. 2017
(arXiv:1706.03762), the encoder: each token looks at all others, left and right. As it sees the next
word, it can't learn by guessing it; so some words are hidden, and it guesses those. Submodules are
named as in transformers. Trained by core/training/bert.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ACTIVATIONS = {name: getattr(F, name) for name in ("gelu", "relu", "silu", "mish", "tanh")}
ACTIVATIONS["gelu_new"] = lambda x: F.gelu(x, approximate="tanh")


@dataclass(frozen=True, slots=True)
class BertConfig:
    """The sizes of a BERT; by default those of the English model that ships."""

    n_vocabulary: int = 30522
    width: int = 384  # bert-base: 768
    n_layers: int = 6  # bert-base: 12
    n_heads: int = 12
    n_feed_forward: int = 1536  # four times the width
    n_positions: int = 512  # learned, so a longer text has no position to stand at
    n_segments: int = 2  # sentence A and sentence B
    dropout: float = 0.1
    epsilon: float = 1e-12  # keeps LayerNorm from dividing by zero
    activation: str = "gelu"  # one of ACTIVATIONS
    tied: bool = True  # the MLM head decodes by the table of word embeddings


class AttentionOutput(NamedTuple):
    """What self-attention computed; the last three only when asked for."""

    context: Tensor  # [B, T, D], the values mixed
    attention: Tensor | None = None  # [B, H, T, T], rows are queries and sum to 1
    queries: Tensor | None = None  # [B, H, T, D/H]
    keys: Tensor | None = None  # [B, H, T, D/H]


class BlockOutput(NamedTuple):
    """What a block made of its input, and what its attention saw."""

    output: Tensor  # [B, T, D]
    seen: AttentionOutput


class BertOutput(NamedTuple):
    """What the encoder computed; the tuples are empty unless asked for."""

    hidden: Tensor  # [B, T, D], the last layer
    pooled: Tensor  # [B, D]
    hidden_states: tuple[Tensor, ...]  # L + 1 of [B, T, D], the embeddings first
    seen: tuple[AttentionOutput, ...]  # L, what each layer's attention saw


class PreTrainingOutput(NamedTuple):
    """Both answers of a pre-trained BERT, as logits."""

    mlm_logits: Tensor  # [B, T, V], or [N, V] at the N positions asked for
    nsp_logits: Tensor  # [B, 2]: B follows A, B is a random sentence
    encoder: BertOutput


class BertEmbeddings(nn.Module):
    """Token + position + segment, added up and normalised (figure 2)."""

    def __init__(self, config: BertConfig) -> None:
        """Build the three tables."""
        super().__init__()
        self.word_embeddings = nn.Embedding(config.n_vocabulary, config.width)
        self.position_embeddings = nn.Embedding(config.n_positions, config.width)
        self.token_type_embeddings = nn.Embedding(config.n_segments, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, words: Tensor, segments: Tensor) -> Tensor:
        """Return the first hidden state [B, T, D] of word vectors [B, T, D] and segments [B, T]."""
        positions = self.position_embeddings.weight[: words.shape[1]]  # [T, D]
        if len(positions) < words.shape[1]:
            raise ValueError(f"{words.shape[1]} tokens don't fit into {len(positions)} positions.")
        summed = words + positions + self.token_type_embeddings(segments)
        return self.dropout(self.LayerNorm(summed))


class BertSelfAttention(nn.Module):
    """Scaled dot-product attention with H heads (Vaswani et al., equation 1)."""

    def __init__(self, config: BertConfig) -> None:
        """Build the three projections; each head reads its own D/H columns of them."""
        super().__init__()
        self.n_heads = config.n_heads
        self.query = nn.Linear(config.width, config.width)
        self.key = nn.Linear(config.width, config.width)
        self.value = nn.Linear(config.width, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x: Tensor, keep: Tensor | None, heads: Tensor | None, *, attention: bool
    ) -> AttentionOutput:
        """Return softmax(Q K^T / sqrt(D/H)) V, each head of its own Q, K and V, side by side.

        Args:
            x: hidden state, [B, T, D].
            keep: bool [B, 1, 1, T], False at padding; None where there is none.
            heads: factor for each head, [H, 1, 1] or [B, H, 1, 1], 0 switches it off; None: all on.
            attention: also return attention, queries and keys (slower: [B, H, T, T] is kept).
        """
        queries, keys, values = (self._split(p(x)) for p in (self.query, self.key, self.value))
        if not attention and heads is None:  # the same in one step, without weights to look at
            rate = self.dropout.p if self.training else 0.0
            mixed = F.scaled_dot_product_attention(queries, keys, values, keep, rate)
            return AttentionOutput(self._join(mixed))
        scores = queries @ keys.transpose(-1, -2) / queries.shape[-1] ** 0.5  # [B, H, T, T]
        if keep is not None:
            scores = scores.masked_fill(~keep, torch.finfo(scores.dtype).min)
        weights = scores.softmax(-1)
        mixed = self.dropout(weights) @ values
        context = self._join(mixed if heads is None else mixed * heads)
        if not attention:
            return AttentionOutput(context)
        return AttentionOutput(context, weights, queries, keys)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)  # [B, T, D] -> [B, H, T, D/H]

    def _join(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).flatten(2)  # [B, H, T, D/H] -> [B, T, D]


class BertAddNorm(nn.Module):
    """Linear, then add what went past it and normalise: `LayerNorm(x + dense(y))`."""

    def __init__(self, config: BertConfig, n_inputs: int) -> None:
        """Build the map from `n_inputs` back to the width of the stream."""
        super().__init__()
        self.dense = nn.Linear(n_inputs, config.width)
        self.LayerNorm = nn.LayerNorm(config.width, eps=config.epsilon)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, y: Tensor, x: Tensor) -> Tensor:
        """Return [B, T, D] from a sublayer's result `y` [B, T, *] and its input `x` [B, T, D]."""
        return self.LayerNorm(x + self.dropout(self.dense(y)))


class BertLayer(nn.Module):
    """One block: tokens exchange what they know, then each thinks for itself."""

    def __init__(self, config: BertConfig) -> None:
        """Build attention and feed-forward network, each with its add & norm."""
        super().__init__()
        parts = {"self": BertSelfAttention(config), "output": BertAddNorm(config, config.width)}
        self.attention = nn.ModuleDict(parts)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(config.width, config.n_feed_forward)})
        self.activation = ACTIVATIONS[config.activation]
        self.output = BertAddNorm(config, config.n_feed_forward)

    def forward(
        self, x: Tensor, keep: Tensor | None, heads: Tensor | None, *, attention: bool
    ) -> BlockOutput:
        """Return the block's output; the arguments are those of `BertSelfAttention.forward`."""
        seen = self.attention["self"](x, keep, heads, attention=attention)
        half = self.attention["output"](seen.context, x)  # [B, T, D]
        wide = self.activation(self.intermediate["dense"](half))  # [B, T, n_feed_forward]
        return BlockOutput(self.output(wide, half), seen)


class Bert(nn.Module):
    """Embeddings, encoder, pooler: the body that all heads stand on."""

    def __init__(self, config: BertConfig) -> None:
        """Build the body; `initialise` or a checkpoint gives the weights."""
        super().__init__()
        self.config = config
        self.embeddings = BertEmbeddings(config)
        layers = nn.ModuleList(BertLayer(config) for _ in range(config.n_layers))
        self.encoder = nn.ModuleDict({"layer": layers})  # L blocks, each with its own weights
        self.pooler = nn.ModuleDict({"dense": nn.Linear(config.width, config.width)})

    def forward(
        self,
        ids: Tensor | None,
        segments: Tensor | None = None,
        mask: Tensor | None = None,
        *,
        head_mask: Tensor | None = None,
        embeddings: Tensor | None = None,
        hidden_states: bool = False,
        attention: bool = False,
    ) -> BertOutput:
        """Read a batch of texts.

        Args:
            ids: tokens, int64 [B, T]; None if `embeddings` are given.
            segments: 0 in sentence A, 1 in sentence B, int64 [B, T]; by default all 0.
            mask: bool [B, T], False at padding; by default nothing is padding.
            head_mask: a factor for each head's attention, [L, H], or for each text [B, L, H].
            embeddings: word vectors in place of `ids`, [B, T, D], say to take gradients of them.
            hidden_states: also return each layer's hidden state.
            attention: also return each layer's attention, queries and keys.

        Raises:
            ValueError: more tokens than positions.
        """
        words = self.embeddings.word_embeddings(ids) if embeddings is None else embeddings
        if segments is None:
            segments = torch.zeros_like(words[..., 0], dtype=torch.int64)
        x = self.embeddings(words, segments)
        blocks = list(self.blocks(x, mask, head_mask, attention=attention))
        return BertOutput(
            hidden=blocks[-1].output,
            pooled=self.pool(blocks[-1].output[:, 0]),
            hidden_states=(x, *(block.output for block in blocks)) if hidden_states else (),
            seen=tuple(block.seen for block in blocks) if attention else (),
        )

    def blocks(
        self,
        x: Tensor,
        mask: Tensor | None,
        heads: Tensor | None,
        *,
        first: int = 0,
        attention: bool = False,
    ) -> Iterator[BlockOutput]:
        """Yield each block's output from `first` on, whose input is `x`; the rest as `forward`."""
        keep = None if mask is None else mask[:, None, None, :]  # [B, 1, 1, T], for all queries
        for i in range(first, self.config.n_layers):
            factor = None if heads is None else heads[..., i, :, None, None]
            block = self.encoder.get_submodule(f"layer.{i}")(x, keep, factor, attention=attention)
            yield block
            x = block.output

    def pool(self, first: Tensor) -> Tensor:
        """Return [B, D] of the last states at [CLS], [B, D], through a layer that NSP trains."""
        return self.pooler["dense"](first).tanh()


class BertPredictions(nn.Module):
    """The MLM head; it decodes by the table of word embeddings (weight tying, arXiv:1608.05859)."""

    def __init__(self, config: BertConfig) -> None:
        """Build the transform and one bias a word: how likely it is anywhere."""
        super().__init__()
        dense = nn.Linear(config.width, config.width)
        norm = nn.LayerNorm(config.width, config.epsilon)
        self.transform = nn.ModuleDict({"dense": dense, "LayerNorm": norm})
        self.bias = nn.Parameter(torch.zeros(config.n_vocabulary))
        self.decoder = None if config.tied else nn.Linear(config.width, config.n_vocabulary, False)
        self.activation = ACTIVATIONS[config.activation]

    def forward(self, hidden: Tensor, words: Tensor) -> Tensor:
        """Return logits [*, V] of hidden states [*, D], decoded by `words` [V, D] unless untied."""
        meant = self.transform["LayerNorm"](self.activation(self.transform["dense"](hidden)))
        return F.linear(meant, self.decoder.weight if self.decoder else words, self.bias)


class BertForPreTraining(nn.Module):
    """BERT with both heads: which word is hidden, and does B follow A? (section 3.1)."""

    def __init__(self, config: BertConfig) -> None:
        """Build body and heads."""
        super().__init__()
        self.bert = Bert(config)
        predictions, follows = BertPredictions(config), nn.Linear(config.width, 2)
        self.cls = nn.ModuleDict({"predictions": predictions, "seq_relationship": follows})

    def forward(
        self,
        ids: Tensor,
        segments: Tensor | None = None,
        mask: Tensor | None = None,
        *,
        positions: Tensor | None = None,
    ) -> PreTrainingOutput:
        """Read a batch (as `Bert.forward` does) and answer both questions."""
        return self.answer(self.bert(ids, segments, mask), positions)

    def answer(self, encoder: BertOutput, positions: Tensor | None = None) -> PreTrainingOutput:
        """Answer both questions about what the body has read, with any extras it was asked for.

        `positions`, bool [B, T], are the N places to decode, by default all. In training these are
        only the hidden ones: V is large, and the time halves.
        """
        chosen = encoder.hidden if positions is None else encoder.hidden[positions]
        nsp_logits = self.cls["seq_relationship"](encoder.pooled)
        return PreTrainingOutput(self.decode(chosen), nsp_logits, encoder)

    def decode(self, hidden: Tensor) -> Tensor:
        """Return MLM logits [*, V] of any layer's hidden states [*, D]."""
        return self.cls["predictions"](hidden, self.bert.embeddings.word_embeddings.weight)
