"""Where does a token's last vector come from, through all layers?

    A' = (A + I) / 2, A the layer's mean over heads;  rollout = A'_L ... A'_2 A'_1  [T, T]

Attention rollout (Abnar & Zuidema 2020, arXiv:2005.00928, section 3): half of each layer's output
is what went past its attention, hence the identity; through several layers shares multiply along
each path and add up over paths.
"""

import numpy as np

from core.results.attention import Attention, Rollout


def roll(seen: Attention) -> Rollout:
    """Return the rollout up to each layer, beside each layer's plain mean over its heads."""
    raw = seen.attention.mean(1)  # [L, T, T]
    through = (raw + np.eye(raw.shape[-1], dtype=raw.dtype)) / 2
    rolled = [through[0]]
    for layer in through[1:]:
        rolled.append(layer @ rolled[-1])
    return Rollout(rollout=np.stack(rolled), raw=raw)
