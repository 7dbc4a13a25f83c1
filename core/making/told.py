"""Measure what four encoders keep, told and not told: `python -m core.making.told digits`.

Minutes: seed 0 is what ships, seeds 1 to 4 are trained anew. For each objective and seed, on test
pictures:

- how often a linear probe names the kind, fitted on 10, 30, ... or all labels (the seed draws
  which, as many of each kind);
- the squared error a pixel of what the decoder trained afterwards gives back;
- of digits, how much of slant and pen width a linear regression reads off the code, once what the
  kind says of both is taken away (R²).

Beside them, what needs no encoder: a linear probe of the pixels, and the mean picture of each kind.
The file, assets/samples/told-NAME.json, has mean and standard deviation over the seeds.
"""

import argparse
import sys
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core import assets, zoo
from core.images import picture_sets, strokes
from core.images.picture_sets import DIGITS, Pictures
from core.models.two_ends import OBJECTIVES, TwoEnds
from core.training import probing
from core.training.told import codes_of, labels_of, pixels_of, scored, shipped_probe, trained

N_SEEDS = 5
N_LABELS = (10, 30, 100, 300, 1_000)  # and all
ALL = "all"
STROKES = {"slant": strokes.slant, "pen_width": strokes.pen_width}
N_STROKES = 10_000  # training digits whose slant and pen width the regression learns from


class Set(NamedTuple):
    """A set of pictures as the networks take them."""

    name: str
    training: Pictures
    test: Pictures
    x: Tensor  # training pixels [N, P] in [-1, 1]
    labels: Tensor  # [N]
    test_x: Tensor  # [M, P]
    test_labels: Tensor  # [M]


def load(name: str) -> Set:
    """Return a set with both its parts."""
    training, test = picture_sets.training_pictures(name), picture_sets.test_pictures(name)
    return Set(
        name,
        training,
        test,
        pixels_of(training),
        labels_of(training),
        pixels_of(test),
        labels_of(test),
    )


def probed(codes: Tensor, test_codes: Tensor, given: Set, seed: int) -> dict[str, float]:
    """Return number of labels -> accuracy of a probe on the test, but for every label."""
    found = {}
    for n in N_LABELS:
        rows = probing.few(given.training.labels, n, seed)
        probe = probing.linear_probe(codes[rows], given.labels[rows], codes)
        found[str(n)] = probing.accuracy(probe, test_codes, given.test_labels)
    return found


def probed_by_all(codes: Tensor, test_codes: Tensor, given: Set) -> dict[str, float]:
    """Return `ALL` -> the accuracy of a probe that every label taught."""
    probe = probing.linear_probe(codes, given.labels, codes)
    return {ALL: probing.accuracy(probe, test_codes, given.test_labels)}


def written(codes: Tensor, test_codes: Tensor, given: Set) -> dict[str, float]:
    """Return slant and pen width -> R² within kinds, of digits."""
    found = {}
    for name, of in STROKES.items():
        values, test_values = (
            torch.tensor(of(part.images[:N_STROKES] / 255.0))
            for part in (given.training, given.test)
        )
        means = probing.kind_means(values, given.labels[:N_STROKES])
        found[name] = probing.explained(
            codes[:N_STROKES],
            probing.within_kinds(values, given.labels[:N_STROKES], means),
            test_codes[:N_STROKES],
            probing.within_kinds(test_values, given.test_labels[:N_STROKES], means),
        )
    return found


def confusion(model: TwoEnds, test_codes: Tensor, given: Set) -> list[list[int]]:
    """Return how often a kind (row) is taken for another (column) by the probe that ships."""
    kinds = shipped_probe(model).kinds(test_codes)
    counts = torch.bincount(given.test_labels * 10 + kinds, minlength=100)
    return counts.reshape(10, 10).tolist()


def spread(values: Iterable[float]) -> dict[str, float]:
    """Return mean and standard deviation (of a sample) over the seeds."""
    array = np.array(list(values))
    return {"mean": round(float(array.mean()), 5), "sd": round(float(array.std(ddof=1)), 5)}


def over_seeds(runs: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return each figure's mean and deviation."""
    return {name: spread(run[name] for run in runs) for name in runs[0]}


def measured(objective: str, given: Set, shipped: TwoEnds) -> dict[str, object]:
    """Return an objective's figures over all seeds; the first is the shipped network."""
    probes, errors, strokes_found = [], [], []
    for seed in range(N_SEEDS):
        model = trained(objective, given.training, seed) if seed else shipped
        codes, test_codes = codes_of(model, given.x), codes_of(model, given.test_x)
        by_all = probed_by_all(codes, test_codes, given)
        probes.append(probed(codes, test_codes, given, seed) | by_all)
        errors.append(scored(model, given.test)[1])
        if given.name == DIGITS:
            strokes_found.append(written(codes, test_codes, given))
        print(f"{objective} {seed}: {probes[-1]} {errors[-1]:.5f}", file=sys.stderr, flush=True)
    found: dict[str, object] = {
        "linear_probe": over_seeds(probes),
        "decode_mse": spread(errors),
        "confusion": confusion(shipped, codes_of(shipped, given.test_x), given),
    }
    return found | ({"strokes_r2": over_seeds(strokes_found)} if strokes_found else {})


def without_encoder(given: Set) -> dict[str, object]:
    """Return what the pixels alone tell, and the error of the mean picture of each kind."""
    by_all = probed_by_all(given.x, given.test_x, given)  # nothing is drawn: the same each time
    runs = [probed(given.x, given.test_x, given, seed) | by_all for seed in range(N_SEEDS)]
    means = probing.kind_means((given.x + 1) / 2, given.labels)
    missed = (given.test_x + 1) / 2 - means[given.test_labels]
    return {
        "linear_probe": over_seeds(runs),
        "kind_mean_mse": round(float(missed.square().mean(dtype=torch.float64)), 5),
    }


def main() -> None:
    """Measure one set of pictures and write its file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pictures", choices=picture_sets.NAMES)
    given, shipped = load(name := parser.parse_args().pictures), zoo.told(name)
    assets.write_json(
        f"samples/told-{name}.json",
        {
            "n_seeds": N_SEEDS,
            "n_training": len(given.labels),
            "n_test": len(given.test_labels),
            "objectives": {one: measured(one, given, shipped[one]) for one in OBJECTIVES},
            "pixels": without_encoder(given),
        },
        source="what the encoders keep of test pictures, measured by this project",
        command=f"python -m core.making.told {name}",
        made_from=[f"weights/told-{name}.safetensors"],
    )


if __name__ == "__main__":
    main()
