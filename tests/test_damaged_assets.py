"""Each file that the lab reads is checked first: cut, changed by one bit or gone, it is named."""

import functools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core import assets, texts, zoo
from core.errors import AssetError
from core.images import clipart, datasets, picture_sets
from core.inference import (
    code_maps,
    code_space,
    codec_rates,
    contextual,
    convolution,
    embedding_sum,
    failures,
    home,
    lstm_opening,
    openings,
    reconstruction,
    retrain,
    retrain_curve,
    sentiment,
    sentiment_examples,
    told,
    train,
    training_lapse,
    trials,
    word2vec,
    word_maps,
    words,
)
from core.text import corpora, pieces, reviews, vectors
from demos.common import modules
from demos.fill_in import tab as fill_in
from demos.next_sentence import tab as next_sentence

ROOT = Path(__file__).parent.parent
HOW = ("cut", "flipped", "missing")
SPACES = {stem: name for name, (stem, _) in code_space.SPACES.items()}
LATENT = {"ae3-lecture": "mlp_lecture", "ae3": "mlp_tuned", "pca32": "pca"} | {
    "conv-lecture": "conv_lecture",
    "conv": "conv_tuned",
    "efficientnet-lite0": "efficientnet",
}


def asked_anew(function: Callable) -> Callable:
    """Return a cached function as it is without what it remembers."""
    return function.__wrapped__


def picture_model(stem: str) -> object:
    name, _, beta = stem.partition("-beta")
    given = (int(beta),) if beta else ()
    return asked_anew(getattr(zoo, LATENT.get(stem, name)))(*given)


# A file's name -> who reads it. None: no page does, only training and bench.
READERS: list[tuple[str, Callable | None]] = [
    (r"(plotly/[\w.-]+)\.js", lambda stem: modules._read(f"{stem}.js")),
    (r"samples/clipart\.json", clipart.files),
    (r"samples/clipart-(\w+)\.webp", asked_anew(clipart._read)),
    (r"samples/codec_rates\.json", codec_rates.stored),
    (r"samples/contextual\.json", contextual.stored),
    (r"samples/corpus-(en|zh)\.txt\.xz", asked_anew(corpora.shipped)),
    (r"samples/digits\.(?:json|png)", asked_anew(datasets.sample_digits)),
    (r"samples/(clothes|animals)\.(?:json|png)", asked_anew(picture_sets.shown_pictures)),
    (r"samples/failures\.json", lambda: failures.stored("en")),
    (r"samples/first_reconstruction\.json", reconstruction.example),
    (r"samples/home\.json", home.stored),
    (r"samples/lstm_opening\.json", lstm_opening.opening),
    (r"samples/maps\.safetensors", lambda: asked_anew(code_maps.shipped)("dense32", "umap")),
    (r"samples/ngrams-(\w+)\.json", asked_anew(sentiment._exciting)),
    (r"samples/(nsp|transfer)_trial\.json", trials.stored),
    (
        r"samples/openings\.safetensors",
        lambda: openings.attended(openings.example("en"), "en"),
    ),
    (r"samples/race\.json", train.race),
    (r"samples/retrain_curve\.json", retrain_curve.stored),
    (r"samples/retrain_examples\.json", retrain.examples),
    (r"samples/reviews-(en|zh)\.txt\.xz", asked_anew(reviews.shipped)),
    (r"samples/sentiment-\w+\.json", None),
    (
        r"samples/sentiment_examples\.json",
        lambda: sentiment_examples.remembered(
            sentiment_examples.sentences("en")[0], "pieces", "random"
        ),
    ),
    (r"samples/timelapse-vae2-beta1\.safetensors", None),
    (r"samples/timelapse-(.+)\.safetensors", lambda stem: code_space.time_lapse(SPACES[stem])),
    (r"samples/training_examples\.json", train.examples),
    (r"samples/told-(\w+)\.json", told.figures),
    (r"samples/told_maps\.safetensors", lambda: told.maps("digits", "umap")),
    (r"samples/told_near\.json", told.twins),
    (r"samples/told_opening\.json", told.opening),
    (r"samples/vectors-(en|zh)\.safetensors", asked_anew(vectors.loaded)),
    (r"samples/words\.json", words.stored),
    (r"samples/words-maps\.safetensors", lambda: asked_anew(word_maps.maps)("zh")),
    (r"samples/word2vec_examples\.json\.xz", lambda: word2vec.example("en", "glove")),
    (r"weights/lstm-(en|zh)/words\.txt", asked_anew(zoo.lstm_words)),
    (r"weights/lstm-(en|zh)/(\w+)\.safetensors", asked_anew(zoo.lstm)),
    (r"weights/told-(\w+)\.safetensors", asked_anew(zoo.told)),
    (r"weights/bert-(en|zh)/snapshots\.json", training_lapse.lapse),
    (r"weights/bert-(en|zh)/vocab\.txt", asked_anew(pieces.vocabulary)),
    (r"weights/bert-(en|zh)/\w+\.\w+", asked_anew(zoo.bert)),
    (r"weights/bert-(\w+-large)/\w+\.\w+", zoo.large_folder),
    (r"weights/sentiment-(en|zh)/\w+\.\w+", asked_anew(zoo.sentiment_bert)),
    (r"weights/textcnn-(\w+)/bow\.safetensors", asked_anew(sentiment.bag_weights)),
    (
        r"weights/textcnn-(\w+)/vocab\.txt",
        lambda kind: asked_anew(zoo.textcnn)(kind, "random"),
    ),
    (r"weights/textcnn-(\w+)/(\w+)\.safetensors", asked_anew(zoo.textcnn)),
    (r"weights/([\w-]+)\.safetensors", picture_model),
]


