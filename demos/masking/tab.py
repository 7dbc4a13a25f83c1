"""Page: the dice of masked language modelling, thrown in the open."""

from dataclasses import asdict

from core import texts
from core.inference import masked_answers, masking, readers
from core.results.language import MaskedEpoch
from demos.common import wire
from demos.common.errors import told_to_learner
from demos.common.view import view

UNITS = ("token", "word", "span")


@told_to_learner
def mask_text(request: dict) -> dict:
    """Return a text's pieces and what each epoch hides of them."""
    masked = masking.mask(**_asked(request), n_epochs=wire.integer(request, "epochs"))
    return {
        "tokens": masked.tokens,
        "written": masked.written,
        "words": masked.words.tolist(),
        "starts": masked.starts.tolist(),
        "epochs": [_epoch(epoch) for epoch in masked.epochs],
        "cuts": [{"n_pieces": masked.n_cut, "text": masked.cut}],
        "looks_like": masked.looks_like,
        "unknown": masked.unknown,
        "specials": masked.specials,
    }


def _epoch(epoch: MaskedEpoch) -> dict:
    chosen = [i for i, unit in enumerate(epoch.units) if unit >= 0]
    return {
        "chosen": [
            {
                "at": i,
                "action": int(epoch.actions[i]),
                "read": epoch.read[i],
                "unit": int(epoch.units[i]),
                "throw": float(epoch.throws[i]),
            }
            for i in chosen
        ]
    }


@told_to_learner
def count_rolls(request: dict) -> dict:
    """Return how often each piece met each fate in a thousand epochs."""
    tally = masking.tally(**_asked(request))
    return {
        "n_rolls": tally.n_rolls,
        "n_open": tally.n_open,
        "masked": tally.masked.tolist(),
        "random": tally.random.tolist(),
        "kept": tally.kept.tolist(),
    }


@told_to_learner
def answer_blanks(request: dict) -> dict:
    """Return what the bundled BERT answers at the chosen tokens of one epoch."""
    return asdict(masked_answers.answer(**_asked(request), epoch=wire.integer(request, "epoch")))


@told_to_learner
def wake_words(_request: dict) -> dict:
    """Read the Chinese dictionary, so that the first typed sentence needn't wait for it."""
    masking.wake_words()
    return {}


def _asked(request: dict) -> dict:
    """Return what both handlers are asked, checked."""
    cuts = wire.field(request, "cuts")
    return {
        "text": wire.text(request, "text"),
        "language": wire.choice(request, "language", texts.LANGUAGES),
        "unit": wire.choice(request, "unit", UNITS),
        "dynamic": wire.flag(request, "dynamic"),
        "seed": wire.integer(request, "seed"),
        "cuts": None if cuts is None else wire.integers(request, "cuts", masking.MAX_CUTS),
    }


def build() -> None:
    """Lay out the page."""
    view(
        "masking",
        mask_text,
        count_rolls,
        wake_words,
        answer_blanks,
        weights=readers.bundled(),
        max_epochs=masking.MAX_EPOCHS,
        max_seed=masking.MAX_SEED,
    )
