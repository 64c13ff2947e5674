"""`python tests/dies.py POINT NOW`: a scheduler's sender that dies by SIGKILL at one point of its work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parents[1]
# What is wrapped, and when everything ends: before it does its work, after it, or after it has found something to do. An
# underscore marks the inside of a transaction that is then never committed.
POINTS = {
    "claiming": ("deconflict.services.sending._taken", "after"),
    "claimed": ("deconflict.jobs.dispatch.claim", "found"),
    "before sending": ("channels.send", "before"),
    "sent": ("channels.send", "after"),
    "recording": ("deconflict.services.outcomes._write", "after"),
    "recorded": ("deconflict.jobs.dispatch.record", "after"),
    "asking": ("channels.trace", "before"),
    "asked": ("deconflict.jobs.inquire.record_answers", "before"),
    "answered": ("deconflict.jobs.inquire.record_answers", "after"),
    "taking back": ("deconflict.jobs.dispatch.abandon", "after"),
}


def run_and_die(app: Flask, point: str, now: datetime) -> None:
    """Starts it on this app's database and waits for its end. AssertionError when it survived."""
    from world import environment_of  # what dies needs none of the fakes

    environment = environment_of(app.extensions["settings"]) | {"PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"}
    ended = subprocess.run(
        [sys.executable, __file__, point, now.isoformat()], env=environment, cwd=ROOT, capture_output=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, (ended.returncode, ended.stderr.decode()[-2000:])


def _main(point: str, now: datetime) -> None:
    from deconflict import create_app
    from deconflict.jobs.scheduler import cycle_of

    app = create_app()
    cycle = cycle_of(app)
    where, when = POINTS[point]
    path, _, name = where.rpartition(".")
    for owner in cycle.channels.values() if path == "channels" else [_module(path)]:
        setattr(owner, name, _deadly(getattr(owner, name), when))
    with app.app_context():
        cycle._take_back(now)
        cycle._inquire(lambda: now)
        cycle._send(lambda: now)


def _module(path: str) -> object:
    __import__(path)
    return sys.modules[path]


def _deadly(work: Callable[..., object], when: str) -> Callable[..., object]:
    def ends(*args: object, **more: object) -> object:
        done = None if when == "before" else work(*args, **more)
        if when == "found" and not done:
            return done
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    return ends


if __name__ == "__main__":
    _main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
