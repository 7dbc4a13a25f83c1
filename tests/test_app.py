"""The app as a whole: it builds light, refuses what it must, and says so clearly."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import app
from core.errors import InputError
from demos.common import page, wire
from demos.common.errors import told_to_learner

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_app_builds_without_loading_a_model_or_a_slow_library():
    script = """
import json, sys
import app
from core import assets
asked, locate = [], assets.locate
assets.locate = lambda name: asked.append(name) or locate(name)
demo = app.build_app()
slow = {"torchvision", "umap", "transformers", "sklearn", "numba"} & set(sys.modules)
tabs = [block for block in demo.blocks.values() if type(block).__name__ == "Tab"]
print(json.dumps({"slow": sorted(slow), "asked": asked, "tabs": len(tabs)}))
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    facts = json.loads(run.stdout.splitlines()[-1])
    assert facts["slow"] == []
    assert [name for name in facts["asked"] if name.startswith("weights/")] == []
    assert facts["tabs"] >= 3


@pytest.mark.parametrize(
    ("port", "said"), [("taken", "Can't listen on"), ("abc", "1..65535"), ("99999", "1..65535")]
)
def test_a_port_that_cannot_be_used_gets_a_clear_message(port: str, said: str):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        number = str(holder.getsockname()[1]) if port == "taken" else port
        with pytest.raises(SystemExit, match=said) as exited:
            app.refuse_unless_free("127.0.0.1", number)
    assert "请换一个端口" in str(exited.value)


async def _length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def limited() -> TestClient:
    return TestClient(
        Starlette(
            routes=[Route("/", _length, methods=["POST"])], middleware=[Middleware(page.BodyLimit)]
        )
    )


def test_a_large_body_is_refused_in_both_languages(limited: TestClient):
    answer = limited.post("/", content=b"x" * 20 * 2**20)
    assert answer.status_code == 413
    assert "12 MB" in answer.json()["error"]["en"]
    assert "12 MB" in answer.json()["error"]["zh"]
    assert limited.post("/", content=b"x" * 2**20).text == str(2**20)


def test_a_body_that_hides_its_length_is_cut_off(limited: TestClient):
    def chunks():
        for _ in range(20):
            yield b"x" * 2**20

    with pytest.raises(Exception, match=r"[Dd]isconnect|^$"):
        limited.post("/", content=chunks())


def test_a_lab_error_is_answered_in_every_language_and_a_bug_is_not():
    @told_to_learner
    def wrong(request: dict) -> dict:
        return {"value": wire.number(request, "steps")}

    assert wrong({"steps": 3}) == {"value": 3.0}
    error = wrong({})["error"]
    assert error["key"] == "bad_request"
    assert "steps" in error["en"]
    assert "steps" in error["zh"]

    @told_to_learner
    def bug(request: dict) -> dict:
        return {"value": request["missing"]}

    with pytest.raises(KeyError):
        bug({})


@pytest.mark.parametrize("value", [None, "1", True, float("nan"), float("inf"), [1]])
def test_numbers_are_checked(value: object):
    with pytest.raises(InputError, match="steps"):
        wire.number({"steps": value}, "steps")


@pytest.mark.parametrize("value", [None, 3, "not base64!", "AAAA"])
def test_images_are_checked(value: object):
    with pytest.raises(InputError, match="pixels"):
        wire.grey({"pixels": value}, "pixels", 28, 28)


def test_arrays_survive_the_wire():
    array = np.arange(784, dtype=np.uint8) % 251
    request = {"pixels": wire.packed(array.reshape(28, 28) / 255)}
    assert np.array_equal(wire.grey(request, "pixels", 28, 28), array.reshape(28, 28))


def test_texts_cannot_end_the_script_element():
    assert page.head().count("</script>") == 1
