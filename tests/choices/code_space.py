"""What the questions of the page code_space turn out to be."""

import numpy as np
import torch

from core.images import datasets
from core.inference import codes, empty_places
from tests.measured_choices import ELSEWHERE, Option, shows
from tests.test_claims_images import clear

ELSEWHERE["code_space.3"] = "test_digits_come_apart_as_the_page_says"


@shows("code_space.1")
def which_digits_mix() -> Option:
    labels, found = datasets.sample_digits().labels, torch.tensor(codes.sample_codes("ae3-lecture"))

    def mixed(one: int, other: int) -> float:
        of_both = np.isin(labels, (one, other))
        near = torch.cdist(found[of_both], found[of_both]).topk(6, largest=False).indices[:, 1:]
        mine = torch.tensor(labels[of_both])
        return float((mine[near] != mine[:, None]).float().mean())

    return ("4 and 9", "4 和 9") if mixed(4, 9) > mixed(0, 1) else ("0 and 1", "0 和 1")


@shows("code_space.2")
def who_decodes_empty_places() -> Option:
    def decoded(space: str) -> float:
        found = [empty_places.find(space, seed=seed).pixels for seed in range(1, 41)]
        return clear(np.stack(found)).mean()

    vae = decoded("vae") > decoded("lecture")
    return ("VAE", "VAE") if vae else ("autoencoder", "自编码器")
