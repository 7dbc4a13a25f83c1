"""How do other models of the lecture cut up the same text?

GPT-2 and RoBERTa merge pairs of bytes (BPE: Sennrich et al. 2015, arXiv:1508.07909; on bytes:
Radford et al. 2019), XLNet uses SentencePiece (Kudo & Richardson 2018, arXiv:1808.06226). Their
files don't ship with the lab; whoever has them puts them into data/tokenizers.
"""

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from core.results.language import OtherPieces
from core.text import pieces

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FOLDER = Path(__file__).parent.parent.parent / "data" / "tokenizers"
KINDS = {"gpt2": "bpe", "roberta-base": "bpe", "xlnet-base-cased": "sentencepiece"}
FILES = ("tokenizer.json", "vocab.json", "spiece.model")  # one of them, as transformers saves them
N_SHOWN = 512


def present() -> tuple[str, ...]:
    """Return the models whose tokenizer files are there; reads none of them."""
    return tuple(name for name in KINDS if any((FOLDER / name / file).is_file() for file in FILES))


@functools.cache
def _load(path: Path) -> "PreTrainedTokenizerBase":
    from transformers import AutoTokenizer  # late: seconds to import, and few have the files

    return AutoTokenizer.from_pretrained(path, local_files_only=True)


def cut(text: str) -> tuple[OtherPieces, ...]:
    """Cut a text by each tokenizer that is there.

    Raises:
        InputError: the text is empty, blank or too long.
    """
    pieces.checked(text)
    answers = []
    for name in present():
        try:
            tokenizer = _load(FOLDER / name)
        except (OSError, ValueError, KeyError, ImportError):  # what transformers says of bad files
            answers.append(OtherPieces(name, KINDS[name], readable=False))
            continue
        tokens = tuple(tokenizer.tokenize(text))
        answers.append(
            OtherPieces(
                name,
                KINDS[name],
                tokens=tokens[:N_SHOWN],
                n_tokens=len(tokens),
                n_vocabulary=len(tokenizer),
            )
        )
    return tuple(answers)
