"""Where and in which precision the lab computes, and where its randomness comes from."""

import functools
import os

import numpy as np
import torch
from torch import Tensor

from core.errors import InputError


@functools.cache
def device() -> torch.device:
    """Return CUDA, else MPS, else the CPU; the variable LATENT_LAB_DEVICE overrides.

    Raises:
        InputError: the variable names no device, or one that this machine hasn't got.
    """
    wanted = os.environ.get("LATENT_LAB_DEVICE", "").strip()
    if wanted:
        return _checked(wanted)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def _checked(name: str) -> torch.device:
    try:
        chosen = torch.device(name)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError) as error:  # torch says "not compiled" by assertion
        raise InputError("device_unknown", name=name, reason=str(error).splitlines()[0]) from error
    return chosen


@functools.cache
def compute_dtype() -> torch.dtype:
    """Return bfloat16 where the device computes in it, else float32.

    A CPU without AMX or AVX512-BF16 only imitates bfloat16, slower than float32.
    """
    kind = device().type
    if kind == "cuda":
        computes = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        has = torch.cpu.get_capabilities() if kind == "cpu" else {}
        computes = has.get("avx512_bf16", False) or has.get("amx_bf16", False)
    return torch.bfloat16 if computes else torch.float32


def generator(seed: int, device: torch.device | None = None) -> torch.Generator:
    """Return a source of randomness of its own; nothing in the lab touches the global seed."""
    return torch.Generator(device or torch.device("cpu")).manual_seed(seed)


def to_numpy(tensor: Tensor) -> np.ndarray:
    """Return a tensor as an array on the CPU; bfloat16, which NumPy lacks, as float32."""
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def set_threads(n_threads: int = 1) -> None:
    """Let each request compute on `n_threads` CPU threads.

    One is what the lab wants: its models are small and its learners many, and threads that wait
    for each other cost more than they save (bench/threads.py measures it).
    """
    torch.set_num_threads(n_threads)


set_threads()  # for all who import this; training takes as many as its command says
