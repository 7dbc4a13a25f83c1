"""Answers as lines of text, for `python -m core`."""

import argparse

import numpy as np

from core.results.answers import JudgedCandidates, MaskedWords
from core.results.called import HeadAttention, Reconstructed, Sentiment
from core.results.language import InputPieces

MAX_TOP = 10  # answers for a blank
N_LOOKED_AT = 3  # tokens shown for each token of a head
N_NGRAMS = 5
WIDTH = 16  # columns of a token
BAR = 40  # columns of a whole
INK = " .:-=+*#%@"  # from nothing to full ink


def padded(text: str, width: int = WIDTH) -> str:
    """Return a text with blanks up to a width; Chinese characters are two columns wide."""
    return text + " " * max(0, width - sum(1 + (character > "\u2e7f") for character in text))


def share(name: str, value: float) -> str:
    """Return a line with a share of 1 as per cent and a bar."""
    return f"  {padded(name)} {100 * value:5.1f}%  {'█' * round(BAR * value)}".rstrip()


def fill_mask(answer: MaskedWords, asked: argparse.Namespace) -> list[str]:
    """Return each blank with its likeliest words."""
    lines = [" ".join(answer.tokens)]
    if answer.n_cut:
        lines.append(f"(the last {answer.n_cut} pieces find no place)")
    for number, blank in enumerate(answer.blanks, 1):
        lines += ["", f"[MASK] {number}, piece {blank.at + 1}"]
        lines += [share(token, value) for token, value in blank.top[: asked.top]]
    return lines


def follows(answer: JudgedCandidates, asked: argparse.Namespace) -> list[str]:
    """Return each candidate with its probability."""
    pairs = zip(asked.candidates, answer.candidates, strict=True)
    return [f"{100 * one.probability:5.1f}%  {text}" for text, one in pairs]


def attention(answer: HeadAttention, _asked: argparse.Namespace) -> list[str]:
    """Return each token with those that it looks at most."""
    head = "the mean of its heads" if answer.head is None else f"head {answer.head}"
    size = f"{answer.n_layers} layers, {answer.n_heads} heads"
    lines = [f"{answer.read.model} ({size}): layer {answer.layer}, {head}"]
    for token, row in zip(answer.read.tokens, answer.attention, strict=True):
        most = np.argsort(-row, kind="stable")[:N_LOOKED_AT]
        seen = (f"{answer.read.tokens[i]} {100 * row[i]:.0f}%" for i in most)
        lines.append(f"  {padded(token)} -> {', '.join(seen)}")
    return lines


def sentiment(answer: Sentiment, _asked: argparse.Namespace) -> list[str]:
    """Return what each model says, and the n-grams that speak for it and against."""
    lines = [share(verdict.model, verdict.good) for verdict in answer.verdicts]
    lines += ["", "what leaving an n-gram out costs the log-odds of good:"]
    shown = answer.ngrams
    if len(shown) > 2 * N_NGRAMS:
        shown = (*shown[:N_NGRAMS], *shown[-N_NGRAMS:])
    return lines + [f"  {one.cost:+6.2f}  {one.text}" for one in shown]


def reconstruct(answer: Reconstructed, _asked: argparse.Namespace) -> list[str]:
    """Return what was seen beside what came back, as characters, and the code."""
    rows = [f"{_ink(a)}  {_ink(b)}" for a, b in zip(answer.seen, answer.pixels, strict=True)]
    code = " ".join(f"{number:.2f}" for number in answer.code)
    labels = " ".join(map(str, answer.labels))
    return [
        *rows,
        f"code ({len(answer.code)}): {code}",
        f"error {answer.error:.4f}; the five nearest codes are those of {labels}: {answer.vote}",
    ]


def tokenize(answer: InputPieces, _asked: argparse.Namespace) -> list[str]:
    """Return each token with its id and its sentence."""
    rows = zip(answer.tokens, answer.ids, answer.segments, strict=True)
    return [f"{padded(token)} {number:6d}  {'AB'[segment]}" for token, number, segment in rows]


def _ink(row: np.ndarray) -> str:
    levels = np.clip(np.rint(row * (len(INK) - 1)), 0, len(INK) - 1).astype(int)
    return "".join(INK[level] for level in levels)
