"""Pre-train BERT on masked words and next sentences (Devlin et al. 2018, section 3.1).

    python -m core.training.bert_corpus en --data DATA          # once
    python -m core.training.bert en --init-from MINILM_FOLDER   # starts, or goes on where it was
    python -m core.training.bert en --branch export --cooldown-steps 300 --export FOLDER

The learning rate rises linearly over `--warmup-steps` and then stays ("trapezoid"), so that a run
needs no planned end and can go on for many sessions. Weights to ship come from a **branch**: it
starts at the run's last checkpoint, lets the rate fall linearly to 0 over `--cooldown-steps` and is
exported; the run itself is not touched. Stopped half-way, the same command goes on with it.
With `--rank` low-rank changes learn in place of the matrices, and `--export` keeps these alone.
`torchrun --nproc-per-node N -m core.training.bert ...` computes the same with N processes,
`--accumulate N` with 1/N of the memory.
"""

import argparse
import json
import os
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from core import assets, runtime
from core.bert.checkpoint_tokens import read_words
from core.bert.checkpoints import CONFIG, VOCABULARY, WEIGHTS, load_bert, save_bert
from core.models.bert import BertConfig, BertForPreTraining
from core.text.tokenizer import read_vocabulary, tokenizer
from core.training.bert_batches import Assembler
from core.training.bert_corpus import Corpus, load
from core.training.bert_evaluation import answers, evaluate, held_out_batches, score
from core.training.bert_run import Place, Recipe, Run, rate
from core.training.bert_start import adapt, learned, random_start, restored, warm_start
from core.training.bert_teaching import Teacher

SOURCE = (
    "trained by this project from the body of all-MiniLM-L6-v2 (Apache-2.0) on the texts that "
    "NOTICE names, Wikipedia (CC BY-SA) the largest"
)
State = dict[str, Any]  # of a checkpoint
WEIGHTS_OF_TEACHERS = ("sense_weight", "teach_weight", "state_weight")
CHANGES = "changes.safetensors"  # what learned of a run with --rank
HISTORY = "snapshots.json"  # of scores and answers, beside exported weights


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("language", choices=("en", "zh"))
    parser.add_argument("--corpus", type=Path, help="default: data/corpus-LANGUAGE")
    parser.add_argument("--vocabulary", type=Path, help="default: the one that ships")
    parser.add_argument("--run", type=Path, help="folder; default: checkpoints/bert-LANGUAGE")
    parser.add_argument("--init-from", type=Path, help="checkpoint folder for a new run")
    parser.add_argument(
        "--company", action="store_true", help="new words start from the company they keep"
    )
    parser.add_argument("--branch", help="name of a branch from the run's last checkpoint")
    parser.add_argument("--export", type=Path, help="write fp16 weights there at the end")
    recipe = parser.add_argument_group(
        "recipe", "default: the run's, for a new one those of Recipe"
    )
    for name in ("length", "batch_tokens", "warmup_steps", "seed", "rank"):
        recipe.add_argument(f"--{name.replace('_', '-')}", type=int)
    for name in ("lr_body", "lr_heads", "nsp_weight", "mask_rate", *WEIGHTS_OF_TEACHERS):
        recipe.add_argument(f"--{name.replace('_', '-')}", type=float)
    recipe.add_argument("--unit", choices=("token", "word", "span"))
    recipe.add_argument("--muon", action="store_true", default=None, help="for the matrices")
    recipe.add_argument("--left-out", nargs="*", help="sources that are not read")
    parser.add_argument("--sense-of", type=Path, help="sentence encoder, for --sense-weight")
    parser.add_argument("--teacher", type=Path, help="BERT folder, for --teach-weight")
    parser.add_argument("--teacher-changes", type=Path, help="what it learned with --rank")
    parser.add_argument("--teacher-corpus", type=Path, help="the same texts in its pieces")
    recipe.add_argument("--cooldown-steps", type=int, default=0)
    parser.add_argument("--accumulate", type=int, default=1, help="parts of a batch")
    parser.add_argument("--steps", type=int, help="stop after so many")
    parser.add_argument("--minutes", type=float, help="stop after so many")
    parser.add_argument("--evaluate-every", type=float, default=6.0, help="minutes")
    parser.add_argument("--save-every", type=float, default=4.0, help="minutes")
    parser.add_argument("--evaluate-on", type=int, default=400, help="held-out examples")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    return parser.parse_args()


