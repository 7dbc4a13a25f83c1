"""Make the runs that the page opens with: `python -m core.making.word2vec_examples`.

One for each bundled text and method, by the page's usual settings: the curve, and what there was to
see at some of its steps. Takes two minutes.
"""

import json
import lzma
import time
from dataclasses import asdict
from typing import Any

import numpy as np

from core import assets
from core.inference import word2vec
from core.inference.train import thinned
from core.jobs.live import Checked, Run, Stepped
from core.jobs.settings import WordVectorSettings
from core.results.training import WordSamples
from core.text import corpora
from core.training.live_word2vec import WordVectors

N_FRAMES = 10
COMMAND = "python -m core.making.word2vec_examples"


def watched(settings: WordVectorSettings) -> dict[str, Any]:
    """Train; return what there was to see, as core/inference/word2vec.py reads it."""
    kind = WordVectors(settings)
    # More moments at the beginning, when most happens.
    shares = np.linspace(0, 1, N_FRAMES) ** 1.6
    wanted = {round(float(share) * kind.n_steps) for share in shares}
    losses, checks, frames = [], [], [(0, kind.samples())]
    began = time.process_time()  # on one core: how long it takes where nobody else is at work
    for event in Run(kind).events():
        if isinstance(event, Stepped):
            losses.append(event)
            if event.step in wanted:
                frames.append((event.step, kind.samples()))
        elif isinstance(event, Checked):
            checks.append([event.step, round(event.score.loss, 4)])
    seconds = time.process_time() - began
    facts = asdict(kind.facts())
    facts["words"] = _plain(facts["words"])
    return {
        "settings": asdict(settings),
        "seconds": round(seconds, 1),
        "step": len(losses),
        "losses": thinned(np.array(losses), 200).round(4).tolist(),
        "checks": checks,
        "facts": facts,
        "steps": [step for step, _ in frames],
        "frames": [_plain(_fields(one)) for _, one in frames],
    }


def _fields(samples: WordSamples | None) -> dict[str, Any]:
    if samples is None:
        raise ValueError("The vectors are no numbers any more.")
    return asdict(samples)


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Return what JSON can say; NaN becomes null."""
    return {
        name: np.where(np.isnan(value), None, value.astype(float).round(3)).tolist()
        if isinstance(value, np.ndarray)
        else value
        for name, value in fields.items()
    }


def main() -> None:
    """Train; write the file and its manifest entry."""
    found = {}
    for language in word2vec.LANGUAGES:
        for method in word2vec.METHODS:
            name = f"{language}-{method}"
            found[name] = watched(word2vec.usual(language, method))
            print(name, found[name]["checks"][-1], found[name]["seconds"], flush=True)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"
    file = assets.FOLDER / word2vec.EXAMPLES
    file.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    assets.register(
        word2vec.EXAMPLES,
        licence="CC-BY-SA-3.0",  # it shows words of one sentence of each text
        source="trained by this project on the bundled Wikipedia extracts (CC BY-SA 3.0)",
        paper="",
        command=COMMAND,
        made_from=[corpora.SHIPPED.format(language) for language in word2vec.LANGUAGES],
    )


if __name__ == "__main__":
    main()
