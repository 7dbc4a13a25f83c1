"""How a checkpoint's folder says that texts are cut: `tokenizer.json`, `vocab.txt` and settings.

`tokenizer.json`, where there is one, has the vocabulary; `tokenizer_config.json` says how texts are
prepared and which tokens were added. As in transformers, whose rules these are: a setting that is
absent has its default. Where the files contradict each other, or ask for another way of cutting
than BERT's WordPiece, the folder is refused, so that no text is ever read in another way than the
model learned to.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import AddedToken, Tokenizer

from core.bert.checkpoint_config import CONFIG, N_SHOWN, read_json
from core.bert.checkpoints import VOCABULARY
from core.errors import InputError
from core.text.tokenizer import CLS, MASK, PADDING, SEP, SPECIAL, UNKNOWN, names, read_vocabulary
from core.text.tokenizer import tokenizer as wordpiece

SETTINGS, STORED = "tokenizer_config.json", "tokenizer.json"
SPECIALS, ADDED = "special_tokens_map.json", "added_tokens.json"  # what folders before 2023 have
TOKENIZER_FILES = (SETTINGS, STORED, SPECIALS, ADDED)

BERTS = ("BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer")  # or ...Fast: one WordPiece
LIBRARY = ("PreTrainedTokenizer", "TokenizersBackend")  # whatever tokenizer.json says
ROLES = {
    "pad_token": PADDING,
    "unk_token": UNKNOWN,
    "cls_token": CLS,
    "sep_token": SEP,
    "mask_token": MASK,
}
MORE = ("additional_special_tokens", "extra_special_tokens")
MOST_EMPTY = 1024  # rows without a token at a table's end; padding to a multiple needs fewer
FLAGS = ("single_word", "lstrip", "rstrip", "normalized")


class Cutting(NamedTuple):
    """How a text is prepared before it is matched with the vocabulary."""

    lower: bool = True
    accents: bool = False  # whether letters keep theirs
    chinese: bool = True  # whether each Chinese character is a word of its own
    clean: bool = True


class Added(NamedTuple):
    """A token that was added to a vocabulary; a text that says it has it as one piece."""

    token: AddedToken
    number: int | None  # the id that the folder says it has


def read_tokenizer(folder: Path, n_rows: int) -> tuple[Tokenizer, tuple[str, ...]]:
    """Return the tokenizer that a folder describes, and the token of each id, [V].

    Args:
        folder: of the checkpoint.
        n_rows: V, rows of the model's table of word embeddings.

    Raises:
        InputError: a file is missing or damaged; texts are cut in another way than the lab knows;
            files contradict each other; a special token is missing, or a token has no row.
    """
    settings = _optional(folder, SETTINGS)
    stored = _optional(folder, STORED) if (folder / STORED).is_file() else None
    maker = str(
        settings.get("tokenizer_class")
        or read_json(folder, CONFIG).get("tokenizer_class")
        or BERTS[0]
    )
    name = maker.removesuffix("Fast")
    if name not in BERTS and (name not in LIBRARY or stored is None):
        raise InputError("checkpoint_cutting", folder=folder.name, what=maker[:N_SHOWN])
    if stored is None:
        cutting = _told(folder, settings)
        vocabulary = read_words(folder, n_rows)
    else:
        told = _told(folder, settings) if name in BERTS else None
        vocabulary = _stored_vocabulary(folder, stored)
        cutting = _agreed(folder, told, _stored_cutting(folder, stored))
        _check_rows(folder, STORED, vocabulary, n_rows)
    tokenizer = wordpiece(vocabulary, **cutting._asdict())
    specials = {} if "added_tokens_decoder" in settings else _optional(folder, SPECIALS)
    for role, token in ROLES.items():
        named = _content(specials.get(role) or settings.get(role)) or token
        if named != token:
            what = f"{role}: {named[:N_SHOWN]}"
            raise InputError("checkpoint_special", folder=folder.name, what=what)
    tokenizer.encode_special_tokens = True  # "[SEP]" that is typed is text
    for added in _added(folder, settings, specials, stored, library=name in LIBRARY):
        _add(folder, tokenizer, added)
    everything = tokenizer.get_vocab(with_added_tokens=True)
    _check_rows(folder, STORED if stored else VOCABULARY, everything, n_rows)
    if lacking := [token for token in SPECIAL if token not in everything]:
        raise InputError("checkpoint_special", folder=folder.name, what=", ".join(lacking))
    return tokenizer, names(everything, n_rows)


def _optional(folder: Path, name: str) -> dict[str, Any]:
    return read_json(folder, name) if (folder / name).is_file() else {}


def read_words(folder: Path, n_rows: int) -> dict[str, int]:
    """Return token -> id of a folder's `vocab.txt`.

    Args:
        folder: of the checkpoint.
        n_rows: V, rows of the model's table of word embeddings.

    Raises:
        InputError: the file is missing, damaged or cut off, or has more tokens than the table rows.
    """
    file = folder / VOCABULARY
    if not file.is_file():
        raise InputError("checkpoint_incomplete", folder=folder.name, file=VOCABULARY)
    try:
        vocabulary = read_vocabulary(file)
    except UnicodeDecodeError as error:
        raise InputError("checkpoint_damaged", folder=folder.name, file=VOCABULARY) from error
    _check_rows(folder, VOCABULARY, vocabulary, n_rows)
    return vocabulary


def _stored_vocabulary(folder: Path, stored: Mapping[str, Any]) -> dict[str, int]:
    """Return the vocabulary of `tokenizer.json`, if it is one of WordPiece."""
    model = stored.get("model")
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(model, dict) or model.get("type", "WordPiece") != "WordPiece":
        kind = model.get("type") if isinstance(model, dict) else STORED
        raise InputError("checkpoint_cutting", folder=folder.name, what=str(kind)[:N_SHOWN])
    for key, only in (
        ("unk_token", UNKNOWN),
        ("continuing_subword_prefix", "##"),
        ("max_input_chars_per_word", 100),
    ):
        if model.get(key, only) != only:
            what = f"{key}: {model[key]}"[:N_SHOWN]
            raise InputError("checkpoint_cutting", folder=folder.name, what=what)
    if not isinstance(vocabulary, dict) or not all(
        type(number) is int and number >= 0 for number in vocabulary.values()
    ):
        raise InputError("checkpoint_json", folder=folder.name, file=STORED)
    return vocabulary


def _told(folder: Path, settings: Mapping[str, Any]) -> Cutting:
    """Return what `tokenizer_config.json` says, with transformers' defaults."""

    def flag(key: str, default: bool | None) -> Any:
        value = settings.get(key)
        if value is not None and not isinstance(value, bool):
            raise InputError("checkpoint_json", folder=folder.name, file=SETTINGS)
        return default if value is None else value

    lower = flag("do_lower_case", default=True)
    strip = flag("strip_accents", default=lower)
    return Cutting(lower, not strip, flag("tokenize_chinese_chars", default=True))