def main() -> None:
    """Start a run or go on with it, until steps, minutes or a signal end it."""
    args = parse()
    runtime.set_threads(args.threads)
    torch.set_flush_denormal(True)
    folder = args.run or Path(f"checkpoints/bert-{args.language}")
    vocabulary_file = args.vocabulary or Path(f"assets/weights/bert-{args.language}/vocab.txt")
    vocabulary = read_vocabulary(vocabulary_file)
    corpus = load(args.corpus or Path(f"data/corpus-{args.language}"))
    target = folder / f"{args.branch or 'last'}.pt"
    before, state = checkpoints(folder / "last.pt", target)
    asked = {
        k: v for k, v in vars(args).items() if k in Recipe.__dataclass_fields__ and v is not None
    }
    if args.left_out is not None:
        asked["left_out"] = tuple(args.left_out)
    place = Place(**state["place"]) if state else left_off(args.init_from)
    if state is before:
        asked["cooldown_from"] = place.step
    if not state:
        asked["warmup_from"] = place.step
    recipe = Recipe(**((state["recipe"] if state else {}) | asked))
    if unknown := set(recipe.left_out) - set(corpus.source_names):
        raise SystemExit(f"No such sources: {sorted(unknown)}; there are {corpus.source_names}.")

    if recipe.sense_weight and not args.sense_of:
        raise SystemExit("Whose sense of a text is to be kept? Say --sense-of FOLDER.")
    if (recipe.teach_weight or recipe.state_weight) and not args.teacher:
        raise SystemExit("Who teaches? Say --teacher FOLDER.")
    if args.language == "zh" and recipe.unit != "token" and corpus.starts is None:
        raise SystemExit("Build the corpus with --words: nobody knows its words yet.")
    torch.manual_seed(recipe.seed)
    if state:
        model = BertForPreTraining(BertConfig(**state["config"]))
    elif args.init_from:
        model = warm_start(args.init_from, vocabulary, corpus, company=args.company)
    else:
        model = random_start(BertConfig(n_vocabulary=len(vocabulary)), corpus, recipe.seed)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # few texts are read twice: there is nothing to forget on purpose
    if recipe.rank:
        adapt(model, recipe.rank)
    run = Run(
        model,
        Assembler(corpus, vocabulary, unit=recipe.unit, rate=recipe.mask_rate),
        recipe,
        n_accumulate=args.accumulate,
        encoder=load_bert(args.sense_of).model.bert if recipe.sense_weight else None,
        teacher=teacher(args, corpus, vocabulary, model) if args.teacher else None,
    )
    if state:
        run.restore(state)
    else:
        run.place = place
    teach(run, args, target, vocabulary)
    if args.export and recipe.rank and run.accelerator.is_main_process:
        args.export.mkdir(parents=True, exist_ok=True)
        save_file(learned(run.bare_model), args.export / CHANGES)
    elif args.export and run.accelerator.is_main_process:
        trunk = Recipe(**before["recipe"]) if before else recipe
        ship(run, trunk, args.export, vocabulary_file, args.language)
    run.leave()


def teacher(
    args: argparse.Namespace, corpus: Corpus, vocabulary: dict[str, int], model: BertForPreTraining
) -> Teacher:
    """Open the teacher that the command line names, and its texts."""
    known = load_bert(args.teacher).model
    if args.teacher_changes:
        known = restored(args.teacher, args.teacher_changes)
    theirs = load(args.teacher_corpus or Path(f"data/corpus-{args.language}-cased"))
    pieces = read_words(args.teacher, known.bert.config.n_vocabulary)
    return Teacher(known, (theirs, pieces), (corpus, vocabulary), model.bert.config.width)


def checkpoints(last: Path, target: Path) -> tuple[State | None, State | None]:
    """Return a run's last checkpoint, and the one to go on from; None if there is none.

    They are the same unless `target` is a branch from the first that was stopped half-way.
    """
    before = torch.load(last, weights_only=True) if last.exists() else None
    if before and target != last and target.exists():
        begun = torch.load(target, weights_only=True)
        if begun["recipe"]["cooldown_from"] == before["place"]["step"]:
            return before, begun
    return before, before


def options(recipe: Recipe, before: Recipe | None = None) -> str:
    """Return a recipe as options of this command, those that are not as before."""
    given = []
    for name, default in asdict(before or Recipe()).items():
        value = getattr(recipe, name)
        if value == default or name in ("warmup_from", "cooldown_from"):
            continue
        given.append(f"--{name.replace('_', '-')}")
        if not isinstance(value, bool):
            given += map(str, value if isinstance(value, tuple) else (value,))
    return " ".join(given)


