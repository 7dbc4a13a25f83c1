"""What the English BERT is taught besides labels: readers' ratings and another model's answers."""

import json
import lzma

import numpy as np
import pytest
import torch

from core.text import reviews
from core.text.reviews import Reviews
from core.training import fine_tuning
from core.training.classifying import Examples, Pace, both
from research import distilling
from tests.test_classifying import TINY_BERT, some_examples
from tests.tiny_models import sharp


def test_ratings_soften_labels_of_the_same_letters():
    part = Reviews(("A fine film .", "Dull.", "Nobody rated it."), np.array([1, 0, 1]))
    shares = distilling.softened(part, {"a fine film": 0.5, "dull": 2.0, "another": -4.0})
    assert torch.allclose(shares.sum(1), torch.ones(3))
    mild = 1 / (1 + np.exp(-distilling.SLOPE * 0.5))
    assert shares[0, 1] == pytest.approx((1 + mild) / 2)
    # Twenty people disagree with the label: it is learnt as undecided.
    assert 0.4 < shares[1, 1] < 0.5
    assert shares[2].tolist() == [0, 1]


def test_sentences_of_film_reviews_are_read_once(tmp_path):
    documents = [
        ("enwiki", ["this is no review of any film"]),
        ("movie_reviews", ["it was not a good film ", "too short", "this one is only for tests"]),
        ("movie_reviews", ["it was a very good film", "it was not a good film"]),
    ]
    (tmp_path / "text").mkdir()
    lines = "".join(json.dumps({"src": s, "paras": [given]}) + "\n" for s, given in documents)
    for name, text in (("en-more", ""), ("en-core", lines)):
        (tmp_path / "text" / f"{name}.jsonl.xz").write_bytes(lzma.compress(text.encode()))
    held_out = {reviews.letters("This one is only for tests!")}
    found = distilling.film_sentences(tmp_path, held_out)
    assert found == ["it was not a good film", "it was a very good film"]


def test_shares_are_learnt_as_labels_are():
    given = some_examples()
    shares = torch.nn.functional.one_hot(given.labels, 2).float()
    losses = []
    for examples in (given, Examples(given.ids, shares)):
        model = fine_tuning.start(sharp(TINY_BERT.n_vocabulary), 0)
        run = fine_tuning.run(model, "en", examples, pace=Pace(1, 8))
        losses.append([run.step() for _ in range(run.n_steps)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def tiny_classifier(seed):
    return fine_tuning.start(sharp(TINY_BERT.n_vocabulary, seed), 0).eval()


def test_states_are_apart_by_their_share_of_the_teachers_length():
    dice = torch.Generator().manual_seed(0)
    theirs = torch.randn(2, 3, 8, generator=dice)
    mask = torch.tensor([[True, True, False], [True, True, True]])
    ours = 1.5 * theirs
    ours[0, 2] = 1e6  # padding doesn't count
    assert distilling.distance([ours], [theirs], mask).item() == pytest.approx(0.25)
    assert distilling.distance([ours, theirs], [theirs, theirs], mask) == pytest.approx(0.125)


@pytest.mark.slow
def test_a_student_comes_closer_to_its_teacher_and_to_the_judge():
    given, teacher, model = some_examples(), tiny_classifier(1), tiny_classifier(2)
    good = torch.linspace(0.1, 0.9, 40)
    judged = Examples(given.ids, both(good))
    going = fine_tuning.run(model, "en", judged, pace=Pace(30, 8), rate_body=2e-3)
    loss = going.loss = distilling.imitating(model, teacher)
    ids, shares = judged.padded(range(16), 0)
    before = loss(ids, shares).item()
    while not going.done:
        going.step()
    model.eval()
    assert loss(ids, shares).item() < 0.9 * before
    shares = teacher(ids, mask=ids != 0).detach().softmax(1)
    itself = distilling.imitating(teacher, teacher)(ids, shares).item()
    assert itself == pytest.approx(-(shares * shares.log()).sum(1).mean().item(), rel=0.02)


def test_mr_is_learnt_as_labels_and_the_judge_see_it_beside_what_the_judge_reads(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(distilling, "FOLDER", tmp_path)
    school = object.__new__(distilling.School)
    labelled = Reviews(("a fine film", "a dull film"), np.array([1, 0]))
    school.split, school.sentences = reviews.Split(labelled, labelled, labelled), ["it was dull"]
    school.train = fine_tuning.examples(labelled, "en")
    school.softened = distilling.softened(labelled, {})
    torch.save(both(torch.tensor([0.5, 0.25, 0.125])), tmp_path / "judged.pt")
    read = school.lessons()
    assert read.labels[:, 1].tolist() == [0.125, 0.75, 0.125]
    assert [len(ids) for ids in read.ids] == [5, 5, 5]
    assert torch.equal(read.ids[1], school.train.ids[0])


def test_the_mean_of_models_has_the_mean_of_their_weights():
    models = [tiny_classifier(seed) for seed in (1, 2)]
    result = distilling.mean(models)
    for name, value in result.state_dict().items():
        both = [model.state_dict()[name] for model in models]
        assert torch.allclose(value, (both[0] + both[1]) / 2), name
    assert torch.equal(models[0].classifier.weight, tiny_classifier(1).classifier.weight)
