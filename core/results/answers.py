"""What the pages about language get to know of BERT: its answers, and how it learned them."""

from dataclasses import dataclass

import numpy as np

from core.results.language import CutSentence

# ---- Training, in time-lapse --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LapsePair:
    """Two sentences that were asked about again and again."""

    a: str
    b: str
    follows: bool  # whether B follows A


@dataclass(frozen=True, slots=True)
class LapseMoment:
    """A model in training after it has read so many tokens; scores on held-out texts."""

    tokens: int
    seconds: int  # of computing, all processes alike
    loss: float  # nats a [MASK]
    top1: float  # share of [MASK]s whose token is the first answer
    top5: float  # ... is among the first five
    nsp_accuracy: float  # share of pairs told right; guessing gives one half
    n_masked: int  # [MASK]s that were scored
    n_pairs: int  # pairs that were scored
    fills: tuple[tuple[tuple[str, float], ...], ...]  # for each sentence (token, probability)
    follows: tuple[float, ...]  # for each pair the probability that B follows A


@dataclass(frozen=True, slots=True)
class TrainingLapse:
    """What a bundled BERT answered while it learned; all moments have the same examples."""

    language: str
    sentences: tuple[str, ...]  # each with one [MASK]
    pairs: tuple[LapsePair, ...]
    moments: tuple[LapseMoment, ...]  # by the tokens read, rising


# ---- Next sentence ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgedCandidate:
    """One candidate for sentence B."""

    probability: float  # that it follows A
    n_tokens: int  # of the pair, [CLS] and [SEP] counted
    cut_first: CutSentence  # what of A found no place beside this B
    cut_second: CutSentence


@dataclass(frozen=True, slots=True)
class JudgedCandidates:
    """All candidates for one sentence A."""

    candidates: tuple[JudgedCandidate, ...]  # in the order in which they came
    looks_like: str | None  # the language that most letters belong to
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart
    typed_mask: bool  # a [MASK] was typed


@dataclass(frozen=True, slots=True, eq=False)
class SentenceWeights:
    """A pair's T tokens in words, and its logits "follows" - "random"."""

    tokens: tuple[str, ...]  # [T]
    segments: tuple[int, ...]  # [T], 0 for sentence A, 1 for B
    special: tuple[bool, ...]  # [T], [CLS] and [SEP]
    joined: tuple[bool, ...]  # [T], goes on with the word before it
    words: tuple[int, ...]  # [T], number of the word that is hidden as a whole; -1 at the frame
    n_words: int
    together: int  # so many neighbouring words of a long pair count as one
    difference: float  # of the pair as it is; its sigmoid is P(B follows A)
    hidden_difference: float  # with the chosen tokens hidden
    turned_difference: float  # of B and then A


@dataclass(frozen=True, slots=True)
class HiddenWords:
    """Logits "follows" - "random" of a pair with one word hidden each, of n words in a row.

    Where one is lower than that of the whole pair, the word speaks for "follows".
    """

    begin: int  # number of the first word
    differences: np.ndarray  # float32 [n]


@dataclass(frozen=True, slots=True)
class PairScore:
    """How often a model is right on held-out pairs of the same source."""

    accuracy: float
    n_pairs: int
    low: float  # 95% interval
    high: float


@dataclass(frozen=True, slots=True)
class TrialPoint:
    """One evaluation of a run of a trial."""

    step: int
    tokens: int
    loss: float  # at [MASK], nats
    top1: float  # share of [MASK]s whose first answer is right
    top5: float  # among the first five
    nsp_accuracy: float


@dataclass(frozen=True, slots=True)
class Trial:
    """Runs for equal steps from the same batches, which differ in one thing."""

    language: str
    n_steps: int
    n_masked: int  # held-out [MASK]s in each evaluation
    runs: tuple[tuple[str, tuple[TrialPoint, ...]], ...]  # name -> its curve
    command: str


# ---- Where it fails -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FailedBlank:
    """A plain sentence whose hidden word the model gets wrong."""

    marked: str  # what stands between two | is hidden
    answer: str  # the model's first
    probability: float
    kind: str  # "copied" from the sentence, fits what is "near", "unknown" why


@dataclass(frozen=True, slots=True)
class FailedPair:
    """Two sentences that the model takes for neighbours and they aren't, or the other way."""

    first: str
    second: str
    kind: str  # "order": they are, the other way round; "topic": they aren't; "missed": they are
    probability: float  # that B follows A, as the model says


# ---- Fill in the blank --------------------------------------------------------------------------


Top = tuple[tuple[str, float], ...]  # the likeliest tokens and their probabilities