def ship(run: Run, before: Recipe, folder: Path, vocabulary: Path, language: str) -> None:
    """Write weights, vocabulary and history; files below `assets/` enter its manifest.

    Args:
        run: what was trained.
        before: recipe of the run that it is a branch of.
        folder: where to.
        vocabulary: the `vocab.txt` that it reads with.
        language: "en" or "zh".
    """
    save_bert(run.bare_model, folder, vocabulary)
    history = run.place.history
    (folder / HISTORY).write_text(json.dumps(history, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if not folder.resolve().is_relative_to(assets.FOLDER.resolve()):
        return
    token_wise = Assembler(run.assembler.corpus, read_vocabulary(vocabulary), unit="token")
    figures = score(load_bert(folder).model, token_wise) | {"tokens": history[-1]["tokens"]}
    command = f"python -m core.training.bert {language}"
    if run.recipe.sense_weight:
        command += " --sense-of MINILM_FOLDER"
    inside = folder.resolve().relative_to(assets.FOLDER.resolve()).as_posix()
    told_of = {CONFIG: (), WEIGHTS: (VOCABULARY,), HISTORY: (WEIGHTS, VOCABULARY)}
    for name, others in told_of.items():
        assets.register(
            f"{inside}/{name}",
            licence="Apache-2.0",
            source=SOURCE,
            paper="Devlin et al. 2018, arXiv:1810.04805",
            command=f"{command} --init-from MINILM_FOLDER {options(before)}; {command} "
            f"--branch export {options(run.recipe, before)} "
            f"--export assets/weights/bert-{language}",
            made_from=[f"{inside}/{other}" for other in others],
            score=figures if name == WEIGHTS else None,
        )


def left_off(folder: Path | None) -> Place:
    """Return where the run stopped that exported a folder; the start, if none did.

    The next epoch begins, since the place within the last one isn't known.
    """
    if folder is None or not (folder / HISTORY).exists():
        return Place()
    history = json.loads((folder / HISTORY).read_text("utf-8"))
    known = {name: history[-1][name] for name in ("step", "tokens", "seconds")}
    return Place(**known, epoch=history[-1]["epoch"] + 1, history=history)


def teach(run: Run, args: argparse.Namespace, target: Path, vocabulary: dict[str, int]) -> None:
    """Step, report, evaluate and save until it is time to stop."""
    pieces = tokenizer(vocabulary)
    token_wise = Assembler(run.assembler.corpus, vocabulary, unit="token")
    held_out = held_out_batches(token_wise, args.evaluate_on)
    stop = {"asked": False}
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.update(asked=True))
    begun = last_evaluation = last_save = time.time()
    place, first = run.place, run.recipe.cooldown_from  # where this run, or its branch, begins
    n_steps = args.steps or args.cooldown_steps or 0
    main_process = run.accelerator.is_main_process

    def evaluation() -> None:
        scores = asdict(evaluate(run.bare_model, held_out))
        record = {"step": place.step, "tokens": place.tokens, "seconds": round(place.seconds)}
        record["epoch"] = place.epoch
        scores = {k: round(v, 4) for k, v in scores.items()}
        print(json.dumps(record | scores), flush=True)
        place.history.append(record | scores | answers(run.bare_model, pieces, args.language))
        for fill in place.history[-1]["fills"]:
            print("  ", fill["text"], *fill["answers"], fill["probabilities"][0], flush=True)
        print("  ", *(f"{p['follows']}:{p['probability']}" for p in place.history[-1]["pairs"]))

    if not place.history and main_process:
        evaluation()
    sums, before, count = np.zeros(3), place.tokens, 0
    since = time.time()
    done = False
    while not done:
        sums += run.step()
        count += 1
        place.seconds += time.time() - since
        since = time.time()
        if count == 20 and main_process:
            mlm, nsp, far = sums / count
            speed = (place.tokens - before) / (time.time() - begun)
            factor = rate(run.recipe, place.step)
            print(
                f"{time.strftime('%H:%M:%S')} step {place.step} tokens {place.tokens} "
                f"mlm {mlm:.3f} nsp {nsp:.3f} far {far:.3f} rate {factor:.3f} {speed:.0f} tokens/s",
                flush=True,
            )
        if count == 20:
            sums, count = np.zeros(3), 0
        done = stop["asked"] or (n_steps > 0 and place.step - first >= n_steps)
        done |= args.minutes is not None and time.time() - begun > 60 * args.minutes
        done = run.agreed(done)
        if main_process and time.time() - last_evaluation > 60 * args.evaluate_every and not done:
            evaluation()
            last_evaluation = since = time.time()
        if time.time() - last_save > 60 * args.save_every and not done:
            run.save(target)
            last_save = since = time.time()
    if main_process:
        evaluation()
    run.save(target)
    print(f"stopped at step {place.step}, {os.times().user:.0f} CPU seconds", flush=True)


if __name__ == "__main__":
    main()
