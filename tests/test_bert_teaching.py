"""A teacher with other pieces: both meet at the same words, hidden from both alike."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from core.models.bert import BertConfig, BertForPreTraining
from core.text.tokenizer import MASK, SPECIAL
from core.training import bert_corpus
from core.training.bert_batches import Assembler, plan
from core.training.bert_run import Recipe, Run
from core.training.bert_teaching import Teacher, matched
from core.training.initialising import initialise

OUR_WORDS = "the cat sat on a mat e paris s ##s ##at dog ."
THEIR_WORDS = "The the cat cats sat on A a mat É Par ##is dog ##s ."
OURS = [*SPECIAL, *OUR_WORDS.split()]
THEIRS = [*SPECIAL, *THEIR_WORDS.split()]
SENTENCES = ["The cat sat on a mat.", "A dog sat on É.", "Paris sat.", "the cats sat on the dog."]
DOCUMENTS = [
    [SENTENCES[(i + j) % 4] + " the" * (i % 5) for j in range(2 + i % 3)] for i in range(60)
]
TINY = {"n_layers": 1, "n_heads": 2, "n_feed_forward": 32, "n_positions": 64, "dropout": 0.0}
RECIPE = Recipe(
    length=32,
    batch_tokens=256,
    warmup_steps=2,
    mask_rate=0.3,
    lr_body=3e-3,
    lr_heads=1e-2,
    teach_weight=5.0,
    state_weight=1.0,
)


def numbered(tokens: list[str]) -> dict[str, int]:
    return {token: i for i, token in enumerate(tokens)}


def model(n_vocabulary: int, width: int, seed: int) -> BertForPreTraining:
    made = BertForPreTraining(BertConfig(n_vocabulary=n_vocabulary, width=width, **TINY))
    initialise(made, torch.Generator().manual_seed(seed))
    for parameter in made.parameters():
        if parameter.ndim > 1:
            parameter.data *= 20
    return made


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    found = []
    for name, tokens, cased in (("ours", OURS, False), ("theirs", THEIRS, True)):
        vocabulary = folder / f"{name}.txt"
        vocabulary.write_text("\n".join(tokens) + "\n", "utf-8")
        given = [("enwiki", sentences) for sentences in DOCUMENTS]
        bert_corpus.build(given, "en", vocabulary, folder / name, cased=cased)
        found.append(bert_corpus.load(folder / name))
    return found


@pytest.fixture
def teacher(corpora):
    torch.manual_seed(0)
    ours, theirs = corpora
    return Teacher(
        model(len(THEIRS), 32, 1), (theirs, numbered(THEIRS)), (ours, numbered(OURS)), width=16
    )


@pytest.fixture
def drawn(corpora):
    """A plan, rows of it, and their batch."""
    epoch = plan(corpora[0], seed=0, epoch=0, length=32, batch_tokens=4096)
    rows = np.concatenate(epoch.batches)
    assembler = Assembler(corpora[0], numbered(OURS), unit="token", rate=0.3)
    return epoch, rows, assembler.batch(epoch, rows, np.random.default_rng(0))


def plain(token: str) -> str:
    return token.lower().replace("é", "e")


def test_words_match_in_lower_case_without_accents():
    pairs = {(THEIRS[a], OURS[b]) for a, b in matched(numbered(THEIRS), numbered(OURS))}
    assert ("The", "the") in pairs
    assert ("the", "the") in pairs
    assert ("É", "e") in pairs
    assert not any(a.startswith("##") or a in SPECIAL for a, _ in pairs)


def test_both_meet_at_the_same_words(teacher, drawn):
    epoch, rows, batch = drawn
    lesson = teacher.lesson(epoch, rows, batch)
    assert len(lesson.hidden) > 100
    assert 0 < lesson.hidden.sum() < len(lesson.hidden)
    for (row, place, same, other), hidden in zip(
        lesson.words.T.tolist(), lesson.hidden, strict=True
    ):
        assert same == row
        theirs, ours = THEIRS[lesson.ids[row, other]], OURS[batch.targets[row, place]]
        assert bool(batch.positions[row, place]) == bool(hidden)
        if hidden:
            assert theirs == MASK
        elif theirs != MASK:
            assert plain(theirs) == ours or ours == "[UNK]" or theirs == "[UNK]"


def test_what_is_hidden_from_ours_is_hidden_from_the_teacher(teacher, drawn):
    epoch, rows, batch = drawn
    lesson = teacher.lesson(epoch, rows, batch)
    met = set(lesson.words[0].tolist())
    for row in met:
        shown = "".join(THEIRS[i] for i in lesson.ids[row][lesson.mask[row]]).lower()
        words = [OURS[i] for i in batch.targets[row][batch.positions[row]]]
        count = sum(OURS[i] == "dog" for i in batch.targets[row])
        assert shown.count("dog") == count - words.count("dog")


def test_sentences_whose_words_differ_teach_nothing(corpora, teacher, drawn):
    epoch, rows, batch = drawn
    broken = corpora[1].tokens.copy()
    broken[:] = numbered(THEIRS)["##s"]  # one endless word
    teacher.theirs.corpus = bert_corpus.Corpus(
        broken, *(getattr(corpora[1], n) for n in corpora[1].__dataclass_fields__ if n != "tokens")
    )
    assert teacher.lesson(epoch, rows, batch).words.shape == (4, 0)


def test_the_losses_are_those_computed_one_word_at_a_time(teacher, drawn):
    epoch, rows, batch = drawn
    small = batch.part(0, 8)
    lesson = teacher.lesson(epoch, rows[0::8], small)
    student = model(len(OURS), 16, 2)
    output = student(small.ids, small.segments, small.mask, positions=small.positions)
    answers, apart = teacher.losses(output, small, lesson)
    everywhere = student(small.ids, small.segments, small.mask)
    theirs = teacher.model(lesson.ids, None, lesson.mask)
    pairs = matched(numbered(THEIRS), numbered(OURS))
    shared = sorted({b for _, b in pairs})
    wanted, distances = [], []
    words = lesson.words.T.tolist()
    for (row, place, _, other), hidden in zip(words, lesson.hidden, strict=True):
        known = [a for a, _ in pairs]
        shares = dict(zip(known, theirs.mlm_logits[row, other][known].softmax(-1), strict=True))
        logs = everywhere.mlm_logits[row, place][shared].log_softmax(-1)
        if hidden:
            wanted.append(-sum(shares[a] * logs[shared.index(b)] for a, b in pairs))
        mapped = teacher.to_teacher(everywhere.encoder.hidden[row, place])
        distances.append(1 - torch.cosine_similarity(mapped, theirs.encoder.hidden[row, other], 0))
    assert_close(answers, torch.stack(wanted).mean())
    assert_close(apart, torch.stack(distances).mean())


@pytest.mark.slow
def test_a_student_comes_to_answer_as_its_teacher(corpora, teacher):
    before = {name: tensor.clone() for name, tensor in teacher.model.state_dict().items()}
    assembler = Assembler(corpora[0], numbered(OURS), unit="token", rate=0.3)
    going = Run(model(len(OURS), 16, 3), assembler, RECIPE, teacher=teacher)

    def far() -> tuple[float, float]:
        batch, epoch, rows = going.next_batch()
        lesson = teacher.lesson(epoch, rows, batch)
        output = going.bare_model(batch.ids, batch.segments, batch.mask, positions=batch.positions)
        return tuple(loss.item() for loss in teacher.losses(output, batch, lesson))

    first = far()
    for _ in range(60):
        going.step()
    last = far()
    assert last[0] < 0.9 * first[0]
    assert last[1] < 0.7 * first[1]
    for name, tensor in teacher.model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_other_texts_are_refused(corpora):
    ours, theirs = corpora
    fewer = bert_corpus.Corpus(
        theirs.tokens, theirs.sentences[:-1], theirs.documents, theirs.sources, theirs.held_out,
        theirs.source_names,
    )  # fmt: skip
    with pytest.raises(ValueError, match="other sentences"):
        Teacher(model(len(THEIRS), 32, 1), (fewer, numbered(THEIRS)), (ours, numbered(OURS)), 16)
