"""Heads that a checkpoint was fine-tuned with: a label for a text, for each token, or a span.

Devlin et al. 2018, figure 4: a classifier reads what the pooler makes of [CLS] (a, b), a reader of
texts finds where an answer begins and ends (c), a tagger reads each token's last state (d).
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from torch import Tensor, nn

from core.bert.checkpoint_config import Settings, kind
from core.models.bert import BertForPreTraining

N_LABEL = 60  # characters that are shown
KINDS = {
    "ForSequenceClassification": "text",
    "ForTokenClassification": "tokens",
    "ForMultipleChoice": "choice",
}


class Task(NamedTuple):
    """What a checkpoint was fine-tuned to say."""

    kind: str  # "text", "tokens" or "span"
    layers: nn.Module  # last hidden state [*, D] -> logits [*, n]; of [CLS] for "text"
    labels: tuple[str, ...]  # n; of "span" they are "start" and "end"
    scale: str  # of a text's logits: "softmax", "sigmoid" (each label for itself) or "number"


def task_of(
    settings: Settings,
    model: BertForPreTraining,
    missing: Collection[str],
    rest: Mapping[str, Tensor],
) -> Task | None:
    """Return the head that a checkpoint was fine-tuned with; None if there is none the lab knows.

    Args:
        settings: its `config.json`.
        model: its body.
        missing: parameters of the body that the checkpoint hasn't got.
        rest: its weights that are none of the body's, under the names of transformers.
    """
    width = model.bert.config.width
    if (span := _linear(rest, "qa_outputs", width)) and span.out_features == 2:
        return Task("span", span, ("start", "end"), "softmax")
    classifier = _linear(rest, "classifier", width)
    if classifier is None:
        return None
    if kind(settings) == "distilbert":
        pooler = _linear(rest, "pre_classifier", width)
        pool = pooler and [pooler, nn.ReLU()]
    else:
        dense = model.bert.pooler["dense"]
        pool = None if "bert.pooler.dense.weight" in missing else [dense, nn.Tanh()]
    labels = _labels(settings.get("id2label"), classifier.out_features)
    named = settings.get("architectures")
    architecture = str(named[0]) if isinstance(named, list) and named else ""
    its = next((its for end, its in KINDS.items() if architecture.endswith(end)), None)
    if its == "tokens" or (its is None and not pool):
        return Task("tokens", classifier, labels, "softmax")
    if its == "choice" or not pool:  # one number for each of several texts: no label to show
        return None
    scale = _scale(settings, len(labels))
    return Task("text", nn.Sequential(*pool, classifier), labels, scale)


def _linear(rest: Mapping[str, Tensor], name: str, n_inputs: int) -> nn.Linear | None:
    """Return a map from what the body gives; None if the checkpoint has none of such a shape."""
    weight, bias = rest.get(f"{name}.weight"), rest.get(f"{name}.bias")
    if weight is None or bias is None or weight.ndim != 2 or bias.shape != weight.shape[:1]:
        return None
    if weight.shape[1] != n_inputs:
        return None
    layer = nn.Linear(n_inputs, len(weight))
    layer.weight, layer.bias = nn.Parameter(weight), nn.Parameter(bias)
    return layer


def _labels(names: Any, n: int) -> tuple[str, ...]:
    """Return the label of each column, "LABEL_2" where `id2label` names none."""
    known = names if isinstance(names, dict) else {}
    return tuple(str(known.get(str(i), f"LABEL_{i}"))[:N_LABEL] for i in range(n))


def _scale(settings: Settings, n: int) -> str:
    """Return what makes answers of logits, as transformers' pipeline does."""
    problem = settings.get("problem_type")
    if problem == "regression":
        return "number"
    return "sigmoid" if problem == "multi_label_classification" or n == 1 else "softmax"
