"""The weights that a BERT begins with (Devlin et al. 2018; the authors' code)."""

from torch import Generator, nn


def initialise(model: nn.Module, generator: Generator) -> None:
    """Give a new model its first weights: normal(0, 0.02), biases 0."""
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02, generator=generator)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)
