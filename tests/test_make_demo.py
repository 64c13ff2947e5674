"""What `make demo` runs, as real processes: it becomes ready, says what to do, stops cleanly, and says in a sentence what is in
its way. The scenario here is of two items; the whole one has its own story."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, func, select, text

from deconflict.demo.prepare import FULL, Trouble, app_of, environment, in_a_sentence, prepare
from deconflict.demo.processes import start, stop
from deconflict.settings import ROOT
from deconflict.store.base import db
from deconflict.store.items import Item

PROFILE = ROOT / "config/missions/mali-minusma"
KEPT = ("bankass-food", "bankass-halt")
PATIENCE_S = 150.0


@dataclass
class Running:
    """A runner, what it said so far, and where its things are."""

    process: subprocess.Popen[str]
    port: int
    folder: Path
    said: str = ""

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C stops it" in line:
                return
        raise AssertionError(self.said + (self.process.stderr.read() if self.process.stderr else ""))

    def answer(self, path: str) -> dict[str, str]:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answered:
            return dict(json.load(answered))

    def children(self) -> dict[int, str]:
        """Process number -> command, of what the runner itself started."""
        return {pid: words for pid, parent, words in _processes() if parent == self.process.pid}

    def child(self, word: str) -> int:
        return next(pid for pid, words in self.children().items() if word in words)


def _processes() -> Iterator[tuple[int, int, str]]:
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            yield int(entry.name), parent, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has just ended


def alive(pid: int) -> bool:
    return any(pid == other and words for other, _, words in _processes())


def wait_for_end(pids: list[int]) -> None:
    until = time.monotonic() + 20
    while any(map(alive, pids)):
        assert time.monotonic() < until, "a process was left behind"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def missions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped profile with two items in its demo and nobody acting."""
    folder = tmp_path_factory.mktemp("missions")
    copy = shutil.copytree(PROFILE, folder / "mali-minusma")
    for name in ("humanitarian.toml", "mission.toml"):
        common, *items = (copy / "demo" / name).read_text(encoding="utf-8").split("[[item]]")
        kept = [item for item in items if any(f'key = "{key}"' in item for key in KEPT)]
        assert len(kept) == 1
        (copy / "demo" / name).write_text("[[item]]".join([common, *kept]), encoding="utf-8")
    (copy / "demo" / "acts.toml").write_text("act = []\n", encoding="utf-8")
    (copy / "demo" / "sites.toml").write_text("item = []\n", encoding="utf-8")
    return folder


