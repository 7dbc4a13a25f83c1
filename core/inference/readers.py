"""Which BERTs are there to choose from?

Those that ship, checkpoints that whoever runs the lab has put into a folder, and models on the hub
by name; core/options.py says which folder and which names. A path that a visitor types is never
opened.
"""

import functools
import re
from pathlib import Path

from core import assets, options
from core.bert import berts
from core.bert.berts import BUNDLED, LANGUAGES, LARGE, Reader
from core.bert.checkpoints import CONFIG, WEIGHTS
from core.errors import InputError
from core.results.answers import ReaderCost, ReaderScore
from core.text import pieces
from core.text.units import is_han

FOLDER = options.MODELS  # what a checkpoint's name begins with, wherever the folder lies
HUB = (
    "google-bert/bert-base-uncased",
    "google-bert/bert-base-chinese",
    "hfl/chinese-roberta-wwm-ext",
)
HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
MAX_NAME = 200  # characters
HAN_SHARE = 0.2  # of a Chinese vocabulary's tokens at least; of an English one's, a tenth at most


def bundled() -> tuple[str, ...]:
    """Return the languages whose weights are there; opens none of them."""
    return tuple(language for language in LANGUAGES if _weights(language).is_file())


def large() -> tuple[str, ...]:
    """Return the larger ones that ship, which have to be loaded; opens none of them."""
    return tuple(name for name in LARGE if _weights(name).is_file())


def _weights(name: str) -> Path:
    return assets.FOLDER / "weights" / f"bert-{name}" / WEIGHTS


def folders() -> tuple[str, ...]:
    """Return the checkpoints in the folder for them, as "data/models/NAME"."""
    place = options.models()
    found = (file.parent.name for file in place.glob(f"*/{CONFIG}")) if place else ()
    return tuple(f"{FOLDER}/{name}" for name in sorted(found))


def hub_rule() -> str:
    """Return which models of the hub may be fetched: "any", those of the "allow-list", or "off"."""
    return options.hub()


def hub() -> tuple[str, ...]:
    """Return the names on the hub to propose."""
    return () if options.hub() == "off" else HUB


def source(name: str) -> str:
    """Return what `berts.reader` takes for a name that a visitor chose or typed.

    Raises:
        InputError: the name is neither a bundled model, a folder of `folders()` nor a hub name
            that may be fetched.
    """
    if name in BUNDLED:
        return name
    place = options.models()
    if place and name in folders():
        return str(place / name.removeprefix(f"{FOLDER}/"))
    # berts.reader opens a folder where there is one: a hub name must not happen to be a path.
    if len(name) > MAX_NAME or not HUB_NAME.fullmatch(name) or Path(name).exists():
        raise InputError("model_name", name=name[:60])
    rule = options.hub()
    if rule == "off":
        raise InputError("hub_off", name=name[:60])
    if rule == "allow-list" and name not in HUB:
        raise InputError("model_on_space", name=name[:60], list=", ".join(HUB))
    return name


def ready(name: str) -> Reader:
    """Return a model that can answer at once; nothing is loaded here, but for `bundled` ones.

    Raises:
        InputError: an unknown name, a model that isn't loaded, or one without an MLM head.
        AssetError: the bundled weights are missing or damaged.
    """
    found = berts.ready(source(name))
    if found is None:
        raise InputError("model_not_loaded", name=name)
    if not found.has_mlm:
        raise InputError("model_without_mlm", name=name)
    return found


def opened(name: str) -> Reader:
    """Return a model as `ready` does, but one that ships in any case: a large one takes seconds."""
    if name in LARGE:
        berts.reader(name)
    return ready(name)


def speaks(reader: Reader) -> str | None:
    """Return the language of a model's vocabulary, None for a multilingual one."""
    if reader.name in LANGUAGES:
        return reader.name
    return _written_in(reader.tokens)


@functools.lru_cache(maxsize=8)
def _written_in(tokens: tuple[str, ...]) -> str | None:
    share = sum(map(is_han, tokens)) / len(tokens)
    return "zh" if share > HAN_SHARE else "en" if share < HAN_SHARE / 10 else None


def read(text: str, reader: Reader, *, cuts: tuple[int, ...] | None = None) -> pieces.Pieces:
    """Cut a text into the pieces that this model knows; `Raises` as `pieces.read`."""
    bundled_one = reader.name in LANGUAGES
    return pieces.read(text, reader.name if bundled_one else reader.tokenizer, cuts=cuts)


def score(language: str) -> ReaderScore:
    """Return how good the bundled BERT of a language was on texts held out from training.

    Raises:
        AssetError: the manifest is missing or damaged.
    """
    entry = assets.manifest().get(f"weights/bert-{language}/{WEIGHTS}")
    figures = entry.get("score", {}) if entry else {}

    def count(name: str) -> int | None:
        return int(figures[name]) if name in figures else None

    return ReaderScore(
        language=language,
        mask_top1=figures.get("mask_top1"),
        mask_top5=figures.get("mask_top5"),
        nsp_accuracy=figures.get("nsp_acc"),
        n_masked=count("n_masked"),
        n_pairs=count("n_pairs"),
        tokens=count("tokens"),
    )


def cost(name: str) -> ReaderCost:
    """Return what one of `large` gives, and costs, beside ours of its language.

    Raises:
        AssetError: the manifest is missing or damaged.
    """
    entry = assets.manifest().get(f"weights/bert-{name}/{WEIGHTS}")
    figures = entry.get("score", {}) if entry else {}
    return ReaderCost(
        n_weights=int(figures.get("n_weights", 0)),
        n_words=int(figures.get("n_words", 0)),
        top1=figures.get("words_top1"),
        top1_ours=figures.get("words_top1_ours"),
        unread=figures.get("words_top1.unread"),
        unread_ours=figures.get("words_top1_ours.unread"),
        everyday=figures.get("everyday_top1"),
        everyday_ours=figures.get("everyday_top1_ours"),
        milliseconds=figures.get("sentence_ms"),
        milliseconds_ours=figures.get("sentence_ms_ours"),
    )
