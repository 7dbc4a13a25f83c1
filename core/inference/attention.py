"""What does each head look at?

    ids, segments [1, T] -> attention [L, H, T, T];  one head -> queries, keys [T, K]

Attention is softmax(QK^T / sqrt(K)) of Vaswani et al. 2017 (arXiv:1706.03762), equation 1: row i
says how token i's new vector is mixed from all the tokens' values. The numbers of a page again:

    from core.inference import attention
    seen = attention.show("en", "paris is the capital of [MASK].")
    print(seen.read.tokens, seen.attention[2, 5].round(3))  # layer 3, head 6
"""

import threading
import weakref
from collections.abc import Collection, Hashable, Iterator
from itertools import islice

import numpy as np
import torch
from cachetools import LRUCache, cached
from torch import Tensor

from core import runtime
from core.bert import fast_attention
from core.bert.other_models import OtherModel
from core.errors import InputError
from core.inference import readings
from core.inference.readings import Keep, Reading
from core.models.bert import AttentionOutput
from core.results.attention import Attention, HeadVectors

MAX_KEPT = 160 << 20  # bytes; the attention of a bert-base over 512 tokens is 151 MB


def show(
    model: str,
    text: str,
    second: str = "",
    *,
    at: int | None = None,
    keep: Keep = "head",
    off: Collection[int] = (),
) -> Attention:
    """Read a text, or two, and return what every head looked at.

    Args:
        model: "en" or "zh" for ours, a folder, or a name on the hub; RoBERTa, DistilBERT and GPT-2
            show their attention too.
        text: sentence A.
        second: sentence B; blank for none.
        at: a token to hide behind [MASK]; None hides none.
        keep: which end stays when there are too many tokens.
        off: heads to switch off, layer * H + head. Their own attention is still shown; what they
            no longer say changes the layers above.

    Raises:
        InputError: as `readings.read`; or no such head.
        AssetError: the bundled weights are missing or damaged.
    """
    reading = readings.read(model, text, second, at=at, keep=keep)
    return Attention(reading.read, reading.can, _attended(reading, frozenset(off)))


def vectors(
    model: str,
    text: str,
    second: str = "",
    *,
    layer: int,
    head: int,
    at: int | None = None,
    keep: Keep = "head",
    off: Collection[int] = (),
) -> HeadVectors:
    """Return one head's queries and keys, from which its attention comes.

    Args:
        model: a BERT; other models don't show them.
        text: sentence A.
        second: sentence B; blank for none.
        layer: from 0.
        head: from 0.
        at: as for `show`.
        keep: as for `show`.
        off: as for `show`.

    Raises:
        InputError: as `show`; or no such layer or head, or the model is no BERT.
        AssetError: the bundled weights are missing or damaged.
    """
    reading = readings.read(model, text, second, at=at, keep=keep)
    readings.needs(reading.can.neuron, reading.reader.name)
    for name, got, n in (("layer", layer, reading.n_layers), ("head", head, reading.n_heads)):
        if not 0 <= got < n:
            raise InputError(f"attention_{name}", high=n - 1, got=got)
    with torch.inference_mode():
        seen = next(islice(_layers(reading, off), layer, None))
    return HeadVectors(
        queries=runtime.to_numpy(_computed(seen.queries)[0, head]),
        keys=runtime.to_numpy(_computed(seen.keys)[0, head]),
    )


def _same(reading: Reading, off: frozenset[int]) -> Hashable:
    """Return what two readings share whose attention is the same."""
    model = weakref.ref(reading.reader.model)  # a name may stand for another model tomorrow
    return model, *(runtime.to_numpy(x).tobytes() for x in (reading.ids, reading.segments)), off


@cached(
    LRUCache(MAX_KEPT, getsizeof=lambda found: found.nbytes),
    key=_same,
    condition=threading.Condition(),  # who asks for what is being computed waits for it
)
def _attended(reading: Reading, off: frozenset[int]) -> np.ndarray:
    """Return `attend`'s answer, computed once: a page asks for layers, scores and rollout apart."""
    found = attend(reading, off)
    found.flags.writeable = False  # shared
    return found


def attend(reading: Reading, off: Collection[int] = ()) -> np.ndarray:
    """Return the attention of a reading, float32 [L, H, T, T].

    Raises:
        InputError: no such head to switch off, or the model can't go without one.
    """
    readings.head_mask(reading, off)
    if isinstance(reading.reader, OtherModel):
        with torch.inference_mode():
            seen = reading.reader.model(input_ids=reading.ids, output_attentions=True).attentions
            return runtime.to_numpy(torch.cat(seen))
    if not off:
        ids, segments = (runtime.to_numpy(x[0]) for x in (reading.ids, reading.segments))
        fast = fast_attention.attend(reading.reader.model, ids, segments)
        if fast is not None:
            return fast
    with torch.inference_mode():
        layers = [_computed(seen.attention) for seen in _layers(reading, off)]
        return runtime.to_numpy(torch.cat(layers))


def _layers(reading: Reading, off: Collection[int]) -> Iterator[AttentionOutput]:
    """Yield what each layer of a BERT looks at."""
    mask, bert = readings.head_mask(reading, off), reading.bert.model.bert
    x = bert.embeddings(bert.embeddings.word_embeddings(reading.ids), reading.segments)
    for block in bert.blocks(x, None, mask, attention=True):
        yield block.seen


def _computed(part: Tensor | None) -> Tensor:
    """Return a part of what a layer looks at, for which the BERT has been asked."""
    if part is None:
        raise TypeError("A BERT that isn't asked for its attention doesn't keep it.")
    return part


def whole_words(attention: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Merge pieces into words: attention to a word is summed, from a word averaged.

    As Clark et al. 2019 (arXiv:1906.04341), section 4.1; rows still sum to 1.

    Args:
        attention: [..., T, T].
        words: number of each token's word, rising from 0 to W - 1, [T].

    Returns:
        [..., W, W].
    """
    belongs = np.eye(words[-1] + 1, dtype=attention.dtype)[words]  # [T, W]
    return (belongs / belongs.sum(0)).T @ attention @ belongs
