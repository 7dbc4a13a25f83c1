"""A vocabulary for Chinese: characters, as bert-base-chinese has, and pieces of Latin words."""

import string
from collections import Counter
from collections.abc import Iterable
from itertools import islice

from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from core.text.tokenizer import SPECIAL

MIN_COUNT = 30  # a rarer character is hardly seen often enough to be learned
N_WORDS = 400  # Latin words and numbers kept whole, the commonest ones


def characters(sentences: Iterable[str]) -> list[str]:
    """Return the vocabulary of a corpus: special tokens, symbols, Latin pieces, characters.

    Each Latin letter and digit has two forms, alone and continuing a word (##), so that every
    Latin word and number can be spelt.
    """
    normalizer, splitter = BertNormalizer(lowercase=True, strip_accents=True), BertPreTokenizer()
    singles: Counter[str] = Counter()
    words: Counter[str] = Counter()
    rows = iter(sentences)
    while block := list(islice(rows, 1000)):
        for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str("\n".join(block))):
            (singles if len(word) == 1 else words)[word] += 1
    latin = string.ascii_lowercase + string.digits
    plain = [w for w, _ in words.most_common() if w.isascii() and w.isalnum()][:N_WORDS]
    frequent = [c for c, n in singles.most_common() if n >= MIN_COUNT and c not in latin]
    return [*SPECIAL, *latin, *(f"##{c}" for c in latin), *plain, *frequent]
