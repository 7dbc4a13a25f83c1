"""How good are the BERTs that ship? Their held-out figures, for the manifest and the pages.

    python -m core.training.bert_corpus en --data DATA   # once
    python -m core.making.bert_score en                # a minute

The same figures stand in BENCHMARKS.md (`python -m bench language`); a run that exports weights
writes them by itself.
"""

import argparse
from pathlib import Path

from core import assets, zoo
from core.bert.checkpoints import WEIGHTS
from core.text import pieces
from core.training.bert_batches import Assembler
from core.training.bert_corpus import load
from core.training.bert_evaluation import score


def main() -> None:
    """Score a bundled model and write its figures into the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("language", choices=pieces.LANGUAGES)
    parser.add_argument("--corpus", type=Path, help="default: data/corpus-LANGUAGE")
    args = parser.parse_args()
    corpus = load(args.corpus or Path(f"data/corpus-{args.language}"))
    assembler = Assembler(corpus, pieces.vocabulary(args.language), unit="token")
    found = score(zoo.bert(args.language), assembler)
    assets.set_score(f"weights/bert-{args.language}/{WEIGHTS}", found)
    print(found)


if __name__ == "__main__":
    main()
