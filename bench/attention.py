"""Is the attention that we show BERT's own, and is it cheap to look into?"""

import copy
import itertools
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from unittest import mock

import numpy as np
import torch
from torch import Tensor, nn

from bench import head_views
from bench.figures import Bound, Figure, Group, Measured, Measurement
from core import assets, runtime
from core.inference import attention, head_effects, questions, readings
from core.inference.readings import Reading
from demos.attention import tab as page

EAGER = "transformers, eager, output_attentions"
SEED = 7
TEXTS = tuple(  # ten short texts and ten pairs
    itertools.chain.from_iterable(
        ((text, ""), (text, "It rained all day, and nobody was surprised."))
        for text in (
            "Paris is the capital of [MASK].",
            "The trophy does not fit into the suitcase because it is too large.",
            "She opened the window and the cold wind came in.",
            "Photosynthesis converts light into chemical energy.",
            "no punctuation no capitals just words",
            "Why did nobody tell me that the meeting had been moved?",
            "In 1969, two people walked on the moon; 600 million watched them.",
            "The pianist rehearsed a breathtakingly melancholic nocturne.",
            "!?",
            head_views.PARAGRAPH,
        )
    )
)
N_TURNS = 15
FORWARDS_TEXT = "Nothing but this measurement has ever read this sentence."
EFFECT_TEXT = "the old man walked his dog along the [MASK] every morning before breakfast."  # 16


def parity() -> Sequence[Measured]:
    """Return the largest difference of any share of attention from transformers', 20 texts."""
    theirs = _theirs().bert
    worst = 0.0
    for reading in (readings.read("en", *texts) for texts in TEXTS):
        with torch.inference_mode():
            expected = torch.cat(_run(theirs, reading, output_attentions=True).attentions)
        found = attention.attend(reading)
        worst = max(worst, float(np.abs(found - runtime.to_numpy(expected)).max()))
    return [Measured(worst)]


def ablation_parity() -> Sequence[Measured]:
    """Return the largest difference of an MLM logit, random heads off, from a reference.

    The reference is transformers' model with the context of those heads set to zero on its way
    into each layer's output map, by a hook. Both in float64: in float32 the orders of two sums
    differ by 1e-5 on logits of 15, whether or not the right heads are off.
    """
    theirs, dice, worst = _theirs().double(), np.random.default_rng(SEED), 0.0
    model = copy.deepcopy(readings.model_called("en").model).double()
    for texts in TEXTS:
        reading = readings.read("en", *texts)
        off = np.flatnonzero(dice.random(reading.n_layers * reading.n_heads) < dice.random())
        with torch.inference_mode():
            mask = readings.head_mask(reading, off.tolist())
            hidden = model.bert(reading.ids, reading.segments, head_mask=mask).hidden
            expected = _zeroed(theirs, reading, off)
            worst = max(worst, float((model.decode(hidden) - expected).abs().max()))
    return [Measured(worst)]


