"""What the pages about attention get to know.

T tokens, W whole words, L layers, H heads, K = D/H numbers of a head. Rows of attention are
queries (who looks), columns keys (what is looked at).
"""

from dataclasses import dataclass

import numpy as np

# ---- What was read ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What of one sentence found no place."""

    n_given: int  # pieces of the whole sentence
    n_cut: int
    text: str  # the part that was cut: its beginning or its end


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a model can't do: the name of the reason in errors.toml; None where it can."""

    neuron: str | None  # queries and keys of a head
    heads: str | None  # switching heads off: ablation, effects, pruning
    mask: str | None  # filling in a hidden token, and so attributions too
    next: str | None  # telling whether B follows A
    pair: str | None  # reading two sentences
    own: str | None  # saying what it was fine-tuned to say


@dataclass(frozen=True, slots=True, eq=False)
class ReadTokens:
    """One text, or two, as a model reads it."""

    model: str  # its name
    kind: str  # "bert", "roberta", "distilbert" or "gpt2"
    tokens: tuple[str, ...]  # [T], as the vocabulary writes them
    written: tuple[str, ...]  # [T], what stood in the text; a special token's own name
    words: np.ndarray  # [T], number of the whole word, rising from 0 to W - 1
    segments: np.ndarray  # [T], 0 in sentence A, 1 in B
    special: np.ndarray  # [T] bool, put there by the model's frame: [CLS], [SEP], <s>, ...
    masked: tuple[int, ...]  # where [MASK] stands, typed or put there
    hidden: str | None  # the token that `at` replaced by [MASK]
    left_out: tuple[LeftOut, ...]  # one for each sentence
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart


# ---- What the heads see -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Attention:
    """All attention of one reading."""

    read: ReadTokens
    can: Abilities
    attention: np.ndarray  # [L, H, T, T] float32, shares of 1; rows sum to 1


@dataclass(frozen=True, slots=True, eq=False)
class HeadVectors:
    """Where one head's attention comes from: softmax(queries @ keys.T / sqrt(K))."""

    queries: np.ndarray  # [T, K] float32
    keys: np.ndarray  # [T, K] float32


@dataclass(frozen=True, slots=True, eq=False)
class HeadScores:
    """Each head in a few numbers; NaN where the text has nothing to score."""

    entropy: np.ndarray  # [L, H] nats, mean over rows; 0 .. log T
    distance: np.ndarray  # [L, H] tokens between query and key, mean over rows
    patterns: dict[str, np.ndarray]  # name -> [L, H] in 0..1, mean share over the rows that can
    strongest: np.ndarray  # [L, H], number of the pattern that names the head; -1 for none


@dataclass(frozen=True, slots=True, eq=False)
class SentenceFlow:
    """Between which sentences does attention go? Special tokens are left out on both sides."""

    shares: np.ndarray  # [L, H, 4], A->A, A->B, B->A, B->B; they sum to 1
    special: np.ndarray  # [L, H], share of the ordinary tokens' attention that special ones get


@dataclass(frozen=True, slots=True, eq=False)
class Rollout:
    """Attention through all layers up to each one (Abnar & Zuidema 2020)."""

    rollout: np.ndarray  # [L, T, T], rows sum to 1
    raw: np.ndarray  # [L, T, T], each layer's mean over heads; rows sum to 1


@dataclass(frozen=True, slots=True, eq=False)
class HeadDifference:
    """How far each head moved between two texts, word by word."""

    divergence: np.ndarray  # [L, H] nats, Jensen-Shannon, mean over the aligned words; 0 .. log 2
    by_word: np.ndarray  # [L, H, N] nats, for each aligned pair of words
    pairs: tuple[tuple[int, int], ...]  # [N], word of the first text, word of the second
    changed: tuple[bool, ...]  # [N], whether the two words differ
    first: ReadTokens
    second: ReadTokens


