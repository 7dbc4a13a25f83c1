"""Models that aren't BERT but show their attention too: RoBERTa and GPT-2.

transformers computes them; the lab writes out only BERT (core/models/bert.py). They are loaded from
a folder or the hub as safetensors, and no code of a checkpoint is ever run.
"""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer

from core import runtime
from core.bert import berts, checkpoints, fetching
from core.bert.checkpoint_config import CONFIG, N_SHOWN, kind, read_json
from core.bert.kept import Kept
from core.errors import InputError
from core.text import pieces
from core.text.pieces import Pieces
from core.text.tokenizer import lines

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Frame = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]  # before, between, after

FRAMES: dict[str, Frame] = {  # model_type -> what it puts around one sentence, or two
    "roberta": (("<s>",), ("</s>", "</s>"), ("</s>",)),
    "gpt2": ((), (), ()),
}
N_KEPT = 2
N_BYTES, MOST_ADDED = 256, 256  # pieces of a vocabulary that no merge makes: bytes, special tokens


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
        InputError: it was never fetched from the hub.
    """
    return name not in berts.BUNDLED and _kind(fetching.folder(name)) in FRAMES


def ready(name: str) -> OtherModel | None:
    """Return a model that is loaded already, None if it isn't."""
    return _OTHERS.find(name)


def other(name: str) -> OtherModel:
    """Return a RoBERTa or GPT-2.

    Args:
        name: a folder, or "owner/name" of what was fetched from the hub.

    Raises:
        InputError: no such checkpoint here, another kind, pickled or damaged files.
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
    _check_pieces(folder)
    from transformers import AutoModel, AutoTokenizer  # seconds, and only such models need it

    try:
        model, report = AutoModel.from_pretrained(
            folder,
            attn_implementation="eager",
            dtype=torch.float32,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        file = fetching.PIECES[0]
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        ).backend_tokenizer
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError("checkpoint_damaged", folder=folder.name, file=file) from error
    _check(folder, its, model, tokenizer, report["missing_keys"])
    tokenizer.encode_special_tokens = True  # "</s>" that is typed is text
    tokenizer.no_truncation()
    config = model.config
    padding = config.pad_token_id + 1 if its == "roberta" else 0  # RoBERTa counts from there
    return OtherModel(
        name,
        its,
        model.to(runtime.device()).eval().requires_grad_(False),
        tokenizer,
        config.num_hidden_layers,
        config.num_attention_heads,
        config.max_position_embeddings - padding,
    )


def _check_pieces(folder: Path) -> None:
    """Raise the InputError that says which file of byte-level BPE is missing or damaged.

    The library would raise a bare Exception at one that is cut within a line, and read one that is
    cut between two lines without a word.
    """
    stored, words, merges = fetching.PIECES
    if (folder / stored).is_file():
        model = read_json(folder, stored).get("model")
        parts = model if isinstance(model, dict) else {}
        vocabulary, pairs, file = parts.get("vocab"), parts.get("merges"), stored
    else:
        vocabulary, file = read_json(folder, words), merges
        if not (folder / merges).is_file():
            raise InputError("checkpoint_incomplete", folder=folder.name, file=merges)
        rows = lines((folder / merges).read_bytes().decode("utf-8", errors="replace"))
        pairs = [row for row in rows if not row.startswith("#version")]
    if not isinstance(vocabulary, dict) or not isinstance(pairs, list):
        raise InputError("checkpoint_json", folder=folder.name, file=file)
    joined = [pair if isinstance(pair, list) else str(pair).split(" ") for pair in pairs]
    known = all(len(pair) == 2 and "".join(map(str, pair)) in vocabulary for pair in joined)
    whole = all(type(number) is int and number >= 0 for number in vocabulary.values())
    if not known or not whole or len(vocabulary) - len(pairs) > N_BYTES + MOST_ADDED:
        raise InputError("checkpoint_damaged", folder=folder.name, file=file)


def _check(
    folder: Path,
    its: str,
    model: "PreTrainedModel",
    tokenizer: Tokenizer,
    missing: Collection[str],
) -> None:
    """Raise the InputError that says why attention would be noise, or an id have no row."""
    if lacking := sorted(name for name in missing if "pooler" not in name):
        raise InputError("checkpoint_lacks", folder=folder.name, what=lacking[0])
    for name, weight in model.named_parameters():
        if not weight.isfinite().all() and name not in missing:
            raise InputError("checkpoint_not_finite", folder=folder.name, what=name)
    frame = {token for part in FRAMES[its] for token in part}
    if lost := sorted(token for token in frame if tokenizer.token_to_id(token) is None):
        raise InputError("checkpoint_frame", folder=folder.name, list=", ".join(lost))
    n_rows = len(model.get_input_embeddings().get_parameter("weight"))
    token, got = max(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    if got >= n_rows:
        values = {"token": token[:N_SHOWN], "got": got, "high": n_rows - 1}
        raise InputError("checkpoint_rows", folder=folder.name, **values)


_OTHERS = Kept(_load, N_KEPT)
