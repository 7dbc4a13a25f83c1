"""Models that aren't BERT but show their attention too: RoBERTa and GPT-2.

transformers computes them; the lab writes out only BERT (core/models/bert.py). They are loaded from
a folder or the hub as safetensors, and no code of a checkpoint is ever run.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from safetensors import SafetensorError
from tokenizers import Tokenizer

from core import berts, checkpoints, fetching, runtime
from core.checkpoint_config import CONFIG, kind, read_json
from core.errors import InputError
from core.kept import Kept
from core.text import pieces
from core.text.pieces import Pieces

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Frame = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]  # before, between, after

FRAMES: dict[str, Frame] = {  # model_type -> what it puts around one sentence, or two
    "roberta": (("<s>",), ("</s>", "</s>"), ("</s>",)),
    "gpt2": ((), (), ()),
}
N_KEPT = 2


class OtherModel(NamedTuple):
    """A model of another kind, and the tokenizer that it learned with."""

    name: str
    kind: str  # one of FRAMES
    model: "PreTrainedModel"  # frozen, float32, shared: only read
    tokenizer: Tokenizer
    n_layers: int
    n_heads: int
    n_positions: int

    @property
    def frame(self) -> Frame:
        """The tokens that stand before, between and after sentences."""
        return FRAMES[self.kind]

    @property
    def reads_pairs(self) -> bool:
        """Whether it was trained with something between two sentences."""
        return bool(self.frame[1])


def is_other(name: str) -> bool:
    """Say whether `other` is to load this model; if not, `berts.reader` is.

    Raises:
        InputError: no such checkpoint on the hub, or no internet.
    """
    return name not in berts.LANGUAGES and _kind(fetching.folder(name)) in FRAMES


def ready(name: str) -> OtherModel | None:
    """Return a model that is loaded already, None if it isn't."""
    return _OTHERS.find(name)


def other(name: str) -> OtherModel:
    """Return a RoBERTa or GPT-2.

    Args:
        name: a folder, or "owner/name" on the hub.

    Raises:
        InputError: no such checkpoint, no internet, another kind, pickled or damaged files.
    """
    return _OTHERS.get(name)


def byte_pieces(text: str, tokenizer: Tokenizer) -> Pieces:
    """Cut a text by byte-level BPE; special tokens typed as text are text.

    Raises:
        InputError: the text is empty, blank or too long.
    """
    encoding = tokenizer.encode(pieces.checked(text), add_special_tokens=False)
    if not encoding.tokens:
        raise InputError("text_empty")
    starts, ends = np.array(encoding.offsets, np.int64).T
    return Pieces(
        text,
        tuple(encoding.tokens),
        np.array(encoding.ids, np.int64),
        starts,
        ends,
        np.array(encoding.word_ids, np.int64),
    )


def _kind(folder: Path) -> str:
    """Return a checkpoint's `model_type`; "" where it says none, for `checkpoints` to refuse."""
    try:
        return kind(read_json(folder, CONFIG))
    except InputError:
        return ""


def _load(name: str) -> OtherModel:
    folder = fetching.folder(name)
    its = _kind(folder)
    file = checkpoints.weights_files(folder)[0].name
    from transformers import AutoModel, AutoTokenizer  # seconds, and only such models need it

    try:
        model = AutoModel.from_pretrained(
            folder, attn_implementation="eager", use_safetensors=True, local_files_only=True
        )
        file = fetching.PIECES[0]
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        ).backend_tokenizer
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError("checkpoint_damaged", folder=folder.name, file=file) from error
    tokenizer.encode_special_tokens = True  # "</s>" that is typed is text
    tokenizer.no_truncation()
    config = model.config
    padding = config.pad_token_id + 1 if its == "roberta" else 0  # RoBERTa counts from there
    return OtherModel(
        name,
        its,
        model.to(runtime.device()).eval().requires_grad_(False).float(),
        tokenizer,
        config.num_hidden_layers,
        config.num_attention_heads,
        config.max_position_embeddings - padding,
    )


_OTHERS = Kept(_load, N_KEPT)
