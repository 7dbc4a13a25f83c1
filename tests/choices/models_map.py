"""What the questions of the map of models turn out to be, counted on the map itself."""

from collections import Counter

from core.inference import models_map
from tests.measured_choices import Option, shows


def _after_bert(perspective: str) -> Counter[str]:
    """Return how many of the models after BERT are in each group."""
    names = list(models_map.whole().models)
    return Counter(models_map.group(name, perspective) for name in names[names.index("bert") + 1 :])


@shows("models_map.1")
def models_that_hide_words() -> Option:
    tasks = _after_bert("task")
    share = tasks["mlm"] / tasks.total()
    if share > 0.85:
        return "Nearly all", "几乎全部"
    return ("more than half", "一半多") if share > 0.5 else ("than a third", "三分之一")


@shows("models_map.2")
def halves_of_the_transformer() -> Option:
    (most, _), *_ = _after_bert("architecture").most_common()
    return {
        "encoder": ("The encoder", "只用编码器"),
        "decoder": ("The decoder", "只用解码器"),
        "both": ("Both", "两半都用"),
    }[most]


@shows("models_map.3")
def the_model_that_most_build_on() -> Option:
    whole = models_map.whole().models
    name = max(whole, key=lambda one: len(models_map.taken_up_by(one)))
    return whole[name].name, whole[name].name
