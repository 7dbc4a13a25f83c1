"""Page: what each head looks at, and what the answer owes to it.

Every request says what is read:

    model   "en", "zh", one of `props.large` or `props.folders`, or "owner/name" on the hub
    text    sentence A
    second  sentence B, "" for none
    keep    "head" or "tail": which end stays when there are too many tokens
    at      number of a token (0 is [CLS]) to hide behind [MASK]; null hides none
    off     heads to switch off, layer * n_heads + head; [] for none

and where something is asked of the model, also

    question  "mask" (the token at `at`; without it, the first [MASK]) or "next" (does B follow A?)
    target    the answer to follow, a token of the vocabulary, or "next" / "random";
              null for the model's own first answer, all heads on

Layers, heads and tokens count from 0. Matrices are lists of lists, null where there is nothing to
measure; large ones are packed (`wire.shares`: 1/10,000, so errors are at most .00005).
"""

from collections.abc import Iterator
from dataclasses import asdict

from core import texts
from core.errors import InputError
from core.inference import (
    attention,
    head_ablation,
    head_difference,
    head_effects,
    head_patterns,
    head_pruning,
    measuring,
    model_loading,
    openings,
    own_answer,
    questions,
    readers,
    readings,
    rollout,
    sentence_flow,
    sources,
)
from core.results.attention import Attention, HeadProgress
from demos.common import attended, wire
from demos.common.errors import FOLLOWED, about_long_work, told_to_learner
from demos.common.view import view
from demos.common.visitors import visitor

TASKS = ("effects", "pruning", "sources")
MAX_HEADS = 1024  # in one list; the largest BERT has 384


@told_to_learner
def read_attention(request: dict) -> dict:
    """Return what was read, and the attention of some layers.

    Asked besides: `layers`, a list of layers; [] for all of them.

    Returns:
        read     {model, kind, tokens [T], written [T], words [T], segments [T], special [T],
                 masked, hidden, left_out [{n_given, n_cut, text}] of each sentence, looks_like,
                 unknown, specials} as `core.results.attention.ReadTokens`
        can      {neuron, heads, mask, next, pair, own}: null, or why not, {key, en, zh}
        n_layers, n_heads
        layers   those that came, rising
        attention  packed shares [layers, H, T, T]; row i: what token i looks at
    """
    seen = _show(request)
    n_layers, n_heads = seen.attention.shape[:2]
    layers = sorted(set(wire.integers(request, "layers", MAX_HEADS))) or list(range(n_layers))
    if not all(0 <= layer < n_layers for layer in layers):
        raise InputError("bad_request", field="layers")
    return {
        "read": attended.tokens(seen.read),
        "can": attended.can(seen.can, seen.read.model),
        "n_layers": n_layers,
        "n_heads": n_heads,
        "layers": layers,
        "attention": wire.shares(seen.attention[layers]),
    }


@told_to_learner
def read_head(request: dict) -> dict:
    """Return one head's queries and keys.

    Asked besides: `layer`, `head`.

    Returns:
        width    K
        queries  packed halves [T, K]
        keys     packed halves [T, K]; attention is softmax(queries @ keys.T / sqrt(K))
    """
    found = attention.vectors(
        **_read(request),
        off=_off(request),
        layer=wire.integer(request, "layer"),
        head=wire.integer(request, "head"),
    )
    return {
        "width": found.queries.shape[1],
        "queries": wire.halves(found.queries),
        "keys": wire.halves(found.keys),
    }


@told_to_learner
def read_answer(request: dict) -> dict:
    """Return what a fine-tuned model says in its own labels, as `core.results.attention` has it."""
    return asdict(own_answer.say(**_read(request), off=_off(request)))


@told_to_learner
def score_heads(request: dict) -> dict:
    """Return each head in a few numbers.

    Returns:
        entropy    [L][H] nats, 0..log T
        distance   [L][H] tokens
        patterns   {name: [L][H] in 0..1 or null}, names as in `props.patterns`
        strongest  [L][H] number of the pattern that names the head (in the order of
                   `props.patterns`), -1 for none
        flow       null without a second sentence, else {shares [L][H][4] (A->A, A->B, B->A, B->B),
                   special [L][H]}
    """
    seen = _show(request)
    scores = head_patterns.score(seen)
    flow = sentence_flow.flow(seen) if seen.read.segments.any() else None
    return {
        "entropy": wire.numbers(scores.entropy),
        "distance": wire.numbers(scores.distance),
        "patterns": {name: wire.numbers(score) for name, score in scores.patterns.items()},
        "strongest": scores.strongest.tolist(),
        "flow": flow
        and {"shares": wire.numbers(flow.shares), "special": wire.numbers(flow.special)},
    }


@told_to_learner
def roll_out(request: dict) -> dict:
    """Return attention through all layers up to each one.

    Returns:
        rollout  packed shares [L, T, T]
        raw      packed shares [L, T, T], each layer's mean over its heads
    """
    rolled = rollout.roll(_show(request))
    return {"rollout": wire.shares(rolled.rollout), "raw": wire.shares(rolled.raw)}


@told_to_learner
def switch_off(request: dict) -> dict:
    """Return the answer with all heads, and without those of `off`.

    Returns:
        at      the token asked for; 0 for "next"
        n_off   how many heads are off
        before, after  {top: [[answer, probability] x 5], target, log_probability (nats), rank};
                       for "next" the answers are "next" and "random"
    """
    return asdict(head_ablation.switch_off(questions.ask(**_asked(request)), off=_off(request)))


