"""Other BERTs: which names may be opened, how they come here, and what is refused."""

import contextlib
import json
import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub.errors import LocalEntryNotFoundError, RepositoryNotFoundError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from torch.testing import assert_close

from core import options
from core.bert import fetching
from core.errors import InputError
from core.inference import fill_in, model_loading, readers
from demos.attention import tab as attention_page
from demos.common.door import ASK, Door
from demos.fill_in import tab as page
from tests import long_work, tiny_checkpoints

ROOT = Path(__file__).parent.parent
TEXT = "The pianist rehearsed a new piece on the [MASK]."

pytestmark = pytest.mark.usefixtures("small")


@pytest.fixture
def alone(monkeypatch):
    """A lab on somebody's own machine, whatever this one's environment says."""
    for name in ("HOST", "GRADIO_SERVER_NAME", "SPACE_ID", "LATENT_LAB_HUB"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def refusal(name: str) -> str | None:
    """Return the key of the sentence that refuses a model's name, None if it may be opened."""
    try:
        readers.source(name)
    except InputError as error:
        return error.key


def test_only_names_that_may_be_opened_are(models, alone):
    assert readers.folders() == ("data/models/one",)
    assert readers.source("data/models/one") == str(models)
    assert readers.source("some-one/a.model_2") == "some-one/a.model_2"
    refused = ["/etc", "../one", "data/models/../one", "core/models", "one", "", "a/b/c", "é/x"]
    for name in [*refused, str(models), "a" * 300]:
        assert refusal(name) == "model_name", name


def test_a_folder_is_named_at_the_start_or_is_the_usual_one_but_on_a_space(alone, tmp_path):
    alone.delenv("LATENT_LAB_MODELS", raising=False)
    assert options.models() == ROOT / "data/models"
    alone.setenv("SPACE_ID", "somebody/lab")
    assert readers.folders() == ()
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "config.json").touch()
    alone.setenv("LATENT_LAB_MODELS", str(tmp_path))
    assert readers.folders() == ("data/models/one",)
    assert refusal("data/models/two") == "model_name"


@pytest.mark.parametrize(
    ("started", "rule"),
    [
        ({}, "any"),
        ({"HOST": "127.0.0.1"}, "any"),
        ({"HOST": "localhost"}, "any"),
        ({"HOST": "::1"}, "any"),
        ({"HOST": "0.0.0.0"}, "allow-list"),
        ({"HOST": "::"}, "allow-list"),
        ({"HOST": "192.168.1.5"}, "allow-list"),
        ({"GRADIO_SERVER_NAME": "0.0.0.0"}, "allow-list"),
        ({"SPACE_ID": "somebody/lab"}, "allow-list"),
        ({"HOST": "0.0.0.0", "LATENT_LAB_HUB": "any"}, "any"),
        ({"LATENT_LAB_HUB": "allow-list"}, "allow-list"),
        ({"LATENT_LAB_HUB": "off"}, "off"),
    ],
)
def test_which_names_of_the_hub_are_free_depends_on_who_can_reach_the_lab(alone, started, rule):
    for name, value in started.items():
        alone.setenv(name, value)
    assert readers.hub_rule() == rule
    free = {"any": None, "allow-list": "model_on_space", "off": "hub_off"}
    assert refusal("some/model") == free[rule]
    assert refusal(readers.HUB[0]) == (None if rule != "off" else "hub_off")
    assert readers.hub() == (() if rule == "off" else readers.HUB)


def test_an_unknown_rule_is_named(alone):
    alone.setenv("LATENT_LAB_HUB", "all")
    with pytest.raises(InputError, match="allow-list, any, off"):
        readers.hub_rule()


def test_folders_that_are_added_are_listed_at_once(models):
    for handler in (page.list_folders, attention_page.list_folders):
        assert list(handler({})["folders"]) == ["data/models/one"]
    tiny_checkpoints.bert(models.parent / "two")
    for handler in (page.list_folders, attention_page.list_folders):
        assert list(handler({})["folders"]) == ["data/models/one", "data/models/two"]
    shutil.rmtree(models)
    assert list(page.list_folders({})["folders"]) == ["data/models/two"]


def test_languages_of_vocabularies(small):
    english, chinese = small("en"), small("zh")
    assert readers.speaks(english._replace(name="other")) == "en"
    assert readers.speaks(chinese._replace(name="other")) == "zh"
    both = english._replace(name="both", tokens=english.tokens + chinese.tokens[:3000])
    assert readers.speaks(both) is None


def loaded(name: str, job: str = "job") -> list[str]:
    return [report.state for report in model_loading.load(job, name)]


