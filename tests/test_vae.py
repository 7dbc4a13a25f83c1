"""The two terms against torch.distributions, and what holds for any weights."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal, kl_divergence
from torch.testing import assert_close

from core.images import coding
from core.models import vae
from core.models.vae import VAE, ConvVAE, ConvVAEConfig, VAEConfig

TINY = VAEConfig(n_pixels=784, encoder_hidden=(6,), decoder_hidden=(5,), n_latent=3)
TINY_CONV = ConvVAEConfig(n_first=2, n_second=3, n_hidden=4, n_latent=3)


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parity
def test_kl_matches_torch_distributions():
    mean, logvar = numbers(2, 5, 3)
    reference = kl_divergence(Normal(mean, (0.5 * logvar).exp()), Normal(0.0, 1.0))
    assert_close(vae.kl_per_dimension(mean, logvar), reference)
    assert_close(vae.kl_to_prior(mean, logvar), reference.sum(-1))


@pytest.mark.parity
def test_likelihood_matches_torch_distributions():
    logits = numbers(4, 9)
    x = (numbers(4, 9, seed=1) > 0).double()
    reference = -Bernoulli(logits=logits).log_prob(x).sum(-1)
    assert_close(vae.negative_log_likelihood(logits, x), reference)


@given(
    st.lists(st.tuples(st.floats(-30, 30), st.floats(-20, 20)), min_size=1, max_size=6),
)
def test_kl_is_never_negative_and_zero_only_at_the_prior(pairs):
    mean, logvar = torch.tensor(pairs, dtype=torch.float64).T
    kl = vae.kl_per_dimension(mean, logvar)
    # exp(v) - 1 - v cancels to about 1e-16 near v = 0
    assert (kl >= -1e-15).all()
    assert vae.kl_to_prior(torch.zeros(1, 4), torch.zeros(1, 4)).item() == 0


def test_loss_is_the_negative_elbo_at_beta_1_and_forgets_the_prior_at_0():
    output = vae.VAEOutput(numbers(4, 9), numbers(4, 3, seed=1), numbers(4, 3, seed=2))
    x = (numbers(4, 9, seed=3) > 0).double()
    assert_close(vae.vae_loss(output, x).total, -vae.elbo(output, x).mean())
    none, four = vae.vae_loss(output, x, beta=0), vae.vae_loss(output, x, beta=4)
    assert_close(none.total, none.reconstruction)
    assert_close(four.total, four.reconstruction + 4 * four.kl)


def test_samples_have_the_asked_mean_and_deviation():
    mean, logvar = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, -3.0]])
    z = vae.sample(
        mean.expand(40_000, 2), logvar.expand(40_000, 2), torch.Generator().manual_seed(4)
    )
    assert_close(z.mean(0), mean[0], atol=0.02, rtol=0)
    assert_close(z.std(0), (0.5 * logvar[0]).exp(), atol=0.02, rtol=0)


def test_gradients_pass_through_the_sample():
    mean, logvar = numbers(2, 3).requires_grad_(), numbers(2, 3, seed=1).requires_grad_()
    noise = numbers(2, 3, seed=5)  # the same numbers as the generator below gives
    z = vae.sample(mean, logvar, torch.Generator().manual_seed(5))
    z.sum().backward()
    assert_close(mean.grad, torch.ones_like(mean))
    assert_close(logvar.grad, 0.5 * (0.5 * logvar.detach()).exp() * noise)


@pytest.mark.parametrize("model", [VAE(TINY), ConvVAE(TINY_CONV)], ids=["mlp", "conv"])
def test_a_pass_is_decided_by_its_generator_alone(model):
    x = coding.as_input(model, torch.rand(4, 28, 28, generator=torch.Generator().manual_seed(6)))
    state = torch.get_rng_state()
    first = model(x, generator=torch.Generator().manual_seed(7))
    again = model(x, generator=torch.Generator().manual_seed(7))
    other = model(x, generator=torch.Generator().manual_seed(8))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(first.logits, again.logits)
    assert not torch.equal(first.logits, other.logits)
    assert torch.equal(first.mean, other.mean)
    assert first.logits.shape == x.shape
    assert first.mean.shape == first.logvar.shape == (4, 3)


def test_the_shipped_decoder_is_small_enough_for_a_browser():
    for n_latent in (2, 3):
        decoder = VAE(VAEConfig(n_latent=n_latent)).decoder
        assert sum(parameter.numel() for parameter in decoder.parameters()) <= 250_000
