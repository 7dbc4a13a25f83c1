"""Whatever is sent to a handler, it answers: what it was asked for, or with a sentence."""

import importlib
from collections.abc import Iterator

import pytest

import app
from core.bert import fetching
from core.errors import InputError
from core.inference import train, umap_live
from demos.common import door
from tests.requests_of_pages import GOOD, NASTY

HANDLERS = [(module.__name__, name) for module, names in GOOD.items() for name in names]
FOLLOWS = ("follow_measuring", "follow_loading", "follow_umap", "show_umap", "follow_training")
FOLLOWS += ("follow_retraining", "follow_words")
REFUSED = (*FOLLOWS, "read_answer")  # no model that ships was fine-tuned with labels of its own


@pytest.fixture(autouse=True)
def nothing_long(monkeypatch, small):
    """Let long work be begun and do nothing, and small models stand in for large ones."""

    def fetch(name: str, _report: object) -> None:
        raise InputError("hub_unreachable", name=name)

    monkeypatch.setattr(fetching, "kept", lambda _: None)
    monkeypatch.setattr(fetching, "fetch_apart", fetch)
    monkeypatch.setattr(train, "_train", lambda *_: None)
    monkeypatch.setattr(train, "warm_up", lambda: None)
    monkeypatch.setattr(umap_live, "_make", lambda *_: None)


def sent(module: str, name: str, request: object) -> bytes:
    """Return what goes over the wire; raises what would be an answer of 500."""
    handler = getattr(importlib.import_module(module), name)
    return door._answer(door.Asked(handler, request))


def good(module: str, name: str) -> dict:
    return GOOD[importlib.import_module(module)][name]


def spoilt(request: dict) -> Iterator[object]:
    """Yield the request with each field, and each part of a field, replaced by what is not."""
    yield from NASTY
    for field, value in request.items():
        yield {name: value for name, value in request.items() if name != field}
        for nasty in NASTY:
            yield {**request, field: nasty}
            if isinstance(value, list):
                yield {**request, field: [nasty]}
            elif isinstance(value, dict):
                yield from ({**request, field: {**value, part: nasty}} for part in value)


def test_each_handler_of_a_view_has_a_good_request_here():
    views = door.handlers(app.build_app())
    assert {(one.__module__, one.__name__) for one in views.values()} == set(HANDLERS)


@pytest.mark.parametrize(("module", "name"), HANDLERS)
def test_a_good_request_is_answered(module, name):
    request = good(module, name)
    if name in FOLLOWS:
        request = {**request, "job": "nobody's"}
    answer = sent(module, name, request)
    assert (b'"error":{' in answer) == (name in REFUSED), answer[:300]


@pytest.mark.slow
@pytest.mark.parametrize(("module", "name"), HANDLERS)
def test_any_other_request_is_answered_too(module, name):
    for request in spoilt(good(module, name)):
        answer = sent(module, name, request)
        assert answer.startswith(b"{"), request