def test_a_folder_is_loaded_and_then_answers(models, small):
    with pytest.raises(InputError) as error:
        readers.ready("data/models/one")
    assert error.value.key == "model_not_loaded"
    assert loaded("data/models/one")[-1] == "done"
    reader = readers.ready("data/models/one")
    ours = fill_in.fill(TEXT, small("en")).blanks[0].top
    theirs = fill_in.fill(TEXT, reader).blanks[0].top  # the same weights, in half precision
    assert ours[0][0] == theirs[0][0]
    assert_close(ours[0][1], theirs[0][1], rtol=0.05, atol=0)


def spoil(folder: Path, how: str) -> None:
    weights = folder / "model.safetensors"
    if how == "truncated":
        weights.write_bytes(weights.read_bytes()[:-1000])
    elif how == "pickled":
        weights.unlink()
        (folder / "pytorch_model.bin").write_bytes(b"never opened")
    elif how == "headless":
        from safetensors.torch import load_file, save_file

        kept = {k: v for k, v in load_file(weights).items() if not k.startswith("cls.")}
        save_file(kept, weights)
    elif how == "wordless":
        (folder / "vocab.txt").unlink()
    elif how == "maskless":
        vocabulary = (folder / "vocab.txt").read_text("utf-8")
        (folder / "vocab.txt").write_text(vocabulary.replace("[MASK]", "[HIDE]"), "utf-8")
    else:
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"model_type": "gpt2"}))


@pytest.mark.parametrize(
    ("how", "key"),
    [
        ("truncated", "checkpoint_damaged"),
        ("pickled", "checkpoint_pickled"),
        ("headless", "model_without_mlm"),
        ("wordless", "checkpoint_incomplete"),
        ("maskless", "checkpoint_special"),
        ("another", "checkpoint_kind"),
    ],
)
def test_checkpoints_that_cannot_answer_are_refused_with_the_reason(models, how, key):
    spoil(models, how)
    with pytest.raises(InputError) as error:
        loaded("data/models/one")
    assert error.value.key == key
    request = {"job": "a", "name": "data/models/one"}
    *_, last = long_work.reports(page.load_model, page.follow_loading, request)
    assert last["error"]["key"] == key


@pytest.mark.slow
def test_loading_is_given_up_and_blocks_nobody(monkeypatch, models, alone):
    def slow(name: str, report: fetching.Report) -> None:
        for here in range(1000):
            report(here, 1000)
            time.sleep(0.01)
        raise AssertionError("it was not given up")

    monkeypatch.setattr(fetching, "kept", lambda _: None)
    monkeypatch.setattr(fetching, "fetch_apart", slow)
    fetched = [model_loading.load(f"fetched {n}", "some/model") for n in range(2)]
    states = [[next(reports), next(reports), next(reports)][-1] for reports in fetched]
    assert [(now.state, now.total) for now in states] == [("fetching", 1000)] * 2
    waiting = model_loading.load("waiting", "data/models/one")
    assert (next(waiting).state, next(waiting).ahead) == ("waiting", 1)
    with pytest.raises(InputError) as error:
        model_loading.load("fetched 1", "some/model")
    assert error.value.key == "job_taken"
    assert fill_in.fill(TEXT, readers.ready("en")).blanks, "others' answers go on"
    monkeypatch.setattr(fetching, "kept", Path)
    page.stop_loading({"job": "fetched 0"})
    assert [r.state for r in fetched[0]][-1] == "stopped"
    assert [r.state for r in waiting][-1] == "done"
    page.stop_loading({"job": "fetched 1"})
    assert [r.state for r in fetched[1]][-1] == "stopped"
    assert page.stop_loading({"job": "fetched 1"}) == {}


