"""Calls by programs: the words of Gradio's clients, who may call, how often, how long one waits."""

import json
import threading
import time

import anyio
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from core.errors import InputError
from demos.common import calls, door, visitors
from demos.common.page import MAX_BODY, BodyLimit
from demos.common.rate import Rate


def double(x: int) -> int:
    if x < 0:
        raise InputError("sample_range", high=9, got=x)
    return 2 * x


def bug(x: int) -> int:
    return x // 0


def wait(seconds: float) -> bool:
    """Say whether whoever asked is there for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and visitors.still_there():
        time.sleep(0.01)
    return visitors.still_there()


PUBLIC = tuple(calls.Public(i, one.__name__, one) for i, one in enumerate((double, bug, wait), 4))


@pytest.fixture
def lab():
    door_of_it = Middleware(door.Door, handlers={}, functions=PUBLIC)
    return Starlette(middleware=[Middleware(BodyLimit), door_of_it])


@pytest.fixture
def client(lab):
    with TestClient(lab, base_url="http://lab:7860") as client:
        yield client


def call(client: TestClient, given: object, name: str = "double", **options: object):
    begun = client.post(f"/gradio_api/call/{name}", json=given, **options)
    assert begun.status_code == 200, begun.text
    said = client.get(f"/gradio_api/call/{name}/{begun.json()['event_id']}", **options).text
    event, data = said.removesuffix("\n\n").rpartition("\n\n")[2].split("\n")
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def messages(answer: str) -> list[dict]:
    return [json.loads(part.removeprefix("data: ")) for part in answer.split("\n\n") if part]


def test_a_call_is_read_once(client):
    assert call(client, {"x": 3}) == ("complete", [6])
    assert call(client, {"data": [4]}) == ("complete", [8])
    named = client.post("/gradio_api/call/v2/double/", json={"x": 5}).json()["event_id"]
    assert "[10]" in client.get(f"/gradio_api/call/v2/double/{named}").text
    again = client.get(f"/gradio_api/call/double/{named}")
    assert (again.status_code, again.json()["error"]["key"]) == (404, "calls_gone")
    assert client.post("/gradio_api/run/double", json={"x": 3}).json() == {"data": [6]}


def test_an_error_is_the_labs_sentence(client):
    kind, said = call(client, {"x": -1})
    assert kind == "error"
    assert said["error"]["key"] == "sample_range"
    assert said["error"]["zh"].startswith("样本数字")
    at_once = client.post("/gradio_api/run/double", json={"x": -1})
    assert (at_once.status_code, at_once.json()) == (400, said)


@pytest.mark.parametrize(("asked", "begins"), [("zh-CN,zh;q=.9", "样本"), ("", "Sample")])
def test_gradio_client_reads_one_sentence_in_its_language(client, asked, begins):
    body = {"fn_index": 4, "session_hash": "abc", "data": [-1]}
    client.post("/gradio_api/queue/join", json=body)
    data = {"session_hash": "abc"}
    said = client.get("/gradio_api/queue/data", params=data, headers={"accept-language": asked})
    started, ended, closed = messages(said.text)
    assert (started["msg"], ended["msg"], closed["msg"]) == (
        "process_starts",
        "process_completed",
        "close_stream",
    )
    assert ended["success"] is False
    assert ended["output"]["error"].startswith(begins)
    assert client.get("/gradio_api/queue/data", params=data).text == ""


def test_a_session_gets_its_own_calls_in_order(client):
    for x, session in ((1, "one"), (2, "two"), (3, "one")):
        body = {"fn_index": 4, "session_hash": session, "data": [x]}
        assert client.post("/gradio_api/queue/join", json=body).status_code == 200
    said = messages(client.get("/gradio_api/queue/data?session_hash=one").text)
    ended = [one for one in said if one["msg"] == "process_completed"]
    assert [one["output"]["data"] for one in ended] == [[2], [6]]


def test_calls_of_a_session_wait_for_those_before_them(client, monkeypatch):
    for number, given in ((6, 0.4), (6, 0.4), (4, 3)):
        body = {"fn_index": number, "session_hash": "one", "data": [given]}
        client.post("/gradio_api/queue/join", json=body)
    monkeypatch.setattr(calls, "UNREAD", 0.2)
    monkeypatch.setattr(calls, "BEAT", 0.05)
    said = messages(client.get("/gradio_api/queue/data?session_hash=one").text)
    ended = [one for one in said if one["msg"] == "process_completed"]
    assert [one["output"]["data"] for one in ended] == [[True], [True], [6]]
    assert {"msg": "heartbeat"} in said


def test_a_bug_is_no_secret_but_its_text_is(client, caplog):
    kind, said = call(client, {"x": 1}, "bug")
    assert kind == "error"
    assert said["error"]["key"] == "server"
    assert "ZeroDivisionError" in caplog.text
    at_once = client.post("/gradio_api/run/bug", json={"x": 1})
    assert (at_once.status_code, at_once.json()) == (500, said)
    assert "ZeroDivisionError" not in at_once.text


@pytest.mark.parametrize("path", ["run", "call"])
def test_work_learns_that_nobody_waits_any_more(lab, client, monkeypatch, path):
    """Whoever asks leaves once the work of a minute is under way, and it ends."""
    monkeypatch.setattr(calls, "BEAT", 0.02)
    begun, ended, make = threading.Event(), threading.Event(), calls.Call.make

    def watched(one: calls.Call) -> str:
        begun.set()
        answer = make(one)
        ended.set()
        return answer

    monkeypatch.setattr(calls.Call, "make", watched)
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/run/wait"}
    if path == "call":
        event = client.post("/gradio_api/call/wait", json={"seconds": 60}).json()["event_id"]
        scope |= {"method": "GET", "path": f"/gradio_api/call/wait/{event}"}
    scope |= {"headers": [], "query_string": b"", "asgi": {"spec_version": "2.3"}}
    parts = [{"type": "http.request", "body": b'{"seconds": 60}'}]

    async def receive() -> dict:
        if parts:
            return parts.pop()
        while not begun.is_set():
            await anyio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(_message: object) -> None:
        pass

    async def leave() -> None:
        with anyio.fail_after(20):
            await lab(scope, receive, send)

    anyio.run(leave)
    assert ended.wait(10)


@pytest.mark.parametrize(
    ("path", "body", "status", "key"),
    [
        ("call/unknown", {}, 404, "calls_unknown"),
        ("run/unknown", {}, 404, "calls_unknown"),
        ("call/double", [], 400, "calls_body"),
        ("call/double", "x", 400, "calls_body"),
        ("queue/join", {"fn_index": 9, "session_hash": "a", "data": []}, 404, "calls_unknown"),
        ("queue/join", {"fn_index": [], "session_hash": "a", "data": []}, 404, "calls_unknown"),
        ("queue/join", {"fn_index": 4, "session_hash": "a" * 99, "data": []}, 400, "calls_body"),
        ("queue/join", {"fn_index": 4, "data": []}, 400, "calls_body"),
        ("queue/join", {"fn_index": 4, "session_hash": "a", "data": {}}, 400, "calls_body"),
    ],
)
def test_what_is_no_call_is_refused(client, path, body, status, key):
    answer = client.post(f"/gradio_api/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["key"]) == (status, key)


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, "1" * 5000, "\xff"])
def test_what_is_no_json_is_refused(client, body):
    answer = client.post("/gradio_api/run/double", content=body.encode("latin-1"))
    assert (answer.status_code, answer.json()["error"]["key"]) == (400, "calls_body")


@pytest.mark.parametrize("path", ["run/double", "call/double", "call/v2/double", "queue/join"])
def test_a_body_too_large_is_refused(client, path):
    answer = client.post(f"/gradio_api/{path}", content=b" " * (MAX_BODY + 1))
    assert (answer.status_code, answer.json()["error"]["key"]) == (413, "body_too_large")


def test_a_large_body_is_read(client):
    body = json.dumps({"x": 3}) + " " * (2 * calls.SMALL)
    assert client.post("/gradio_api/run/double", content=body).json() == {"data": [6]}


def test_pages_of_others_can_not_call(client):
    headers = {"origin": "http://evil.example"}
    answer = client.post("/gradio_api/run/double", json={"x": 1}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["key"]) == (403, "foreign_page")


def test_who_calls_too_often_waits(client):
    for _ in range(calls.MAX_CALLS):
        assert client.post("/gradio_api/run/double", json={"x": 1}).status_code == 200
    refused = client.post("/gradio_api/run/double", json={"x": 1})
    assert (refused.status_code, refused.json()["error"]["key"]) == (429, "calls_many")
    assert call(client, {"x": 1})[1]["error"]["key"] == "calls_many"
    other = {"cookie": "lab_visitor=" + "b" * 22}
    assert client.post("/gradio_api/run/double", json={"x": 1}, headers=other).status_code == 200


def test_calls_that_nobody_reads_are_few_and_never_made(client, monkeypatch):
    monkeypatch.setattr(calls, "MAX_WAITING", 3)
    made = []
    monkeypatch.setattr(calls.Call, "make", lambda one: made.append(one))
    for _ in range(3):
        client.post("/gradio_api/call/double", json={"x": 1})
    full = client.post("/gradio_api/call/double", json={"x": 1})
    assert (full.status_code, full.json()["error"]["key"]) == (503, "calls_busy")
    assert made == []
    monkeypatch.setattr(calls, "UNREAD", 0.0)
    assert client.post("/gradio_api/call/double", json={"x": 1}).status_code == 200


def test_a_rate_forgets(monkeypatch):
    now = 100.0
    monkeypatch.setattr("demos.common.rate.time.monotonic", lambda: now)
    rate = Rate(2, 60.0)
    assert [rate.wait("a"), rate.wait("a")] == [0.0, 0.0]
    assert rate.wait("a") == 60.0
    assert rate.wait("b") == 0.0
    now = 159.0
    assert rate.wait("a") == pytest.approx(1.0)
    now = 160.0
    assert rate.wait("a") == 0.0
    monkeypatch.setattr("demos.common.rate.MAX_VISITORS", 2)
    assert [rate.wait("c"), rate.wait("d"), len(rate._calls)] == [0.0, 0.0, 2]
