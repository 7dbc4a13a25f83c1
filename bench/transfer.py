"""Is our EfficientNet the published one, what are its features worth, how soon does it answer?"""

import statistics
import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from bench.figures import BenchError, Bound, Figure, Group, Measured, single
from core import zoo
from core.images import clipart
from core.inference import retrain
from core.inference import train as training
from core.making import retrain_example
from core.models.efficientnet import as_input

KINDS = ("animals", "buildings", "food", "plants", "tools", "vehicles")
N_LEARNED, SEEDS = 40, range(5)  # drawings of a kind; the others test
N_PARITY, NEAR = 50, 1e-3  # pictures; largest difference of a logit
N_TIMED = 30
RAW_SIDE = 32  # pixels, of the peer's pictures
WARM_UP = 20.0  # seconds that the processes have to import torch, while the visitor reads


def pixels_of(kind: str, n: int | None = None) -> Tensor:
    """Return drawings as the network wants them, [N, 3, 224, 224]."""
    drawn = [retrain.drawing(kind, row) for row in range(n or len(clipart.files()[kind]))]
    return as_input(torch.tensor(np.stack(drawn)).permute(0, 3, 1, 2).float() / 255)


@torch.inference_mode()
def parity() -> Measured:
    """Return the share of 50 drawings for which timm's implementation says the same."""
    try:
        import timm
    except ImportError as error:
        raise BenchError("timm isn't there: pip install -r requirements-dev.txt") from error
    ours = zoo.efficientnet().cpu()
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    names = theirs.state_dict().keys()
    weights = dict(zip(names, ours.state_dict().values(), strict=True))
    theirs.load_state_dict(weights, strict=True)
    x = torch.cat([pixels_of(kind, N_PARITY // 5) for kind in KINDS[:5]])
    one, other = ours(x).logits, theirs(x)
    alike = (one.argmax(1) == other.argmax(1)) & ((one - other).abs().amax(1) <= NEAR)
    return Measured(float(alike.float().mean()), 1.0)


@torch.inference_mode()
def frozen() -> Measured:
    """Return the accuracy of logistic regression on frozen features, and on raw pixels."""
    labels, features, raw = [], [], []
    for label, kind in enumerate(KINDS):
        for some in pixels_of(kind).split(16):
            features.append(zoo.efficientnet().cpu()(some).features)
            raw.append(torch.nn.functional.adaptive_avg_pool2d(some, RAW_SIDE).flatten(1))
            labels += [label] * len(some)
    found = [_accuracy(torch.cat(x).numpy(), np.array(labels)) for x in (features, raw)]
    return Measured(*found)


def _accuracy(x: np.ndarray, labels: np.ndarray) -> float:
    from sklearn.linear_model import LogisticRegression

    shares = []
    for learned, held in _splits(labels):
        model = LogisticRegression(max_iter=1000).fit(x[learned], labels[learned])
        shares.append(model.score(x[held], labels[held]))
    return float(np.mean(shares))


def _splits(labels: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for each seed which examples are learned from, and which are held out."""
    for seed in SEEDS:
        dice = np.random.default_rng(seed)
        orders = [dice.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]
        yield (
            np.concatenate([order[:N_LEARNED] for order in orders]),
            np.concatenate([order[N_LEARNED:] for order in orders]),
        )


@torch.inference_mode()
def features_ms() -> Measured:
    """Return the median time of one picture on one thread, in milliseconds."""
    model = zoo.efficientnet().cpu()
    x = pixels_of("food", 1).contiguous(memory_format=torch.channels_last)
    times = []
    for _ in range(N_TIMED + 5):
        start = time.perf_counter()
        model(x)
        times.append(time.perf_counter() - start)
    return Measured(1000 * statistics.median(times[5:]))


def last_layer_s() -> Measured:
    """Return the median seconds from the request to the last report, the process being ready."""
    retrain.warm_up()
    time.sleep(WARM_UP)
    times = []
    for number in range(4):
        start = time.perf_counter()
        wanted = retrain_example.wanted("layer", background=False)
        for report in training.start(f"bench{number}", wanted):
            last = report
        if last.state != "done":
            raise BenchError(f"the training ended as {last.state!r}")
        times.append(time.perf_counter() - start)
    return Measured(statistics.median(times[1:]))  # the first one wakes the process


GROUP = Group(
    "transfer",
    "A network that knows ImageNet, and learns other classes from a few drawings.",
    (
        single(
            Figure(
                "transfer.parity_top1",
                "",
                "Share of 50 drawings with timm's class, all logits within 0.001.",
                Bound(at_least=1.0),
                "timm's tf_efficientnet_lite0, our weights",
            ),
            parity,
        ),
        single(
            Figure(
                "transfer.frozen_acc",
                "",
                "Logistic regression on frozen features, 6 kinds, 40 drawings each, 5 seeds.",
                Bound(at_least=0.72),
                "raw pixels",
            ),
            frozen,
        ),
        single(
            Figure(
                "transfer.features_ms",
                "ms",
                "One picture through the network, one thread, median.",
                Bound(at_most=30),
            ),
            features_ms,
        ),
        single(
            Figure(
                "transfer.last_layer_s",
                "s",
                "3 kinds, 10 drawings each: from the request to the last report, median.",
                Bound(at_most=3),
            ),
            last_layer_s,
        ),
    ),
)
