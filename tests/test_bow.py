"""The baseline of TextCNN: logistic regression on which units occur."""

import numpy as np
import torch

from core.training import bow
from core.training.classifying import Examples

IDS = tuple(torch.tensor(ids) for ids in ([2, 3], [2, 2, 4], [5, 3], [5], [2, 5], [4, 5, 5]))
LABELS = torch.tensor([1, 1, 0, 0, 1, 0])


def test_a_bag_holds_each_unit_once():
    bags = bow.bags(Examples(IDS, LABELS), 6).toarray()
    assert bags[1].tolist() == [0, 0, 1, 0, 1, 0]
    assert bags.sum() == sum(len(set(ids.tolist())) for ids in IDS)


def test_shares_are_learnt_as_labels_are():
    plain = bow.fit(Examples(IDS, LABELS), 6, 1.0)
    shares = torch.nn.functional.one_hot(LABELS, 2).float()
    of_shares = bow.fit(Examples(IDS, shares), 6, 1.0)
    assert np.allclose(plain.coef_, of_shares.coef_, atol=1e-3)
    undecided = bow.fit(Examples(IDS, torch.full((6, 2), 0.5)), 6, 1.0)
    assert np.allclose(undecided.coef_, 0, atol=1e-3)