def _zeroed(theirs: nn.Module, reading: Reading, off: np.ndarray) -> Tensor:
    def hook(columns: Tensor) -> Callable:
        return lambda _module, inputs: (inputs[0].index_fill(-1, columns, 0), *inputs[1:])

    hooks = []
    try:
        for i, layer in enumerate(theirs.bert.encoder.layer):
            output = layer.attention.output
            width = output.dense.in_features // reading.n_heads
            heads = torch.from_numpy(off[off // reading.n_heads == i] % reading.n_heads)
            columns = (heads[:, None] * width + torch.arange(width)).flatten()
            hooks.append(output.register_forward_pre_hook(hook(columns)))
        return _run(theirs, reading).prediction_logits
    finally:
        for one in hooks:
            one.remove()


def forward_ratio() -> Sequence[Measured]:
    """Return our time for all attention of 128 tokens over transformers', and both in ms."""
    runtime.set_threads()
    theirs, reading = _theirs().bert, head_views.reading_128()

    def peer() -> None:
        with torch.inference_mode():
            _run(theirs, reading, output_attentions=True)

    ours, other = _in_turns(lambda: attention.attend(reading), peer, n_turns=N_TURNS)
    return [Measured(ours / other), Measured(1_000 * ours, 1_000 * other)]


def forwards() -> Sequence[Measured]:
    """Return how often BERT reads a new sentence for all that the page first shows of it."""
    request = {"model": "en", "text": FORWARDS_TEXT, "second": "", "keep": "head"}
    request |= {"at": None, "off": []}
    with mock.patch.object(attention, "attend", wraps=attention.attend) as attend:
        page.read_attention(request | {"layers": [2]})  # what the first view shows
        page.read_attention(request | {"layers": []})
        page.score_heads(request)
        page.roll_out(request)
    return [Measured(attend.call_count)]


def effect_map() -> Sequence[Measured]:
    """Return the seconds of a whole effect map, beside those of a reading for each head."""
    runtime.set_threads()

    def single() -> None:
        asked = questions.ask("en", EFFECT_TEXT)
        bert, reading = asked.reading.reader.model.bert, asked.reading
        for head in range(reading.n_layers * reading.n_heads):
            with torch.inference_mode():
                mask = readings.head_mask(reading, [head])
                hidden = bert(reading.ids, reading.segments, head_mask=mask).hidden
                questions.answers(asked, hidden)

    ours, other = _in_turns(
        lambda: deque(head_effects.measure(questions.ask("en", EFFECT_TEXT)), 0), single, n_turns=5
    )
    return [Measured(ours, other)]


def _in_turns(*runs: Callable[[], object], n_turns: int) -> list[float]:
    """Return the median seconds of each, the first turn not counted."""
    seconds: list[list[float]] = [[] for _ in runs]
    for _ in range(n_turns + 1):
        for run, taken in zip(runs, seconds, strict=True):
            start = time.perf_counter()
            run()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken[1:]) for taken in seconds]


def _theirs() -> nn.Module:
    """Return transformers' model with the bundled English weights."""
    import transformers

    folder = assets.locate("weights/bert-en/model.safetensors").parent
    return transformers.BertForPreTraining.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def _run(model: nn.Module, reading: Reading, **wanted: bool) -> object:
    return model(reading.ids, token_type_ids=reading.segments, **wanted)


GROUP = Group(
    "attention",
    "Attention of the bundled English BERT, float32, one thread.",
    (
        Measurement(
            (
                Figure(
                    "attention.parity_max_abs",
                    "share",
                    "Largest difference of attention, all layers and heads, 20 texts.",
                    Bound(at_most=1e-5),
                ),
            ),
            parity,
        ),
        Measurement(
            (
                Figure(
                    "attention.ablation_parity_max_abs",
                    "logit",
                    "Largest difference of a logit with random heads off from zeroing contexts.",
                    Bound(at_most=1e-5),
                ),
            ),
            ablation_parity,
        ),
        Measurement(
            (
                Figure(
                    "attention.forward_ratio",
                    "",
                    "All attention of 128 tokens, as the page computes it ÷ transformers eager.",
                    Bound(at_most=0.8),
                ),
                Figure("attention.forward_ms", "ms", "The same in milliseconds.", peer=EAGER),
            ),
            forward_ratio,
        ),
        Measurement(
            (
                Figure(
                    "attention.forwards_per_sentence",
                    "forwards",
                    "From typing a sentence to all layers, scores and rollout.",
                    Bound(at_most=1),
                ),
            ),
            forwards,
        ),
        Measurement(
            (
                Figure(
                    "attention.payload_bytes_128",
                    "bytes",
                    "On the wire to the first picture of a head view, 128 tokens.",
                    Bound(at_most=300_000),
                    "BertViz's head view, HTML",
                ),
                Figure(
                    "attention.payload_bytes_128_all",
                    "bytes",
                    "The same for all layers and heads.",
                    Bound(at_most=1_500_000),
                    "BertViz's head view, HTML",
                ),
            ),
            head_views.payloads,
        ),
        Measurement(
            (
                Figure(
                    "attention.switch_ms",
                    "ms",
                    "From a click on a layer to its picture, 128 tokens, Chromium without a GPU.",
                    Bound(at_most=60),
                ),
                Figure(
                    "attention.switch_server_calls",
                    "requests",
                    "Asked of the server while layers are switched.",
                    Bound(at_most=0),
                ),
            ),
            head_views.switches,
        ),
        Measurement(
            (
                Figure(
                    "attention.effect_map_s",
                    "s",
                    "All single heads switched off, 16 tokens, the effects on the answer.",
                    Bound(at_most=1.5, times_peer=0.5),
                    "as many single readings",
                ),
            ),
            effect_map,
        ),
    ),
)