def _stored_cutting(folder: Path, stored: Mapping[str, Any]) -> Cutting:
    """Return what `tokenizer.json` says, if it is what BERT's tokenizers do."""
    parts = [stored.get(part) for part in ("normalizer", "pre_tokenizer")]
    kinds = [part.get("type") if isinstance(part, dict) else None for part in parts]
    for kind, only in zip(kinds, ("BertNormalizer", "BertPreTokenizer"), strict=True):
        if kind != only:
            what = f"{STORED}: {kind}"[:N_SHOWN]
            raise InputError("checkpoint_cutting", folder=folder.name, what=what)
    normal = stored["normalizer"]
    lower = bool(normal.get("lowercase", True))
    strip = normal.get("strip_accents")
    return Cutting(
        lower,
        not (lower if strip is None else strip),
        bool(normal.get("handle_chinese_chars", True)),
        bool(normal.get("clean_text", True)),
    )


def _agreed(folder: Path, told: Cutting | None, stored: Cutting) -> Cutting:
    """Return how both files cut texts; `told` is None where only `tokenizer.json` counts."""
    if told is None or told == stored:
        return stored
    keys = {"lower": "do_lower_case", "accents": "strip_accents"}
    keys |= {"chinese": "tokenize_chinese_chars", "clean": "clean_text"}
    name = next(n for n in Cutting._fields if getattr(told, n) != getattr(stored, n))
    said = getattr(stored, name) != (name == "accents")  # keeping is not stripping
    raise InputError(
        "checkpoint_contradiction",
        folder=folder.name,
        what=keys[name],
        stored=str(said).lower(),
        told=str(not said).lower(),
    )


