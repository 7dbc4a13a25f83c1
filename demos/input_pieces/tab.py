"""Page: a text on its way into BERT, piece by piece."""

from dataclasses import asdict

from core import texts
from core.inference import embedding_sum, input_pieces, other_tokenizers, readers
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view


@told_to_learner
def assemble_input(request: dict) -> dict:
    """Return what BERT reads of one or two sentences, and each step towards it."""
    read = input_pieces.assemble(
        wire.text(request, "first"), wire.text(request, "second"), _language(request)
    )
    return asdict(read)


@told_to_learner
def match_word(request: dict) -> dict:
    """Return each look into the vocabulary while a word is taken apart."""
    return asdict(input_pieces.match(wire.text(request, "word"), _language(request)))


@told_to_learner
def search_vocabulary(request: dict) -> dict:
    """Return the tokens that a search finds, and what the vocabulary is made of."""
    field = wire.choice(request, "field", input_pieces.FIELDS)
    hits = input_pieces.search(wire.text(request, "query"), field, _language(request))
    return asdict(hits) | {"facts": asdict(input_pieces.facts(_language(request)))}


@told_to_learner
def add_embeddings(request: dict) -> dict:
    """Return the three vectors that are added up for one token, and what comes of it."""
    added = embedding_sum.add_up(
        wire.integer(request, "token"),
        wire.integer(request, "position"),
        wire.integer(request, "segment"),
        _language(request),
    )
    return {name: wire.floats(vector) for name, vector in asdict(added).items()}


@told_to_learner
def cut_by_others(request: dict) -> dict:
    """Return a text as other models' tokenizers cut it."""
    return {"cuts": [asdict(c) for c in other_tokenizers.cut(wire.text(request, "text"))]}


def _language(request: dict) -> str:
    return wire.choice(request, "language", texts.LANGUAGES)


def build() -> None:
    """Lay out the page."""
    view(
        "input_pieces",
        assemble_input,
        match_word,
        search_vocabulary,
        add_embeddings,
        cut_by_others,
        weights=readers.bundled(),
        others=list(other_tokenizers.KINDS),
        present=list(other_tokenizers.present()),
        n_positions=input_pieces.N_POSITIONS,
    )