def environ(missions: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "MISSIONS_FOLDER": str(missions), "PYTHONWARNINGS": "ignore", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(port: int | str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "deconflict.demo", "--port", str(port), "--folder", str(folder)]


@contextmanager
def runner(missions: Path, folder: Path, **more: str) -> Iterator[Running]:
    port = free_port()
    process = subprocess.Popen(
        command(port, folder),
        cwd=ROOT,
        env=environ(missions, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    running = Running(process, port, folder)
    try:
        running.wait_until_ready()
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)


def refused(missions: Path, folder: Path, port: int | str | None = None, **more: str) -> str:
    """What it says on stderr when it cannot start: one sentence, and nothing is left running."""
    port = free_port() if port is None else port
    run = subprocess.run(
        command(port, folder),
        cwd=ROOT,
        env=environ(missions, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stderr
    return run.stderr


# -- it runs


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGTERM])
def test_it_becomes_ready_says_what_to_do_and_leaves_nothing_behind(missions: Path, tmp_path: Path, stopped_by: int):
    with runner(missions, tmp_path) as demo:
        assert demo.answer("/healthz") == {"status": "ok"}
        assert demo.answer("/readyz") == {"status": "ok"}
        assert f"http://127.0.0.1:{demo.port}" in demo.said
        assert "aminata@ocha.example" in demo.said
        assert "trois-pirogues-bleues" in demo.said
        assert "Three things to try" in demo.said
        assert (
            "fixed hour (07:00, 12:00, 17:00)" in demo.said
        )  # the profile's own, so that nobody waits for what comes later
        assert (tmp_path / "demo.env").stat().st_mode & 0o777 == 0o600
        children = list(demo.children())
        assert len(children) == 2
        workers = [pid for pid, parent, _ in _processes() if parent in children]
        demo.process.send_signal(stopped_by)
        assert demo.process.wait(PATIENCE_S) == 0
        wait_for_end([*children, *workers])
        with pytest.raises(URLError):
            demo.answer("/healthz")


def test_started_again_it_plays_nothing_again_and_keeps_its_secrets(missions: Path, tmp_path: Path):
    with runner(missions, tmp_path) as first:
        secrets = (tmp_path / "demo.env").read_text()
    with runner(missions, tmp_path) as second:
        assert "Playing" in first.said
        assert "Playing" not in second.said
        assert (tmp_path / "demo.env").read_text() == secrets


def test_when_one_process_dies_the_other_is_stopped_and_its_last_words_are_shown(missions: Path, tmp_path: Path):
    with runner(missions, tmp_path) as demo:
        web, scheduler = demo.child("gunicorn"), demo.child("scheduler")
        os.kill(scheduler, signal.SIGKILL)
        assert demo.process.wait(PATIENCE_S) == 1
        wait_for_end([web, scheduler])
        said = demo.process.stderr.read() if demo.process.stderr else ""
        assert "The scheduler process has ended" in said
        assert "scheduler started" in said


@pytest.mark.timeout(60)
def test_ctrl_c_while_it_looks_at_a_process_leaves_nothing_waiting(tmp_path: Path):
    """What interrupts Popen.poll may leave its lock taken for good."""
    child = start("sleeper", ["sleep", "60"], os.environ, tmp_path, tmp_path)
    with child.process._waitpid_lock:  # type: ignore[attr-defined]
        assert child.alive
        stop([child])
        assert not child.alive
    assert child.process.wait() == -signal.SIGTERM


# -- what may be in its way


def test_a_port_in_use_is_one_sentence(missions: Path, tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(missions, tmp_path, port)
    assert said == f"Port {port} is in use. Choose another: make demo PORT={port % 65000 + 1}\n"
    assert not (tmp_path / "demo.db").exists()


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "²"])
def test_what_is_no_port_is_one_sentence(missions: Path, tmp_path: Path, port: str):
    said = refused(missions, tmp_path, port, PORT=port)
    assert said == "PORT: it should look like a number between 1 and 65535, such as 8000.\n"


def test_a_database_that_does_not_answer_is_one_sentence(missions: Path, tmp_path: Path):
    said = refused(missions, tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing")
    assert said.count("\n") == 1
    assert said.startswith("DATABASE_URL: the database does not answer")


def test_a_missing_package_is_one_sentence(missions: Path, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['flask'] = None\n")
    said = refused(missions, tmp_path, PYTHONPATH=str(tmp_path))
    assert said == "The package flask is missing. Run: make demo\n"


def test_settings_of_a_real_installation_are_refused_by_name(missions: Path, tmp_path: Path):
    said = refused(missions, tmp_path, SMTP_URL="smtp://a:b@mail.example.org:587", MAIL_FROM="a@example.org")
    assert said.startswith("DEMO: ")


def test_other_keys_than_those_it_was_played_with_are_refused_by_name(missions: Path, tmp_path: Path):
    with runner(missions, tmp_path):
        pass
    (tmp_path / "demo.env").unlink()
    assert "are not those this demo was played with" in refused(missions, tmp_path)


def test_a_disk_that_is_full_while_secrets_are_written_is_one_sentence(missions: Path, tmp_path: Path):
    (tmp_path / "demo.new").symlink_to("/dev/full")
    assert refused(missions, tmp_path) == FULL + "\n"
    assert not (tmp_path / "demo.env").exists()


@pytest.mark.parametrize("doing", ["migrating", "playing"])
def test_a_disk_that_fills_up_is_one_sentence_and_the_next_start_begins_again(
    missions: Path, tmp_path: Path, doing: str
):
    """SQLite says so itself when it may not grow."""
    given = environment({"MISSIONS_FOLDER": str(missions)}, tmp_path, 8000)
    app = app_of(given)
    limit = limited(app, 20 if doing == "migrating" else 1 + pages_once_migrated(given))
    with pytest.raises(Trouble, match="disk is full"), in_a_sentence():
        prepare(app, tmp_path)
    with app.app_context():
        event.remove(db.engine, "connect", limit)
        db.engine.dispose()
    prepare(app, tmp_path)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Item)) == len(KEPT)
        db.session.remove()
        db.engine.dispose()


def pages_once_migrated(given: dict[str, str]) -> int:
    app = app_of(given)
    with app.app_context():
        upgrade()
        pages = db.session.scalar(text("PRAGMA page_count"))
        db.session.remove()
        db.engine.dispose()
    return int(pages or 0)


def limited(app: Flask, pages: int):
    """The database file of this app may not grow over so many pages of 4 KiB."""

    def limit(connection, _record) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    with app.app_context():
        event.listen(db.engine, "connect", limit)
    return limit
