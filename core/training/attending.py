"""How a BERT computes while it learns."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from core import runtime


@contextmanager
def attending(device: torch.device) -> Iterator[None]:
    """On a CPU, take attention apart into plain products; elsewhere, leave it to torch.

    The fused kernel is fast forwards, which is all that answering needs, but its backward pass took
    a quarter of a step where the products' takes a twentieth (128 tokens, 2 cores). Products of
    bfloat16 are summed in float32 by the hardware, so torch need not copy them to float32 first.
    """
    if device.type != "cpu":
        yield
        return
    before = torch.backends.cuda.fp16_bf16_reduction_math_sdp_allowed()
    torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(True)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(before)


@contextmanager
def learning(device: torch.device) -> Iterator[None]:
    """Also multiply in bfloat16 where the device does so; weights and sums stay float32."""
    half = runtime.compute_dtype() == torch.bfloat16
    with attending(device), torch.autocast(device.type, torch.bfloat16, enabled=half):
        yield
