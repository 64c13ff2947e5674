"""What goes on beside the cycle: it goes on whatever happens, and says whether it lives."""

from __future__ import annotations

import threading
import time

from structlog.testing import capture_logs

from deconflict.jobs import beside
from deconflict.jobs.beside import Beside
from deconflict.store.base import db
from deconflict.store.work import Heartbeat


def turns(work):
    """Runs `work(n)` for the n-th time until it returns None; how often it ran."""
    done = threading.Event()
    count = [0]

    def once() -> int:
        count[0] += 1
        answer = work(count[0])
        if answer is None:
            done.set()
        return answer or 0

    running = Beside("test", once)
    running.start()
    assert done.wait(20)
    running.stop()
    return count[0]


def test_what_fails_is_told_and_it_goes_on():
    def work(number):
        if number < 3:
            raise RuntimeError("the database is away")
        return None

    with capture_logs() as told:
        assert turns(work) >= 3
    assert [line["event"] for line in told] == ["what goes on beside the cycle failed"] * 2


def test_it_goes_on_at_once_while_there_is_something_to_do():
    began = time.monotonic()
    assert turns(lambda number: None if number > 200 else 1) > 200
    assert time.monotonic() - began < 200 * beside.EVERY_S / 2


def test_one_that_came_round_lately_is_alive_and_one_that_hangs_is_not(monkeypatch):
    monkeypatch.setattr(beside, "DEAD_AFTER_S", 0.5)
    hang = threading.Event()
    running = Beside("test", lambda: hang.wait(20) or 0)
    assert not running.alive, "it was never started"
    running.start()
    assert running.alive
    time.sleep(0.6)
    assert not running.alive
    hang.set()
    deadline = time.monotonic() + 10
    while not running.alive and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.alive
    running.stop()
    assert not running.alive


def test_without_what_sends_there_is_no_heartbeat(world):
    world.cycle.decide(world.now, sending=False)
    db.session.rollback()
    assert db.session.get(Heartbeat, "scheduler") is None
    world.cycle.decide(world.now, sending=True)
    db.session.rollback()
    assert db.session.get_one(Heartbeat, "scheduler").at == world.now
