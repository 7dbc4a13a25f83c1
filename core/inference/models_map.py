"""In what do pre-trained models differ, and who built on whom?

The four perspectives are those of Qiu et al. 2020 (arXiv:2003.08271): what is represented, by which
architecture, learned by which task, extended to what. models_map.toml has what each paper says of
its model, in the order in which the papers came out.
"""

import functools
import tomllib
from pathlib import Path

from core.results.models import ModelsMap, PretrainedModel, Sight

FILE = Path(__file__).with_suffix(".toml")
PERSPECTIVES = {
    "representation": ("word", "text", "context"),
    "architecture": ("window", "shallow", "lstm", "encoder", "decoder", "both"),
    "task": ("lm", "neighbours", "translate", "mlm", "permute", "restore", "contrast", "imitate"),
    "extension": (
        "general",
        "language",
        "multilingual",
        "knowledge",
        "multimodal",
        "domain",
        "compressed",
    ),
}
FURTHER_TASKS = ("nsp", "order")  # that no model of the map was trained on alone
LISTS = ("further_tasks", "builds_on", "sights")  # fields that may be left out
STATIC = ("word", "text")  # representations of the first generation
PATH = (
    "nnlm",
    "cbow",
    "skip_gram",
    "glove",
    "fasttext",
    "elmo",
    "gpt",
    "bert",
    "gpt2",
    "bert_wwm",
    "spanbert",
    "roberta",
    "roberta_wwm",
)


@functools.cache
def whole() -> ModelsMap:
    """Return the map, read once."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return ModelsMap(
        models={
            name: PretrainedModel(**fields | {key: tuple(fields.get(key, ())) for key in LISTS})
            for name, fields in found["model"].items()
        },
        perspectives=PERSPECTIVES,
        path=PATH,
        sights={
            name: Sight(fields["page"], {key: fields[key] for key in fields if key != "page"})
            for name, fields in found["sight"].items()
        },
    )


def group(name: str, perspective: str) -> str:
    """Return the group of a model in one of the four perspectives.

    Raises:
        KeyError: no such model.
    """
    return str(getattr(whole().models[name], perspective))


def groups(perspective: str) -> dict[str, tuple[str, ...]]:
    """Return each group of a perspective with its models, in the order of their papers.

    Raises:
        KeyError: no such perspective.
    """
    return {
        one: tuple(name for name in whole().models if group(name, perspective) == one)
        for one in PERSPECTIVES[perspective]
    }


def generation(name: str) -> int:
    """Return 1 for a static vector for each word or text, 2 for one that depends on the context."""
    return 1 if group(name, "representation") in STATIC else 2


def taken_up_by(name: str) -> tuple[str, ...]:
    """Return the models that build on one directly."""
    return tuple(one for one, model in whole().models.items() if name in model.builds_on)