class SilentHub:
    """A server that takes every connection and never says a word."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard = []  # connections
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                self.heard.append(self._listener.accept()[0])

    def close(self) -> None:
        for connection in [*self.heard, self._listener]:
            connection.close()


@pytest.fixture
def silent_hub(alone, tmp_path):
    hub = SilentHub()
    alone.setenv("HF_ENDPOINT", hub.address)
    alone.setenv("HF_HOME", str(tmp_path))
    yield hub
    hub.close()


@pytest.mark.slow
def test_a_hub_that_says_nothing_is_given_up_after_a_while(silent_hub, monkeypatch):
    monkeypatch.setattr(fetching, "SILENCE", 0.5)
    reports = []
    with pytest.raises(InputError) as error:
        fetching.fetch_apart("some/model", lambda *now: reports.append(now))
    assert error.value.key == "hub_silent"
    assert len(reports) > 2, "it can be stopped meanwhile"
    assert not [one for one in threading.enumerate() if one.name == "fetching"]


def test_a_fetch_is_stopped_while_the_hub_says_nothing(silent_hub):
    reports = model_loading.load("a", "some/model")
    while next(reports).state != "fetching":
        pass
    model_loading.stop("a")
    began = time.monotonic()
    assert [report.state for report in reports][-1] == "stopped"
    assert time.monotonic() - began < 5


def test_a_silent_hub_holds_up_nobody_but_who_asks_for_it(silent_hub):
    views = {(1, one.__name__): one for one in (attention_page.read_attention, page.fill_blanks)}
    views |= {(1, "load_model"): page.load_model, (1, "stop_loading"): page.stop_loading}
    gates = [Middleware(Door, handlers=views)]
    read = {"text": "a cat", "second": "", "keep": "head", "at": None, "off": [], "layers": []}
    fill = {"model": "en", "text": TEXT, "hidden": [], "by_word": False}
    with TestClient(Starlette(middleware=gates)) as client, ThreadPoolExecutor(45) as visitors:

        def ask(handler: str, request: dict) -> dict:
            body = {"component_id": 1, "fn_name": handler, "data": request}
            return client.post(ASK, json=body).json()

        ask("fill_blanks", fill)  # the model is loaded once
        for number in range(2):  # as many as one visitor may have
            assert ask("load_model", {"job": f"s{number}", "name": readers.HUB[number]}) == {}
        began = time.monotonic()
        answers = [
            visitors.submit(ask, "read_attention", read | {"model": readers.HUB[n % 3]})
            for n in range(45)
        ]
        assert ask("fill_blanks", fill)["blanks"]
        assert {one.result()["error"]["key"] for one in answers} == {"model_not_loaded"}
        assert time.monotonic() - began < 10  # a guard, for a busy machine
        for number in range(2):
            ask("stop_loading", {"job": f"s{number}"})


NOTHING = SimpleNamespace(headers={}, request=None)
SHARDED = {
    "model.safetensors.index.json": 9,
    "model-00001-of-00002.safetensors": 2000,
    "model-00002-of-00002.safetensors": 1000,
    "config.json": 1,
    "tokenizer.json": 1,
}
SIZES = {"model.safetensors": 1000, "config.json": 10, "vocab.txt": 90}


def hub(monkeypatch, sizes: dict[str, int] | None, kept: Path | None = None, error=None) -> None:
    """Let a hub stand in for the real one: it has files of these sizes."""

    def download(name: str, **asked: object) -> object:
        if asked.get("local_files_only"):
            if kept is None:
                raise LocalEntryNotFoundError("nothing kept")
            return str(kept)
        if error:
            raise error
        if asked.get("dry_run"):
            return [SimpleNamespace(filename=f, file_size=n) for f, n in sizes.items()]
        bar = asked["tqdm_class"](total=0, unit="B", name="bytes")
        for _ in range(11):
            bar.update(100)
        return "there"

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)


def test_a_download_tells_how_far_it_is_and_can_be_stopped(monkeypatch):
    hub(monkeypatch, SIZES)
    seen = []
    assert fetching.fetch("a/b", lambda *now: seen.append(now)) == Path("there")
    assert seen == [(100 * k, 1100) for k in range(1, 12)]

    class StopError(Exception):
        pass

    def stop(here: int, _total: int) -> None:
        if here > 200:
            raise StopError

    with pytest.raises(StopError):
        fetching.fetch("a/b", stop)


def test_weights_in_several_files_are_fetched_and_found_whole(monkeypatch, models):
    hub(monkeypatch, SHARDED)
    seen = []
    fetching.fetch("a/b", lambda *now: seen.append(now))
    assert seen[-1] == (1100, sum(SHARDED.values()))
    tiny_checkpoints.shard(models)
    hub(monkeypatch, None, kept=models, error=OSError("no network"))
    assert fetching.fetch("a/b") == models
    (models / "model-00003-of-00003.safetensors").unlink()
    with pytest.raises(InputError) as error:  # a download that broke off is taken up again
        fetching.fetch("a/b")
    assert error.value.key == "hub_unreachable"


def test_what_is_kept_needs_no_hub(monkeypatch, models):
    hub(monkeypatch, None, kept=models, error=OSError("no network"))
    assert fetching.fetch("a/b", lambda *_: None) == models


@pytest.mark.parametrize(
    ("sizes", "error", "key"),
    [
        (None, LocalEntryNotFoundError("no network"), "hub_unreachable"),
        (None, OSError("disk full"), "hub_unreachable"),
        (None, RepositoryNotFoundError("?", response=NOTHING), "hub_unknown"),
        ({**SIZES, "model.safetensors": 3 << 30}, None, "hub_large"),
        ({"pytorch_model.bin": 9, "config.json": 1, "vocab.txt": 1}, None, "checkpoint_pickled"),
        ({"config.json": 1, "vocab.txt": 1}, None, "checkpoint_incomplete"),
        (SHARDED | {"model-00002-of-00002.safetensors": 2 << 30}, None, "hub_large"),
        ({"model.safetensors": 9, "config.json": 1}, None, "checkpoint_incomplete"),
    ],
)
def test_what_the_hub_cannot_give_is_said(monkeypatch, sizes, error, key):
    hub(monkeypatch, sizes, error=error)
    with pytest.raises(InputError) as raised:
        fetching.fetch("a/b", lambda *_: None)
    assert raised.value.key == key
