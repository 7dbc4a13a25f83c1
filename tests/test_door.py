"""The door: which addresses are open, who may ask, and what is no request at all."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core import assets
from demos.common import door, visitors
from demos.common.errors import about_long_work, told_to_learner

busy = threading.Event()


@told_to_learner
def who(request: dict) -> dict:
    return {"visitor": visitors.visitor(), "request": request}


@told_to_learner
def slow(_request: dict) -> dict:
    busy.wait(20)
    return {}


@about_long_work
def begin(_request: dict) -> dict:
    return {"begun": True}


@about_long_work(pause=0.3)
def look(_request: dict) -> dict:
    return {"over": False}


HANDLERS = {(7, one.__name__): one for one in (who, slow, begin, look)}


async def behind(request: object) -> PlainTextResponse:
    return PlainTextResponse("Gradio")


@pytest.fixture
def client():
    methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
    app = Starlette(
        routes=[Route("/{path:path}", behind, methods=methods)],
        middleware=[Middleware(door.Door, handlers=HANDLERS)],
    )
    with TestClient(app, base_url="http://lab:7860") as client:
        yield client


def ask(client: TestClient, handler: str = "who", data: object = None, **options: object):
    body = {"component_id": 7, "fn_name": handler, "session_hash": "x" * 9999, "data": data}
    headers = {"content-type": "application/json", **options.pop("headers", {})}
    return client.post(f"{door.ASK}/", content=json.dumps(body), headers=headers, **options)


def refused(answer, status: int, key: str) -> bool:
    error = answer.json()["error"]
    return answer.status_code == status and error["key"] == key and error["zh"] and error["en"]


@pytest.mark.parametrize(
    "path", ["/", "/config", "/theme.css", "/assets/index.js", "/static/img/logo.svg"]
)
def test_what_a_page_needs_is_open(client, path):
    assert client.get(path).text == "Gradio"
    assert client.head(path).status_code == 200
    assert refused(client.post(path, json={}), 404, "closed")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/queue/status"),
        ("POST", "/gradio_api/api/predict"),
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/upload_progress?upload_id=a"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/gradio_api/heartbeat/a"),
        ("POST", "/gradio_api/cancel"),
        ("POST", "/gradio_api/reset"),
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/gradio_api/proxy=http://example.org"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file=assets/style.css"),
        ("GET", "/monitoring"),
        ("POST", "/login"),
        ("GET", "/gradio_api/component_server"),
        ("PUT", "/"),
        ("OPTIONS", "/gradio_api/component_server"),
        ("GET", "/gradio_api/queue/join"),
        ("POST", "/gradio_api/queue/data"),
        ("GET", "/gradio_api/call/train"),
        ("POST", "/gradio_api/mcp"),
        ("GET", "/gradio_api/mcp/sse"),
        ("GET", "/api"),
        ("GET", "/anything"),
    ],
)
def test_nothing_else_is(client, method, path):
    assert refused(client.request(method, path), 404, "closed")


@pytest.mark.parametrize("path", ["run/train", "call/train", "call/v2/train", "queue/join"])
def test_no_handler_of_a_view_is_called_by_a_program(client, path):
    body = {"fn_index": 7, "session_hash": "a", "data": [{}]}
    assert refused(client.post(f"/gradio_api/{path}", json=body), 404, "calls_unknown")


def test_a_file_that_ships_is_checked_before_it_is_sent(client, tmp_path, monkeypatch):
    digits = f"{door.FILE}samples/digits.png"
    assert client.get(digits).text == "Gradio"
    assert refused(client.get(f"{door.FILE}../README.md"), 404, "closed")
    assert refused(client.get(f"{door.FILE}texts/errors.toml"), 404, "asset_missing")
    (tmp_path / "samples").mkdir()
    (tmp_path / "manifest.json").write_text((assets.FOLDER / "manifest.json").read_text("utf-8"))
    (tmp_path / "samples" / "digits.png").write_bytes(b"cut")
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    answer = client.get(digits)
    assert refused(answer, 404, "asset_damaged")
    assert "samples/digits.png" in answer.json()["error"]["zh"]


def test_a_handler_answers_what_it_is_asked(client):
    assert ask(client, data={"text": "锁 \ud800"}).json()["request"] == {"text": "锁 \ud800"}
    assert ask(client, "begin").json() == {"begun": True}
    began = time.monotonic()
    assert ask(client, "look").json() == {"over": False}
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize(
    ("headers", "ok"),
    [
        ({}, True),
        ({"origin": "http://lab:7860"}, True),
        ({"origin": "https://lab:7860"}, True),
        ({"origin": "http://lab:9000"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://lab:7860.evil.example"}, False),
        ({"origin": "https://me-lab.hf.space", "x-forwarded-host": "me-lab.hf.space"}, True),
        ({"origin": "http://other", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://lab:7860", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://lab:7860", "sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "http://["}, False),
    ],
)
def test_pages_of_others_are_refused(client, headers, ok):
    answer = ask(client, headers=headers)
    assert answer.status_code == 200 if ok else refused(answer, 403, "foreign_page")


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", ""])
def test_only_json_is_read(client, kind):
    body = json.dumps({"component_id": 7, "fn_name": "who", "data": {}})
    answer = client.post(door.ASK, content=body, headers={"content-type": kind})
    assert refused(answer, 415, "no_request")


DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "7",
        "{",
        "\xff",
        DEEP,
        "1" * 5000,  # more digits than Python reads
        '{"component_id": 7}',
        '{"component_id": 7, "fn_name": "who"}',
        '{"component_id": 8, "fn_name": "who", "data": {}}',
        '{"component_id": 7, "fn_name": "__init__", "data": {}}',
        '{"component_id": "7", "fn_name": "who", "data": {}}',
        '{"component_id": [], "fn_name": {}, "data": {}}',
        f'{{"component_id": 7, "fn_name": "who", "data": {DEEP}}}',
        f'{{"component_id": 7, "fn_name": "who", "data": {"1" * 5000}}}',
    ],
)
def test_what_is_no_request_is_refused_in_words(client, body):
    content = body.encode("latin-1")
    answer = client.post(door.ASK, content=content, headers={"content-type": "application/json"})
    assert refused(answer, 400, "no_request")


def test_a_browser_is_one_visitor_and_what_has_no_cookie_is_its_address(client):
    address = ask(client).json()["visitor"]
    assert address == ask(client, headers={"cookie": "lab_visitor=short"}).json()["visitor"]
    assert address.startswith("at ")
    cookie = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    name = ask(client).json()["visitor"]  # the client keeps it, as browsers do
    assert name == cookie.partition("=")[2].partition(";")[0]
    assert "set-cookie" not in client.get("/").headers
    client.cookies.clear()
    framed = client.get("/", headers={"x-forwarded-proto": "https"}).headers["set-cookie"]
    assert "SameSite=None; Secure; Partitioned" in framed
    assert name not in framed


def test_long_work_is_asked_about_while_every_thread_is_taken(client):
    busy.clear()
    with ThreadPoolExecutor(door.N_THREADS + 5) as pool:
        answers = [pool.submit(ask, client, "slow") for _ in range(door.N_THREADS + 5)]
        time.sleep(0.3)
        began = time.monotonic()
        assert ask(client, "begin").json() == {"begun": True}
        took = time.monotonic() - began
        busy.set()
        assert {answer.result().status_code for answer in answers} == {200}
    assert took < 5


def test_a_bug_is_not_hidden(client):
    HANDLERS[7, "bug"] = told_to_learner(lambda request: request["missing"])
    with pytest.raises(KeyError):
        ask(client, "bug", {})
