"""Every claim has its figure, its bound and its row; measuring is left to `python -m bench`."""

import json

import numpy as np
import pytest
import torch

from bench import __main__ as command
from bench import (
    browser_decoder,
    chromium,
    example_vae,
    free_drawing,
    head_views,
    lecture_loop,
    report,
)
from bench.figures import BenchError, Bound, Figure, Group, Measured, Measurement
from core.images import datasets
from core.models.autoencoder import MLPAutoencoder, MLPAutoencoderConfig
from core.models.vae import VAE

# What the lab has promised: name -> bound.
PROMISED = {
    "images.ae3_lecture.test_mse": None,
    "images.ae3_lecture.knn5": None,
    "images.ae3.test_mse": Bound(at_most=0.0282),
    "images.ae3.knn5": Bound(at_least=0.905),
    "images.conv_lecture.test_mse": None,
    "images.conv.test_mse": Bound(at_most=0.0185),
    "images.dense32.test_mse": Bound(at_most=0.0065),
    "images.vae16.elbo_binarised": Bound(at_least=-98),
    "images.vae2.elbo_binarised": Bound(at_least=-142),
    "images.prep.knn5_free": Bound(near_peer=0.02),
    "images.train_speedup.mlp": Bound(at_least=3),
    "images.train_speedup.conv": Bound(at_least=1.8),
    "images.js_decoder.max_abs_error": Bound(at_most=0.01),
    "codes.jpeg.parity_max": Bound(at_most=2),
    "codes.jpeg.bytes_ratio": Bound(at_most=1.05),
    "codes.equal_bytes.dense32_mse": None,
    "codes.vae16.bits": None,
    "codes.step_ms": Bound(at_most=50),
    "page.first_byte_ratio": Bound(at_most=1.25),
    "page.draw_p50_ms": Bound(at_most=100, times_peer=5),
    "page.latent_fps": Bound(at_least=30),
    "page.latent_server_calls": Bound(at_most=0),
    "page.bytes_first_view": Bound(at_most=0.45),
    "page.html_bytes": Bound(at_most=60_000),
    "page.photos.right": Bound(at_least=0.95),
    "page.photos.worst_kind": Bound(at_least=0.8),
    "page.photo_ms": Bound(at_most=1000),
    "words.search_ms": Bound(at_most=15),
    "language.parity_max_abs": Bound(at_most=1e-4),
    "language.tokenizer_mismatches": Bound(at_most=0),
    "language.en.mask_top1": Bound(at_least=0.46),
    "language.en.mask_top5": Bound(at_least=0.64),
    "language.zh.mask_top1": Bound(at_least=0.44),
    "language.zh.mask_top5": Bound(at_least=0.66),
    "language.en.everyday_top1": Bound(at_least=0.7),
    "language.zh.everyday_top1": Bound(at_least=0.7),
    "language.en.mask_top1.dialogue": None,
    "language.en_large.mask_top1": None,
    "language.en_large.mask_top5": None,
    "language.en_large.words_top1": None,
    "language.en_large.words_top1_unread": None,
    "language.en_large.everyday_top1": None,
    "language.en_large.fill_mask_ms": None,
    "language.zh.mask_top5.stories": None,
    "language.en.nsp_rank1": None,
    "language.zh.nsp_rank1": None,
    "language.en.nsp_acc": Bound(at_least=0.92),
    "language.zh.nsp_acc": Bound(at_least=0.91),
    "language.fill_mask_ratio_1": Bound(at_most=0.3),
    "language.fill_mask_ratio_32": Bound(at_most=0.15),
    "language.zh.transfer_gain": None,
    "language.precision_loss": Bound(at_most=0.002),
    "attention.parity_max_abs": Bound(at_most=1e-5),
    "attention.ablation_parity_max_abs": Bound(at_most=1e-5),
    "attention.forward_ratio": Bound(at_most=0.8),
    "attention.payload_bytes_128": Bound(at_most=300_000),
    "attention.payload_bytes_128_all": Bound(at_most=1_500_000),
    "attention.switch_ms": Bound(at_most=60),
    "attention.switch_server_calls": Bound(at_most=0),
    "attention.effect_map_s": Bound(at_most=1.5, times_peer=0.5),
    **{
        f"explain.sign_agreement.{task}.{language}": Bound(at_least=0.85)
        for task in ("nsp", "sentiment", "attention")
        for language in ("en", "zh")
    },
    "words.en.analogy_acc": None,
    "words.zh.analogy_acc": None,
    "words.procrustes_p1": None,
    "words.procrustes_p5": None,
    **{
        f"told.{what}": None
        for objective in ("told", "ae", "denoising", "both")
        for what in (
            f"linear_probe.{objective}.100",
            f"linear_probe.{objective}.all",
            f"decode_mse.{objective}",
        )
    },
    "words.en.senses.layer6": None,
    "words.zh.senses.layer6": None,
    "words.train_ratio": Bound(at_least=1),
    "words.neighbour_overlap": None,
    "transfer.parity_top1": Bound(at_least=1.0),
    "transfer.frozen_acc": Bound(at_least=0.72),
    "transfer.features_ms": Bound(at_most=30),
    "transfer.last_layer_s": Bound(at_most=3),
    "explain.sentence_ms": Bound(at_most=100),
    "lstm.parity_max_abs": Bound(at_most=1e-6),
    "lstm.en.acc": Bound(at_least=0.76),
    "lstm.zh.acc": None,
    "lstm.step_ms": Bound(at_most=100),
}
FAST = Figure("toy.fast", "ms", "How fast.", Bound(at_most=100, times_peer=5), "a snail")
GOOD = Figure("toy.good", "", "How good.")
LOST = Figure("toy.lost", "s", "Never measured.", Bound(at_least=1))


