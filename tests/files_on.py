"""`python tests/files_on.py PERSON ORGANISATION NOW`: files one notice after the other and says the reference of each that was
accepted, until it is killed."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parents[1]


def file_and_die(app: Flask, person_id: int, organisation_id: int, now: datetime, after_s: float) -> list[str]:
    """What it said until SIGKILL, `after_s` after its first word."""
    from world import environment_of  # what dies needs none of the fakes

    environment = environment_of(app.extensions["settings"]) | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, __file__, str(person_id), str(organisation_id), now.isoformat()]
    with subprocess.Popen(
        command, env=environment | {"LOG_LEVEL": "ERROR"}, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as filer:
        assert filer.stdout is not None
        first = filer.stdout.readline()
        time.sleep(after_s)
        filer.send_signal(signal.SIGKILL)
        said = first + filer.stdout.read()
    assert filer.returncode == -signal.SIGKILL
    return [line for line in said.splitlines(keepends=True) if line.endswith("\n")]


def _main(person_id: int, organisation_id: int, now: datetime) -> None:
    import make

    from deconflict import create_app
    from deconflict.domain import roles
    from deconflict.domain.audience import Audience
    from deconflict.services import filing

    app = create_app()
    held = frozenset({roles.FOCAL_POINT, roles.SUBMITTER})
    by = Audience(person_id, organisation_id, "humanitarian", held, None, "fr")
    what = make.distribution("Bankass", "10 Dec 09:00-15:00")
    with app.app_context():
        while True:
            filed = filing.file_item(what, by, secrets.token_hex(8), app.extensions["mission"], now)
            print(filed.reference, flush=True)


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
