"""The last few models that were asked for, each loaded once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import torch

Model = TypeVar("Model")


class Kept(Generic[Model]):
    """An LRU cache of models by name, in which loading a slow one holds up none of the others."""

    def __init__(self, load: Callable[[str], Model], n_kept: int) -> None:
        """Say how a model is loaded, and how many stay."""
        self._load, self._n_kept = load, n_kept
        self._kept: OrderedDict[str, Model] = OrderedDict()
        self._lock = threading.Lock()  # of what is kept
        self._loading: dict[str, threading.Lock] = {}

    def find(self, name: str) -> Model | None:
        """Return a model that is here, None if it isn't."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def get(self, name: str) -> Model:
        """Return a model, loaded if need be; `Raises` what loading raises."""
        with self._lock:
            loading = self._loading.setdefault(name, threading.Lock())
        try:
            with loading, torch.inference_mode(False):  # as in core/zoo.py
                return self._keep(name, self.find(name) or self._load(name))
        finally:
            with self._lock:
                self._loading.pop(name, None)

    def _keep(self, name: str, found: Model) -> Model:
        with self._lock:
            self._kept[name] = found
            self._kept.move_to_end(name)
            while len(self._kept) > self._n_kept:
                self._kept.popitem(last=False)
        return found
