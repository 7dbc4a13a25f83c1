"""Questions about heads: what each looks at, and which of them an answer needs."""

import secrets
from collections.abc import Callable, Collection, Iterator
from typing import Literal

from core.api.language import GUESSED, model_for
from core.errors import InputError
from core.inference import attention as seeing
from core.inference import head_effects as measuring_effects
from core.inference import measuring, questions, readers, readings
from core.jobs.line import watched
from core.results.attention import HeadEffects, HeadProgress, MeasuringReport
from core.results.called import HeadAttention

PAUSE = 0.05  # seconds between two looks at a measurement
MAX_OFF = 1024  # heads in one list; the largest BERT has 384


def attention(
    text: str,
    second: str = "",
    model: str = GUESSED,
    layer: int = 0,
    head: int | None = None,
    off: list[int] | None = None,
) -> HeadAttention:
    """Return what one head looks at, or all heads of a layer on average: one row for each token.

    Args:
        text: sentence A.
        second: sentence B; empty for none.
        model: en, zh, en-large, or another that is loaded; empty: guessed from the text.
        layer: from 0.
        head: from 0; null for the mean of the layer's heads.
        off: heads to switch off, layer * n_heads + head.

    Raises:
        InputError: nothing to read or too much, no such layer or head, or a model that can't.
        AssetError: the bundled weights are missing or damaged.
    """
    return attention_by(_open(text, model), text, second, layer, head, _checked(off))


def attention_by(
    source: str,
    text: str,
    second: str = "",
    layer: int = 0,
    head: int | None = None,
    off: Collection[int] = (),
) -> HeadAttention:
    """Do what `attention` does, for what `readings.read` takes as a model."""
    seen = seeing.show(source, text, second, off=off)
    n_layers, n_heads = seen.attention.shape[:2]
    for name, got, n in (("layer", layer, n_layers), ("head", head or 0, n_heads)):
        if not 0 <= got < n:
            raise InputError(f"attention_{name}", high=n - 1, got=got)
    chosen = seen.attention[layer]
    shown = chosen.mean(0) if head is None else chosen[head]
    return HeadAttention(seen.read, n_layers, n_heads, layer, head, shown)


def head_effects(
    text: str,
    second: str = "",
    question: Literal["mask", "next"] = "mask",
    model: str = GUESSED,
    target: str | None = None,
    off: list[int] | None = None,
    *,
    visitor: str | None = None,
    wanted: Callable[[], bool] = lambda: True,
) -> HeadEffects:
    """Return what becomes of BERT's answer when each single head is switched off.

    Args:
        text: sentence A, with a [MASK] if that is asked for.
        second: sentence B; empty for none.
        question: which word is masked (the first [MASK]), or whether B comes next.
        model: en, zh, en-large, or another that is loaded; empty: guessed from the text.
        target: the answer to follow; null for the model's own first answer.
        off: heads that are off all the time, layer * n_heads + head.
        visitor: who wants it, as `measuring.begin` takes.
        wanted: says whether anybody still waits for it.

    Raises:
        InputError: as `questions.ask`; too many measurements wait already, or nobody wants it.
        AssetError: the bundled weights are missing or damaged.
    """
    source, switched_off = _open(text, model), _checked(off)
    asked = questions.ask(source, text, second, question=question, target=target)
    readings.head_mask(asked.reading, switched_off)

    def run() -> Iterator[HeadProgress]:
        return measuring_effects.measure(asked, off=switched_off)

    def look() -> MeasuringReport:
        if not wanted():
            measuring.stop(job)
        return measuring.follow(job)

    job = secrets.token_urlsafe(16)
    measuring.begin(job, run, visitor)
    *_, last = watched(look, lambda report: report.over, PAUSE)
    if last.progress is None or not isinstance(last.progress.result, HeadEffects):
        raise InputError("job_gone")
    return last.progress.result


def _open(text: str, model: str) -> str:
    """Return what `readings.read` takes; a page opens what doesn't ship."""
    name = model_for(text, model)
    source = readers.source(name)
    if name in readers.large():
        readings.model_called(source)
    if not readings.is_open(source):
        raise InputError("model_not_loaded", name=name[:60])
    return source


def _checked(off: list[int] | None) -> list[int]:
    if off and len(off) > MAX_OFF:
        raise InputError("argument_long", name="off", limit=MAX_OFF)
    return off or []
