"""How good are our BERTs, how fast, and are they BERTs at all?"""

import functools
from collections.abc import Callable, Sequence

from bench import bert_parity, everyday, fill_mask, held_out, larger, ranking, reading
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement, single
from core import runtime
from core.inference import trials
from core.text.pieces import LANGUAGES

NAMES = {"en": "English", "zh": "Chinese"}
UNITS = {"en": "tokens", "zh": "characters"}
PIPELINE = "transformers' fill-mask pipeline"
LEAST = {  # [MASK] top-1, top-5; pairs
    "en": (Bound(at_least=0.46), Bound(at_least=0.64), Bound(at_least=0.92)),
    "zh": (Bound(at_least=0.44), Bound(at_least=0.66), Bound(at_least=0.91)),
}


def _on_one_thread(run: Callable[[], Sequence[Measured]]) -> Callable[[], Sequence[Measured]]:
    @functools.wraps(run)
    def measure() -> Sequence[Measured]:
        runtime.set_threads()
        return run()

    return measure


def _masked(language: str) -> Measurement:
    says = f"Share of hidden {UNITS[language]} ([MASK] only, held-out {NAMES[language]} documents)"
    return Measurement(
        (
            Figure(
                f"language.{language}.mask_top1",
                "",
                f"{says} that are the first answer.",
                LEAST[language][0],
            ),
            Figure(
                f"language.{language}.mask_top5",
                "",
                f"{says} that are among the first five.",
                LEAST[language][1],
            ),
        ),
        functools.partial(held_out.masked, language),
    )


def _pairs(language: str) -> Measurement:
    says = f"held-out {NAMES[language]} pairs told right, half of them strangers of the same source"
    return Measurement(
        (
            Figure(
                f"language.{language}.nsp_acc",
                "",
                f"Share of {held_out.N_PAIRS:,} {says}.",
                LEAST[language][2],
            ),
            Figure(f"language.{language}.nsp_acc_low", "", "Lower end of its 95% interval."),
            Figure(f"language.{language}.nsp_acc_high", "", "Upper end of its 95% interval."),
        ),
        functools.partial(held_out.pairs, language),
    )


def _everyday(language: str) -> Measurement:
    name = f"language.{language}.everyday_top1"
    says = f"everyday {NAMES[language]} sentences of ours whose first answer is a sensible one."
    return Measurement(
        (
            Figure(name, "", f"Share of 150 {says}", Bound(at_least=0.7)),
            Figure(f"{name}_low", "", "Lower end of its 95% interval."),
            Figure(f"{name}_high", "", "Upper end of its 95% interval."),
        ),
        functools.partial(everyday.top1, language),
    )


def _kind(language: str, kind: str) -> Measurement:
    sources = " and ".join(reading.KINDS[language][kind])
    return Measurement(
        tuple(
            Figure(
                f"language.{language}.mask_top{k}.{kind}",
                "",
                f"As mask_top{k}, on held-out documents of {sources} alone.",
            )
            for k in (1, 5)
        ),
        functools.partial(reading.masked, language, kind),
    )


def _ranks(language: str) -> Measurement:
    name = f"language.{language}.nsp_rank1"
    return Measurement(
        (
            Figure(
                name,
                "",
                f"Share of {ranking.N_CASES} held-out {NAMES[language]} sentences whose true next "
                f"one is first of eight: {ranking.N_OWN} more of the same text, "
                f"{ranking.N_STRANGERS} of others.",
            ),
            Figure(f"{name}_low", "", "Lower end of its 95% interval."),
            Figure(f"{name}_high", "", "Upper end of its 95% interval."),
            Figure(f"{name}_strangers", "", "The same, before the sentences of other texts."),
            Figure(f"{name}_own", "", "The same, before the sentences of the same text."),
        ),
        functools.partial(ranking.rank1, language),
    )


def _filling(n: int, bound: float) -> Measurement:
    one = "one sentence at a time" if n == 1 else f"{n} sentences in a batch"
    return Measurement(
        (
            Figure(
                f"language.fill_mask_ratio_{n}",
                "",
                f"Our time ÷ the pipeline's, {one}, same weights, one thread.",
                Bound(at_most=bound),
            ),
            Figure(
                f"language.fill_mask_ms_{n}",
                "ms",
                f"The same in milliseconds a sentence, {one}.",
                peer=PIPELINE,
            ),
        ),
        _on_one_thread(functools.partial(fill_mask.ratio, n)),
    )


