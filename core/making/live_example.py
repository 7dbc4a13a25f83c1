"""Make the trainings that the page opens with: `python -m core.making.live_example`.

One for each kind and language, by its default settings: the curve, and what the model makes of a
few validation examples at the end. Takes some minutes; with names, only these are made anew.
"""

import argparse
import json
import time
from dataclasses import asdict

import numpy as np

from core import assets, zoo
from core.images import datasets
from core.inference.train import EXAMPLES, thinned
from core.jobs.live import Checked, Run, Stepped
from core.jobs.settings import AutoencoderSettings, FineTuningSettings, Settings, TextCNNSettings
from core.results.training import PictureSamples, TextSamples
from core.text import reviews
from core.training.live import make

SETTINGS = {
    "autoencoder": AutoencoderSettings(),
    **{f"textcnn-{language}": TextCNNSettings(language) for language in ("en", "zh")},
    **{f"bert-{language}": FineTuningSettings(language) for language in ("en", "zh")},
}


def watched(settings: Settings) -> dict[str, object]:
    """Train; return what there was to see, as core/inference/train.py reads it."""
    kind = make(settings)
    losses, checks, began = [], [], time.process_time()
    for event in Run(kind).events():
        if isinstance(event, Stepped):
            losses.append(event)
        elif isinstance(event, Checked):
            checks.append([event.step, *event.score])
    seconds = time.process_time() - began
    return {
        "seconds": round(seconds, 1),
        "step": len(losses),
        "losses": thinned(np.array(losses)).round(5).tolist(),
        "checks": [[x if x is None else round(x, 5) for x in row] for row in checks],
        "test": kind.test(),
        "facts": asdict(kind.facts()),
        "samples": _plain(kind.samples()),
    }


def _plain(samples: PictureSamples | TextSamples) -> dict[str, object]:
    return {
        name: np.round(value, 3).tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(samples).items()
    }


def inputs(name: str) -> tuple[str, ...]:
    """Return the assets that one of the trainings reads."""
    settings = SETTINGS[name]
    if isinstance(settings, AutoencoderSettings):
        return datasets.SAMPLE_FILES
    language = settings.language
    return (reviews.SHIPPED.format(language), *zoo.bert_files(language))


def main() -> None:
    """Train; write the file and its manifest entry after each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SETTINGS)}")
    names = parser.parse_args().names or list(SETTINGS)
    file = assets.FOLDER / EXAMPLES
    found = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    old = [*SETTINGS]
    for name in names:
        found[name] = watched(SETTINGS[name])
        print(name, found[name]["checks"][-1], f"{found[name]['seconds']:.0f} s", flush=True)
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"
        file.write_text(text, encoding="utf-8")
        old = [other for other in old if other != name]
        assets.register(
            EXAMPLES,
            licence="Apache-2.0",
            source="trained by this project on digits and sentences that ship with it (all MIT)",
            paper="",
            command="python -m core.making.live_example",
            made_from={asset for name in SETTINGS for asset in inputs(name)},
            still_from={asset for name in old for asset in inputs(name)},
        )


if __name__ == "__main__":
    main()
