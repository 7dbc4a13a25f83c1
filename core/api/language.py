"""Questions about sentences: their tokens, what masking hides, what BERT answers."""

from collections.abc import Collection, Sequence
from typing import Literal

from core.bert.berts import Reader
from core.errors import InputError
from core.inference import fill_in, input_pieces, masking, next_sentence, readers, sentiment_bert
from core.inference import sentiment as textcnn
from core.results.answers import JudgedCandidates, MaskedWords
from core.results.called import FoundNGram, Sentiment
from core.results.language import InputPieces, MaskedText
from core.results.sentiment import Filters
from core.text import pieces, units

Language = Literal["en", "zh"]
GUESSED = ""  # for a model's name: the language that most letters belong to


def model_for(text: str, model: str) -> str:
    """Return the name of a model, guessed from the text where none is given."""
    return model or pieces.looks_like(pieces.TYPED_MASK.sub(" ", text)) or "en"


def tokenize(text: str, second: str = "", language: Language = "en") -> InputPieces:
    """Return what BERT reads of one or two sentences: tokens, ids, segments, and each step there.

    Args:
        text: sentence A.
        second: sentence B; empty for none.
        language: whose vocabulary is used, en or zh.

    Raises:
        InputError: there is nothing to read in A, or too much in either.
    """
    return input_pieces.assemble(text, second, language)


def mask(
    text: str,
    language: Language = "en",
    unit: Literal["token", "word", "span"] = "word",
    dynamic: bool = True,
    seed: int = 0,
    n_epochs: int = 1,
) -> MaskedText:
    """Hide parts of a text as pre-training does: 15% chosen, of which 80% masked, 10% random.

    Args:
        text: what to hide parts of.
        language: whose vocabulary is used, en or zh.
        unit: what is chosen as a whole: a token, a word or a span of words.
        dynamic: throw the dice anew in each epoch, or once for all.
        seed: of the dice.
        n_epochs: readings of the text, 1..8.

    Raises:
        InputError: nothing to read, too much of it, or a number out of range.
    """
    return masking.mask(text, language, unit=unit, dynamic=dynamic, seed=seed, n_epochs=n_epochs)


def fill_mask(text: str, model: str = GUESSED, hidden: list[int] | None = None) -> MaskedWords:
    """Return which words BERT puts in the blanks of a text, each with its probability.

    Args:
        text: each [MASK] in it is a blank.
        model: en, zh, en-large, or another that is loaded; empty: guessed from the text.
        hidden: characters, counted from 0, whose tokens are blanks too.

    Raises:
        InputError: nothing to read, too much of it, no blank or too many, or a model that can't.
        AssetError: the bundled weights are missing or damaged.
    """
    hidden = hidden or []
    if len(hidden) > fill_in.MAX_HIDDEN:
        raise InputError("argument_long", name="hidden", limit=fill_in.MAX_HIDDEN)
    return fill_mask_by(readers.opened(model_for(text, model)), text, hidden)


def fill_mask_by(reader: Reader, text: str, hidden: Collection[int] = ()) -> MaskedWords:
    """Do what `fill_mask` does, for a model at hand."""
    if not reader.has_mlm:
        raise InputError("model_without_mlm", name=reader.name)
    found = fill_in.fill(text, reader, hidden=hidden)
    if not found.blanks:
        raise InputError("no_blank")
    return found


def follows(first: str, candidates: list[str], model: str = GUESSED) -> JudgedCandidates:
    """Return for each candidate the probability that it follows a sentence (BERT's NSP).

    Args:
        first: sentence A.
        candidates: sentences B, 1..8 of them.
        model: en, zh, or another model that is loaded; empty: guessed from the sentence.

    Raises:
        InputError: nothing to read in a sentence or too much of it, too many candidates, or a model
            that never learned this question.
        AssetError: the bundled weights are missing or damaged.
    """
    return next_sentence.judge(first, candidates, model_for(first, model))


def follows_by(reader: Reader, first: str, candidates: Sequence[str]) -> JudgedCandidates:
    """Do what `follows` does, for a model at hand."""
    return next_sentence.judged(next_sentence.able(reader, reader.name), first, candidates)


def sentiment(
    text: str,
    kind: Literal["", "pieces", "characters", "words"] = "",
    start: Literal["random", "tuned", "frozen"] = "tuned",
) -> Sentiment:
    """Say whether a text praises or complains, and which words and n-grams of it say so.

    Args:
        text: a sentence or a few.
        kind: what the TextCNN reads: pieces (English), characters or words (Chinese); empty: by
            the text's language.
        start: what the TextCNN's word vectors started from.

    Raises:
        InputError: the text is empty or too long, or holds nothing to read.
        AssetError: the weights are missing or damaged.
    """
    kind = kind or ("words" if pieces.looks_like(text) == "zh" else "pieces")
    judged = textcnn.judge(text, kind, start)
    by_bert = sentiment_bert.judge(text, units.KINDS[kind])
    spans = list(zip(judged.starts, judged.ends, strict=True))
    return Sentiment(
        tokens=judged.tokens,
        costs=judged.costs,
        unknown=judged.unknown,
        n_cut=judged.n_cut,
        verdicts=(*judged.verdicts, by_bert.verdict),
        ngrams=_ngrams(text, spans, judged.filters),
    )


def _ngrams(text: str, spans: list[tuple[int, int]], filters: Filters) -> tuple[FoundNGram, ...]:
    """Return the n-grams that were taken out, each once, what costs most first."""
    found: dict[tuple[int, int], list[int]] = {}
    for k, cost in enumerate(filters.costs.tolist()):
        if cost == cost:  # NaN: this filter adds little
            found.setdefault((int(filters.begins[k]), int(filters.sizes[k])), []).append(k)
    ngrams = (
        FoundNGram(
            text=text[spans[first][0] : spans[min(first + size, len(spans)) - 1][1]],
            first=first,
            n_units=size,
            n_filters=len(numbers),
            towards_good=float(filters.towards_good[numbers].sum()),
            cost=float(filters.costs[numbers[0]]),
        )
        for (first, size), numbers in found.items()
    )
    return tuple(sorted(ngrams, key=lambda one: -one.cost))
