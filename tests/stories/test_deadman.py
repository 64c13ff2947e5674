"""A watcher outside hears from us once a minute while all goes through, and nothing else about us."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from world import at_once

from deconflict.channels import watcher
from deconflict.jobs.deadman import report
from deconflict.store.base import transaction
from deconflict.store.work import beat

NOW = datetime(2019, 12, 9, 6, tzinfo=UTC)


@dataclass
class Watcher:
    """Somebody who waits for a sign of life. `status`: what he answers; `silent_s`: how long he takes."""

    url: str = ""
    status: int = 200
    silent_s: float = 0.0
    heard: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Watcher]:
    there = Watcher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            there.heard.append((self.command, self.path, dict(self.headers), body))
            time.sleep(there.silent_s)
            self.send_response(there.status)
            self.send_header("Location", there.url + "/elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.url = f"http://127.0.0.1:{server.server_port}/ping/1a2b3c"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def outside():
    with listening() as there:
        yield there


def beats(at=NOW):
    with transaction() as session:
        beat(session, "scheduler", at)


def test_while_all_is_well_he_hears_once_a_minute(world, outside):
    beats()
    for seconds in (0, 5, 55, 60, 65):
        beats(NOW + timedelta(seconds=seconds))
        report(outside.url, world.mission, NOW + timedelta(seconds=seconds))
    assert len(outside.heard) == 2


def test_he_hears_nothing_but_that_we_live(world, outside):
    beats()
    report(outside.url, world.mission, NOW)
    ((method, path, headers, body),) = outside.heard
    assert (method, path, body) == ("GET", "/ping/1a2b3c", b"")
    assert set(headers) <= {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert headers["User-Agent"] == "carnet"


@pytest.mark.parametrize("age", [timedelta(seconds=21), timedelta(hours=-1)])
def test_when_no_turn_came_through_of_late_he_hears_nothing(world, outside, age):
    beats(NOW - age)
    report(outside.url, world.mission, NOW)
    assert outside.heard == []


def test_before_the_first_turn_he_hears_nothing(world, outside):
    report(outside.url, world.mission, NOW)
    assert outside.heard == []


def test_when_a_message_is_late_he_hears_nothing_until_it_has_left(outbox, outside):
    mission = outbox.app.extensions["mission"]
    outbox.owe()
    outbox.now += timedelta(minutes=3)
    beats(outbox.now)
    report(outside.url, mission, outbox.now)
    assert outside.heard == []
    outbox.turn()
    report(outside.url, mission, outbox.now)
    assert len(outside.heard) == 1


@pytest.mark.parametrize("status", [500, 302])
def test_what_he_answers_changes_nothing_and_is_not_followed(world, outside, status, caplog):
    outside.status = status
    beats()
    report(outside.url, world.mission, NOW)
    assert [path for _, path, _, _ in outside.heard] == ["/ping/1a2b3c"]
    assert "not reached" in caplog.text
    assert "1a2b3c" not in caplog.text


def test_one_who_hangs_is_left_in_time(world, outside, monkeypatch):
    monkeypatch.setattr(watcher, "ANSWER_S", 0.3)
    outside.silent_s = 2
    beats()
    began = time.monotonic()
    report(outside.url, world.mission, NOW)
    assert time.monotonic() - began < 1.5


def test_one_who_is_not_there_is_told_without_his_address(world, caplog):
    beats()
    report("http://127.0.0.1:9/ping/1a2b3c", world.mission, NOW)
    assert "not reached" in caplog.text
    assert "1a2b3c" not in caplog.text


def test_of_two_schedulers_one_speaks(world, outside):
    beats()
    at_once(world.app, *[lambda: report(outside.url, world.mission, NOW)] * 2)
    assert len(outside.heard) == 1
