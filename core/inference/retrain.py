"""What does a network that knows ImageNet learn from a few pictures of mine?

The pictures come with the question and go with its answer: nothing of them is kept here. It is
trained like everything that is watched (core/inference/train.py), in a process of its own.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core import assets, options
from core.bert import fetching
from core.errors import InputError
from core.images import clipart, image_models, pictures
from core.inference import train as training
from core.jobs import settings as limits
from core.jobs.settings import RetrainingSettings, within
from core.results.training import AnswerSamples, RunFacts, TrainingReport

MIN_CLASSES, MAX_CLASSES = 2, 5
MIN_LEARNED, MAX_LEARNED = 2, 20  # pictures a class to learn from
MAX_HELD = 10  # pictures a class held out
MIN_PICTURES, MAX_PICTURES = MIN_LEARNED + 1, MAX_LEARNED + MAX_HELD  # of a class
TINT = (60, 200, 90)  # of 255: the coloured background, as a filter in front of the picture
EXAMPLES = "samples/retrain_examples.json"
DEPTHS = limits.DEPTHS  # what learns
OWN = "lite0"  # the network that ships
NETWORKS = (OWN, *image_models.HUB)  # that know ImageNet
KINDS, N_COLUMNS = clipart.KINDS, clipart.N_COLUMNS  # of the drawings that ship, and of a sheet


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Which pictures are learned from, and which are held out."""

    learned: tuple[tuple[int, int], ...]  # (class, picture)
    held: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Runs on the first drawings of a few kinds."""

    kinds: tuple[str, ...]
    n_learned: int  # drawings of a kind
    n_pictures: int  # of a kind in all: the others are held out
    runs: dict[str, TrainingReport]  # one of DEPTHS, or "background" -> the run


def read(data: bytes) -> np.ndarray:
    """Return what the network sees of a picture's file, uint8 [224, 224, 3]; `Raises` it can't."""
    return pictures.square(data)


def preview(data: bytes) -> bytes:
    """Return what the network sees of a picture's file as a small JPEG; `Raises` as `read`."""
    return pictures.as_jpeg(read(data))


def moves(data: bytes) -> bool:
    """Say whether a picture's file has more than one frame, of which only the first is taken."""
    return pictures.moves(data)


def networks() -> tuple[str, ...]:
    """Return those of `NETWORKS` that are here, or could be fetched; opens none of them."""
    fetched = options.hub() != "off"
    return (OWN, *(name for name in image_models.HUB if fetched or _local(name)))


def _local(name: str) -> str:
    """Return the folder of a network's weights below the folder for models, "" for none."""
    place = options.models()
    folder = place / name if place else None
    return str(folder) if folder and (folder / image_models.WEIGHTS).is_file() else ""


def sheets() -> dict[str, tuple[str, int]]:
    """Return kind -> the asset with its drawings, and how many there are.

    Raises:
        AssetError: the list of drawings is missing or damaged.
    """
    return {kind: (clipart.sheet(kind), len(names)) for kind, names in clipart.files().items()}


def drawing(kind: str, row: int) -> np.ndarray:
    """Return one of the drawings that ship, uint8 [224, 224, 3].

    Raises:
        InputError: there is no such drawing.
        AssetError: the drawings are missing or damaged.
    """
    if kind not in clipart.KINDS:
        raise InputError("bad_request", field="kind")
    pixels = clipart.drawings(kind).pixels
    if not 0 <= row < len(pixels):
        raise InputError("bad_request", field="row")
    return pictures.enlarged(pixels[row])


def split(counts: Sequence[int], n_learned: int) -> Split:
    """Say which pictures are learned from: the first ones; at most `MAX_HELD` others are held out.

    Args:
        counts: pictures of each class.
        n_learned: of a class, if so many can be spared: one is always held out.

    Raises:
        InputError: too few or too many classes or pictures.
    """
    within("retrain_classes", len(counts), MIN_CLASSES, MAX_CLASSES)
    within("retrain_per_class", n_learned, MIN_LEARNED, MAX_LEARNED)
    learned, held = [], []
    for label, n in enumerate(counts):
        if n < MIN_PICTURES:
            raise InputError("retrain_few", number=label + 1, got=n, low=MIN_PICTURES)
        if n > MAX_PICTURES:
            raise InputError("retrain_many", number=label + 1, got=n, high=MAX_PICTURES)
        first = min(n_learned, n - 1)
        learned += [(label, place) for place in range(first)]
        held += [(label, place) for place in range(first, min(n, first + MAX_HELD))]
    return Split(tuple(learned), tuple(held))