@told_to_learner
def compare_texts(request: dict) -> dict:
    """Return which heads moved most between two texts; in neither is anything hidden (`at`).

    Asked besides: `other_text`, `other_second`, the second text and its sentence B.

    Returns:
        divergence  [L][H] nats, 0..log 2: Jensen-Shannon, mean over aligned words
        by_word     packed floats [L, H, N] nats
        pairs       [N] of [word of the first, word of the second], numbers as in `read.words`
        changed     [N] whether these two words differ
        first, second  as `read` of `read_attention`
    """
    first = _read(request)
    first.pop("at")
    moved = head_difference.compare(
        **first,
        other_text=wire.text(request, "other_text"),
        other_second=wire.text(request, "other_second"),
        off=_off(request),
    )
    return {
        "divergence": wire.numbers(moved.divergence),
        "by_word": wire.floats(moved.by_word),
        "pairs": moved.pairs,
        "changed": moved.changed,
        "first": attended.tokens(moved.first),
        "second": attended.tokens(moved.second),
    }


@about_long_work
def measure(request: dict) -> dict:
    """Begin to measure what takes long, or wait in line for it.

    Asked besides: `task`, one of `TASKS`; `job`, a name of the caller's choice to follow and stop
    it by. "pruning" also asks `each`: true to measure anew after each head that goes, false to keep
    the order of one measurement.
    """
    task = wire.choice(request, "task", TASKS)
    asked, off = _asked(request), _off(request)
    each = task == "pruning" and wire.flag(request, "each")

    def run() -> Iterator[HeadProgress]:
        question = questions.ask(**asked)
        if task == "effects":
            return head_effects.measure(question, off=off)
        if task == "pruning":
            return head_pruning.prune(question, off=off, each=each)
        return sources.trace(question, off=off)

    measuring.begin(wire.job(request), run, visitor())
    return {}


@about_long_work(pause=FOLLOWED)
def follow_measuring(request: dict) -> dict:
    """Tell how far a measurement is; asked: `job`.

    Returns:
        {state, ahead, over, done, total}, state "waiting", "busy", "stopped" or "done" with
        `result`:
        effects  {at, before, change [L][H] nats, kept [L][H] of 5, first [L][H] answers}
        pruning  {at, before, steps [{layer, head, first, log_probability, rank}], n_kept, every}
        sources  {at, prediction, hidden [T], attention [T], rollout [T], gradient [T],
                 integrated [T], words [T], gap, off_by, n_steps, compared [n], same_sign [2],
                 same_strongest [5], spearman [5][5], kendall [5][5]}, as
                 `core.results.attention` says; order of the measures as the fields stand here
    """
    return attended.measured(measuring.follow(wire.job(request)))


@about_long_work
def stop_measuring(request: dict) -> dict:
    """Give a measurement up; asked: `job`."""
    measuring.stop(wire.job(request))
    return {}


@about_long_work
def load_model(request: dict) -> dict:
    """Begin to fetch and open a model, or wait in line for it.

    Asked: `job`, a name of the caller's choice; `name`, the model.
    """
    name = wire.text(request, "name")
    model_loading.begin(wire.job(request), name, attention=True, visitor=visitor())
    return {}


@told_to_learner
def list_folders(_request: dict) -> dict:
    """Return the folders that there are now."""
    return {"folders": readers.folders()}


@about_long_work(pause=FOLLOWED)
def follow_loading(request: dict) -> dict:
    """Tell how far a model is; asked: `job`."""
    report = model_loading.follow(wire.job(request))
    return {**asdict(report), "over": report.over}


@about_long_work
def stop_loading(request: dict) -> dict:
    """Give a model up; asked: `job`."""
    model_loading.stop(wire.job(request))
    return {}


@told_to_learner
def show_score(request: dict) -> dict:
    """Return how good a bundled BERT is; asked: `language`."""
    return asdict(readers.score(wire.choice(request, "language", texts.LANGUAGES)))


def _read(request: dict) -> dict:
    """Return what is read, checked."""
    hides = wire.field(request, "at") is not None
    model = wire.text(request, "model")
    source = readers.source(model)
    if not readings.is_open(source):  # opening takes seconds: `load_model` does it
        raise InputError("model_not_loaded", name=model)
    return {
        "model": source,
        "text": wire.text(request, "text"),
        "second": wire.text(request, "second"),
        "keep": wire.choice(request, "keep", readings.KEEPS),
        "at": wire.integer(request, "at") if hides else None,
    }


def _off(request: dict) -> list[int]:
    return wire.integers(request, "off", MAX_HEADS)


def _show(request: dict) -> Attention:
    """Return what all heads look at: stored for what the page opens with, else computed."""
    asked, off = _read(request), _off(request)
    plain = not asked["second"] and asked["at"] is None and not off
    stored = openings.attended(asked["text"], asked["model"]) if plain else None
    return stored or attention.show(**asked, off=off)


def _asked(request: dict) -> dict:
    """Return what is asked, checked."""
    follows = wire.field(request, "target") is not None
    return {
        **_read(request),
        "question": wire.choice(request, "question", questions.KINDS),
        "target": wire.text(request, "target") if follows else None,
    }


def build() -> None:
    """Lay out the page."""
    view(
        "attention",
        read_attention,
        read_head,
        read_answer,
        score_heads,
        roll_out,
        switch_off,
        compare_texts,
        show_score,
        measure,
        follow_measuring,
        stop_measuring,
        load_model,
        follow_loading,
        stop_loading,
        list_folders,
        weights=readers.bundled(),
        large={name: asdict(readers.cost(name)) for name in readers.large()},
        folders=readers.folders(),
        hub=readers.hub(),
        rule=readers.hub_rule(),
        patterns=list(head_patterns.PATTERNS),
    )
