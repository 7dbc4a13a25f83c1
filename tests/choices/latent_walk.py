"""What the questions of the page latent_walk turn out to be."""

import numpy as np

from core.inference import latent_walk
from tests.measured_choices import ELSEWHERE, Option, shows

ELSEWHERE["latent_walk.1"] = "test_without_the_prior_draws_hardly_reach_a_1_or_a_7"


@shows("latent_walk.2")
def what_a_stronger_prior_does() -> Option:
    plain, strong = latent_walk.plane(1), latent_walk.plane(4)
    if strong.error <= plain.error:
        return "sharper", "更清楚"
    if strong.radius < 0.5 * plain.radius:
        return "shrinks", "缩成"
    assert strong.deviation > 2 * plain.deviation
    return "stays", "还那么大"


@shows("latent_walk.3")
def where_the_round_path_pays() -> Option:
    dice, sinks = np.random.default_rng(0), {}
    for name, n in (("VAE-2", 2), ("VAE-16", 16)):
        drawn = np.linalg.norm(dice.normal(size=(20_000, n)), axis=1)
        low = drawn.mean() - drawn.std()
        ends = dice.normal(size=(200, 2, n))
        middle = {
            mode: np.median(
                [np.linalg.norm(latent_walk.path(*two, steps=3, mode=mode)[1]) for two in ends]
            )
            for mode in ("linear", "slerp")
        }
        sinks[name] = middle["linear"] < low < middle["slerp"]
    (name,) = [name for name, sink in sinks.items() if sink]
    return name, name
