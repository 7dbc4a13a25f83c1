"""ResNets of a folder: weights by lot saved there, and what is refused."""

import pytest
import torch
from safetensors.torch import save_file

from core.bert import fetching
from core.errors import InputError
from core.images import image_models
from core.inference import retrain
from core.models import resnet
from core.training.live_retraining import Retraining
from demos.retrain import tab


def by_lot(name: str) -> dict[str, torch.Tensor]:
    """Weights by torchvision's names."""
    from torchvision import models

    return getattr(models, name)(weights=None).state_dict()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LATENT_LAB_MODELS", str(tmp_path))
    monkeypatch.setenv("LATENT_LAB_HUB", "off")
    return tmp_path


def kept(folder, name: str, weights: dict[str, torch.Tensor]) -> None:
    (folder / name).mkdir()
    save_file(weights, folder / name / image_models.WEIGHTS)


def few(network: str, depth: str):
    drawn = [[retrain.drawing(kind, row) for row in range(3)] for kind in ("food", "tools")]
    return retrain.settings(drawn, n_learned=2, depth=depth, network=network)


@pytest.mark.weights
@pytest.mark.parametrize("depth", retrain.DEPTHS)
def test_a_resnet_of_a_folder_learns_by_the_same_code(folder, depth):
    kept(folder, "resnet18", by_lot("resnet18"))
    assert retrain.networks() == ("lite0", "resnet18")
    kind = Retraining(few("resnet18", depth))
    before = {name: value.clone() for name, value in kind._model.state_dict().items()}
    first = kind.step()
    kind.step()
    assert first == pytest.approx(0.6931, abs=1e-3)  # two classes, equally likely
    moved = {n for n, value in kind._model.state_dict().items() if not value.equal(before[n])}
    learning = {n for n, weights in kind._model.named_parameters() if weights.requires_grad}
    assert moved == learning
    blocks = {name.split(".")[1] for name in learning if name.startswith("blocks")}
    assert blocks == {"layer": set(), "block": {"7"}, "all": {*map(str, range(8))}}[depth]
    found = kind.samples()
    assert found.maps.shape == (2, 2, 7, 7)


def test_the_larger_one_has_its_2048_features(folder):
    config = resnet.CONFIGS["resnet101"]
    with torch.device("meta"):
        model = resnet.ResNet(config)
    assert model.classifier.in_features == 2048
    assert len(model.blocks) == 33
    n_parameters = sum(weights.numel() for weights in model.parameters())
    assert n_parameters == 44_549_160  # as torchvision's


@pytest.mark.weights
def test_what_does_not_fit_is_refused_in_words(folder):
    with pytest.raises(InputError) as refused:
        few("resnet18", "layer")
    assert refused.value.key == "bad_request"  # neither here nor to be fetched
    with pytest.raises(InputError) as refused:
        image_models.opened("resnet18", str(folder))
    assert refused.value.key == "retrain_no_weights"
    kept(folder, "resnet101", {"fc.weight": torch.zeros(3)})
    with pytest.raises(InputError) as refused:
        image_models.opened("resnet101", str(folder / "resnet101"))
    assert refused.value.key == "retrain_weights"
    (folder / "resnet18").mkdir()
    torch.save(by_lot("resnet18"), folder / "resnet18" / image_models.WEIGHTS)  # a pickle
    with pytest.raises(InputError) as refused:
        image_models.opened("resnet18", str(folder / "resnet18"))
    assert refused.value.key == "retrain_weights"


@pytest.mark.parametrize("network", ["../resnet18", "resnet50", "random", "pixels", "", 3, None])
def test_only_names_of_the_list_are_taken(folder, network):
    asked = {"classes": [[{"kind": "food", "row": n} for n in range(3)],
                         [{"kind": "tools", "row": n} for n in range(3)]]}  # fmt: skip
    asked |= {"n_learned": 2, "depth": "layer", "background": False, "seed": 0}
    answer = tab.retrain(asked | {"job": "x", "network": network})
    assert answer["error"]["key"] == "bad_request"


def test_the_hub_is_asked_for_these_and_no_other(monkeypatch):
    assert set(image_models.HUB.values()) == set(fetching.WITHOUT_WORDS)
    monkeypatch.setenv("LATENT_LAB_HUB", "allow-list")
    assert retrain.networks() == ("lite0", "resnet18", "resnet101")


@pytest.mark.weights
def test_what_is_not_here_is_fetched_before_it_learns(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_LAB_MODELS", str(tmp_path / "none"))
    monkeypatch.setenv("LATENT_LAB_HUB", "allow-list")
    asked, begun = [], []
    monkeypatch.setattr(fetching, "kept", lambda _name: None)
    monkeypatch.setattr(fetching, "folder", lambda _name: tmp_path)
    monkeypatch.setattr(fetching, "fetch_apart", lambda name, report: asked.append(name))
    monkeypatch.setattr(
        retrain.training, "begin", lambda *given: begun.append(given[3](lambda: None))
    )
    retrain.begin("job", few("resnet18", "layer"))
    assert asked == ["timm/resnet18.tv_in1k"]
    assert begun[0].weights == str(tmp_path)
