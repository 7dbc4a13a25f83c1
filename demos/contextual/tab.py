"""Page: one word in several sentences, as a static vector and as BERT's, layer by layer."""

from core.errors import AssetError
from core.inference import contextual
from core.results.plain import plain
from demos.common import wire
from demos.common.errors import sentences, told_to_learner
from demos.common.view import view


@told_to_learner
def show_word(request: dict) -> dict:
    """Return what each layer makes of a listed word in its sentences."""
    language = wire.choice(request, "language", contextual.LANGUAGES)
    word = wire.choice(request, "word", contextual.listed(language))
    return _record(contextual.of_list(word, language))


@told_to_learner
def compare_sentences(request: dict) -> dict:
    """Return what each layer makes of a word in sentences that were typed, one a line."""
    language = wire.choice(request, "language", contextual.LANGUAGES)
    lines = wire.text(request, "text").splitlines()
    return _record(contextual.compare(lines, wire.text(request, "word"), language))


def _record(found: object) -> dict:
    answer = plain(found)
    assert isinstance(answer, dict)
    return answer


def _first_view() -> dict:
    """Gather what the page shows before any model has been asked."""
    words = {language: contextual.listed(language) for language in contextual.LANGUAGES}
    try:
        return {"words": words, **contextual.stored()}
    except AssetError as error:
        return {"words": words, "opening": {}, "scores": {}, "problem": sentences(error)}


def build() -> None:
    """Lay out the page."""
    view("contextual", show_word, compare_sentences, first=_first_view())