def settings(
    classes: Sequence[Sequence[np.ndarray]],
    *,
    n_learned: int,
    depth: str,
    background: bool = False,
    seed: int = 0,
    network: str = OWN,
) -> RetrainingSettings:
    """Return what is to be trained.

    Args:
        classes: each one's pictures, uint8 [224, 224, 3].
        n_learned: pictures a class to learn from.
        depth: what learns, one of DEPTHS.
        background: colour the background of the first class while it learns, and in the test that
            of all others: a network that has learned the colour is wrong everywhere.
        seed: of the order of the pictures.
        network: one of `networks()`.

    Raises:
        InputError: too few, too many, the same picture in two classes, or no such network.
    """
    if network not in networks():
        raise InputError("bad_request", field="network")
    parts = split([len(mine) for mine in classes], n_learned)
    _refuse_twins(classes)

    def stack(places: Sequence[tuple[int, int]], tinted: bool) -> np.ndarray:
        found = [
            coloured(classes[label][place])
            if background and (label == 0) == tinted
            else classes[label][place]
            for label, place in places
        ]
        return np.stack(found)

    return RetrainingSettings(
        pictures=stack(parts.learned, True),
        labels=np.array([label for label, _ in parts.learned]),
        held=stack(parts.held, False),
        held_labels=np.array([label for label, _ in parts.held]),
        n_classes=len(classes),
        depth=depth,
        seed=seed,
        backbone=network,
        weights="" if network == OWN else _local(network),
    )


def coloured(picture: np.ndarray) -> np.ndarray:
    """Return a picture behind a coloured filter: white becomes TINT, black stays."""
    return (picture.astype(np.uint16) * np.array(TINT, np.uint16) // 255).astype(np.uint8)


def warm_up() -> None:
    """Let the processes import what they need; returns at once."""
    training.warm_up()


def follow(job: str) -> TrainingReport:
    """Return all that is known of a run; as `core.inference.train.follow`."""
    return training.follow(job)


def stop(job: str) -> None:
    """End a run, or take it out of the line; an unknown name is over already."""
    training.stop(job)


def begin(job: str, wanted: RetrainingSettings, visitor: str | None = None) -> None:
    """Let the network learn as soon as it is its turn; as `core.inference.train.begin`.

    One whose weights are not here is fetched first, if that is allowed (core/options.py).
    """
    name = image_models.HUB.get(wanted.backbone)
    if name is None or wanted.weights:
        training.begin(job, wanted, visitor)
        return

    def fetched(check: Callable[[], None]) -> RetrainingSettings:
        here = fetching.kept(name)
        if here is None:
            fetching.fetch_apart(name, lambda _here, _total: check())
            here = fetching.folder(name)
        return replace(wanted, weights=str(here))

    training.begin(job, wanted, visitor, fetched)


def examples() -> Examples:
    """Return the stored runs that the page opens with.

    Raises:
        AssetError: the file is missing or damaged.
    """
    kept = json.loads(assets.locate(EXAMPLES).read_text("utf-8"))
    runs = {name: _report(**run) for name, run in kept["runs"].items()}
    return Examples(tuple(kept["kinds"]), kept["n_learned"], kept["n_pictures"], runs)


def _report(
    facts: dict, samples: dict, losses: list, checks: list, **plain: float
) -> TrainingReport:
    return TrainingReport(
        over=True,
        state="done",
        losses=np.array(losses),
        checks=np.array(checks, np.float64),
        facts=RunFacts(**facts),
        samples=AnswerSamples(np.array(samples["shares"]), np.array(samples["maps"])),
        step=int(plain["step"]),
        seconds=plain["seconds"],
    )


def _refuse_twins(classes: Sequence[Sequence[np.ndarray]]) -> None:
    """Raise where the same picture is in two classes."""
    seen: dict[bytes, int] = {}
    for label, mine in enumerate(classes):
        for picture in mine:
            other = seen.setdefault(picture.tobytes(), label)
            if other != label:
                raise InputError("retrain_twice", one=other + 1, other=label + 1)
