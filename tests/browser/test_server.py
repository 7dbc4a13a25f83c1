"""The lab's server as it runs: requests that no page sends."""

import pytest

from tests.requests_of_pages import GOOD, NASTY

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def test_whatever_is_sent_no_answer_is_a_fault(lab_server):
    said = lab_server.log.stat().st_size
    wrong = []
    for module, handlers in GOOD.items():
        view = module.__name__.rpartition(".")[2]
        for name, request in handlers.items():
            for sent in [*({field: nasty for field in request} for nasty in NASTY), *NASTY][::4]:
                status, answer = lab_server.ask(view, name, sent)
                if status not in (200, 400) or not isinstance(answer, dict):
                    wrong.append((name, str(sent)[:60], status))
    assert wrong == []
    with lab_server.log.open() as file:
        file.seek(said)
        assert "Traceback" not in file.read()