LARGE = (
    Measurement(
        tuple(
            Figure(
                f"language.en_large.mask_top{k}",
                "",
                f"Share of hidden pieces of the larger English BERT {where}, in its own cased "
                "pieces, on the same held-out documents.",
            )
            for k, where in ((1, "that are the first answer"), (5, "among the first five"))
        ),
        larger.masked,
    ),
    Measurement(
        (
            Figure(
                "language.en_large.words_top1",
                "",
                "Share of the same hidden words, one piece in both vocabularies, that are its "
                "first answer; case doesn't count.",
                peer="our English BERT",
            ),
            Figure(
                "language.en_large.words_top1_unread",
                "",
                "The same on dialogues and single sentences: it had read Wikipedia.",
                peer="our English BERT",
            ),
        ),
        larger.same_words,
    ),
    Measurement(
        (
            Figure(
                "language.en_large.everyday_top1",
                "",
                "As language.en.everyday_top1, by the larger one.",
            ),
            Figure("language.en_large.everyday_top1_low", "", "Lower end of its 95% interval."),
            Figure("language.en_large.everyday_top1_high", "", "Upper end of its 95% interval."),
        ),
        larger.everyday_top1,
    ),
    Measurement(
        (
            Figure(
                "language.en_large.fill_mask_ms",
                "ms",
                "Milliseconds that the larger one takes to fill one blank of a sentence, one "
                "thread.",
                peer="our English BERT",
            ),
        ),
        _on_one_thread(larger.milliseconds),
    ),
)


def transfer_gain() -> Sequence[Measured]:
    """Return the gain of the stored trial, and both losses.

    Raises:
        BenchError: the trial hasn't been made; it takes long.
    """
    trial = trials.stored("transfer")
    if trial is None:
        command = "python -m research.bert_trials transfer zh --init-from MINILM_FOLDER"
        command += " --own-from E5_FOLDER"
        raise BenchError(f"no assets/{trials.file_of('transfer')}; make it with: {command}")
    curves = dict(trial.runs)
    body, random = (curves[run][-1].loss for run in ("body", "random"))
    return [Measured(random - body), Measured(body, random)]


GROUP = Group(
    "language",
    "Our BERTs: weights in `assets/weights/bert-en` and `bert-zh`, scores on whole documents that "
    "were held out.",
    (
        single(
            Figure(
                "language.parity_max_abs",
                "",
                "Largest difference of any stage from transformers' BERT, base size, float32.",
                Bound(at_most=1e-4),
            ),
            bert_parity.largest_difference,
        ),
        single(
            Figure(
                "language.tokenizer_mismatches",
                "lines",
                "Lines of 20,000 (English and Chinese, both vocabularies) cut otherwise than by "
                "the tokenizers library.",
                Bound(at_most=0),
            ),
            bert_parity.tokenizer_mismatches,
        ),
        *(_masked(language) for language in LANGUAGES),
        *(_kind(language, kind) for language in LANGUAGES for kind in reading.KINDS[language]),
        *(_everyday(language) for language in LANGUAGES),
        *(_pairs(language) for language in LANGUAGES),
        *(_ranks(language) for language in LANGUAGES),
        _filling(1, 0.30),
        _filling(32, 0.15),
        *LARGE,
        single(
            Figure(
                "language.precision_loss",
                "",
                "[MASK] top-1 lost from the trained float32 weights to the float16 file as the "
                "pages compute it, the worse of both languages.",
                Bound(at_most=0.002),
                "half of its 95% interval",
            ),
            held_out.precision_loss,
        ),
        Measurement(
            (
                Figure(
                    "language.zh.transfer_gain",
                    "nats",
                    "Held-out Chinese loss after equal steps, from random weights minus from the "
                    "English MiniLM body.",
                ),
                Figure(
                    "language.zh.transfer_loss",
                    "nats",
                    "The loss itself, from the body.",
                    peer="from random weights",
                ),
            ),
            transfer_gain,
        ),
    ),
)
