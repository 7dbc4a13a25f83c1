"""A checkpoint on its way from the hub: how much is here, and a way to give it up.

`checkpoints.fetch` does the same in one go, for whoever doesn't watch.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from core.checkpoints import CONFIG, FILES, PICKLES, TOKENIZER, VOCABULARY, WEIGHTS
from core.errors import InputError

MAX_BYTES = 2 * 2**30  # a bert-large in float32 has 1.3 GiB

Report = Callable[[int, int], None]  # (bytes here, bytes in all); it may raise to stop


def fetch(name: str, report: Report) -> Path:
    """Return the local folder of a checkpoint on the hub; the second time it is already there.

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

    wanted = [*FILES, TOKENIZER]
    try:
        kept = Path(snapshot_download(name, allow_patterns=wanted, local_files_only=True))
        if all((kept / file).is_file() for file in FILES):
            return kept
    except HFValidationError as error:
        raise InputError("hub_unknown", name=name) from error
    except (LocalEntryNotFoundError, OSError):
        pass  # never fetched yet
    try:
        files = snapshot_download(name, allow_patterns=[*wanted, *PICKLES], dry_run=True)
        _check(name, {file.filename: file.file_size for file in files})
        total = sum(file.file_size for file in files if file.filename in wanted)
        return Path(snapshot_download(name, allow_patterns=wanted, tqdm_class=_bar(report, total)))
    except UnknownError as error:
        raise InputError("hub_unknown", name=name) from error
    except (LocalEntryNotFoundError, OSError) as error:
        raise InputError("hub_unreachable", name=name) from error


def _check(name: str, sizes: dict[str, int]) -> None:
    for file in (WEIGHTS, CONFIG, VOCABULARY):
        if file in sizes:
            continue
        pickled = file == WEIGHTS and any(Path(other).match(p) for other in sizes for p in PICKLES)
        raise InputError(
            "checkpoint_pickled" if pickled else "checkpoint_incomplete", folder=name, file=file
        )
    if sizes[WEIGHTS] > MAX_BYTES:
        raise InputError("hub_large", name=name, got=sizes[WEIGHTS] >> 20, limit=MAX_BYTES >> 20)


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
