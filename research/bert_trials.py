"""Short pre-trainings that differ in one thing, side by side.

    python -m research.bert_trials nsp en --init-from MINILM_FOLDER --steps 400
    python -m research.bert_trials transfer zh --init-from MINILM_FOLDER --own-from E5_FOLDER \
        --steps 400

**nsp**: with next sentence prediction and without (its loss times 0), from the same body and on the
same batches; does it cost masked words? RoBERTa (Liu et al. 2019, arXiv:1907.11692, table 2) found
that it does. **transfer**: from a body that learnt another language, from random weights, and from
one that has read this language among others (research/e5.py writes it, every second layer, so that
all are of one size); how far ahead does each begin? The runs take turns, so that a busy machine
hits all. Their curves go to assets/samples/KIND_trial.json, evaluated on the same held-out texts.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

import torch

from core import assets, runtime
from core.models.bert import BertConfig, BertForPreTraining
from core.text.tokenizer import read_vocabulary
from core.training.bert_batches import Assembler, Batch
from core.training.bert_corpus import Corpus, load
from core.training.bert_evaluation import evaluate, held_out_batches
from core.training.bert_run import Recipe, Run
from core.training.bert_start import random_start, warm_start

RUNS = {"nsp": ("with", "without"), "transfer": ("body", "random", "own")}
SCORES = ("loss", "top1", "top5", "nsp_accuracy")
PAPERS = {"nsp": "Liu et al. 2019, arXiv:1907.11692", "transfer": ""}
SEED = 7


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", choices=sorted(RUNS))
    parser.add_argument("language", choices=("en", "zh"))
    parser.add_argument("--init-from", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--own-from", type=Path, help="the same, that has read the language")
    parser.add_argument("--company", action="store_true", help="as in core.training.bert")
    parser.add_argument("--corpus", type=Path, help="default: data/corpus-LANGUAGE")
    parser.add_argument("--steps", type=int, default=400, help="of each run")
    parser.add_argument("--length", type=int, default=64, help="tokens of an example")
    parser.add_argument("--batch-tokens", type=int, default=1024)
    parser.add_argument("--evaluate-every", type=int, default=50, help="steps")
    parser.add_argument("--evaluate-on", type=int, default=400, help="held-out examples")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--file", type=Path, help="default: assets/samples/KIND_trial.json")
    args = parser.parse_args()
    if "own" in RUNS[args.kind] and args.own_from is None:
        parser.error(f"{args.kind} needs --own-from")
    return args


def start(
    name: str, args: argparse.Namespace, vocabulary: dict[str, int], corpus: Corpus
) -> BertForPreTraining:
    """Build the model that a run begins with; "with" and "without" begin with the same."""
    if name == "random":
        return random_start(BertConfig(n_vocabulary=len(vocabulary)), corpus, SEED)
    folder = args.own_from if name == "own" else args.init_from
    return warm_start(folder, vocabulary, corpus, company=args.company)


def recipe_of(name: str, args: argparse.Namespace) -> Recipe:
    """Return what a run does: all but the one thing is the same."""
    return Recipe(
        length=args.length,
        batch_tokens=args.batch_tokens,
        warmup_steps=max(1, args.steps // 10),
        cooldown_from=args.steps - args.steps // 4,  # all end where the rate is 0
        cooldown_steps=args.steps // 4,
        seed=SEED,
        nsp_weight=0.0 if name == "without" else 1.0,
    )


def compare(runs: dict[str, Run], held_out: list[Batch], *, n_steps: int, every: int) -> dict:
    """Take the runs' steps in turns; returns name -> its evaluations, and the held-out counts."""
    curves: dict[str, list[dict[str, float]]] = {name: [] for name in runs}
    counts: dict[str, int] = {}
    begun = time.time()
    for step in range(n_steps + 1):
        if step % every == 0 or step == n_steps:
            for name, run in runs.items():
                scores = asdict(evaluate(run.bare_model, held_out))
                counts = {key: scores[key] for key in ("n_masked", "n_pairs")}
                point = {"step": step, "tokens": run.place.tokens}
                point |= {key: round(scores[key], 4) for key in SCORES}
                curves[name].append(point)
                print(f"{time.time() - begun:6.0f} s {name:8}", json.dumps(point), flush=True)
        if step < n_steps:
            for run in runs.values():
                run.step()
    return {"curves": curves, **counts}


def main() -> None:
    """Run them and write their curves."""
    args = parse()
    runtime.set_threads(args.threads)
    torch.set_flush_denormal(True)
    vocabulary = read_vocabulary(Path(f"assets/weights/bert-{args.language}/vocab.txt"))
    corpus = load(args.corpus or Path(f"data/corpus-{args.language}"))
    assembler = Assembler(corpus, vocabulary, unit="token")
    held_out = held_out_batches(assembler, args.evaluate_on)
    runs = {}
    for name in RUNS[args.kind]:
        model = start(name, args, vocabulary, corpus)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        runs[name] = Run(model, assembler, recipe_of(name, args))
    found = compare(runs, held_out, n_steps=args.steps, every=args.evaluate_every)
    options = f"--steps {args.steps} --length {args.length} --batch-tokens {args.batch_tokens}"
    options += f" --evaluate-every {args.evaluate_every}" + " --company" * args.company
    command = f"python -m research.bert_trials {args.kind} {args.language} {options}"
    written = {"kind": args.kind, "language": args.language, "n_steps": args.steps, **found}
    own = " --own-from E5_FOLDER" if "own" in runs else ""
    written["command"] = f"{command} --init-from MINILM_FOLDER{own}"
    file = args.file or assets.FOLDER / "samples" / f"{args.kind}_trial.json"
    file.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
    if args.file is None:
        assets.register(
            f"samples/{file.name}",
            licence="Apache-2.0",
            source="measured by this project on the held-out texts that NOTICE names",
            paper=PAPERS[args.kind],
            command=written["command"],
            made_from=[f"weights/bert-{args.language}/vocab.txt"],
        )


if __name__ == "__main__":
    main()
