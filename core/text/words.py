"""Where do the words of a Chinese text begin? Chinese is written without spaces.

jieba looks for the most probable way through all dictionary words that a sentence allows, and
guesses words that it doesn't list by a hidden Markov model. Cui et al. 2019 (arXiv:1906.08101)
masked whole words so found (by LTP, another segmenter).
"""

import logging


def boundaries(text: str, *, guessed: bool = True) -> tuple[int, ...]:
    """Return the characters, other than the first, at which jieba begins a word; rising.

    The first call reads jieba's dictionary, about a second.

    Args:
        text: to cut.
        guessed: also take words that the dictionary doesn't list.
    """
    import jieba  # late: only Chinese words ask for it

    jieba.setLogLevel(logging.ERROR)
    return tuple(start for _, start, _ in jieba.tokenize(text, HMM=guessed) if start)
