"""What becomes of a text on its way into BERT?

    text -> cleaned -> words -> pieces -> [CLS] A [SEP] B [SEP] as ids, segments, positions [T]

WordPiece (Wu et al. 2016, arXiv:1609.08144) is shown step by step by core/text/wordpiece.py; the
frame around one or two sentences is figure 2 of Devlin et al. 2018.
"""

from collections.abc import Callable

from core.errors import InputError
from core.results.language import (
    CutSentence,
    InputPieces,
    MatchedWord,
    SentenceSteps,
    Step,
    VocabularyFacts,
    VocabularyHits,
)
from core.text import pieces, wordpiece
from core.text.pairs import framed, n_frame, shares
from core.text.pieces import Pieces
from core.text.tokenizer import CLS, MASK, SEP, SPECIAL

N_POSITIONS = 512
MAX_QUERY = 50  # characters
N_HITS = 60  # tokens shown of a search
FIELDS = ("begins", "contains", "id")


def assemble(first: str, second: str, language: str) -> InputPieces:
    """Return what BERT reads of one sentence, or of two, and how it came about.

    Args:
        first: sentence A.
        second: sentence B; blank for none.
        language: of the bundled BERT, "en" or "zh".

    Raises:
        InputError: there is nothing to read in A, or too much in either.
    """
    if len(second) > pieces.MAX_CHARACTERS:
        raise InputError("text_too_long", got=len(second), limit=pieces.MAX_CHARACTERS)
    typed = [first, second] if second.strip() else [first]
    whole = [pieces.read(text, language) for text in typed]
    kept = shares([len(sentence.tokens) for sentence in whole], N_POSITIONS - n_frame(len(typed)))
    vocabulary = pieces.vocabulary(language)
    read = [sentence.first(n).ids for sentence, n in zip(whole, kept, strict=True)]
    ids, segments = framed(read, vocabulary[CLS], vocabulary[SEP])
    names = pieces.token_names(language)
    return InputPieces(
        sentences=tuple(_steps(sentence, language) for sentence in whole),
        tokens=tuple(names[i] for i in ids),
        ids=tuple(ids.tolist()),
        segments=tuple(segments.tolist()),
        cuts=tuple(_cut(sentence, n) for sentence, n in zip(whole, kept, strict=True)),
    )


def _cut(sentence: Pieces, kept: int) -> CutSentence:
    n_cut = len(sentence.tokens) - kept
    return CutSentence(n_cut, sentence.text[sentence.starts[kept] :] if n_cut else "")


def _steps(sentence: Pieces, language: str) -> SentenceSteps:
    """Return the steps from a sentence to its words and their pieces."""
    text, vocabulary = sentence.text, pieces.vocabulary(language)
    cleaned, spaced = wordpiece.clean(text), wordpiece.set_apart(wordpiece.clean(text))
    words, at = [], 0
    for typed in [*pieces.TYPED_MASK.finditer(text), None]:
        part = wordpiece.trace(text[at : typed.start() if typed else None], vocabulary)
        words += [(word.word, word.pieces) for word in part.words]
        if typed:
            words.append((typed.group(), (MASK,)))
            at = typed.end()
    return SentenceSteps(
        cleaned=_changes(text, wordpiece.clean),
        spaced=_changes(cleaned, wordpiece.set_apart),
        lowered=_changes(spaced, lambda s: wordpiece.strip_accents(s).lower()),
        words=tuple(words),
        looks_like=pieces.looks_like(text),
        unknown=pieces.unknown(sentence),
        specials=pieces.typed_specials(text),
    )


def _changes(before: str, step: Callable[[str], str]) -> Step:
    """Return what a step made of a text, in runs of characters that it changed or left alone."""
    runs: list[tuple[str, str]] = []
    for c in before:
        after = step(c)
        if runs and c == after and runs[-1][0] == runs[-1][1]:
            runs[-1] = (runs[-1][0] + c, runs[-1][1] + after)
        else:
            runs.append((c, after))
    return tuple(runs)


def match(word: str, language: str) -> MatchedWord:
    """Return each look into the vocabulary while WordPiece takes a word apart.

    Args:
        word: as it comes out of the cleaning: without blanks, lower case.
        language: of the bundled BERT.

    Raises:
        InputError: it is empty or too long to be one.
    """
    if not pieces.checked(word) or any(wordpiece.is_space(c) for c in word):
        raise InputError("text_empty")
    if pieces.TYPED_MASK.fullmatch(word):
        return MatchedWord(word, (), (MASK,), wordpiece.MAX_WORD)
    traced = wordpiece.match(word, pieces.vocabulary(language))
    attempts = tuple((attempt.piece, attempt.found) for attempt in traced.attempts)
    return MatchedWord(word, attempts, traced.pieces, wordpiece.MAX_WORD)


def search(query: str, field: str, language: str) -> VocabularyHits:
    """Look tokens up in a vocabulary.

    Args:
        query: what to look for, in lower case as the vocabulary is; an id for "id".
        field: "begins" or "contains" (compares letters), or "id".
        language: of the bundled BERT.

    Raises:
        InputError: the query is too long, or no id of this vocabulary.
    """
    names, wanted = pieces.token_names(language), query.strip()
    if len(wanted) > MAX_QUERY:
        raise InputError("query_too_long", got=len(wanted), limit=MAX_QUERY)
    if field == "id":
        # int() knows more digits than 0-9, and its errors are not for learners
        if not (wanted.isascii() and wanted.isdigit() and int(wanted) < len(names)):
            raise InputError("token_id", got=wanted, high=len(names) - 1)
        found = [int(wanted)]
    else:
        plain = wanted if wanted.startswith("[") else wordpiece.strip_accents(wanted).lower()
        fits = str.startswith if field == "begins" else str.__contains__
        found = [i for i, token in enumerate(names) if fits(token, plain)]
    return VocabularyHits(len(found), tuple((names[i], i) for i in found[:N_HITS]))


def facts(language: str) -> VocabularyFacts:
    """Count the kinds of tokens of a vocabulary."""
    names = pieces.token_names(language)
    return VocabularyFacts(
        n_tokens=len(names),
        n_continuing=sum(token.startswith("##") and len(token) > 2 for token in names),
        n_special=sum(token in SPECIAL for token in names),
        n_unused=sum(token.startswith("[unused") for token in names),
        n_chinese=sum(len(token) == 1 and wordpiece.is_chinese(token) for token in names),
    )
