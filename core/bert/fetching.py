"""A checkpoint on its way from the hub: how much is here, and a way to give it up.

    python -m core.bert.fetching NAME     begun by `fetch_apart`, which reads its reports

A hub that accepts a connection and then says nothing would hold the thread that asks for minutes;
a process can be ended.
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import IO, Any

from tqdm.auto import tqdm

from core.bert.checkpoint_tokens import STORED, TOKENIZER_FILES
from core.bert.checkpoints import (
    CONFIG,
    FILES,
    INDEX,
    PICKLES,
    SHARDS,
    VOCABULARY,
    WEIGHTS,
    weights_files,
)
from core.errors import InputError, LabError

ROOT = Path(__file__).parent.parent.parent
PIECES = (STORED, "vocab.json", "merges.txt")  # what models have that aren't BERT
WANTED = (*FILES, INDEX, SHARDS, *TOKENIZER_FILES, *PIECES)
# Networks for pictures (core/images/image_models.py): nothing but weights is needed of them.
WITHOUT_WORDS = ("timm/resnet18.tv_in1k", "timm/resnet101.tv_in1k")
MAX_BYTES = 2 * 2**30  # a bert-large in float32 has 1.3 GiB
SILENCE = 20.0  # seconds without a byte after which the hub is given up
GET_READY = 60.0  # seconds that the process may take to import what it needs, on a busy machine
MAX_SECONDS = 3600.0  # for one checkpoint
PAUSE = 0.2  # seconds between two reports

Report = Callable[[int, int], None]  # (bytes here, bytes in all); it may raise to stop


def folder(name: str) -> Path:
    """Return a checkpoint's folder: the name itself, or where `fetch` has put it.

    Raises:
        InputError: it was never fetched.
    """
    here = kept(name)
    if here is None:
        raise InputError("model_not_loaded", name=name)
    return here


def kept(name: str) -> Path | None:
    """Return a checkpoint's folder without asking the hub; None if something of it isn't here.

    Raises:
        InputError: no name of a checkpoint.
    """
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        found = Path(snapshot_download(name, allow_patterns=list(WANTED), local_files_only=True))
        return found if _whole(found, words=name not in WITHOUT_WORDS) else None
    except HFValidationError as error:
        raise InputError("hub_unknown", name=name) from error
    except (LocalEntryNotFoundError, OSError):  # never fetched yet
        return None


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
    here = kept(name)
    if here is not None:
        return here
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError
    from huggingface_hub.errors import RepositoryNotFoundError as UnknownError

    wanted = list(WANTED)
    try:
        files = snapshot_download(name, allow_patterns=[*wanted, *PICKLES], dry_run=True)
        _check(name, {file.filename: file.file_size or 0 for file in files})
        total = sum(file.file_size or 0 for file in files if _matches(file.filename, wanted))
        return Path(snapshot_download(name, allow_patterns=wanted, tqdm_class=_bar(report, total)))
    except UnknownError as error:
        raise InputError("hub_unknown", name=name) from error
    except (LocalEntryNotFoundError, OSError) as error:
        raise InputError("hub_unreachable", name=name) from error


def fetch_apart(name: str, report: Report) -> None:
    """Do `fetch` in a process of its own, which ends with this call.

    Args:
        name: "owner/name".
        report: called several times a second, whether bytes come in or not; what it raises ends
            the download.

    Raises:
        InputError: as `fetch`; or the hub says nothing for SILENCE seconds, or takes too long.
    """
    began = time.monotonic()
    silent_at = began + GET_READY
    here = total = 0
    with _process(name) as lines:
        while True:
            report(here, total)
            try:
                line = lines.get(timeout=PAUSE)
            except queue.Empty:
                line = {}
            if line is None:  # it has ended without a word, killed or for want of memory
                raise InputError("hub_unreachable", name=name)
            if "error" in line:
                raise InputError(line["error"], **line["values"])
            if "done" in line:
                return
            now = time.monotonic()
            if line:
                here, total, silent_at = line["here"], line["total"], now + SILENCE
            if now > silent_at:
                raise InputError("hub_silent", name=name, seconds=int(SILENCE))
            if now - began > MAX_SECONDS:
                raise InputError("hub_slow", name=name, minutes=int(MAX_SECONDS / 60))


@contextlib.contextmanager
def _process(name: str) -> Iterator["queue.Queue[dict[str, Any] | None]"]:
    """Begin the process; yield what it tells, then None. It ends with the context."""
    command = [sys.executable, "-m", "core.bert.fetching", name]
    lines: queue.Queue[dict[str, Any] | None] = queue.Queue()

    def read(pipe: IO[str]) -> None:
        for line in pipe:
            lines.put(json.loads(line))
        lines.put(None)

    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        reader = threading.Thread(target=read, args=(process.stdout,), daemon=True, name="fetching")
        reader.start()
        try:
            yield lines
        finally:
            process.kill()
            reader.join()


def main() -> None:
    """Fetch a checkpoint, and tell how far it is in lines of JSON."""
    told = -PAUSE

    def report(here: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told > PAUSE:
            told = time.monotonic()
            tell({"here": here, "total": total})

    def tell(line: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    try:
        report(0, 0)
        fetch(sys.argv[1], report)
        tell({"done": True})
    except LabError as error:
        tell({"error": error.key, "values": error.values})


def _matches(file: str, patterns: Collection[str]) -> bool:
    return any(fnmatch(file, pattern) for pattern in patterns)


def _whole(folder: Path, *, words: bool) -> bool:
    """Say whether nothing of a checkpoint is missing, none of several weights' files either."""
    if _lacks({file.name for file in folder.iterdir()}, words=words):
        return False
    try:
        return bool(weights_files(folder))
    except InputError:
        return False


def _lacks(files: Collection[str], *, words: bool) -> str | None:
    """Return a file without which a checkpoint can't be opened, None if all are there."""
    if {WEIGHTS, INDEX}.isdisjoint(files):
        return WEIGHTS
    if not words:
        return None
    if CONFIG not in files:
        return CONFIG
    return VOCABULARY if {VOCABULARY, *PIECES}.isdisjoint(files) else None


def _check(name: str, sizes: dict[str, int]) -> None:
    file = _lacks(sizes, words=name not in WITHOUT_WORDS)
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


if __name__ == "__main__":
    main()