# ---- What a fine-tuned model says ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, as an answer."""

    first: int  # token
    last: int  # token, itself included
    probability: float


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What a fine-tuned model says in its own labels; only the fields of its kind are filled."""

    kind: str  # "text", "tokens" or "span"
    labels: tuple[tuple[str, float], ...] = ()  # of the text, the likeliest first
    scale: str = "softmax"  # "sigmoid": each label for itself; "number": no probabilities
    tokens: tuple[tuple[str, float], ...] = ()  # [T], each one's label and its probability
    spans: tuple[Span, ...] = ()  # of sentence B, the likeliest first
    nothing: float = 0.0  # probability that the text has no answer


# ---- What the answer owes to them ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model answers."""

    top: tuple[tuple[str, float], ...]  # the five likeliest, with their probabilities
    target: str  # the answer that is followed
    log_probability: float  # of the target, nats
    rank: int  # of the target, 1 is the likeliest


@dataclass(frozen=True, slots=True)
class Ablation:
    """An answer before and after heads are switched off."""

    at: int  # the token asked for; 0, [CLS], when asked whether B follows
    before: Prediction  # all heads on
    after: Prediction
    n_off: int


@dataclass(frozen=True, slots=True, eq=False)
class HeadEffects:
    """What becomes of an answer when each single head is switched off."""

    at: int
    before: Prediction  # with the heads that were off from the start
    change: np.ndarray  # [L, H] nats, log-probability of the target after - before
    kept: np.ndarray  # [L, H], how many of the five likeliest stay among them
    first: tuple[tuple[str, ...], ...]  # [L][H], the likeliest answer without that head


@dataclass(frozen=True, slots=True)
class PruningStep:
    """An answer with one more head gone."""

    layer: int
    head: int
    first: str  # the likeliest answer now
    log_probability: float  # of the target, nats
    rank: int  # of the target


@dataclass(frozen=True, slots=True)
class Pruning:
    """Heads removed one after the other, the least important first."""

    at: int
    before: Prediction
    steps: tuple[PruningStep, ...]
    n_kept: int | None  # heads gone before another answer comes first; None: it never changes
    every: int  # heads removed between two measurements of what matters least


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Where does an answer come from? Five measures for each token, which need not agree.

    They are compared word by word, what a word's tokens get added up: M measures, hiding first.
    """

    at: int
    prediction: Prediction
    hidden: np.ndarray  # [T] nats, what hiding the token's word costs the answer
    attention: np.ndarray  # [T], the asked token's row in the last layer, mean over heads
    rollout: np.ndarray  # [T], its row in the rollout
    gradient: np.ndarray  # [T] nats, gradient x input
    integrated: np.ndarray  # [T] nats, integrated gradients; they sum to `gap`
    words: np.ndarray  # int64 [T], number of the word that is hidden as a whole; -1 for none
    gap: float  # nats, log-probability of the target: this text's - the baseline's
    off_by: float  # nats, sum of `integrated` - `gap`: what the numeric integral misses
    n_steps: int  # points of the integral
    compared: np.ndarray  # [n], tokens of words: neither special nor the asked one
    same_sign: tuple[float | None, ...]  # share of words, with hiding: gradient, integrated
    same_strongest: tuple[int, ...]  # [M], of hiding's three strongest words
    spearman: np.ndarray  # [M, M], rank correlation of the measures without their signs; or NaN
    kendall: np.ndarray  # [M, M], Kendall's tau-b


@dataclass(frozen=True, slots=True)
class HeadProgress:
    """How far a long measurement has come; the last one brings its result."""

    done: int
    total: int
    result: HeadEffects | Pruning | Sources | None = None


@dataclass(frozen=True, slots=True)
class MeasuringReport:
    """How far a long measurement is, from its place in the line to its result."""

    state: str  # "waiting", "busy", "done" or "stopped"
    ahead: int = 0  # measurements that come first while waiting
    progress: HeadProgress | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "stopped")
