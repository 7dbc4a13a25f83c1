"""A checkpoint on its way from the hub: how much is here, and a way to give it up."""

from collections.abc import Callable, Collection
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from core.checkpoint_tokens import STORED, TOKENIZER_FILES
from core.checkpoints import (
    CONFIG,
    FILES,
    INDEX,
    PICKLES,
    SHARDS,
    VOCABULARY,
    WEIGHTS,
    weights_files,
)
from core.errors import InputError

PIECES = (STORED, "vocab.json", "merges.txt")  # what models have that aren't BERT
WANTED = (*FILES, INDEX, SHARDS, *TOKENIZER_FILES, *PIECES)
MAX_BYTES = 2 * 2**30  # a bert-large in float32 has 1.3 GiB

Report = Callable[[int, int], None]  # (bytes here, bytes in all); it may raise to stop


def folder(name: str) -> Path:
    """Return a checkpoint's folder: the name itself, or where `fetch` puts it; `Raises` as that."""
    return Path(name) if Path(name).is_dir() else fetch(name)


def fetch(name: str, report: Report = lambda _here, _total: None) -> Path:
    """Return the local folder of a checkpoint on the hub, e.g. "hfl/chinese-roberta-wwm-ext".

    Only `WANTED` files are fetched, and kept: the second time the hub isn't asked.

    Args:
        name: "owner/name".
        report: called again and again while bytes come in; what it raises ends the download.

    Raises:
        InputError: there is no such checkpoint, it has no safetensors, it is too large, or there
            is no internet.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
    from huggingface_hub.errors import RepositoryNotFoundError as UnknownError

    wanted = list(WANTED)
    try:
        kept = Path(snapshot_download(name, allow_patterns=wanted, local_files_only=True))
        if _whole(kept):
            return kept
    except HFValidationError as error:
        raise InputError("hub_unknown", name=name) from error
    except (LocalEntryNotFoundError, OSError):
        pass  # never fetched yet
    try:
        files = snapshot_download(name, allow_patterns=[*wanted, *PICKLES], dry_run=True)
        _check(name, {file.filename: file.file_size for file in files})
        total = sum(file.file_size for file in files if _matches(file.filename, wanted))
        return Path(snapshot_download(name, allow_patterns=wanted, tqdm_class=_bar(report, total)))
    except UnknownError as error:
        raise InputError("hub_unknown", name=name) from error
    except (LocalEntryNotFoundError, OSError) as error:
        raise InputError("hub_unreachable", name=name) from error


def _matches(file: str, patterns: Collection[str]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def _whole(folder: Path) -> bool:
    """Say whether nothing of a checkpoint is missing, none of several weights' files either."""
    if _lacks({file.name for file in folder.iterdir()}):
        return False
    try:
        return bool(weights_files(folder))
    except InputError:
        return False


def _lacks(files: Collection[str]) -> str | None:
    """Return a file without which a checkpoint can't be opened, None if all are there."""
    if {WEIGHTS, INDEX}.isdisjoint(files):
        return WEIGHTS
    if CONFIG not in files:
        return CONFIG
    return VOCABULARY if {VOCABULARY, *PIECES}.isdisjoint(files) else None


def _check(name: str, sizes: dict[str, int]) -> None:
    file = _lacks(sizes)
    if file:
        pickled = file == WEIGHTS and any(_matches(other, PICKLES) for other in sizes)
        key = "checkpoint_pickled" if pickled else "checkpoint_incomplete"
        raise InputError(key, folder=name, file=file)
    size = sum(n for file, n in sizes.items() if _matches(file, (WEIGHTS, SHARDS)))
    if size > MAX_BYTES:
        raise InputError("hub_large", name=name, got=size >> 20, limit=MAX_BYTES >> 20)


def _bar(report: Report, total: int) -> type[tqdm]:
    """Return a progress bar that draws nothing and reports bytes instead."""

    class Bar(tqdm):
        def __init__(self, *args: Any, **settings: Any) -> None:
            self.counts = settings.get("unit") == "B"
            self.here = 0
            settings.pop("name", None)
            super().__init__(*args, **{**settings, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            if self.counts:
                self.here += int(n or 0)
                report(min(self.here, total), total)
            return super().update(n)

    return Bar
