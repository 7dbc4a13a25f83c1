"""The `tokenizers` library's WordPiece: it does the work, core/text/wordpiece.py shows it."""

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

PADDING, UNKNOWN, CLS, SEP, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def read_vocabulary(path: Path) -> dict[str, int]:
    """Return token -> id of a `vocab.txt`: one token a line, its id is the line's number."""
    return {token: i for i, token in enumerate(path.read_text("utf-8").splitlines())}


def tokenizer(vocabulary: dict[str, int], *, lower: bool = True) -> Tokenizer:
    """Return WordPiece as BERT has it: cleaned, Chinese characters apart, longest match first.

    No special token is added, and none is recognised: a text that says "[SEP]" is five pieces.

    Args:
        vocabulary: token -> id.
        lower: lower case without accents ("uncased").
    """
    pieces = Tokenizer(WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=100))
    pieces.normalizer = BertNormalizer(
        clean_text=True, handle_chinese_chars=True, strip_accents=lower, lowercase=lower
    )
    pieces.pre_tokenizer = BertPreTokenizer()
    return pieces
