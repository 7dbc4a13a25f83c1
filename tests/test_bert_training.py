"""Pre-training: what is held out, which pairs are drawn, how runs can be cut and shared out."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.testing import assert_close

from core.bert.checkpoints import save_bert
from core.models.bert import Bert, BertConfig, BertForPreTraining, PreTrainingOutput
from core.text.tokenizer import SPECIAL, tokenizer
from core.training.bert_batches import IS_NEXT, IS_RANDOM, NO_PAIR, Assembler, plan
from core.training.bert_corpus import Corpus
from core.training.bert_evaluation import answers, evaluate, held_out_batches
from core.training.bert_run import (
    Recipe,
    Run,
    far_from_sense,
    losses,
    make_optimizers,
    rate,
)
from core.training.bert_start import adapt, learned, log_frequency, restored, warm_start
from core.training.initialising import initialise

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCABULARY = {t: i for i, t in enumerate([*SPECIAL, *LETTERS, *(f"##{c}" for c in LETTERS)])}
TINY = BertConfig(
    n_vocabulary=len(VOCABULARY), width=16, n_layers=2, n_heads=2, n_feed_forward=32,
    n_positions=128, dropout=0.1,
)  # fmt: skip
RECIPE = Recipe(length=24, batch_tokens=96, warmup_steps=4)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """200 documents of 2 sources, 1 to 8 sentences of 2 to 12 letters; every fifth held out."""
    dice = np.random.default_rng(0)
    counts = dice.integers(1, 9, 200)
    lengths = dice.integers(2, 13, counts.sum())
    return Corpus(
        tokens=dice.integers(5, len(VOCABULARY), lengths.sum()).astype(np.uint16),
        sentences=np.concatenate([[0], np.cumsum(lengths)]),
        documents=np.concatenate([[0], np.cumsum(counts)]),
        sources=(np.arange(200) % 2).astype(np.uint8),
        held_out=np.arange(200) % 5 == 0,
        source_names=("one", "two"),
    )


def tiny(dtype=torch.float64) -> BertForPreTraining:
    model = BertForPreTraining(TINY).to(dtype)
    initialise(model, torch.Generator().manual_seed(1))
    return model


def other_encoder() -> Bert:
    other = BertForPreTraining(TINY).double()
    initialise(other, torch.Generator().manual_seed(2))
    return other.bert.eval()


def run(corpus, recipe=RECIPE, *, dropout=0.0, **settings) -> Run:
    model = tiny()
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout
    return Run(model, Assembler(corpus, VOCABULARY, unit=recipe.unit), recipe, **settings)


def cut(corpus, *, epoch=0, held_out=False):
    return plan(corpus, seed=0, epoch=epoch, length=24, batch_tokens=96, held_out=held_out)


# Pairs and batches


def test_pairs_are_what_their_labels_say(corpus):
    epoch = cut(corpus)
    owner = np.repeat(np.arange(200), np.diff(corpus.documents))
    of_token = np.repeat(owner, np.diff(corpus.sentences))
    firsts = set(corpus.sentences[corpus.documents[:-1]].tolist())
    ends = set(corpus.sentences.tolist())
    for (a, a_end, b, b_end), label in zip(epoch.spans.tolist(), epoch.labels, strict=True):
        assert a < a_end
        assert not corpus.held_out[of_token[a]]
        if label == NO_PAIR:
            assert b == b_end
            continue
        assert (a_end - a) + (b_end - b) + 3 <= 24
        assert b in ends
        assert b_end in ends
        assert b not in firsts
        if label == IS_NEXT:
            assert b == a_end
            assert of_token[a] == of_token[b_end - 1]
        else:
            assert of_token[a] != of_token[b]
            assert corpus.sources[of_token[a]] == corpus.sources[of_token[b]]
            assert not corpus.held_out[of_token[b]]


def test_words_of_a_pair_are_numbered_through(corpus):
    starts = np.zeros(len(corpus.tokens), bool)
    starts[corpus.sentences[:-1]] = starts[::3] = True
    known = replace(corpus, tokens=(corpus.tokens % 26 + 5).astype(np.uint16), starts=starts)
    assembler = Assembler(known, VOCABULARY, unit="word")
    for row in cut(known).spans[:200]:
        a, a_end, b, b_end = row.tolist()
        tokens, segments, words = assembler._row(a, a_end, b, b_end)
        inner = np.concatenate([starts[a:a_end], starts[b:b_end]])
        expected = np.cumsum(inner) + (segments > 0)[tokens >= 5]  # [SEP] counts as a word too
        got = words[tokens >= 5]
        assert (got - got[0] == expected - expected[0]).all()
        assert (words[tokens < 5] == -1).all()


def test_as_many_strangers_as_next_ones(corpus):
    labels = np.concatenate([cut(corpus, epoch=i).labels for i in range(10)])
    share = (labels == IS_RANDOM).sum() / (labels != NO_PAIR).sum()
    assert abs(share - 0.5) < 0.06  # three standard deviations of some 900 pairs, and more


def test_an_epoch_reads_nearly_all_training_texts_and_no_other(corpus):
    epoch = cut(corpus)
    read = np.zeros(len(corpus.tokens), bool)
    for a, a_end, b, b_end in epoch.spans:
        read[a:a_end] = read[b:b_end] = True
    mine = np.repeat(~corpus.held_out, np.diff(corpus.sentences[corpus.documents]))
    assert (read & ~mine).sum() == 0
    assert (read & mine).sum() > 0.97 * mine.sum()  # ends of lone sentences are cut off
    assert sum(map(len, epoch.batches)) >= len(epoch.spans) - 4


def test_plans_repeat_and_epochs_differ(corpus):
    assert (cut(corpus).spans == cut(corpus).spans).all()
    other = cut(corpus, epoch=1).spans
    assert other.shape != cut(corpus).spans.shape or (other != cut(corpus).spans).any()


def test_batches_hold_what_fits_and_little_padding(corpus):
    epoch, assembler = cut(corpus), Assembler(corpus, VOCABULARY, unit="token")
    real = padded = 0
    for i, rows in enumerate(epoch.batches):
        batch = assembler.batch(epoch, rows, np.random.default_rng(i))
        assert batch.ids.numel() <= 96
        real, padded = real + int(batch.mask.sum()), padded + batch.ids.numel()
        assert (batch.positions <= batch.mask).all()
        assert (batch.targets[~batch.positions] == batch.ids[~batch.positions]).all()
        assert (batch.targets[:, 0] == VOCABULARY["[CLS]"]).all()
        pairs = batch.labels != NO_PAIR
        assert ((batch.segments.sum(1) > 0) == pairs).all()
    assert real / padded > 0.9


def test_parts_of_a_batch_add_up(corpus):
    whole = run(corpus).next_batch()[0]
    model = tiny().eval()
    total = losses(model(*whole[:3], positions=whole.positions), whole)
    parts = [whole.part(i, 3) for i in range(3)]
    sums = [losses(model(*p[:3], positions=p.positions), p) for p in parts]
    for k in range(2):
        assert_close(sum(s[k] for s in sums), total[k])


# Steps


def test_rate_rises_stays_and_falls():
    recipe = Recipe(warmup_steps=10, cooldown_from=50, cooldown_steps=20)
    assert rate(recipe, 0) == 0.1
    assert rate(recipe, 9) == rate(recipe, 50) == rate(Recipe(), 10**6) == 1
    assert rate(recipe, 60) == 0.5
    assert rate(recipe, 70) == rate(recipe, 99) == 0
    again = Recipe(warmup_steps=10, warmup_from=1000)  # weights without Adam's memory
    assert rate(again, 1000) == 0.1


def test_accumulated_steps_equal_whole_ones(corpus):
    whole, parted = run(corpus), run(corpus, n_accumulate=2)
    for _ in range(4):
        assert parted.step() == pytest.approx(whole.step(), abs=1e-5)  # reported in float32
    for a, b in zip(whole.model.parameters(), parted.model.parameters(), strict=True):
        assert_close(a, b)


def test_a_resumed_run_equals_an_unbroken_one_to_the_bit(corpus, tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(3)  # dropout draws from the global dice
        recipe = Recipe(length=24, batch_tokens=768, warmup_steps=4)
        unbroken = run(corpus, recipe, dropout=0.1)
        for _ in range(3):
            unbroken.step()
        unbroken.save(tmp_path / "last.pt")
        expected = [unbroken.step() for _ in range(12)]  # into the next epoch
        torch.manual_seed(99)
        resumed = run(corpus, recipe, dropout=0.1)
        resumed.restore(torch.load(tmp_path / "last.pt", weights_only=True))
        assert [resumed.step() for _ in range(12)] == expected
    assert resumed.place.epoch > 0
    assert (resumed.place.step, resumed.place.tokens) == (
        unbroken.place.step,
        unbroken.place.tokens,
    )
    for a, b in zip(unbroken.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_changed_recipe_begins_a_new_epoch(corpus, tmp_path):
    first = run(corpus)
    first.step()
    first.save(tmp_path / "last.pt")
    second = run(corpus, Recipe(length=20, batch_tokens=96))
    second.restore(torch.load(tmp_path / "last.pt", weights_only=True))
    assert (second.place.step, second.place.epoch, second.place.batch) == (1, 1, 0)


def test_a_run_learns_which_words_there_are(corpus):
    two_words = replace(corpus, tokens=(5 + corpus.tokens % 2).astype(np.uint16))
    learner = run(two_words, Recipe(24, 384, "token", 1e-2, 1e-2, warmup_steps=5))
    first = learner.step()[0]
    for _ in range(40):
        last = learner.step()[0]
    assert first > np.log(len(VOCABULARY)) - 0.5
    assert last < np.log(2) + 0.2


def test_only_the_encoders_matrices_learn_by_muon():
    model = tiny()
    adam, muon = make_optimizers(model, replace(RECIPE, muon=True))
    names = {id(p): name for name, p in model.named_parameters()}
    by = {o: {names[id(p)] for g in o.param_groups for p in g["params"]} for o in (adam, muon)}
    assert by[adam] | by[muon] == set(names.values())
    assert not by[adam] & by[muon]
    assert by[muon] == {
        n for n, p in model.named_parameters() if n.startswith("bert.encoder.") and p.ndim == 2
    }
    assert make_optimizers(model, RECIPE)[1:] == []


def test_a_run_with_muon_learns_and_resumes(corpus, tmp_path):
    recipe = replace(RECIPE, batch_tokens=768, muon=True)
    unbroken = run(corpus, recipe)
    for _ in range(3):
        unbroken.step()
    unbroken.save(tmp_path / "last.pt")
    resumed = run(corpus, recipe)
    resumed.restore(torch.load(tmp_path / "last.pt", weights_only=True))
    assert [resumed.step() for _ in range(5)] == [unbroken.step() for _ in range(5)]


def test_a_model_that_reads_what_the_encoder_reads_is_near_its_sense(corpus):
    model = tiny().eval()
    batch = run(corpus).next_batch()[0]
    whole = batch._replace(ids=batch.targets, segments=torch.zeros_like(batch.segments))
    output = model(*whole[:3], positions=whole.positions)
    assert_close(
        far_from_sense(output, whole, model.bert), torch.zeros(len(batch.ids)), atol=1e-6, rtol=0
    )
    far = far_from_sense(output, whole, other_encoder())
    assert ((far > 0.01) & (far < 2)).all()
    # What stands at padding is not looked at.
    output.encoder.hidden[~whole.mask] = 9.0
    assert_close(far_from_sense(output, whole, other_encoder()), far)


@pytest.mark.slow
def test_the_sense_of_texts_can_be_kept(corpus):
    recipe = replace(RECIPE, batch_tokens=768, sense_weight=10.0)
    keeper = run(corpus, recipe, encoder=other_encoder())
    first = keeper.step()[2]
    for _ in range(30):
        last = keeper.step()[2]
    assert last < 0.8 * first
    assert run(corpus).step()[2] == 0


def test_sources_can_be_left_out(corpus):
    some = plan(corpus, seed=0, epoch=0, length=24, batch_tokens=96, left_out=("two",))
    owner = np.repeat(np.arange(200), np.diff(corpus.sentences[corpus.documents]))
    assert set(corpus.sources[owner[some.spans[:, [0, 2]]]].ravel().tolist()) == {0}


def test_more_tokens_can_be_hidden(corpus):
    shares = []
    for asked_for in (0.15, 0.4):
        assembler, epoch = Assembler(corpus, VOCABULARY, unit="token", rate=asked_for), cut(corpus)
        dice = np.random.default_rng(0)
        found = [assembler.batch(epoch, rows, dice) for rows in epoch.batches]
        asked = sum(int(b.positions.sum()) for b in found)
        shares.append(asked / sum(int(b.mask.sum()) for b in found))
    assert shares[1] / shares[0] == pytest.approx(0.4 / 0.15, rel=0.15)


@pytest.mark.slow
def test_two_processes_compute_the_losses_of_one(corpus, tmp_path, monkeypatch):
    parts = {name: getattr(corpus, name) for name in Corpus.__slots__}
    np.savez(tmp_path / "corpus.npz", **{k: v for k, v in parts.items() if v is not None})
    script = tmp_path / "train.py"
    script.write_text(
        "import json, os, sys, numpy as np\n"
        "from tests.test_bert_training import Corpus, run\n"
        "parts = np.load(sys.argv[1])\n"
        "corpus = Corpus(**{k: parts[k] for k in parts.files})\n"
        "results = []\n"
        "for n_accumulate in (1, 2):\n"
        "    mine = run(corpus, n_accumulate=n_accumulate)\n"
        "    values = [mine.step() for _ in range(8)]\n"
        "    results.append([mine.accelerator.num_processes, values])\n"
        "if mine.accelerator.is_main_process:\n"
        "    json.dump(results, open(sys.argv[2], 'w'))\n"
        "mine.leave()\n"
    )
    out = tmp_path / "out.json"
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node=2", str(script), str(tmp_path / "corpus.npz"), str(out)]
    environment = {"PYTHONPATH": ".", "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    environment |= {"LATENT_LAB_DEVICE": "cpu", "HOME": str(tmp_path)}
    subprocess.run(command, check=True, env=environment)
    monkeypatch.setenv("LATENT_LAB_DEVICE", "cpu")
    alone = run(corpus)
    expected = [alone.step() for _ in range(8)]
    assert alone.accelerator.num_processes == 1
    results = json.loads(out.read_text())
    assert len(results) == 2
    for n_processes, values in results:
        assert n_processes == 2
        # Means over processes are taken in float32 in the report, gradients in float64.
        assert np.allclose(values, expected, atol=1e-5)


# Evaluation, start, export


class Parrot(BertForPreTraining):
    """Answers with the token that stands there, and that B never follows."""

    def forward(self, ids, segments=None, mask=None, *, positions=None):
        seen = ids if positions is None else ids[positions]
        logits = torch.nn.functional.one_hot(seen, TINY.n_vocabulary).float()
        return PreTrainingOutput(logits, torch.tensor([[0.0, 1.0]]).expand(len(ids), 2), None)


def test_masked_random_and_kept_tokens_are_scored_apart(corpus):
    assembler = Assembler(corpus, VOCABULARY, unit="token")
    batches = held_out_batches(assembler, 60)
    scores = evaluate(Parrot(TINY), batches)
    assert scores.kept_top1 == 1
    assert scores.top1 == 0
    assert scores.random_top1 < 0.1  # a random token may be the right one
    labels = torch.cat([b.labels for b in batches])
    assert scores.nsp_accuracy == pytest.approx((labels == IS_RANDOM).float().mean().item())
    assert scores.n_pairs == len(labels)
    again = held_out_batches(assembler, 60)
    assert all(torch.equal(a.ids, b.ids) for a, b in zip(batches, again, strict=True))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_answers_to_the_time_lapse(language):
    given = answers(tiny(), tokenizer(VOCABULARY), language)
    assert len(given["fills"]) >= 8
    assert len(given["pairs"]) >= 6
    for fill in given["fills"]:
        assert len(fill["answers"]) == len(fill["probabilities"]) == 5
        assert fill["probabilities"] == sorted(fill["probabilities"], reverse=True)


def test_warm_start_takes_the_body_and_the_words_both_know(corpus, tmp_path):
    source = tiny(torch.float32)
    theirs = [*SPECIAL, *"abc", *(f"x{i}" for i in range(49)), ".", ","]
    (tmp_path / "vocab.txt").write_text("\n".join(theirs[: TINY.n_vocabulary]))
    save_bert(source, tmp_path, tmp_path / "vocab.txt", dtype=torch.float32)
    ours = {t: i for i, t in enumerate([*SPECIAL, "c", "。", "天", "．"])}
    small = Corpus(corpus.tokens % 9, *(getattr(corpus, f) for f in Corpus.__slots__[1:]))
    model = warm_start(tmp_path, ours, small)
    for name, weight in source.bert.state_dict().items():
        if "word_embeddings" not in name:
            assert_close(model.bert.state_dict()[name], weight)
    old = source.bert.embeddings.word_embeddings.weight
    new = model.bert.embeddings.word_embeddings.weight
    assert_close(new[5], old[theirs.index("c")])
    assert_close(model.cls.predictions.bias.exp().sum(), torch.tensor(1.0))
    assert_close(model.cls.predictions.transform.dense.weight, torch.eye(16))


def test_word_frequencies_are_those_of_the_training_texts(corpus):
    shares = log_frequency(corpus, TINY.n_vocabulary).exp()
    mine = np.repeat(~corpus.held_out, np.diff(corpus.sentences[corpus.documents]))
    expected = (np.bincount(corpus.tokens[mine], minlength=len(shares)) + 1).astype(float)
    assert_close(shares.double(), torch.from_numpy(expected / expected.sum()), atol=1e-6, rtol=1e-4)


# Low-rank changes


def test_low_rank_changes_are_all_there_is_to_keep(corpus, tmp_path):
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(VOCABULARY) + "\n", "utf-8")
    begun = tiny(torch.float32)
    save_bert(begun, tmp_path / "begun", vocabulary, dtype=torch.float32)
    adapt(begun, 3)
    going = Run(begun, Assembler(corpus, VOCABULARY, unit="token"), replace(RECIPE, rank=3))
    for _ in range(3):
        going.step()
    kept = learned(going.bare_model)
    assert sum(t.numel() for t in kept.values()) < sum(p.numel() for p in begun.parameters())
    save_file(kept, tmp_path / "changes.safetensors")
    again = restored(tmp_path / "begun", tmp_path / "changes.safetensors").eval()
    ids = torch.randint(5, len(VOCABULARY), (2, 9), generator=torch.Generator().manual_seed(0))
    now, before = again(ids).mlm_logits, going.bare_model.eval()(ids).mlm_logits
    assert_close(now, before, atol=2e-3, rtol=2e-3)  # kept in float16
    assert again.state_dict().keys() == tiny().state_dict().keys()
    assert (now - tiny(torch.float32).eval()(ids).mlm_logits).abs().max() > 0.01
