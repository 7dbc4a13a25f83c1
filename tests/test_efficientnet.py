"""EfficientNet against timm's, stage by stage, and what holds for any weights."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.testing import assert_close

from core import assets, zoo
from core.images import clipart
from core.making import efficientnet as making
from core.models import cam
from core.models.efficientnet import (
    Convolution,
    EfficientNet,
    EfficientNetConfig,
    Stage,
    as_input,
    same_padding,
)

TINY = EfficientNetConfig(
    stem=4, stages=(Stage(1, 3, 1, 1, 4), Stage(2, 5, 2, 3, 6)), n_features=8, n_classes=5
)


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def random(config: EfficientNetConfig | None = None, seed: int = 0) -> EfficientNet:
    """Return a network whose weights and norms would be noticed if lost."""
    model = EfficientNet(config).double().eval().requires_grad_(False)
    dice = torch.Generator().manual_seed(seed)
    for name, value in model.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 2, generator=dice)
        elif value.is_floating_point():
            wide = max(1, value[0].numel()) if value.ndim > 1 else 25
            value.normal_(0, wide**-0.5, generator=dice)
            if name.endswith("norm.weight"):
                value.add_(1)
    return model


@pytest.fixture(scope="module")
def pair():
    """Ours with random weights, and timm's with the same."""
    timm = pytest.importorskip("timm")
    ours = random()
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False).double().eval()
    # both lists go from the first layer to the last; the strict load compares all shapes
    names = theirs.state_dict().keys()
    weights = dict(zip(names, ours.state_dict().values(), strict=True))
    theirs.load_state_dict(weights, strict=True)
    return ours, theirs


@pytest.mark.parity
@pytest.mark.slow
@pytest.mark.parametrize("side", [64, 97])
@torch.no_grad()
def test_each_stage_matches_timm(pair, side):
    ours, theirs = pair
    x = numbers(2, 3, side, side)
    mine = ours.stem(x)
    other = theirs.bn1(theirs.conv_stem(x))
    assert_close(mine, other)
    n_done = 0
    for number, stage in enumerate(theirs.blocks):
        other = stage(other)
        n_done += len(stage)
        mine = ours.before(x, n_done)
        assert_close(mine, other, msg=lambda text, n=number: f"stage {n}: {text}")
    assert_close(ours.after(mine, n_done), theirs.bn2(theirs.conv_head(other)))
    assert_close(ours(x).logits, theirs(x))