def reader(name: str) -> Callable | None:
    """Return what reads a file; a new file needs a line above."""
    for pattern, read in READERS:
        found = re.fullmatch(pattern, name)
        if found:
            plain = pattern.count("(?:")
            given = found.groups() if pattern.count("(") > plain else ()
            return read and functools.partial(read, *given)
    raise AssertionError(f"Who reads {name}?")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """All assets in another place, as links."""
    for file in assets.FOLDER.rglob("*"):
        if file.is_file():
            link = tmp_path / file.relative_to(assets.FOLDER)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file.resolve())
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    return tmp_path


def damage(file: Path, how: str) -> None:
    content = file.read_bytes()
    file.unlink()  # the link
    if how == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        middle = len(content) // 2
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])


@pytest.mark.parametrize("name", assets.manifest())
def test_a_damaged_file_is_named_by_whoever_reads_it(copy, name):
    read = reader(name)
    if read is None:
        return
    read()  # what a cache remembers of the whole file must not hide the damaged one
    for how in HOW:
        damage(copy / name, how)
        with pytest.raises(AssetError) as error:
            read()
        assert error.value.key == ("asset_missing" if how == "missing" else "asset_damaged")
        assert error.value.values["file"] == name
        if how != "missing":
            (copy / name).unlink()
            (copy / name).symlink_to((ROOT / "assets" / name).resolve())


@pytest.mark.parametrize("how", HOW)
def test_a_damaged_manifest_is_named(copy, how):
    damage(copy / assets.MANIFEST, how)
    if how == "flipped":  # where it matters: a sentence may be another one
        whole = (ROOT / "assets" / assets.MANIFEST).read_bytes()
        at = whole.index(b'"sha256"') + len(b'"sha256": "')
        (copy / assets.MANIFEST).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    with pytest.raises(AssetError) as error:
        all(assets.locate(name) for name in assets.manifest())
    assert error.value.key == ("asset_missing" if how == "missing" else "asset_damaged")


def test_other_readers_of_a_model_check_it_too(copy):
    damage(copy / "weights/bert-en/config.json", "cut")
    with pytest.raises(AssetError, match=r"bert-en/config\.json"):
        embedding_sum.add_up(1, 0, 0, "en")
    damage(copy / "weights/bert-zh/model.safetensors", "missing")
    for read in (
        lambda: asked_anew(convolution.components)("zh"),
        lambda: embedding_sum.add_up(1, 0, 0, "zh"),
    ):
        with pytest.raises(AssetError, match=r"bert-zh/model\.safetensors"):
            read()


def test_a_page_says_which_file_it_is(copy):
    damage(copy / "weights/bert-en/snapshots.json", "cut")
    damage(copy / "samples/transfer_trial.json", "missing")
    damage(copy / "samples/nsp_trial.json", "flipped")
    for answer, name in (
        (fill_in.show_training({"language": "en"}), "bert-en/snapshots.json"),
        (fill_in.show_transfer({}), "transfer_trial.json"),
        (next_sentence.show_trial({}), "nsp_trial.json"),
    ):
        assert name in answer["error"]["en"]
        assert name in answer["error"]["zh"]


# ---- Trainings, in their processes ---------------------------------------------------------------

TRAIN = """
import pathlib, sys
from core import assets
assets.FOLDER = pathlib.Path(sys.argv[1])
from core.jobs import worker
from core.jobs.settings import AutoencoderSettings
from core.training.live import make
import queue
orders, said = queue.Queue(), []
worker.warm_up(make, AutoencoderSettings())
orders.put(AutoencoderSettings(epochs=1))
worker.IDLE = 0.1
worker.serve(make, orders, said.append)
print(said[-1].key, said[-1].values["file"])
"""


@pytest.mark.slow
def test_damaged_digits_end_a_training_with_their_name(copy):
    damage(copy / "samples/digits.png", "cut")
    run = subprocess.run(
        [sys.executable, "-c", TRAIN, str(copy)], cwd=ROOT, capture_output=True, text=True
    )
    assert run.stdout == "asset_damaged samples/digits.png\n", run.stderr


# ---- Tables of texts -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damaged",
    [
        '[one]\nen = "One"\nzh = "',  # cut
        '[one]\nen = "One"\n',
        "[one]\n",
        'one = "One"',
        '[one]\nen = "One"\nzh = "一"\nfr = "Un"\n',
        b'[one]\nen = "\xff"',
    ],
)
def test_a_damaged_table_of_texts_is_named_in_both_languages(tmp_path, monkeypatch, damaged):
    content = damaged if isinstance(damaged, bytes) else damaged.encode()
    (tmp_path / "page.toml").write_bytes(content)
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    with pytest.raises(texts.TableError) as error:
        texts.table.__wrapped__()
    assert "page.toml can't be read" in str(error.value)
    assert "page.toml 无法读取" in str(error.value)
    assert "git checkout assets/texts/page.toml" in str(error.value)


START = """
import pathlib, sys
from core import texts
texts.FOLDER = pathlib.Path(sys.argv[1])
import app
app.launch()
"""


@pytest.mark.slow
def test_the_lab_ends_with_a_sentence_where_its_texts_are_damaged(tmp_path):
    for file in texts.FOLDER.glob("*.toml"):
        (tmp_path / file.name).symlink_to(file.resolve())
    cut = (texts.FOLDER / "fill_in.toml").read_bytes()
    (tmp_path / "fill_in.toml").unlink()
    (tmp_path / "fill_in.toml").write_bytes(cut[: cut.index(b'zh = "') + 8])
    run = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert "assets/texts/fill_in.toml can't be read" in run.stderr
    assert "Traceback" not in run.stderr
