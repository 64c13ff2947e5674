"""`make demo`: prepares everything, starts the web server and the scheduler, and stops both on Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from flask import Flask

from deconflict.demo.player import FOLDER
from deconflict.demo.prepare import Trouble, app_of, environment, in_a_sentence, prepare
from deconflict.demo.processes import Child, start, stop
from deconflict.demo.scenario import sign_ins
from deconflict.domain import roles
from deconflict.domain.country import Mission
from deconflict.setting_forms import PORT_LIKE
from deconflict.settings import ROOT, port_number

HOST = "127.0.0.1"
READY_WITHIN_S = 120.0
LOOK_EVERY_S = 0.25
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 after Ctrl-C or SIGTERM, 1 with a sentence on stderr where something is in the way."""
    parser = argparse.ArgumentParser(prog="python -m deconflict.demo", description="Run the demo until Ctrl-C.")
    parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "var", help="where its secrets, logs and database are kept"
    )
    given = parser.parse_args(arguments)
    with _signals():
        try:
            with in_a_sentence():
                return run(_port(given.port), given.folder.resolve())
        except Trouble as trouble:
            print(trouble, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nStopped.", file=sys.stderr)
            return INTERRUPTED


def run(port: int, folder: Path) -> int:
    """Raises Trouble, or what `in_a_sentence` makes one of."""
    _look_for_packages()
    _look_at_port(port)
    environ = environment(os.environ, folder, port)
    app = app_of(environ)
    prepare(app, folder)
    children = _start_both(environ, folder)
    try:
        _wait_until_ready(children, port)
        _say_what_to_do(app, port)
        return _watch(children)
    except KeyboardInterrupt:
        print("\nStopping.", flush=True)
        return 0
    finally:
        _undisturbed()
        stop(children)


def _look_for_packages() -> None:
    for package in ("gunicorn", "apscheduler", "psycopg"):
        if find_spec(package) is None:
            raise Trouble(f"The package {package} is missing. Run: make demo")


def _port(typed: str) -> int:
    port = port_number(typed)
    if port is None:
        raise Trouble(f"PORT: it should look like {PORT_LIKE}.")
    return port


def _look_at_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Trouble(f"Port {port} is in use. Choose another: make demo PORT={port % 65000 + 1}") from None
            raise Trouble(f"Port {port} cannot be used: {error.strerror}. Choose one above 1023.") from None


def _start_both(environ: dict[str, str], folder: Path) -> list[Child]:
    logs = folder / "log"
    serve = [sys.executable, "-m", "gunicorn", "wsgi:app"]  # gunicorn.conf.py says how, for a real installation too
    turn = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    children: list[Child] = []
    try:
        for name, command in (("web", serve), ("scheduler", turn)):
            children.append(start(name, command, environ, ROOT, logs))
    except BaseException:
        stop(children)
        raise
    return children


def _wait_until_ready(children: list[Child], port: int) -> None:
    """Until both answer: the page says so only when the scheduler has finished a turn since this start."""
    until = time.monotonic() + READY_WITHIN_S
    while not _is_ready(port):
        _look_at(children)
        if time.monotonic() > until:
            raise Trouble(f"It is not ready after {READY_WITHIN_S:.0f} seconds. Read {children[0].log.parent}")
        time.sleep(LOOK_EVERY_S)


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://{HOST}:{port}/readyz", timeout=5) as answer:
            return int(answer.status) == 200
    except HTTPError as answered:
        answered.close()
        return False
    except (URLError, OSError):
        return False


def _watch(children: list[Child]) -> int:
    while True:
        _look_at(children)
        time.sleep(LOOK_EVERY_S)


def _look_at(children: list[Child]) -> None:
    """Raises Trouble with its last lines when one has ended by itself."""
    for child in children:
        if not child.alive:
            said = child.last_words()
            raise Trouble(f"The {child.name} process has ended ({child.log}); the other is stopped.\n{said}")


def _say_what_to_do(app: Flask, port: int) -> None:
    settings = app.extensions["settings"]
    password, guests = sign_ins(settings.missions_folder / settings.mission / FOLDER)
    address = f"http://{HOST}:{port}"
    lines = [
        f"\nReady: {address}",
        f"Demo phones and mailboxes: {address}/demo/phones",
        f"\nSign in with the password {password} as",
    ]
    for who in guests:
        role = ", ".join(roles.LABELS[code]["en"] for code in sorted(who.roles)) + (
            f", {who.scope}" if who.scope else ""
        )
        lines.append(f"  {who.email:<24}{role}")
    mission: Mission = app.extensions["mission"]
    to_try = TO_TRY.format(hours=", ".join(f"{at:%H:%M}" for at in mission.pack.clocks.batches))
    print("\n".join([*lines, to_try, "Ctrl-C stops it."]), flush=True)


TO_TRY = """
Three things to try
  1. As aminata@ocha.example open the critical case at Bankass, found minutes ago: take it and ask the mission for another
     time. (If nobody acts within a quarter of an hour, both sides are told to call their base, and nothing else.)
  2. On the demo phones open Kofi's: his text says no place and no hour. Type its code on the code page, or call the base.
  3. As kofi@mission.example amend that patrol by a week: the case closes by itself. Everybody who was told is told at the next
     fixed hour ({hours}): texts that leave as a plan moves would trace it. To see it at once, open the case as
     aminata@ocha.example, under the ended ones, and send the closing texts now.
"""


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and a closed terminal stop the demo as Ctrl-C does."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _undisturbed() -> None:
    """From here on it is stopping already: another Ctrl-C must not leave a process behind."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