@pytest.mark.parity
@pytest.mark.parametrize(("side", "kernel", "stride"), [(8, 3, 2), (9, 3, 2), (8, 5, 2), (7, 5, 1)])
def test_padding_gives_every_pixel_its_place(side, kernel, stride):
    padded = same_padding(torch.ones(1, 1, side, side), kernel, stride)
    n_out = -(-side // stride)
    assert padded.shape[-1] == max(side, (n_out - 1) * stride + kernel)
    above = int((padded[0, 0, :, side // 2] == 1).nonzero()[0])
    below = padded.shape[-1] - side - above
    assert 0 <= below - above <= 1


def test_a_convolution_leaves_negative_sums_only_where_it_is_not_active():
    for active in (True, False):
        layer = Convolution(3, 4, active=active).double().eval()
        out = layer(100 * numbers(1, 3, 5, 5))
        assert bool((out < 0).any()) is not active
        assert bool((out > 6).any()) is not active


def test_parts_make_the_whole_wherever_one_cuts():
    model, x = random(TINY), numbers(3, 3, 40, 40)
    whole = model(x)
    assert len(model.blocks) == 3
    assert whole.logits.shape == (3, 5)
    for cut in range(4):
        assert_close(model.after(model.before(x, cut), cut), whole.map)
    assert_close(whole.map.mean((2, 3)), whole.features)
    assert_close(model.classifier(whole.features), whole.logits)
    assert (whole.map >= 0).all()


def test_each_picture_is_answered_alone():
    model, x = random(TINY), numbers(4, 3, 48, 33)
    together = model(x).logits
    for row in range(4):
        assert_close(model(x[row : row + 1]).logits, together[row : row + 1])


@pytest.mark.parametrize("shape", [(3, 64, 64), (1, 1, 64, 64), (1, 4, 64, 64), (2, 3, 64, 31)])
def test_what_is_no_picture_is_refused_with_its_shape(shape):
    with pytest.raises(ValueError, match=str([*shape]).replace("[", r"\[")):
        random(TINY)(numbers(*shape))


def test_defaults_are_lite0():
    with torch.device("meta"):
        model = EfficientNet()
    assert sum(p.numel() for p in model.parameters()) == 4_652_008
    assert len(model.blocks) == 16
    assert sum(block.residual for block in model.blocks) == 9
    assert model.after(model.before(torch.empty(1, 3, 224, 224, device="meta"), 0), 0).shape == (
        (1, 1280, 7, 7)
    )


def test_pixels_become_what_the_weights_expect():
    assert_close(as_input(torch.tensor([0.0, 127 / 255, 1.0])), torch.tensor([-127 / 128, 0, 1.0]))


# ---- Class activation maps -----------------------------------------------------------------------


def test_a_map_of_a_class_adds_up_to_its_logit():
    model, x = random(TINY), numbers(2, 3, 64, 64)
    found = model(x)
    layer = model.classifier
    maps = cam.class_activation_maps(found.map, layer.weight, layer.bias)
    assert maps.shape == (2, 5, *found.map.shape[2:])
    assert_close(maps.mean((2, 3)), found.logits)
    # a place alone: what the layer says of its features
    assert_close(maps[1, :, 2, 3], layer(found.map[1, :, 2, 3]))


# ---- Weights -------------------------------------------------------------------------------------


def test_names_of_the_package_become_ours():
    theirs = ["_conv_stem.weight", "_bn0.bias", "_blocks.0._depthwise_conv.weight"]
    theirs += ["_blocks.0._bn1.weight", "_blocks.0._bn2.running_var", "_blocks.7._bn0.weight"]
    theirs += ["_blocks.7._expand_conv.weight", "_conv_head.weight", "_bn1.weight", "_fc.bias"]
    ours = ["stem.conv.weight", "stem.norm.bias", "blocks.0.filter.conv.weight"]
    ours += ["blocks.0.filter.norm.weight", "blocks.0.project.norm.running_var"]
    ours += ["blocks.7.expand.norm.weight", "blocks.7.expand.conv.weight", "head.conv.weight"]
    ours += ["head.norm.weight", "classifier.bias"]
    found = making.translated({name: torch.tensor(i) for i, name in enumerate(theirs)})
    assert list(found) == ours
    assert [int(value) for value in found.values()] == list(range(len(theirs)))
    assert set(ours) <= set(EfficientNet().state_dict())


@pytest.mark.weights
def test_the_shipped_weights_are_in_half_precision_and_listed():
    name = "weights/efficientnet-lite0.safetensors"
    stored = load_file(assets.locate(name))
    assert {value.dtype for value in stored.values() if value.ndim > 1} == {torch.float16}
    assert assets.locate(name).stat().st_size < 10_000_000
    assert assets.manifest()[name]["score"]["n_parameters"] == 4_652_008


GOLDEN = {  # kind -> row, ImageNet's class of it, its logit when the weights were made
    "computers": (20, 613, 13.0286),  # joystick
    "music": (33, 513, 10.5062),  # cornet
    "tools": (4, 882, 13.1647),  # vacuum
}


@pytest.mark.weights
@torch.inference_mode()
def test_the_shipped_weights_answer_as_when_they_were_made():
    model = zoo.efficientnet()
    assert model is zoo.efficientnet()
    assert not model.training
    for kind, (row, named, logit) in GOLDEN.items():
        pixels = torch.tensor(clipart.drawings(kind).pixels[row]).permute(2, 0, 1)[None]
        x = torch.nn.functional.interpolate(pixels.float() / 255, (224, 224), mode="nearest")
        logits = model(as_input(x)).logits[0]
        assert int(logits.argmax()) == named, kind
        assert float(logits[named]) == pytest.approx(logit, abs=2e-3), kind


# ---- Drawings ------------------------------------------------------------------------------------


def test_every_drawing_is_whole_on_white_and_named():
    listed = json.loads(assets.locate(clipart.LISTED).read_text("utf-8"))
    assert tuple(listed) == clipart.KINDS
    names = [name for kind in clipart.KINDS for name in listed[kind]]
    assert len(names) == len(set(names)) == 477
    for kind in clipart.KINDS:
        found = clipart.drawings(kind)
        assert found is clipart.drawings(kind)
        assert found.files == tuple(listed[kind])
        assert found.pixels.shape == (len(found.files), clipart.SIDE, clipart.SIDE, 3)
        assert len(found.files) > 40
        # white all around, something in the middle
        edge = np.concatenate([found.pixels[:, :3].reshape(len(found.files), -1)])
        assert edge.min() > 200, kind
        assert (found.pixels.min((1, 2, 3)) < 230).all(), kind
        with pytest.raises(ValueError, match="read-only"):
            found.pixels[0] = 0


def test_no_drawing_stands_twice():
    pixels = np.concatenate([clipart.drawings(kind).pixels for kind in clipart.KINDS])
    small = (
        pixels.reshape(len(pixels), 16, 8, 16, 8, 3)
        .mean((2, 4), np.float32)
        .reshape(len(pixels), -1)
    )
    squares = (small**2).sum(1)
    apart = (squares[:, None] + squares - 2 * small @ small.T) / small.shape[1]
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 25  # squared grey levels; the same file saved twice: under 1
