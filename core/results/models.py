"""What the map of pre-trained models gets to know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PretrainedModel:
    """One model of the map; its text stands in assets/texts/models_map.toml."""

    name: str  # as its authors write it
    year: int  # of the first paper or report
    authors: str  # the first four, "et al." where there are more than five
    paper: str  # its title
    source: str  # "arXiv:1810.04805", or the journal, conference or house
    representation: str  # a group of each perspective
    architecture: str
    task: str
    extension: str
    further_tasks: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()  # models of the map
    sights: tuple[str, ...] = ()  # what the lab shows of it, the closest first


@dataclass(frozen=True, slots=True)
class Sight:
    """A page of the lab in a state that shows something of a model."""

    page: str  # its name in the link
    values: dict[str, str | int]  # parameters of the link


@dataclass(frozen=True, slots=True)
class ModelsMap:
    """The map: models in the order of their papers."""

    models: dict[str, PretrainedModel]
    perspectives: dict[str, tuple[str, ...]]  # perspective -> its groups
    path: tuple[str, ...]  # models in the order of the lecture
    sights: dict[str, Sight]
