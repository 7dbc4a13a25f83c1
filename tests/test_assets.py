"""Each file that ships is listed and whole; one that is not says so and how to remake it."""

import hashlib
import io
import json
import tarfile
import threading

import pytest

from core import assets, zoo
from core.errors import AssetError
from core.making import plotly_bundles
from demos.common import modules

SHIPPED = ("weights", "samples", "plotly")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "tiny.bin").write_bytes(b"tiny")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    return tmp_path


def register(score=None):
    assets.register(
        "weights/tiny.bin",
        licence="Apache-2.0",
        source="a test",
        paper="",
        command="python -m core.training.tiny",
        made_from=(),
        score=score,
    )


def test_each_shipped_file_is_listed_whole_and_its_origin_told():
    entries = assets.manifest()
    on_disk = {
        str(path.relative_to(assets.FOLDER).as_posix())
        for part in SHIPPED
        for path in (assets.FOLDER / part).rglob("*")
        if path.is_file()
    }
    assert on_disk == {name for name in entries if name.startswith(SHIPPED)}
    for name, entry in entries.items():
        content = assets.locate(name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (
            entry["sha256"],
            entry["bytes"],
        ), name
        assert entry["licence"], name
        assert entry["source"], name
        assert entry["command"].startswith(
            ("python -m core.", "python -m research.", "pip download ")
        ), name
    assert all(
        entry["score"] and entry["paper"]
        for name, entry in entries.items()
        if name.startswith("weights/") and name.endswith(("model.safetensors", zoo.CHANGES))
    )


def test_register_lists_a_file_that_locate_then_finds(folder):
    register({"test_mse": 0.5})
    assets.set_score("weights/tiny.bin", {"knn5": 0.9})
    assert assets.locate("weights/tiny.bin") == folder / "weights" / "tiny.bin"
    entry = assets.manifest()["weights/tiny.bin"]
    assert entry["sha256"] == hashlib.sha256(b"tiny").hexdigest()
    assert entry["bytes"] == 4
    assert entry["score"] == {"test_mse": 0.5, "knn5": 0.9}


@pytest.mark.parametrize(("content", "key"), [(b"tinY", "asset_damaged"), (None, "asset_missing")])
def test_a_missing_or_damaged_file_names_itself_and_the_command(folder, content, key):
    register()
    file = folder / "weights" / "tiny.bin"
    file.write_bytes(content) if content else file.unlink()
    with pytest.raises(AssetError) as caught:
        assets.locate("weights/tiny.bin")
    assert caught.value.key == key
    for language in ("en", "zh"):
        sentence = caught.value.sentence(language)
        assert "weights/tiny.bin" in sentence
        assert "python -m core.training.tiny" in sentence


def test_an_unlisted_file_and_a_damaged_manifest_are_asset_errors(folder):
    with pytest.raises(AssetError, match=r"manifest\.json is missing"):
        assets.locate("weights/tiny.bin")
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(AssetError, match=r"tiny\.bin is missing"):
        assets.locate("weights/tiny.bin")
    (folder / "manifest.json").write_text(json.dumps({"half": 1})[:-4])
    with pytest.raises(AssetError, match=r"manifest\.json is damaged"):
        assets.manifest()


def test_once_builds_one_model_for_many_first_visitors():
    built = []
    start = threading.Barrier(8)

    @zoo.once
    def build(number: int) -> object:
        built.append(number)
        return object()

    def visit() -> None:
        start.wait()
        build(1)

    visitors = [threading.Thread(target=visit) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert built == [1]
    assert build(1) is build(1)
    assert build(2) is not build(1)


def test_a_loader_that_failed_tries_again():
    outcomes = [AssetError("asset_missing", file="x", command="y"), "model"]

    @zoo.once
    def load() -> object:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(AssetError):
        load()
    assert load() == "model"


def test_a_part_of_plotly_is_the_one_file_out_of_its_package(tmp_path):
    bundle = plotly_bundles.BUNDLES[0]
    with tarfile.open(tmp_path / f"{bundle.package}-{bundle.version}.tgz", "w:gz") as archive:
        for name in ("README.md", bundle.file):
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(name)
            archive.addfile(entry, io.BytesIO(name.encode()))
    assert plotly_bundles.content(bundle, tmp_path) == bundle.file.encode()


def test_the_parts_of_plotly_that_are_fetched_are_those_that_are_served():
    assert {bundle.asset for bundle in plotly_bundles.BUNDLES} == set(modules.BUNDLES.values())
    for bundle in plotly_bundles.BUNDLES:
        assert assets.manifest()[bundle.asset]["command"] == plotly_bundles.COMMAND
