"""Trainings in processes of their own: a line, orders, the end of what nobody watches."""

import os
import threading
import time
from unittest.mock import MagicMock

import numpy as np
import pytest

from core import assets
from core.errors import InputError
from core.inference import train
from core.inference.train import AutoencoderSettings, thinned
from core.jobs import line, workers
from core.jobs.live import Run, Stepped
from core.jobs.reports import Ended, News
from core.jobs.workers import GoneError, Worker, Workers
from core.results.training import PictureSamples
from core.training.live_autoencoder import Autoencoder
from demos.train import tab as tab
from tests import long_work

QUICK = AutoencoderSettings(batch_size=500, epochs=1)
LONG = AutoencoderSettings(batch_size=16, epochs=100)
REQUEST = {"job": "j", "kind": "autoencoder", **tab.asdict(QUICK)}
PATIENCE = 120.0  # seconds, on a busy machine


@pytest.fixture(scope="module", autouse=True)
def processes():
    """Begin them once; importing torch takes seconds."""
    train.warm_up()
    yield
    for worker in train._workers._ready:
        worker.end()
    train._workers._ready.clear()


def trained(request: dict) -> list[dict]:
    return list(long_work.reports(tab.train, tab.follow_training, request))


def until(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.slow
def test_a_training_elsewhere_is_the_training_here():
    reports = list(train.start("a", QUICK))
    last = reports[-1]
    assert reports[0].state in ("waiting", "starting")
    assert last.state == "done"
    assert last.step == 8
    here = [(e.step, e.loss) for e in Run(Autoencoder(QUICK)).events() if isinstance(e, Stepped)]
    np.testing.assert_allclose(last.losses, here, rtol=1e-4)
    assert last.checks[0, 0] == 0
    assert last.checks[-1, 0] == 8
    assert isinstance(last.samples, PictureSamples)
    assert last.samples.pixels.shape == (10, 28, 28)
    assert last.facts.n_train == 4000
    assert 0 <= last.share <= 1


@pytest.mark.slow
def test_pause_one_step_go_on_and_stop():
    seen, asked = [], set()

    def once(name: str) -> None:
        if name not in asked:
            asked.add(name)
            train.tell("b", name)

    for report in train.start("b", LONG):
        seen.append(report)
        if report.state == "running" and "pause" not in asked and report.step > 2:
            once("pause")
        elif report.state == "paused" and "step" not in asked:
            paused_at = report.step
            once("step")
        elif report.state == "paused" and report.step > paused_at:
            assert report.step == paused_at + 1
            once("go")
        elif report.state == "running" and "go" in asked and report.step > paused_at + 1:
            train.stop("b")
    assert seen[-1].state == "stopped"
    assert {"pause", "step", "go"} == asked
    assert len(seen[-1].losses) > 0
    assert seen[-1].samples is not None


@pytest.mark.slow
def test_ten_at_once_wait_in_line_and_all_get_their_turn(monkeypatch):
    ends, positions, most = {}, {}, [0]
    lock, follow = threading.Lock(), train._follow
    running: set[int] = set()

    def counted(mine, worker) -> bool:  # reports come later than what they tell of
        with lock:
            running.add(id(mine))
            most.append(len(running))
        try:
            return follow(mine, worker)
        finally:
            with lock:
                running.discard(id(mine))

    monkeypatch.setattr(train, "_follow", counted)

    def student(name: str) -> None:
        for report in train.start(name, QUICK):
            with lock:
                positions.setdefault(name, []).append(report.ahead)
        ends[name] = report.state

    threads = [threading.Thread(target=student, args=(f"s{k}",)) for k in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert set(ends.values()) == {"done"}
    assert len(ends) == 10
    assert max(most) == train.AT_ONCE
    firsts = sorted(ahead[0] for ahead in positions.values())
    assert firsts[-1] >= 10 - 2 * train.AT_ONCE  # honest: that many really were before
    for ahead in positions.values():
        assert ahead == sorted(ahead, reverse=True)  # nobody is overtaken


def test_a_full_line_and_a_taken_name_are_refused(monkeypatch):
    busy = [train.start(f"f{k}", LONG) for k in range(train.MAX_LINE)]
    try:
        for name, key in (("f0", "job_taken"), ("one too many", "training_busy")):
            with pytest.raises(InputError) as caught:
                train.start(name, QUICK)
            assert caught.value.key == key
    finally:
        for k in range(len(busy)):
            train.stop(f"f{k}")
        for reports in busy:
            assert list(reports)[-1].state == "stopped"


def test_what_nobody_watches_stops_and_its_process_serves_the_next(monkeypatch):
    monkeypatch.setattr(line, "FORGOTTEN", 0.5)
    reports = train.start("left", LONG)
    for report in reports:
        if report.state == "running":
            break
    mine = train._line.find("left")
    until(lambda: mine.state == "stopped")  # nobody has asked for the next report
    assert [r.state for r in train.start("next", QUICK)][-1] == "done"
    reports.close()


def test_a_killed_process_is_told_and_replaced():
    last = None
    for last in train.start("k", LONG):
        if last.state == "running":
            train._line.find("k").worker._process.kill()
    assert last.state == "lost"
    assert [r.state for r in train.start("k2", QUICK)][-1] == "done"


def test_a_process_that_ends_by_itself_did_not_want_for_memory(monkeypatch, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import sys; sys.stdin.read(1); sys.exit('a bug')")
    monkeypatch.setattr(workers, "ROOT", tmp_path)
    monkeypatch.setattr(workers, "PROGRAM", "broken")
    monkeypatch.setattr(train, "_workers", Workers(1))
    *_, last = train.start("bug", LONG)
    assert last.state == "failed"


@pytest.mark.slow
def test_a_process_ends_with_the_lab():
    worker = Worker()
    worker._process.stdin.close()  # as the system does when the lab's process is gone
    until(lambda: not worker.alive())
    with pytest.raises(GoneError):
        worker.receive(PATIENCE)
    with pytest.raises(GoneError):
        worker.send("stop")


@pytest.mark.slow
def test_a_process_is_nice_and_has_one_thread_and_no_more_than_allowed_are_ready():
    workers = Workers(1)
    workers.warm_up()
    workers.warm_up()
    assert len(workers._ready) == 1
    worker = workers.take()
    worker.send(QUICK)
    while not isinstance(worker.receive(PATIENCE), News):
        pass
    assert os.getpriority(os.PRIO_PROCESS, worker._process.pid) >= 10
    while not isinstance(worker.receive(PATIENCE), Ended):
        pass
    workers.give_back(worker, usable=True)
    assert workers.take() is worker
    workers.give_back(worker, usable=False)
    assert not worker.alive()


def test_thinning_keeps_the_mean_and_the_order():
    losses = np.column_stack([np.arange(1, 1235), np.random.default_rng(0).random(1234)])
    thin = thinned(losses)
    assert len(thin) <= 400
    assert (np.diff(thin[:, 0]) > 0).all()
    width = 4
    np.testing.assert_allclose(thin[0], losses[:width].mean(0))
    np.testing.assert_allclose(thin[-1], losses[1234 // width * width :].mean(0))
    np.testing.assert_array_equal(thinned(losses[:400]), losses[:400])


def test_the_stored_trainings_can_be_made_again():
    assert assets.manifest()[train.EXAMPLES]["command"].endswith("live_example")
    stored = train.examples()
    assert set(stored) == {"autoencoder", "textcnn-en", "textcnn-zh", "bert-en", "bert-zh"}
    begun = list(zip(range(40), Run(Autoencoder(AutoencoderSettings())).events(), strict=False))
    steps = [(e.step, e.loss) for _, e in begun if isinstance(e, Stepped)]
    width = -(-1890 // 400)
    mean = np.array(steps[:width]).mean(0)
    np.testing.assert_allclose(stored["autoencoder"].losses[0], mean, rtol=1e-3)
    for name, report in stored.items():
        assert report.checks[-1, 1] < report.checks[0, 1], name
        if name != "autoencoder":
            assert 0.5 < report.test < 1


@pytest.mark.slow
def test_the_handlers_answer_well_and_badly():
    shown = tab.show_examples({})
    assert shown["examples"]["autoencoder"]["losses"]
    *_, last = trained(REQUEST)
    assert last["state"] == "done"
    assert all(None not in row[:2] for row in last["checks"])
    *_, burst = trained({**REQUEST, "learning_rate": 1e6})
    assert burst["state"] == "diverged"
    for wrong, key in [
        ({"learning_rate": None}, "bad_request"),
        ({"learning_rate": 2e6}, "train_rate"),
        ({"kind": "gpt"}, "bad_request"),
        ({"code_size": 2.5}, "bad_request"),
        ({"job": ""}, "bad_request"),
    ]:
        (answer,) = trained({**REQUEST, **wrong})
        assert answer["error"]["key"] == key
        assert answer["error"]["zh"]
    assert tab.tell_training({"job": "nobody", "order": "pause"}) == {}
    assert tab.tell_training({"job": "j", "order": "explode"})["error"]["key"] == "bad_request"
    assert tab.stop_training({"job": "nobody"}) == {}
    text = {**REQUEST, "kind": "bert", "language": "en", "n_labels": 100, "n_layers": -1}
    assert tab._settings(text).n_layers is None
    assert tab._settings({**text, "n_layers": 2}).n_layers == 2
    assert [tab._settings({**text, "n_layers": n}).low_rank for n in (-2, -1, 0)] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "settings",
    [
        *(kind() for kind in tab.KINDS.values()),
        train.FineTuningSettings(language="zh", n_layers=None),
        train.FineTuningSettings(n_layers=None, low_rank=True),
    ],
)
def test_the_page_gets_the_settings_as_it_sends_them(settings):
    assert tab._settings(tab._wire(settings)) == settings


def test_every_default_is_among_what_the_page_offers(monkeypatch):
    """A choice that isn't offered, or a value that is no number, could not be sent back."""
    given = {}
    monkeypatch.setattr(tab, "view", lambda *_, **props: given.update(props) or MagicMock())
    tab.build()
    for kind, fields in given["defaults"].items():
        for name, value in fields.items():
            if name in given["choices"]:
                assert value in given["choices"][name], (kind, name)
            elif name != "kind":
                low, high = given["ranges"][name]
                assert low <= value <= high, (kind, name)