def _added(
    folder: Path,
    settings: Mapping[str, Any],
    specials: Mapping[str, Any],
    stored: Mapping[str, Any] | None,
    *,
    library: bool,
) -> list[Added]:
    """Return the tokens that were added to the vocabulary, those with an id first, by id."""
    found: dict[int, Added] = {}

    def put(number: object, entry: object, file: str) -> None:
        if not str(number).isdecimal() or not _content(entry):
            raise InputError("checkpoint_json", folder=folder.name, file=file)
        found[int(str(number))] = Added(_token(entry), int(str(number)))

    decoder = settings.get("added_tokens_decoder")
    if decoder is None:
        for content, number in _optional(folder, ADDED).items():
            put(number, content, ADDED)
    if stored is not None and (decoder is None or library):
        for entry in _list(folder, stored.get("added_tokens"), STORED):
            put(entry.get("id") if isinstance(entry, dict) else None, entry, STORED)
    if decoder is not None:
        if not isinstance(decoder, dict):
            raise InputError("checkpoint_json", folder=folder.name, file=SETTINGS)
        for number, entry in decoder.items():
            put(number, entry, SETTINGS)
    known = {added.token.content for added in found.values()}
    more = [
        Added(_token(entry, special=True), None)
        for file, source in ((SETTINGS, settings), (SPECIALS, specials))
        for key in MORE
        for entry in _list(folder, source.get(key), file)
        if _content(entry) and _content(entry) not in known
    ]
    return [*(found[number] for number in sorted(found)), *more]


def _list(folder: Path, value: object, file: str) -> Iterator[Any]:
    if value is None:
        return iter(())
    if isinstance(value, dict):
        return iter(value.values())
    if not isinstance(value, list):
        raise InputError("checkpoint_json", folder=folder.name, file=file)
    return iter(value)


def _content(entry: object) -> str:
    content = entry.get("content") if isinstance(entry, dict) else entry
    return content if isinstance(content, str) else ""


def _token(entry: object, *, special: bool = False) -> AddedToken:
    """Return an entry as the library has it; only BERT's five are never recognised in a text."""
    flags = entry if isinstance(entry, dict) else {}
    its = {name: flags[name] for name in FLAGS if isinstance(flags.get(name), bool)}
    its.setdefault("normalized", not (flags.get("special") or special))
    content = _content(entry)
    return AddedToken(content, special=content in SPECIAL, **its)


def _add(folder: Path, tokenizer: Tokenizer, added: Added) -> None:
    """Add a token where the folder says that it has its row."""
    content = added.token.content
    number = tokenizer.token_to_id(content)
    if number is None:
        number = tokenizer.get_vocab_size(with_added_tokens=True)  # which the library gives it
        taken = tokenizer.id_to_token(number) is not None
    else:
        taken = False
    if taken or added.number not in (None, number):
        values = {"token": content[:N_SHOWN], "got": added.number, "expected": number}
        raise InputError("checkpoint_added", folder=folder.name, **values)
    add = tokenizer.add_special_tokens if content in SPECIAL else tokenizer.add_tokens
    add([added.token])


def _check_rows(folder: Path, file: str, vocabulary: Mapping[str, int], n_rows: int) -> None:
    token = max(vocabulary, key=lambda token: vocabulary[token], default="")
    highest = vocabulary.get(token, -1)
    if n_rows - 1 - highest > MOST_EMPTY:
        values = {"file": file, "got": highest + 1, "rows": n_rows}
        raise InputError("checkpoint_short", folder=folder.name, **values)
    if highest >= n_rows:
        raise InputError(
            "checkpoint_rows",
            folder=folder.name,
            token=token[:N_SHOWN],
            got=highest,
            high=n_rows - 1,
        )