def fail() -> list[Measured]:
    raise BenchError("no browser")


@pytest.fixture
def toy() -> Group:
    fast_and_good = Measurement((FAST, GOOD), lambda: [Measured(60.0, 10.0), Measured(0.5)])
    return Group("toy", "A toy.", (fast_and_good, Measurement((LOST,), fail)))


@pytest.fixture(scope="module")
def declared() -> dict[str, Figure]:
    return {figure.name: figure for name in command.GROUPS for figure in command.load(name).figures}


@pytest.mark.parametrize("name", PROMISED)
def test_each_promised_figure_has_its_bound(name, declared):
    assert declared[name].bound == PROMISED[name]


@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("images.ae3.test_mse", "PCA-3"),
        ("images.conv.test_mse", "PCA-32"),
        ("images.dense32.test_mse", "PCA-32"),
        ("images.vae16.elbo_binarised", "784-400-20"),
        ("images.prep.knn5_free", "untouched"),
        ("codes.equal_bytes.dense32_mse", "JPEG"),
        ("codes.vae16.bits", "zlib"),
        ("page.draw_p50_ms", "event"),
        ("transfer.parity_top1", "timm"),
        ("transfer.frozen_acc", "raw pixels"),
        ("attention.payload_bytes_128", "BertViz"),
        ("lstm.en.acc", "random vectors"),
        ("attention.effect_map_s", "readings"),
    ],
)
def test_promised_peers_stand_beside_their_figures(name, peer, declared):
    assert peer in declared[name].peer


def test_names_are_unique_and_belong_to_their_group():
    for group in command.GROUPS:
        names = [figure.name for figure in command.load(group).figures]
        assert len(set(names)) == len(names)
        assert all(name.startswith(f"{group}.") for name in names)


@pytest.mark.parametrize(
    ("bound", "measured", "met"),
    [
        (Bound(at_most=1), Measured(1.0), True),
        (Bound(at_most=1), Measured(1.01), False),
        (Bound(at_least=-98), Measured(-97.9), True),
        (Bound(at_least=-98), Measured(-98.1), False),
        (Bound(at_most=100, times_peer=5), Measured(60.0, 10.0), False),
        (Bound(at_most=100, times_peer=5), Measured(50.0, 10.0), True),
        (Bound(at_most=100, times_peer=5), Measured(101.0, 90.0), False),
        (Bound(near_peer=0.02), Measured(0.9, 0.915), True),
        (Bound(near_peer=0.02), Measured(0.94, 0.915), False),
        (Bound(at_most=0.01), Measured(float("nan")), False),
    ],
)
def test_bounds(bound, measured, met):
    assert bound.met(measured) is met


def test_a_bound_on_a_peer_needs_one():
    with pytest.raises(ValueError, match="peer"):
        Bound(times_peer=5).met(Measured(1.0))


def test_json_lines_have_exactly_the_keys(toy, capsys):
    results = command.measure(toy, as_json=True)
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert lines == [
        {"name": "toy.fast", "value": 60.0, "unit": "ms", "peer": "a snail", "peer_value": 10.0},
        {"name": "toy.good", "value": 0.5, "unit": "", "peer": None, "peer_value": None},
    ]
    assert "no browser" in err
    assert set(results) == {"toy.fast", "toy.good"}


def test_only_measures_what_was_asked_for(toy, capsys):
    assert list(command.measure(toy, "good")) == ["toy.good"]
    assert "toy.lost" not in capsys.readouterr().err


def test_table_aligns_its_columns(toy):
    lines = report.table(toy.figures, {"toy.fast": Measured(60.0, 10.0)}).splitlines()
    assert (
        len({line.index(what) for line, what in zip(lines, ("met?", "not met"), strict=False)}) == 1
    )
    assert "not measured" in lines[2]