@dataclass(frozen=True, slots=True)
class BlankAnswer:
    """What BERT answers at one blank, given all the others as blanks."""

    at: int  # which piece
    top: Top
    token: str | None  # what was hidden; None at a typed [MASK]
    probability: float | None  # of what was hidden
    rank: int | None  # of what was hidden, 1 is the likeliest


@dataclass(frozen=True, slots=True)
class MaskedAnswers:
    """BERT's answers to one masking of the masking lab."""

    answers: tuple[BlankAnswer, ...]
    n_right: int  # first answers that are the original
    loss: float  # nats a chosen token


@dataclass(frozen=True, slots=True)
class HiddenWord:
    """A hidden word of several pieces."""

    at: tuple[int, ...]
    written: str
    probability: float  # the product of its pieces', each given all blanks


@dataclass(frozen=True, slots=True)
class MaskedWords:
    """A sentence of T pieces, its blanks, and the answers."""

    tokens: tuple[str, ...]  # [T]
    written: tuple[str, ...]  # [T], what stood in the text
    words: tuple[int, ...]  # [T], number of the word, -1 at a typed [MASK]
    starts: tuple[int, ...]  # [T], each piece's first character in the text
    blanks: tuple[BlankAnswer, ...]
    whole_words: tuple[HiddenWord, ...]
    speaks: str | None  # the model's language
    looks_like: str | None  # the language that most letters belong to
    n_cut: int  # pieces that found no place
    cut: str  # the text from the first of them on
    unknown: tuple[str, ...]  # what became [UNK]
    specials: tuple[str, ...]  # special tokens typed as text, [MASK] apart
    blank_like: tuple[tuple[int, int], ...]  # [start, end) of what looks like a blank: ____, <mask>
    n_lost: int  # blanks that found no place
    n_positions: int  # of the model, the two of [CLS] and [SEP] among them


@dataclass(frozen=True, slots=True)
class LayerAnswer:
    """What the MLM head would answer at a blank after so many layers."""

    layer: int  # 0: the embeddings
    top: Top
    final: float  # probability of the answer that comes out in the end
    rank: int  # of that answer
    original: float | None  # probability of what was hidden


@dataclass(frozen=True, slots=True)
class LayerAnswers:
    """One blank's answer from layer to layer."""

    at: int
    answer: str  # the last layer's
    token: str | None  # what was hidden
    settled: int  # the first layer from which on the answer stays the same
    layers: tuple[LayerAnswer, ...]  # L + 1


@dataclass(frozen=True, slots=True)
class FillStep:
    """One blank filled while the others stay open."""

    at: int  # which piece was filled: where BERT was surest
    token: str
    token_id: int
    probability: float
    blanks: tuple[BlankAnswer, ...]  # at all blanks that were still open, this one among them


@dataclass(frozen=True, slots=True)
class PronounShares:
    """Which pronoun BERT puts beside one profession."""

    profession: str
    shares: tuple[float, ...]  # for each pronoun asked for
    other: float  # all other words together


@dataclass(frozen=True, slots=True)
class PronounTable:
    """One template, several professions."""

    pronouns: tuple[str, ...]
    rows: tuple[PronounShares, ...]


@dataclass(frozen=True, slots=True)
class ReaderScore:
    """How good a bundled BERT is on held-out documents; None where it wasn't measured."""

    language: str
    mask_top1: float | None
    mask_top5: float | None
    nsp_accuracy: float | None
    n_masked: int | None  # [MASK]s that were scored
    n_pairs: int | None  # pairs that were scored
    tokens: int | None  # read in training


@dataclass(frozen=True, slots=True)
class ReaderCost:
    """What a larger BERT gives, and costs, beside ours; None where it wasn't measured."""

    n_weights: int
    n_words: int  # hidden in held-out texts, the same ones from both
    top1: float | None  # share of them that are its first answer
    top1_ours: float | None
    unread: float | None  # the same on dialogues and single sentences; it had read Wikipedia before
    unread_ours: float | None
    everyday: float | None  # share of the bench's everyday sentences that it fills sensibly
    everyday_ours: float | None
    milliseconds: float | None  # to fill one blank, on one thread
    milliseconds_ours: float | None


@dataclass(frozen=True, slots=True)
class LoadingReport:
    """How far a model is on its way here."""

    state: str  # "waiting", "fetching", "opening", "done" or "stopped"
    ahead: int = 0  # models before it in the line
    here: int = 0  # bytes
    total: int = 0  # bytes; 0 while it isn't known
    seconds: float = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "stopped")
