"""Who waits, for what, and how long: lines of jobs, and the places of a visitor."""

import threading
import time

import pytest

from core.errors import InputError
from core.jobs import line
from core.jobs.line import Job, Line, Places, StoppedError

PATIENCE = 20.0  # seconds, on a busy machine


def until(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def lines():
    """Two lines that share their visitors' places, and work that goes on until it is given up."""
    places, begun = Places(2), []

    class Work:
        first = Line("first", 4, "training_busy", places=places)
        second = Line("second", 4, "umap_busy", at_once=2, places=places)
        under_way = begun

        @staticmethod
        def join(which: Line, name: str, visitor: str | None = None) -> Job:
            job = Job()

            def work() -> None:
                begun.append(name)
                while True:
                    time.sleep(0.01)
                    job.check()

            which.join(name, job, work, visitor)
            return job

    yield Work
    for which in (Work.first, Work.second):
        for name in [*which._waiting, *which._under_way]:
            which.stop(name)


def test_jobs_have_their_turn_and_know_how_many_come_first(lines):
    for name in "abcd":
        lines.join(lines.second, name)
    until(lambda: lines.under_way == ["a", "b"])
    assert [lines.second.follow(name).ahead for name in "abcd"] == [0, 0, 1, 2]
    with pytest.raises(InputError) as error:
        lines.join(lines.second, "e")
    assert error.value.key == "umap_busy"
    lines.second.stop("a")
    until(lambda: lines.under_way == ["a", "b", "c"])
    assert lines.second.follow("a").state == "stopped"
    assert lines.second.follow("d").ahead == 1
    with pytest.raises(InputError) as error:
        lines.join(lines.second, "d")
    assert error.value.key == "job_taken"


def test_a_visitor_has_two_places_in_all_lines(lines):
    lines.join(lines.first, "a", "ann")
    lines.join(lines.second, "b", "ann")
    for which in (lines.first, lines.second):
        with pytest.raises(InputError) as error:
            lines.join(which, "c", "ann")
        assert error.value.key == "places_taken"
    lines.join(lines.first, "d", "ben")
    lines.first.stop("a")  # its place is free at once
    lines.join(lines.second, "e", "ann")
    lines.join(lines.first, "f")  # from within the lab: as many as there is room for


def test_what_nobody_ever_reads_ends_within_seconds_and_frees_its_place(lines, monkeypatch):
    monkeypatch.setattr(line, "FORGOTTEN", 0.2)
    jobs = [lines.join(lines.first, f"unread {n}", f"visitor {n}") for n in range(4)]
    for job in jobs:  # on a busy machine they came one after another
        job.wanted_until = jobs[-1].wanted_until
    until(lambda: jobs[0].ended.is_set())
    until(lambda: lines.join(lines.first, "honest", "ann"))  # the line was full
    until(lambda: "honest" in lines.under_way)
    assert lines.under_way == ["unread 0", "honest"]  # those that waited never began
    assert all(job.state == "stopped" for job in jobs)


@pytest.mark.slow
def test_who_asks_keeps_a_job_and_who_goes_away_loses_it_after_a_while(lines, monkeypatch):
    monkeypatch.setattr(line, "FORGOTTEN", 0.6)
    job = lines.join(lines.first, "a", "ann")
    end = time.monotonic() + 1.2
    while time.monotonic() < end:
        assert lines.first.follow("a") is job
        time.sleep(0.1)
    time.sleep(0.35)  # a page is loaded anew
    assert lines.first.follow("a") is job
    assert not job.ended.is_set()
    until(job.ended.is_set)
    assert lines.first.follow("a").state == "stopped"


def test_the_end_of_a_job_can_be_read_for_a_while(monkeypatch):
    which, job = Line("which", 2, "umap_busy"), Job()

    def work() -> None:
        job.state = "done"

    which.join("a", job, work)
    until(job.ended.is_set)
    assert which.follow("a").state == "done"
    monkeypatch.setattr(line, "KEPT", 0.0)
    with pytest.raises(InputError) as error:
        which.follow("a")
    assert error.value.key == "job_gone"
    with pytest.raises(InputError):
        which.follow("never begun")


def test_no_more_ends_are_kept_than_there_can_be_use_for():
    which = Line("which", 2, "umap_busy", at_once=2)
    for number in range(50):
        job = Job()
        which.join(str(number), job, lambda: None)
        until(job.ended.is_set)
    assert len(which._ended) <= 4


def test_what_a_job_raises_is_told_to_who_follows_it():
    which, job = Line("which", 2, "umap_busy"), Job()

    def work() -> None:
        raise InputError("umap_gone")

    which.join("a", job, work)
    until(job.ended.is_set)
    assert which.follow("a").failure.key == "umap_gone"


def test_a_stop_from_within_is_no_failure():
    which, job = Line("which", 2, "umap_busy"), Job()

    def work() -> None:
        raise StoppedError

    which.join("a", job, work)
    until(job.ended.is_set)
    assert (job.state, job.failure) == ("stopped", None)


def test_many_visitors_at_once_get_no_more_than_there_is():
    which = Line("which", 10, "umap_busy", places=Places(2))
    refused, start = [], threading.Barrier(16)

    def visit(number: int) -> None:
        start.wait()
        for name in range(3):
            try:
                job = Job()
                which.join(f"{number} {name}", job, lambda: time.sleep(0.2), f"visitor {number}")
            except InputError as error:
                refused.append(error.key)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) >= 48 - 10 - 1
    assert set(refused) == {"umap_busy"} or set(refused) == {"umap_busy", "places_taken"}
    for name in list(which._waiting):
        which.stop(name)
