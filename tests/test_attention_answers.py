"""What an answer owes to heads and words: against references that compute it the long way."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core.errors import InputError
from core.inference import (
    agreement,
    gradients,
    head_ablation,
    head_effects,
    head_pruning,
    questions,
    readings,
    sources,
)
from core.results.attention import HeadProgress
from tests import tiny_models

TEXT, SECOND = "the playful cat sat on a [MASK].", "it sleeps!"
ALL = range(12)
MASKED = 8  # of "[CLS] the play ##ful cat sat on a [MASK] . [SEP]"


@pytest.fixture
def tiny(monkeypatch):
    """A tiny BERT in float64, whatever name is asked for."""
    reader = tiny_models.reader()
    monkeypatch.setattr(readings, "model_called", lambda name: reader)
    return reader


def asking(measure, *own):
    """Return a measurement that puts its question first; `own` are its own arguments."""

    def measured(*texts, **asked):
        mine = {name: asked.pop(name) for name in own if name in asked}
        return measure(questions.ask(*texts, **asked), **mine)

    return measured


ablated = asking(head_ablation.switch_off, "off")
effects_of = asking(head_effects.measure, "off")
pruned_of = asking(head_pruning.prune, "off", "each")
traced = asking(sources.trace, "off")


def last(progress) -> HeadProgress:
    *_, end = progress
    return end


def without(reader, reading, off) -> torch.Tensor:
    """Return the last hidden state with the context of some heads zeroed, by hooks."""
    width = tiny_models.CONFIG.width // tiny_models.CONFIG.n_heads
    hooks = []
    for layer, block in enumerate(reader.model.bert.encoder["layer"]):
        columns = [
            column
            for number in off
            if number // 4 == layer
            for column in range(number % 4 * width, (number % 4 + 1) * width)
        ]

        def zero(_, inputs, columns=columns):
            context, stream = inputs
            context = context.clone()
            context[..., columns] = 0
            return context, stream

        hooks.append(block.attention.output.register_forward_pre_hook(zero))
    try:
        return reader.model.bert(reading.ids, reading.segments).hidden
    finally:
        for hook in hooks:
            hook.remove()


# ---- Heads switched off --------------------------------------------------------------------------


@pytest.mark.parity
@pytest.mark.parametrize("seed", range(4))
def test_a_head_mask_zeroes_the_heads_context(tiny, seed):
    off = np.flatnonzero(np.random.default_rng(seed).random(12) < 0.4).tolist()
    reading = readings.read("tiny", TEXT, SECOND)
    mask = readings.head_mask(reading, off)
    hidden = tiny.model.bert(reading.ids, reading.segments, head_mask=mask).hidden
    assert_close(hidden, without(tiny, reading, off))


@pytest.mark.parametrize("off", [[], [3], [0, 5, 11], list(ALL)])
@pytest.mark.parametrize("question", questions.KINDS)
def test_the_answer_before_and_after(tiny, off, question):
    found = ablated("tiny", TEXT, SECOND, question=question, off=off)
    reading = readings.read("tiny", TEXT, SECOND)
    hidden = without(tiny, reading, off)
    if question == "mask":
        expected = tiny.model.decode(hidden[0, MASKED]).softmax(-1)
    else:
        pooled = tiny.model.bert.pooler["dense"](hidden[:, 0]).tanh()
        expected = tiny.model.cls["seq_relationship"](pooled)[0].softmax(-1)
    assert found.at == (MASKED if question == "mask" else 0)
    assert found.n_off == len(off)
    probabilities = [p for _, p in found.after.top]
    assert_close(
        torch.tensor(probabilities).double(),
        expected.topk(len(probabilities)).values,
        atol=1e-6,
        rtol=0,
    )
    names = tiny.tokens if question == "mask" else questions.FOLLOWS
    target = names.index(found.before.target)
    assert found.before.target == found.before.top[0][0]
    assert found.after.log_probability == pytest.approx(float(expected[target].log()), abs=1e-5)
    assert found.after.rank == int((expected > expected[target]).sum()) + 1


def test_shared_models_keep_no_state(tiny):
    before = ablated("tiny", TEXT, off=[]).after
    ablated("tiny", TEXT, off=list(ALL))
    last(effects_of("tiny", TEXT))
    assert ablated("tiny", TEXT, off=[]).after == before


@pytest.mark.parametrize("target", ["cat", "Cat", "##ful"])
def test_any_token_can_be_followed(tiny, target):
    found = ablated("tiny", TEXT, off=[1], target=target)
    assert found.before.target == target.lower()
    assert found.before.rank > 0


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"text": "the cat sat"}, "attention_no_mask"),
        ({"question": "next"}, "attention_no_second"),
        ({"target": "unheard"}, "attention_target"),
        ({"target": ""}, "attention_target"),
        ({"question": "next", "second": "it sat", "target": "cat"}, "attention_target"),
        ({"off": [12]}, "attention_heads"),
        ({"at": 0}, "attention_at"),
    ],
)
def test_what_cannot_be_asked_is_refused(tiny, change, key):
    asked = {"text": TEXT, "off": []} | change
    for ask in (ablated, lambda *a, **k: last(effects_of(*a, **k))):
        with pytest.raises(InputError) as error:
            ask("tiny", **asked)
        assert error.value.key == key


@pytest.mark.parametrize(("field", "key"), [("has_mlm", "no_mlm"), ("has_nsp", "no_nsp")])
def test_a_model_that_never_learned_it_is_not_asked(monkeypatch, field, key):
    reader = tiny_models.reader()._replace(**{field: False})
    monkeypatch.setattr(readings, "model_called", lambda name: reader)
    question = "mask" if field == "has_mlm" else "next"
    with pytest.raises(InputError) as error:
        ablated("tiny", TEXT, SECOND, question=question, off=[])
    assert error.value.key == f"attention_{key}"


# ---- Effects of single heads ---------------------------------------------------------------------


@pytest.mark.parametrize("off", [[], [2, 7]])
@pytest.mark.parametrize("question", questions.KINDS)
def test_effects_are_those_of_one_ablation_after_another(tiny, off, question, monkeypatch):
    monkeypatch.setattr(head_effects, "MAX_TOKENS", 30)  # several batches a layer
    reports = list(effects_of("tiny", TEXT, SECOND, off=off, question=question))
    assert [report.done for report in reports] == [0, 1, 2, 3]
    effects = reports[-1].result
    for head in ALL:
        alone = ablated(
            "tiny", TEXT, SECOND, off=[*off, head], question=question, target=effects.before.target
        ).after
        place = head // 4, head % 4
        change = alone.log_probability - effects.before.log_probability
        assert effects.change[place] == pytest.approx(change, abs=1e-9)
        assert effects.first[place[0]][place[1]] == alone.top[0][0]
        both = {name for name, _ in alone.top} & {name for name, _ in effects.before.top}
        assert effects.kept[place] == len(both)
        if head in off:
            assert effects.change[place] == pytest.approx(0, abs=1e-12)


# ---- Heads removed one after another -------------------------------------------------------------


def test_greedy_pruning_always_takes_the_best_way(tiny):
    pruned = last(pruned_of("tiny", TEXT, target="cat")).result
    assert pruned.every == 1
    gone: list[int] = []
    for step in pruned.steps:
        scores = {
            head: ablated("tiny", TEXT, off=[*gone, head], target="cat").after
            for head in ALL
            if head not in gone
        }
        best = max(one.log_probability for one in scores.values())
        chosen = scores[step.layer * 4 + step.head]
        assert step.log_probability == pytest.approx(best, abs=1e-9)
        assert chosen.log_probability == pytest.approx(best, abs=1e-9)
        assert (step.first, step.rank) == (chosen.top[0][0], chosen.rank)
        gone.append(step.layer * 4 + step.head)
    firsts = [step.first == pruned.before.top[0][0] for step in pruned.steps]
    assert pruned.n_kept == (None if all(firsts) else firsts.index(False))
    assert len(firsts) == 12 or firsts.index(False) == len(firsts) - 1


@pytest.mark.parametrize("off", [[], [0, 4]])
def test_pruning_by_one_measurement_removes_all(tiny, off):
    effects = last(effects_of("tiny", TEXT, off=off)).result
    pruned = last(pruned_of("tiny", TEXT, off=off, each=False)).result
    order = [step.layer * 4 + step.head for step in pruned.steps]
    assert sorted(order) == [head for head in ALL if head not in off]
    costs = [effects.change.flat[head] for head in order]
    assert costs == sorted(costs, reverse=True)
    nothing = ablated("tiny", TEXT, off=ALL, target=pruned.before.target).after
    assert pruned.steps[-1].log_probability == pytest.approx(nothing.log_probability, abs=1e-9)


def test_large_work_is_bounded_by_larger_steps(tiny, monkeypatch):
    monkeypatch.setattr(head_pruning, "MAX_WORK", 12**2 * 11 * 3 * 24**2 // 4)
    pruned = last(pruned_of("tiny", TEXT)).result
    assert pruned.every == 4
    assert len(pruned.steps) % 4 == 0


def test_all_heads_may_be_off_already(tiny):
    pruned = last(pruned_of("tiny", TEXT, off=ALL)).result
    assert pruned.steps == ()
    assert pruned.n_kept is None


# ---- Words that an answer comes from -------------------------------------------------------------


@pytest.mark.parametrize("question", questions.KINDS)
@pytest.mark.parametrize("off", [[], [1, 6]])
def test_integrated_gradients_are_complete(tiny, question, off):
    found = last(traced("tiny", TEXT, SECOND, question=question, off=off)).result
    assert found.integrated.sum() == pytest.approx(found.gap + found.off_by, abs=1e-9)
    assert abs(found.off_by) <= gradients.CLOSE * max(1, abs(found.gap))
    hidden = ablated(
        "tiny",
        " ".join(["[MASK]"] * 9),
        " ".join(["[MASK]"] * 3),
        question=question,
        off=off,
        at=MASKED if question == "mask" else None,
        target=found.prediction.target,
    )
    gap = found.prediction.log_probability - hidden.after.log_probability
    assert found.gap == pytest.approx(gap, abs=1e-9)
    special = [0, 10, 14]
    assert np.abs(found.integrated[special]).max() == 0


def test_gradient_times_input_is_a_small_step_towards_zero(tiny):
    found = last(traced("tiny", TEXT, target="mat")).result
    asked = questions.ask("tiny", TEXT, target="mat")
    words = tiny.model.bert.embeddings.word_embeddings(asked.reading.ids)
    step = 1e-6
    for token in range(words.shape[1]):
        shrunk = words.clone()
        shrunk[0, token] *= 1 - step
        whole, less = (
            questions.answers(asked, tiny.model.bert(None, embeddings=w).hidden)[0, asked.target]
            for w in (words, shrunk)
        )
        assert found.gradient[token] == pytest.approx(float(whole - less) / step, abs=1e-3)


def test_measures_and_their_agreement(tiny):
    found = last(traced("tiny", TEXT)).result
    assert found.attention.sum() == pytest.approx(1)
    assert found.rollout.sum() == pytest.approx(1)
    assert found.compared.tolist() == [1, 2, 3, 4, 5, 6, 7, 9]  # neither [CLS], [SEP] nor [MASK]
    for ranks in (found.spearman, found.kendall):
        assert_close(ranks, ranks.T)
        assert_close(ranks.diagonal().copy(), np.ones(5))
        assert (np.abs(ranks) <= 1 + 1e-12).all()
    ranked = agreement.ranks(
        [np.array([1, 2, 3, 4.0]), np.array([2, 4, 6, 9.0]), np.array([4, 3, 2, 1.0]), np.zeros(4)]
    )
    for ranks in ranked.values():
        assert_close(ranks[0, :3], np.array([1.0, 1.0, -1.0]))
        assert np.isnan(ranks[0, 3])


@pytest.mark.parametrize("question", questions.KINDS)
@pytest.mark.parametrize("off", [[], [1, 6]])
def test_hiding_a_word_is_reading_the_text_with_masks(tiny, question, off):
    settings = {
        "question": question,
        "off": off,
        "at": MASKED if question == "mask" else None,
    }
    found = last(traced("tiny", TEXT, SECOND, **settings)).result
    target = found.prediction.target
    for word, masks, tokens in (("cat", "[MASK]", [4]), ("playful", "[MASK] [MASK]", [2, 3])):
        text = TEXT.replace(word, masks)
        other = ablated("tiny", text, SECOND, target=target, **settings).after
        cost = found.prediction.log_probability - other.log_probability
        assert found.hidden[tokens] == pytest.approx([cost] * len(tokens), abs=1e-5)
    assert found.hidden[found.words < 0].tolist() == [0] * int((found.words < 0).sum())


def test_progress_rises_to_its_end(tiny):
    for progress in (
        effects_of("tiny", TEXT),
        pruned_of("tiny", TEXT),
        traced("tiny", TEXT),
    ):
        reports = list(progress)
        assert [report.done for report in reports] == sorted(report.done for report in reports)
        assert reports[-1].done == reports[-1].total
        assert [report.result is None for report in reports[:-1]] == [True] * (len(reports) - 1)
