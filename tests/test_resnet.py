"""ResNet: torchvision's, number by number, with weights drawn by lot."""

import pytest
import torch
from torch.testing import assert_close

from core.models import resnet


def theirs(name: str) -> torch.nn.Module:
    """Torchvision's network with weights by lot, its batch norms told something of their own."""
    from torchvision import models

    model = getattr(models, name)(weights=None).eval()
    dice = torch.Generator().manual_seed(5)
    for norm in model.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.running_mean.normal_(0, 0.1, generator=dice)
            norm.running_var.uniform_(0.5, 1.5, generator=dice)
    return model


@pytest.mark.parity
@pytest.mark.parametrize("name", resnet.CONFIGS)
def test_it_is_torchvisions(name):
    reference, config = theirs(name), resnet.CONFIGS[name]
    ours = resnet.ResNet(config).eval()
    ours.load_state_dict(resnet.renamed(reference.state_dict(), config), strict=True)
    x = torch.rand(2, 3, 65, 64, generator=torch.Generator().manual_seed(1))  # odd edges, too
    with torch.inference_mode():
        # stage by stage, so that a failure says where
        seen = reference.maxpool(reference.relu(reference.bn1(reference.conv1(x))))
        assert_close(ours.stem(x), seen)
        n = 0
        for stage, n_blocks in enumerate(config.n_blocks, 1):
            seen = getattr(reference, f"layer{stage}")(seen)
            n += n_blocks
            assert_close(ours.before(x, n), seen, atol=1e-3, rtol=1e-3)
        assert_close(ours(x), reference(x), atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("n_blocks", range(9))
def test_before_and_after_are_the_whole(n_blocks):
    torch.manual_seed(0)
    model = resnet.ResNet().double().eval()
    x = torch.rand(1, 3, 32, 32, dtype=torch.float64)
    whole = model.after(model.before(x, 0), 0)
    assert_close(model.after(model.before(x, n_blocks), n_blocks), whole)
    assert_close(model(x), model.classifier(whole.mean((2, 3))))


def test_pictures_are_laid_around_imagenets_mean():
    from torchvision.transforms.functional import normalize

    pixels = torch.rand(2, 3, 5, 7)
    reference = normalize(pixels, resnet.MEAN, resnet.DEVIATION)
    assert_close(resnet.as_input(pixels), reference)
