"""The `tokenizers` library's WordPiece: it does the work, core/text/wordpiece.py shows it."""

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

PADDING, UNKNOWN, CLS, SEP, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def lines(text: str) -> list[str]:
    r"""Return the lines of a table, which end with "\n" or "\r\n" and with nothing else.

    `str.splitlines` also cuts at U+2028, U+0085 and six more, which are entries of real tables:
    Google's Chinese vocabulary has U+2028 on line 344.
    """
    rows = [row.removesuffix("\r") for row in text.split("\n")]
    while rows and not rows[-1]:
        rows.pop()
    return rows


def read_vocabulary(path: Path) -> dict[str, int]:
    """Return token -> id of a `vocab.txt`: one token a line, its id is the line's number.

    As transformers reads it: blanks after a token don't count, and of two equal lines the last one
    has the token.

    Raises:
        UnicodeDecodeError: it isn't UTF-8.
    """
    rows = lines(path.read_bytes().decode("utf-8-sig"))
    return {token.rstrip(" \t") or token: i for i, token in enumerate(rows)}


def names(vocabulary: dict[str, int], n_rows: int) -> tuple[str, ...]:
    """Return the token of each of a table's rows, [V]; a row that has none is called "[id 7]".

    Tables are often longer than their vocabulary, so that their size is a multiple of 64.
    """
    found = {i: token for token, i in vocabulary.items()}
    return tuple(found.get(i, f"[id {i}]") for i in range(n_rows))


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """Return a token's id.

    Raises:
        KeyError: the vocabulary hasn't got it.
    """
    found = tokenizer.token_to_id(token)
    if found is None:
        raise KeyError(token)
    return found


def tokenizer(
    vocabulary: dict[str, int],
    *,
    lower: bool = True,
    accents: bool | None = None,
    chinese: bool = True,
    clean: bool = True,
) -> Tokenizer:
    """Return WordPiece as BERT has it: cleaned, Chinese characters apart, longest match first.

    No special token is added, and none is recognised: a text that says "[SEP]" is five pieces.

    Args:
        vocabulary: token -> id.
        lower: lower case ("uncased").
        accents: whether letters keep their accents; by default those of an uncased model lose them.
        chinese: whether each Chinese character is a word of its own.
        clean: whether control characters are dropped.
    """
    pieces = Tokenizer(WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=100))
    pieces.normalizer = BertNormalizer(
        clean_text=clean,
        handle_chinese_chars=chinese,
        strip_accents=lower if accents is None else not accents,
        lowercase=lower,
    )
    pieces.pre_tokenizer = BertPreTokenizer()
    return pieces
