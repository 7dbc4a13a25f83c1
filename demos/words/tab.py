"""Page: words as vectors: what is alike, sums of words, and what the vectors learned."""

from core.errors import AssetError
from core.inference import word_maps, words
from demos.common import wire
from demos.common.errors import sentences, told_to_learner
from demos.common.view import view


@told_to_learner
def show_analogies(request: dict) -> dict:
    """Send how many analogies of each kind are answered, and the pairs that they are made of."""
    language = wire.choice(request, "language", words.LANGUAGES)
    return {**words.stored()["analogies"][language], "pairs": words.pairs(language)}


@told_to_learner
def show_bridge(_request: dict) -> dict:
    """Send what turns the Chinese vectors into the English space, and how well it does."""
    return words.stored()["bridge"]


@told_to_learner
def show_word_maps(request: dict) -> dict:
    """Send the maps of a language's most frequent words."""
    found = word_maps.maps(wire.choice(request, "language", words.LANGUAGES))
    return {
        "numbers": wire.integers32(found.numbers),
        "topics": found.topics.tolist(),
        "names": list(word_maps.TOPICS),
        "points": {name: wire.halves(points) for name, points in found.points.items()},
        "kept": {name: round(share, 4) for name, share in found.kept.items()},
    }


def _first_view() -> dict:
    """Gather what the page shows before any vector has been read."""
    try:
        return {"opening": words.stored()["opening"]}
    except AssetError as error:
        return {"problem": sentences(error)}


def build() -> None:
    """Lay out the page."""
    view(
        "words",
        show_analogies,
        show_bridge,
        show_word_maps,
        first=_first_view(),
        files=words.files_served(),
    )