def test_section_tells_what_was_met(toy):
    results = {"toy.fast": Measured(60.0, 10.0), "toy.good": Measured(0.5)}
    text = report.section(toy, results, "Measured here.")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    assert (
        "| **60** | ms | ≤ 100, ≤ 5 × peer | not met | a snail | 10 | How fast. |"
        in rows["toy.fast"]
    )
    assert "| reported |" in rows["toy.good"]
    assert "| not measured |" in rows["toy.lost"]
    assert "Measured here. Printed by `python -m bench toy`." in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1


def test_rewriting_one_group_keeps_the_others(tmp_path):
    file = tmp_path / "BENCHMARKS.md"
    order = ("first", "second")
    report.rewrite({"second": "## second\n\nold\n"}, order, file)
    report.rewrite({"first": "## first\n\nnew\n"}, order, file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(report.HEADING)
    assert text.endswith("## first\n\nnew\n\n## second\n\nold\n")
    report.rewrite({"second": "## second\n\nnewer\n"}, order, file)
    assert "old" not in file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").count("\n## ") == 2


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.02756, "0.0276"),
        (97.612, "97.61"),
        (-1234567, "-1,234,567"),
        (3.2e-05, "3.2e-05"),
        (0, "0.0000"),
        (None, "-"),
    ],
)
def test_numbers(value, written):
    assert report.number(value) == written


def test_machine_line_names_cores_versions_and_date():
    line = report.machine()
    assert torch.__version__.split("+")[0] in line
    assert "cores of" in line
    assert "Python 3." in line


def test_moved_digits_stay_whole_on_the_pad():
    digits = np.zeros((6, 28, 28), np.uint8)
    digits[:, 4:24, 9:19] = 200
    pads = free_drawing.moved_and_scaled(digits, seed=1)
    assert np.array_equal(pads, free_drawing.moved_and_scaled(digits, seed=1))
    lengths = [np.ptp(np.flatnonzero(pad.any(1))) + 1 for pad in pads]
    assert min(lengths) >= free_drawing.SHORTEST
    assert max(lengths) <= free_drawing.LONGEST
    assert len(set(lengths)) > 1
    prepared = free_drawing.prepared(pads)
    assert prepared.shape == (6, 28, 28)
    assert np.abs(prepared - prepared[0]).mean() < 0.02  # wherever and however large it was


def test_example_vae_is_784_400_20():
    model = example_vae.ExampleVAE()
    shapes = [tuple(p.shape) for p in model.parameters() if p.ndim == 2]
    assert shapes == [(400, 784), (40, 400), (400, 20), (784, 400)]
    assert model(torch.rand(2, 784), generator=torch.Generator()).mean.shape == (2, 20)


def test_the_example_trains_as_long_as_vae16(monkeypatch):
    entry = {"command": "python -m core.training.vae vae16 --seed 0 --epochs 7"}
    monkeypatch.setattr(
        example_vae.assets, "manifest", lambda: {"weights/vae16.safetensors": entry}
    )
    assert example_vae.epochs_of_vae16() == 7
    monkeypatch.setattr(example_vae.assets, "manifest", dict)
    assert example_vae.epochs_of_vae16() == example_vae.vae.PRESETS["vae16"].recipe.epochs


def test_our_loop_takes_turn_after_turn(monkeypatch):
    chance = np.random.default_rng(0)
    images = chance.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    digits = datasets.Digits(images, np.zeros(300, np.uint8))
    monkeypatch.setattr(datasets, "training_digits", lambda: digits)
    turns = lecture_loop._ours(lambda: MLPAutoencoder(MLPAutoencoderConfig()), 2)
    assert next(turns) > 0
    assert next(turns) > 0


def test_a_server_that_ends_is_reported_with_its_last_words():
    with (
        pytest.raises(BenchError, match="no such luck"),
        chromium.server("-c", "raise SystemExit('no such luck')"),
    ):
        pass


@pytest.mark.browser
@pytest.mark.slow
def test_the_browser_decodes_as_torch_does():
    with torch.random.fork_rng():
        torch.manual_seed(3)
        config = MLPAutoencoderConfig(activation="gelu", batch_norm=True)
        models = {"ae": MLPAutoencoder(config).eval(), "vae": VAE().eval()}
    measured = browser_decoder.largest_error({k: lambda m=m: m for k, m in models.items()})
    assert 0 < measured.value < 0.01


def test_parity_is_measured_over_all_stages():
    from bench import bert_parity
    from core.models.bert import BertConfig

    small = BertConfig(60, width=24, n_layers=2, n_heads=4, n_feed_forward=40, n_positions=64)
    assert 0 < bert_parity.largest_difference(small).value < 1e-4


@pytest.mark.slow
@pytest.mark.weights
def test_a_head_view_is_weighed_as_the_lab_serves_it():
    first, whole = (head_views._weighed(layers) for layers in ([0], []))
    assert 10_000 < first < whole < 1_500_000
