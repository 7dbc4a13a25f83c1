"""Device, precision, randomness, and the hook of a Space."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from core import runtime
from core.errors import InputError


@pytest.fixture
def fresh_device():
    runtime.device.cache_clear()
    runtime.compute_dtype.cache_clear()
    yield
    runtime.device.cache_clear()
    runtime.compute_dtype.cache_clear()


@pytest.mark.usefixtures("fresh_device")
def test_the_variable_chooses_the_device(monkeypatch):
    monkeypatch.setenv("LATENT_LAB_DEVICE", "cpu")
    assert runtime.device() == torch.device("cpu")


@pytest.mark.usefixtures("fresh_device")
@pytest.mark.parametrize(
    ("has", "expected"),
    [({"avx2": True}, torch.float32), ({"avx512_bf16": True}, torch.bfloat16)],
)
def test_a_cpu_computes_in_bfloat16_where_it_multiplies_in_it(monkeypatch, has, expected):
    monkeypatch.setenv("LATENT_LAB_DEVICE", "cpu")
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: has)
    assert runtime.compute_dtype() == expected


@pytest.mark.usefixtures("fresh_device")
@pytest.mark.parametrize("name", ["toaster", "cuda:99"])
def test_a_device_that_is_not_there_is_named(monkeypatch, name):
    monkeypatch.setenv("LATENT_LAB_DEVICE", name)
    with pytest.raises(InputError, match=f"LATENT_LAB_DEVICE is {name}") as caught:
        runtime.device()
    assert caught.value.sentence("zh").startswith(f"LATENT_LAB_DEVICE 设成了 {name}")


@pytest.mark.gpu
@pytest.mark.usefixtures("fresh_device")
@pytest.mark.skipif(
    not (torch.cuda.is_available() or torch.backends.mps.is_available()),
    reason="this machine has neither CUDA nor MPS",
)
def test_a_gpu_is_taken_where_there_is_one(monkeypatch):
    monkeypatch.delenv("LATENT_LAB_DEVICE", raising=False)
    assert runtime.device().type in ("cuda", "mps")


def test_generators_repeat_and_leave_the_global_seed_alone():
    state = torch.get_rng_state()
    first = torch.rand(3, generator=runtime.generator(5))
    assert torch.equal(first, torch.rand(3, generator=runtime.generator(5)))
    assert not torch.equal(first, torch.rand(3, generator=runtime.generator(6)))
    assert torch.equal(torch.get_rng_state(), state)


def test_to_numpy_takes_what_numpy_lacks():
    weights = torch.tensor([1.5, -2.0], dtype=torch.bfloat16, requires_grad=True)
    array = runtime.to_numpy(weights)
    assert array.dtype == np.float32
    assert array.tolist() == [1.5, -2.0]
    assert runtime.to_numpy(torch.arange(3)).dtype == np.int64


def test_a_request_computes_on_one_thread_wherever_it_runs():
    def compute() -> int:
        torch.ones(4).sum()
        return torch.get_num_threads()

    before = torch.get_num_threads()
    runtime.set_threads()
    try:
        with ThreadPoolExecutor(1) as visitor:
            assert visitor.submit(compute).result() == 1
    finally:
        runtime.set_threads(before)
